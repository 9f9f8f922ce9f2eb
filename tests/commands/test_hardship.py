"""Is a budget kept in the database and only what is left of it told? Is what holds a case shown as people read it?"""

import getpass
import json
import time
from typing import Any

import pytest
from sqlmodel import select

from models.tables.accounts import Budget
from store.database import Database
from tests.commands.conftest import EXAMPLE, SENDER, House
from tests.commands.test_living_cases import eventually, reasons


@pytest.fixture(scope="module")
def spring(house: House) -> House:
    """The example, handed over and started."""
    house.json("starter", "start", EXAMPLE, "--portfolio", "spring", "--client", "bank", *SENDER)
    return house


def budgets(house: House) -> dict[str, tuple[int, int, int, str]]:
    database = Database(f"sqlite:///{house.directory}/rientro.db")
    try:
        with database.reading() as session:
            return {b.key: (b.income, b.costs, b.people, b.by) for b in session.exec(select(Budget))}
    finally:
        database.close()


def holds(house: House, word: str, number: int) -> Any:
    """What holds the case, as soon as there are so many holds."""
    deadline = time.monotonic() + 30
    while len((found := house.json("agent", "holds", word))["holds"]) != number:
        assert time.monotonic() < deadline, found
        time.sleep(0.3)
    return found


def hardship(house: House, word: str, *words: str) -> Any:
    return house.run("agent", "tell", word, "hardship", *words)


def test_the_case_is_told_what_is_left_and_the_budget_stays_in_the_database(spring: House) -> None:
    words = ("--income", "1500", "--costs", "1300.50", "--people", "3", "--cause", "illness", "--until", "+30")
    told = hardship(spring, "IT-0003", *words, "--event-id", "h1", "--by", "anna")
    assert (told.returncode, told.stdout) == (0, "IT-0003: hardship taken (h1)\n"), told.stderr
    assert told.stderr.startswith("it stops contact, fees, court, assignment; what stays: interest accrues, ")
    assert budgets(spring)["h1"] == (150_000, 130_050, 3, "anna")
    eventually(spring, "IT-0003", next_step=None)
    (line,) = [r for r in reasons(spring, "IT-0003") if r.startswith("hardship")]
    assert line.startswith("hardship: illness, 199.50 EUR left a month, until ")
    assert "1300" not in json.dumps(spring.json("auditor", "case", "IT-0003"))


def test_what_holds_it_is_shown_with_the_budget(spring: House) -> None:
    found = holds(spring, "IT-0003", 1)
    assert (found["holds"][0]["reason"], found["budget"]["costs"]) == ("hardship", 130_050)
    shown = spring.run("agent", "holds", "IT-0003").stdout
    assert "Budget: 1500.00 EUR a month in, 1300.50 EUR out, for 3; told to anna" in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_who_spends_more_than_comes_in_has_nothing_left(spring: House) -> None:
    told = hardship(spring, "IT-0004", "--income", "0", "--costs", "400", "--event-id", "h2")
    assert told.returncode == 0, told.stderr
    assert budgets(spring)["h2"] == (0, 40_000, 1, getpass.getuser())
    eventually(spring, "IT-0004", next_at=None)
    assert [r for r in reasons(spring, "IT-0004") if "0.00 EUR left a month" in r] != []


def test_a_budget_that_the_case_did_not_take_is_not_kept(spring: House) -> None:
    told = hardship(spring, "IT-0005", "--income", "9", "--costs", "1", "--until", "2020-01-01", "--event-id", "h3")
    assert (told.returncode, told.stderr) == (1, "agent: it would end on 1 Jan 2020, which is past\n")
    assert "h3" not in budgets(spring)


def test_another_budget_under_a_known_id_is_refused_and_the_same_counts_once(spring: House) -> None:
    words = ("--income", "1500", "--costs", "1300.50", "--people", "3", "--event-id", "h1")
    assert "known already" in hardship(spring, "IT-0003", *words).stdout
    again = hardship(spring, "IT-0003", *words[:3], "1200", *words[4:])
    assert (again.returncode, "told before with another budget" in again.stderr) == (1, True)
    assert budgets(spring)["h1"][1] == 130_050


