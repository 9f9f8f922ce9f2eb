"""Do agents and auditors get the law's answer by command, on a house that runs?"""

import json
from typing import Any

import pytest

from tests.commands.conftest import EXAMPLE, SENDER, House
from tests.commands.test_living_cases import eventually


@pytest.fixture(scope="module")
def spring(house: House) -> House:
    """The example, handed over and started."""
    house.json("starter", "start", EXAMPLE, "--portfolio", "spring", "--client", "bank", *SENDER)
    return house


def contacts(house: House, *words: str) -> list[dict[str, Any]]:
    """What the auditor is told, whatever the verdicts are: it may be night."""
    run = house.run("auditor", "contacts", *words)
    assert run.returncode in (0, 1), run.stderr
    found: list[dict[str, Any]] = json.loads(house.run("auditor", "contacts", *words, "--json").stdout)
    return found


def tell(house: House, account: str, *words: str) -> Any:
    eventually(house, account, outcome=None)
    return house.run("agent", "tell", account, *words)


def test_a_call_that_an_agent_tells_of_is_seen_by_the_auditor_and_stops_the_next_one(spring: House) -> None:
    assert tell(spring, "IT-0005", "contact_outcome", "--outcome", "right_party").returncode == 0
    told = spring.run("agent", "may-call", "IT-0005")
    assert (told.returncode, told.stderr.startswith("agent: no call for IT-0005 now")) == (1, True)
    assert spring.run("agent", "may-call", "IT-0005", "--channel", "visit", "--json").returncode == 1
    mine = [f for f in contacts(spring, "--portfolio", "spring") if f["account"] == "IT-0005"]
    found = [f for f in mine if f["channel"] == "call"]
    assert [f["outcome"] for f in found] == ["right_party"]
    assert {f["verdict"] for f in contacts(spring)} <= {"lawful", "unlawful"}, "every edition is kept"


def test_who_called_us_began_it(spring: House) -> None:
    assert tell(spring, "IT-0006", "contact_outcome", "--outcome", "right_party", "--inbound").returncode == 0
    [call] = [f for f in contacts(spring) if f["account"] == "IT-0006" and f["channel"] == "call"]
    assert (call["inbound"], call["verdict"]) == (True, "lawful")


def test_in_italy_nobody_else_is_called_and_who_did_it_is_found(spring: House) -> None:
    words = ("IT-0008", "--third-party", "neighbour-1", "--purpose", "location")
    asked = spring.run("agent", "may-call", *words)
    assert (asked.returncode, "no call to neighbour-1 for IT-0008 now: IT-V1" in asked.stderr) == (1, True)
    told = tell(spring, "IT-0008", "contact_outcome", *words[1:], "--outcome", "not_found")
    assert told.returncode == 0, told.stderr
    [found] = [f for f in contacts(spring) if f["account"] == "IT-0008" and f["third_party"]]
    assert (found["verdict"], found["third_party"], "IT-V1" in found["rules"]) == ("unlawful", "neighbour-1", True)


def test_a_third_party_is_no_name_and_only_they_are_asked_for_the_place(spring: House) -> None:
    assert spring.run("agent", "may-call", "IT-0008", "--third-party", "Mario").returncode == 2
    assert spring.run("agent", "may-call", "IT-0008", "--purpose", "location").returncode == 2
    work = spring.run("agent", "may-call", "IT-0008", "--place", "work")
    assert (work.returncode, "IT-F3" in work.stderr) == (1, True)


def test_a_consent_is_given_and_taken_back(spring: House) -> None:
    words = ("circumstance", "--name", "call_consent", "--channel", "call", "--since", "2026-01-01")
    assert tell(spring, "IT-0007", *words).returncode == 0
    assert tell(spring, "IT-0007", "circumstance", "--name", "call_consent", "--ended").returncode == 0
    again = tell(spring, "IT-0007", "circumstance", "--name", "call_consent", "--ended")
    assert (again.returncode, "no call consent is known that could end" in again.stderr) == (1, True)


def test_what_nobody_has_to_do_cannot_be_opened(spring: House) -> None:
    told = spring.run("agent", "open", "nothing")
    assert (told.returncode, "no open task ends so" in told.stderr) == (1, True)


def test_nobody_of_that_name_is_refused(spring: House) -> None:
    assert spring.run("auditor", "contacts", "--party", "nobody").returncode == 1
    assert spring.run("auditor", "contacts", "--from", "yesterday").returncode == 2
