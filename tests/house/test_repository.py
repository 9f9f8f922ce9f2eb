"""Is what the repository holds locked, and fit for any machine?"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.call_graph import HOUSE

REGISTRIES = r"https?://[^\s\"']*(pypi|pythonhosted|npmjs|debian|docker)\.(org|com|io)"
OF_ONE_MACHINE = r"(?<![\w.])/(home|root|work|Users)/\w"


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
