"""Would what is deployed start, wait and be found?"""

import re
import shutil
import subprocess
from datetime import datetime
from typing import Any

import pytest
import yaml

from settings import Settings
from tests.house.call_graph import HOUSE
from workflows.engine_names import SEARCH_ATTRIBUTES

KINDS: dict[type, str] = {str: "Keyword", datetime: "Datetime"}
Compose = dict[str, dict[str, Any]]


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
