"""Do the commands say what may not be charged and what may be barred, and does nothing of it go on by itself?"""

import csv
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cli.portfolio_tables import show_notes
from intake.pack_files import charges
from intake.tariff_packs import tariffs
from policy.charging.contract_tariff import Contract, resolve
from tests.commands.conftest import EXAMPLE, House

COURT = """format: 1
strategy: straight
title: Straight to court
cycles:
  - name: only
    ends: legal
    stages:
      - name: court
        from_dpd: 1
        steps:
          - {id: package, do: legal_package, release: {by: lawyer, people: 2}}
"""


def written(directory: Path, name: str, **changed: str) -> Path:
    """A file with one Romanian account of the example, cells changed as given."""
    with EXAMPLE.open(newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["account"] == "RO-0003") | changed
    with (directory / name).open("w", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row)
    return directory / name


COST = {"charges": "K-4:cost:D-5:30.00"}


def start(house: House, name: str, file: Path, *more: str) -> Any:
    return house.json("starter", "start", file, "--portfolio", name, "--client", name, *more)


def waited(look: Callable[[], list[str]]) -> list[str]:
    """What is seen as soon as something is."""
    until = time.monotonic() + 30
    while not (found := look()) and time.monotonic() < until:
        time.sleep(0.2)
    return found


def worklist(house: House, portfolio: str, what: str) -> list[str]:
    tasks = house.json("agent", "worklist", "--portfolio", portfolio)
    return [task["why"] for task in tasks if task["kind"] == what]


def outstanding(house: House, portfolio: str) -> int:
    return int(house.json("agent", "statement", f"{portfolio}/RO-0003")["owed"]["outstanding"])


@pytest.fixture(scope="module")
def told(house: House) -> House:
    """The same account with the same cost, handed to us in two roles."""
    start(house, "agency", written(house.directory, "agency.csv", **COST))
    start(house, "lender", written(house.directory, "lender.csv", **COST), "--role", "creditor")
    return house


def test_a_cost_that_an_agency_may_not_charge_is_not_owed_and_a_person_hears_the_rule(told: House) -> None:
    [why] = waited(lambda: worklist(told, "agency", "attention"))
    assert why.startswith("cost lender:K-4 of 30.00 RON is not owed: RO-L1")
    assert outstanding(told, "agency") == 2950_60


def test_the_lender_itself_may(told: House) -> None:
    assert outstanding(told, "lender") == 2980_60
    assert worklist(told, "lender", "attention") == []


def test_a_portfolio_keeps_the_role_in_which_it_was_begun(told: House) -> None:
    words = ("--portfolio", "lender", "--client", "lender")
    other = told.run("starter", "start", told.directory / "lender.csv", *words, "--role", "agency")
    assert (other.returncode, "was begun as creditor, not as agency" in other.stderr) == (1, True)
    again = start(told, "lender", told.directory / "lender.csv")
    assert (again["known"], again["changed"]) == (1, 0)


def test_what_the_law_takes_from_a_tariff_is_said_with_its_rule(capsys: pytest.CaptureFixture[str]) -> None:
    file = tariffs()["br_microcredit"].file.model_copy(update={"country": "RO"})
    contract = Contract(date(2026, 5, 1), "consumer_loan", 1000_00, "RON", 90)
    show_notes([resolve(file, "v", charges()["RO"], contract)] * 2)
    assert capsys.readouterr().err.splitlines() == [
        "tariff br_microcredit: less interest than 12 % a year: RO-L3B (2 accounts)",
        "tariff br_microcredit: no late fees: RO-L1 (2 accounts)",
    ]


def test_an_old_claim_waits_for_a_person_before_the_two_lawyers_are_asked(house: House) -> None:
    strategy = house.directory / "straight.yaml"
    strategy.write_text(COURT)
    file = written(house.directory, "old.csv", instalments="D-1300")
    start(house, "old", file, "--strategy", str(strategy))
    [why] = waited(lambda: worklist(house, "old", "attention"))
    assert why.startswith("a person decides: package: the claim may be barred since ")
    assert "(RO-S1)" in why
    assert "(EU-4)" in why
    assert worklist(house, "old", "release") == []
    assert house.run("agent", "tell", "old/RO-0003", "release", "--of", "package", "--by", "chief").returncode == 0
    [after] = waited(lambda: house.run("auditor", "case", "old/RO-0003").stdout.split("granted by chief")[1:])
    assert "RO-S1" not in after
    assert worklist(house, "old", "attention") == []
