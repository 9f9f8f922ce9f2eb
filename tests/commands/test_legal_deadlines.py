"""Do `auditor.py deadlines` and `auditor.py charges` answer by rule and day, and say what they do not know?"""

import json
from collections.abc import Callable
from typing import Any

from typer.testing import Result

Command = Callable[..., Result]


def asked(command: Command, *words: str) -> Any:
    return json.loads(command("auditor", *words, "--json").stdout)


def days(found: list[dict[str, Any]], rule: str) -> list[str]:
    return [day["day"] for deadline in found if deadline["rule"] == rule for day in deadline["days"]]


def test_the_deadlines_of_a_country_fall_on_days_counted_by_its_own_calendar(command: Command) -> None:
    found = asked(command, "deadlines", "--country", "nl", "--from", "2026-03-02")
    assert days(found, "NL-C1, NL-C2") == ["2026-03-04", "2026-03-18", "2026-03-19"]
    assert {deadline["place"] for deadline in found} == {"NL", "EU"}, "what binds in the Union binds there too"


def test_thirty_russian_working_days_know_a_working_saturday(command: Command) -> None:
    found = asked(command, "deadlines", "--country", "RU", "--from", "2027-01-11")
    assert days(found, "RU-C3") == ["2027-02-20"]


def test_a_deadline_that_needs_another_day_is_told_by_its_name(command: Command) -> None:
    words = ("deadlines", "--country", "US", "--from", "2026-03-02")
    assert days(asked(command, *words), "US-O5") == []
    assert days(asked(command, *words, "--given", "opt_out_by=2026-04-06"), "US-O5") == ["2026-04-07"]


def test_without_a_day_every_place_is_listed_with_what_its_deadlines_count_from(command: Command) -> None:
    found = asked(command, "deadlines")
    assert {deadline["place"] for deadline in found} == {"BR", "EU", "GB", "IT", "NL", "PT", "RO", "RU", "US"}
    assert all(deadline["needs"] and not deadline["days"] for deadline in found)


def test_what_is_not_known_is_refused_with_what_is(command: Command) -> None:
    for words, says in (
        (("--country", "ZZ"), "ZZ has no law pack here; known: BR"),
        (("--given", "served"), "'served' names no day; write it like"),
        (("--given", "sold=2026-01-01"), "no deadline asks for sold; known: asked"),
    ):
        run = command("auditor", "deadlines", *words)
        assert (run.exit_code, says in run.stderr) == (1, True)


def test_the_dutch_cost_of_an_unpaid_amount_and_its_vat(command: Command) -> None:
    words = ("charges", "--country", "NL", "--unpaid", "400", "--on", "2026-11-30")
    cost, fee = asked(command, *words)["charges"]
    assert (cost["amount"], cost["rule"], cost["lines"]) == (60_00, "NL-L1", ["15 % of 400.00"])
    assert (fee["amount"], fee["rule"]) == (0, "")
    assert asked(command, *words, "--vat-due")["charges"][0]["amount"] == 72_60


def test_charges_are_asked_of_a_country_with_a_law_on_them_and_for_a_product(command: Command) -> None:
    for words, says in (
        (("ZZ",), "ZZ has no law on charges here"),
        (("PT", "--product", "gold"), "gold is no product"),
    ):
        run = command("auditor", "charges", "--unpaid", "400", "--country", *words)
        assert (run.exit_code, says in run.stderr) == (1, True)
