"""Commands say whose each pack is, and what a user's folder took away."""

import json
from pathlib import Path

import pytest

from intake.pack_layers import PACKS
from tests.commands.conftest import Command


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder over the house's packs, with a strategy and a law that are as before."""
    for name in ("strategies/cec.yaml", "jurisdictions/it.yaml"):
        file = tmp_path / "mine" / name
        file.parent.mkdir(parents=True)
        file.write_bytes((PACKS / name).read_bytes())
    monkeypatch.setenv("RIENTRO_PACKS", str(tmp_path / "mine"))
    return tmp_path / "mine"


def test_whose_a_strategy_is_stands_beside_it(mine: Path, command: Command) -> None:
    whose = {one["strategy"]: one["whose"] for one in json.loads(command("starter", "strategies", "--json").stdout)}
    assert (whose["cec"], whose["kruk"]) == (str(mine), "house")


def test_whose_a_law_is_stands_beside_it(mine: Path, command: Command) -> None:
    whose = {one["place"]: one["whose"] for one in json.loads(command("starter", "packs", "--json").stdout)}
    assert (whose["IT"], whose["NL"], whose["NL-charges"]) == (str(mine), "house", "house")


def test_what_is_dropped_is_said_with_who_says_so(mine: Path, command: Command) -> None:
    (mine / "strategies" / "cec.yaml").write_text("dropped: true")
    assert f"strategies/cec.yaml is dropped by {mine}" in command("starter", "strategies").stderr


def test_without_the_setting_the_house_is_as_it_was(
    mine: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    command("starter", "strategies")
    monkeypatch.delenv("RIENTRO_PACKS")
    assert str(mine) not in command("starter", "strategies", "--json").stdout


def test_a_folder_that_is_not_there_is_refused_by_its_variable(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIENTRO_PACKS", "/nowhere/packs")
    refused = command("starter", "strategies")
    assert (refused.exit_code, "RIENTRO_PACKS: /nowhere/packs is no folder" in refused.stderr) == (1, True)
