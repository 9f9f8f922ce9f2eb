"""Can an agent see what may be offered, offer it, have it approved and answered, all by command on a real worker?"""

import json
import time
from typing import Any

import pytest

from tests.commands.conftest import EXAMPLE, SENDER, House


@pytest.fixture(scope="module")
def spring(house: House) -> House:
    """The example, handed over and started."""
    house.json("starter", "start", EXAMPLE, "--portfolio", "spring", "--client", "bank", *SENDER)
    deadline = time.monotonic() + 60
    while house.json("auditor", "case", "BR-0010")["account"]["next_at"] is None:
        assert time.monotonic() < deadline
        time.sleep(0.3)
    return house


def found(house: House, word: str, *words: str) -> dict[str, list[dict[str, Any]]]:
    told = house.json("agent", "offer", word, *words)
    return {name: told[name] for name in ("possible", "not_possible")}


def test_what_may_be_offered_comes_with_schedules_that_sum_and_reasons(spring: House) -> None:
    told = spring.json("agent", "offer", "NL-0004", "--left", "400")
    kinds = {p["what"] for p in told["possible"]}
    assert {"plan", "restructuring"} & kinds
    for offer in told["possible"]:
        repaid = sum(i["amount"] - i["interest"] for i in offer["instalments"]) + offer["waived"]
        assert offer["what"] == "deferral" or repaid == told["outstanding"]
        assert offer["what"] == "deferral" or max(i["amount"] for i in offer["instalments"]) <= 400_00
    assert all(p["reasons"] for p in told["possible"] + told["not_possible"])


def test_the_screen_shows_each_schedule_before_anything_is_agreed(spring: House) -> None:
    run = spring.run("agent", "offer", "NL-0004")
    assert run.returncode == 0, run.stderr
    shown = " ".join(run.stdout.split())
    assert "restructuring, equal principal; if broken: the contract is as it was before" in shown
    assert max(map(len, run.stdout.splitlines())) <= 100


def test_italy_offers_a_plan_only_and_says_why_not_the_rest(spring: House) -> None:
    reasons = {p["what"]: p["reasons"] for p in found(spring, "IT-0004")["not_possible"]}
    assert reasons["settlement"] == ["the strategy offers no settlement"]
    refused = spring.run("agent", "offer", "IT-0004", "--make", "settlement", "--by", "anna")
    assert refused.stderr == "agent: no settlement can be offered today: the strategy offers no settlement\n"


def test_a_settlement_goes_from_offer_to_closed_case_by_command(spring: House) -> None:
    word, owed = "RO-0006", spring.json("agent", "offer", "RO-0006")["outstanding"]
    made = spring.json("agent", "offer", word, "--make", "settlement", "--percent", "40", "--by", "anna")
    assert made["taken"]
    refused = spring.run("agent", "tell", word, "offer_approved", "--by", "anna")
    assert refused.stderr == "agent: anna made the offer: somebody else must approve it\n"
    assert spring.json("agent", "tell", word, "offer_approved", "--by", "bruno")["taken"]
    assert spring.json("agent", "tell", word, "offer_answered", "--offer", "settlement", "--accepted")["taken"]
    rest = owed - (owed * 4 + 5) // 10
    spring.json("agent", "tell", word, "payment_received", "--amount", f"{rest / 100:.2f}")
    deadline = time.monotonic() + 30
    while spring.json("auditor", "case", word)["account"]["outcome"] != "paid":
        assert time.monotonic() < deadline
        time.sleep(0.3)
    story = [line["reason"] for line in spring.json("auditor", "case", word)["story"]]
    assert any(r.startswith("paid: settled for less: ") for r in story)


def test_an_answer_must_say_which_it_is(spring: House) -> None:
    assert spring.run("agent", "tell", "NL-0004", "offer_answered").returncode == 2


def test_without_an_offer_there_is_nothing_to_answer(spring: House) -> None:
    run = spring.run("agent", "tell", "IT-0003", "offer_answered", "--accepted")
    assert (run.returncode, run.stderr) == (1, "agent: no such offer waits; there are: none\n")


def test_an_offer_of_ones_own_is_told_with_its_interest(spring: House) -> None:
    owed = spring.json("agent", "offer", "NL-0003")["outstanding"]
    words = ("--what", "restructuring", "--instalment", f"+30:{owed / 100 + 12.5:.2f}:12.50", "--until", "+10")
    assert spring.json("agent", "tell", "NL-0003", "offer_made", *words)["taken"]
    told = spring.run("agent", "offer", "NL-0003", "--json")
    assert [o["state"] for o in json.loads(told.stdout)["offers"]] == ["made"]
