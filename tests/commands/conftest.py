"""What do tests of commands run? The commands themselves, on a data directory of their own."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer
from typer.testing import CliRunner, Result

import agent
import auditor
import starter
from settings import HOUSE

APPS: dict[str, typer.Typer] = {"starter": starter.app, "agent": agent.app, "auditor": auditor.app}
EXAMPLE = HOUSE / "examples" / "portfolio.csv"
Command = Callable[..., Result]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current directory and a data directory in which nothing happened yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RIENTRO_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def command(here: Path) -> Command:
    """Run a command: `command("starter", "status")`."""

    def run(name: str, *words: object) -> Result:
        return CliRunner().invoke(APPS[name], [str(word) for word in words])

    return run


@pytest.fixture
def some_rows(here: Path) -> Callable[..., Path]:
    """A portfolio of some accounts of the example, with cells changed as given."""

    def write(*accounts: str, name: str = "some.csv", **changed: str) -> Path:
        with EXAMPLE.open(newline="") as file:
            rows = [row | changed for row in csv.DictReader(file) if row["account"] in accounts]
        with (here / name).open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        return here / name

    return write


SENDER = (
    *("--sender-address", "Via Esempio 2, 20121 Milano", "--phone", "+39 02 1234567"),
    *("--licence", "Lic. 115/7", "--complaints", "reclami@example.org"),
)
"""What the laws of all places want a portfolio to say of its sender."""


class Ran(NamedTuple):
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


class House:
    """A data directory with its engine and worker, and commands on it."""

    def __init__(self, data_dir: Path) -> None:
        self.directory = data_dir
        self.environment = {"RIENTRO_DATA_DIR": str(data_dir)}

    def run(self, name: str, *words: object) -> Ran:
        """Run a command within this process."""
        with chdir(self.directory):
            found = CliRunner().invoke(APPS[name], [str(word) for word in words], env=self.environment)
        return Ran(found.exit_code, found.stdout, found.stderr)

    def spawn(self, name: str, *words: object) -> subprocess.Popen[str]:
        """Run a command as a process of its own."""
        command = [sys.executable, str(HOUSE / f"{name}.py"), *(str(word) for word in words)]
        pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=self.directory, env=os.environ | self.environment, **pipes)

    def process(self, name: str, *words: object) -> Ran:
        """Run a command as a process of its own, to its end."""
        process = self.spawn(name, *words)
        out, err = process.communicate(timeout=90)
        return Ran(process.returncode, out, err)

    def json(self, name: str, *words: object) -> Any:
        """What a command answers in JSON."""
        run = self.run(name, *words, "--json")
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A worker with its embedded engine, one for each test file."""
    found = House(tmp_path_factory.mktemp("house"))
    worker = found.spawn("worker")
    assert worker.stdout is not None
    assert "Worker started" in worker.stdout.readline()
    yield found
    worker.terminate()
    worker.communicate(timeout=30)
