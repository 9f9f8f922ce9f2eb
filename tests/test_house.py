"""Is the house in order? Arrows, sizes, names, what is tracked, what is locked, what would be deployed."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import HOUSE, Settings
from workflows.engine_names import SEARCH_ATTRIBUTES

FOLDERS = "models channels policy intake writing store workflows activities desk cli web migrations tests".split()
REGISTRIES = r"https?://[^\s\"']*(pypi|pythonhosted|npmjs|debian|docker)\.(org|com|io)"
OF_ONE_MACHINE = r"(?<![\w.])/(home|root|work|Users)/\w"
KINDS: dict[type, str] = {str: "Keyword", datetime: "Datetime"}
Compose = dict[str, dict[str, Any]]


def sources() -> Iterator[Path]:
    yield from HOUSE.glob("*.py")
    for folder in FOLDERS:
        yield from (HOUSE / folder).rglob("*.py")


def functions() -> Iterator[tuple[str, int]]:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(HOUSE)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1


def kept() -> Iterator[Path]:
    """The files that are or will be in the repository."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=HOUSE, check=True, capture_output=True, text=True).stdout
    yield from (HOUSE / name for name in names.split("\0") if name and (HOUSE / name).is_file())


def text_of(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


def test_every_arrow_points_inward() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    run = subprocess.run([linter, "--no-logo", "--no-cache"], cwd=HOUSE, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_policy_that_looks_at_the_clock_is_refused() -> None:
    program = "from datetime import datetime, UTC\n\nNOW = datetime.now(UTC)\n"
    ruff = [str(Path(sys.executable).parent / "ruff"), "check", "--stdin-filename"]
    in_policy = subprocess.run([*ruff, "policy/x.py", "-"], cwd=HOUSE, input=program, capture_output=True, text=True)
    in_worker = subprocess.run([*ruff, "worker.py", "-"], cwd=HOUSE, input=program, capture_output=True, text=True)
    assert "TID251" in in_policy.stdout
    assert "TID251" not in in_worker.stdout


def test_no_file_is_longer_than_350_lines() -> None:
    # Migrations are written by a machine, all tables in the first one.
    written = [path for path in sources() if path.parent.name != "versions"]
    assert {p.name: n for p in written if (n := len(p.read_text().splitlines())) > 350} == {}


def test_no_function_is_longer_than_50_lines() -> None:
    written = {name: lines for name, lines in functions() if not name.startswith("migrations/versions/")}
    assert {name: lines for name, lines in written.items() if lines > 50} == {}


def test_no_file_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "helpers", "common", "misc", "manager", "service"}
    assert [p for p in sources() if p.stem in drawers] == []


def test_every_file_says_which_question_it_answers() -> None:
    silent = [p for p in sources() if p.read_text().strip() and not ast.get_docstring(ast.parse(p.read_text()))]
    assert silent == []


def test_nothing_kept_names_a_registry_or_a_path_of_one_machine() -> None:
    pattern = re.compile(f"{REGISTRIES}|{OF_ONE_MACHINE}")
    found = {str(p.relative_to(HOUSE)): match[0] for p in kept() if (match := pattern.search(text_of(p)))}
    assert found == {}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_locked_by_hash_and_name_no_address(name: str) -> None:
    text = (HOUSE / name).read_text()
    entries = re.split(r"\n(?=\w)", text.strip())
    assert [e.splitlines()[0] for e in entries if "==" not in e or "--hash=sha256:" not in e] == []
    assert "://" not in text
    assert "--index-url" not in text


def test_the_suite_runs_on_the_very_versions_that_rientro_runs_on() -> None:
    pins = [set(re.findall(r"^\S+==\S+", (HOUSE / f"requirements{n}.txt").read_text(), re.M)) for n in ("", "-dev")]
    assert pins[0] - pins[1] == set()


# --- What would be deployed ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def compose() -> Compose:
    services: Compose = yaml.safe_load((HOUSE / "docker-compose.yml").read_text())["services"]
    return services


def compose_client() -> list[str] | None:
    for client in (["docker-compose"], ["docker", "compose"]):
        if shutil.which(client[0]) and not subprocess.run([*client, "version"], capture_output=True).returncode:
            return client
    return None


def test_docker_compose_accepts_the_file() -> None:
    client = compose_client()
    if client is None:
        pytest.skip("there is no docker-compose; the tests below read the file without it")
    run = subprocess.run([*client, "config", "--quiet"], cwd=HOUSE, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_each_service_waits_for_what_exists_and_can_be_waited_for(compose: Compose) -> None:
    for name, service in compose.items():
        for needed, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "test" in compose[needed]["healthcheck"], (name, needed)
            else:
                assert compose[needed]["restart"] == "on-failure", f"{needed} would start again and again"


def test_the_worker_comes_after_tables_and_namespace(compose: Compose) -> None:
    assert set(compose["worker"]["depends_on"]) == {"migrate", "temporal-namespace"}


def test_the_namespace_of_the_cluster_knows_our_search_attributes(compose: Compose) -> None:
    script = compose["temporal-namespace"]["command"][0]
    made = dict(re.findall(r"--name (\w+) --type (\w+)", script))
    assert made == {key.name: KINDS[key.value_type] for key in SEARCH_ATTRIBUTES}


@pytest.mark.parametrize("service", ["temporal-schema", "temporal-namespace"])
def test_the_scripts_of_one_shot_services_are_sound(compose: Compose, service: str) -> None:
    script = compose[service]["command"][0].replace("$$", "$")
    assert subprocess.run(["sh", "-n", "-c", script], capture_output=True).returncode == 0


def test_every_image_has_a_version(compose: Compose) -> None:
    images = [s["image"] for s in compose.values() if "build" not in s]
    assert [i for i in images if not re.search(r":\$\{\w+:-[\d.]+\}$", i)] == []


@pytest.mark.parametrize(("chapter", "service"), [("Sending", "worker"), ("Webhooks", "worker"), ("Webhooks", "web")])
def test_what_env_example_says_of_vendors_reaches_who_needs_it(compose: Compose, chapter: str, service: str) -> None:
    text = (HOUSE / ".env.example").read_text().partition(f"# --- {chapter}")[2].partition("\n# --- ")[0]
    needed = set(re.findall(r"^# ([A-Z_]+)=", text, re.M))
    if (chapter, service) == ("Webhooks", "worker"):
        needed = {"PUBLIC_URL", "TWILIO_AUTH_TOKEN"}
    assert needed
    assert needed <= compose[service]["environment"].keys()


def test_what_env_example_names_is_what_can_be_set() -> None:
    named = set(re.findall(r"^# ([A-Z_]+)=", (HOUSE / ".env.example").read_text(), re.M))
    fields = {name.upper() for name in Settings.model_fields}
    used = set(re.findall(r"\$\{(\w+):-", (HOUSE / "docker-compose.yml").read_text()))
    assert {n.removeprefix("RIENTRO_") for n in named} - used == fields - used
    assert used - named == {"RIENTRO_VERSION"}