@pytest.mark.parametrize(
    "words",
    [("--income", "9"), ("--costs", "9"), ("--people", "2"), ("--income", "9", "--costs", "1", "--left", "8")],
)
def test_half_a_budget_is_wrong_usage(spring: House, words: tuple[str, ...]) -> None:
    assert hardship(spring, "IT-0005", *words).returncode == 2


def test_an_amount_nobody_can_read_is_refused(spring: House) -> None:
    told = hardship(spring, "IT-0005", "--income", "much", "--costs", "1")
    assert (told.returncode, told.stderr.startswith("agent: the budget: 'much' is no amount")) == (1, True)


@pytest.mark.parametrize(("kind", "more"), [("hardship", ()), ("contact_outcome", ("--outcome", "right_party"))])
def test_an_unknown_cause_is_refused_until_the_client_adds_it(spring: House, kind: str, more: tuple[str, ...]) -> None:
    cause = f"strike_{kind}"
    told = spring.run("agent", "tell", "IT-0006", kind, *more, "--cause", cause)
    assert (told.returncode, "job_loss, income_drop" in told.stderr) == (1, True)
    assert spring.run("starter", "causes", "--add", cause, "--client", "bank").returncode == 0
    assert spring.run("agent", "tell", "IT-0006", kind, *more, "--cause", cause).returncode == 0


def test_a_part_of_a_debt_is_disputed_and_upheld_by_its_creditor(spring: House) -> None:
    refused = spring.run("agent", "tell", "IT-0009", "dispute", "--instalment", "77")
    assert (refused.returncode, "there is no instalment 77" in refused.stderr) == (1, True)
    words = ("--amount", "10", "--evidence", "LETTER-7", "--event-id", "d1")
    assert spring.run("agent", "tell", "IT-0009", "dispute", *words).returncode == 0
    (hold,) = holds(spring, "IT-0009", 1)["holds"]
    assert (hold["about"], hold["evidence"], hold["blocks"]) == ("10.00 EUR", "LETTER-7", ["court", "assignment"])
    assert hold["leaves"].startswith("the steps of the cycle, ")
    upheld = spring.run(
        "agent", "tell", "IT-0009", "dispute", "--status", "upheld", "--amount", "10", "--dispute", "d1"
    )
    assert upheld.returncode == 0, upheld.stderr
    assert holds(spring, "IT-0009", 0)["holds"] == []
    assert f"dispute: upheld d1, 10.00 EUR less is owed, by {getpass.getuser()}" in reasons(spring, "IT-0009")


def test_several_holds_stand_side_by_side_and_one_is_released(spring: House) -> None:
    told = spring.run("agent", "tell", "IT-0010", "protection", "--reason", "moratorium", "--evidence", "COURT-1")
    assert told.stderr == "it stops contact, interest, fees, court, assignment; what stays: " + (
        "money, promises, and answers to what the debtor asks\n"
    )
    assert spring.run("agent", "tell", "IT-0010", "hold", "--reason", "audit", "--block", "fees").returncode == 0
    assert [h["reason"] for h in holds(spring, "IT-0010", 2)["holds"]] == ["moratorium", "audit"]
    assert spring.run("agent", "tell", "IT-0010", "release", "--of", "moratorium", "--by", "anna").returncode == 0
    assert [h["reason"] for h in holds(spring, "IT-0010", 1)["holds"]] == ["audit"]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("IT-0007", "nothing holds the case of IT-0007\n"),
        ("IT-0001", "the case of IT-0001 ended as closed: nothing holds it\n"),
    ],
)
def test_an_account_that_nothing_holds_says_so(spring: House, word: str, said: str) -> None:
    assert spring.run("agent", "holds", word).stderr == said
