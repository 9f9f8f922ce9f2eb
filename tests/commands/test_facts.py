"""Can an agent write every event, and does a wrong word come back with its reason?"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from typer.testing import Result

from intake.fact_fields import Context, NotAFact, make
from models.events import FACTS

ROME = Context("EUR", "Europe/Rome", datetime(2026, 12, 1, 10, tzinfo=UTC))


def made(kind: str, **given: Any) -> Any:
    return make(kind, {"event_id": "e-1", **given}, ROME)


@pytest.mark.parametrize("kind", sorted({*FACTS} - {"account_updated"}))
def test_every_event_of_the_design_can_be_told(command: Callable[..., Result], kind: str) -> None:
    run = command("agent", "tell", "IT-0001", kind, "--help")
    assert run.exit_code == 0
    assert "--event-id" in run.stdout


def test_the_changes_of_the_lender_come_by_its_file_alone(command: Callable[..., Result]) -> None:
    assert command("agent", "tell", "IT-0001", "account_updated", "--help").exit_code == 2


@pytest.mark.parametrize("kind", ["payment_received", "promise_to_pay", "notice_served", "release", "plan_agreed"])
def test_a_missing_option_is_wrong_usage(command: Callable[..., Result], kind: str) -> None:
    assert command("agent", "tell", "IT-0001", kind).exit_code == 2


def test_contact_details_without_details_are_wrong_usage_or_refused(command: Callable[..., Result]) -> None:
    assert command("agent", "tell", "IT-0001", "contact_details").exit_code != 0


def test_amounts_are_whole_units_of_the_account() -> None:
    fact = made("payment_received", amount="100.50")
    assert (fact.amount, fact.currency) == (10050, "EUR")


def test_an_amount_that_can_be_read_in_two_ways_is_refused() -> None:
    with pytest.raises(NotAFact, match="1,234"):
        made("promise_to_pay", amount="1,234", due="+3")


def test_days_may_count_from_the_event() -> None:
    assert made("promise_to_pay", amount="10", due="+7").due == date(2026, 12, 8)


def test_a_moment_without_offset_is_on_the_debtors_clock() -> None:
    assert made("opt_out", channel="sms", at="2026-12-01T10:00").at == datetime(2026, 12, 1, 9, tzinfo=UTC)


def test_a_plan_is_days_with_amounts() -> None:
    fact = made("plan_agreed", instalments=["2026-12-10:50.00", "+40:25"])
    assert [(i.due, i.amount) for i in fact.instalments] == [(date(2026, 12, 10), 5000), (date(2027, 1, 10), 2500)]


def test_a_sentence_does_not_fit_where_a_code_stands() -> None:
    with pytest.raises(NotAFact, match="reason"):
        made("hold", reason="the debtor is on holiday")


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(NotAFact, match=r"amount: .*; due: .*; colour: "):
        made("promise_to_pay", amount="much", due="soon", colour="red")


def test_what_is_disputed_is_named_by_numbers_and_ids() -> None:
    fact = made("dispute", instalments=["2", "3"], charges=["C-1"], evidence="LETTER-7")
    assert (fact.instalments, fact.charges, fact.evidence) == ((2, 3), ("C-1",), "LETTER-7")


def test_an_instalment_that_is_no_number_is_refused() -> None:
    with pytest.raises(NotAFact, match="instalments"):
        made("dispute", instalments=["the second"])


def test_a_hold_names_what_it_stops_or_nothing() -> None:
    assert made("hold", reason="audit", blocks=["fees", "court"]).blocks == ("fees", "court")
    assert made("hold", reason="audit", blocks=[]).blocks is None


def test_a_block_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(NotAFact, match="'contact', 'interest', 'fees', 'court' or 'assignment'"):
        made("hold", reason="audit", blocks=["mail"])


@pytest.mark.parametrize(("left", "minor"), [("200", 20_000), ("0", 0), ("0.00", 0), ("0,5", 50)])
def test_nothing_may_be_left_a_month(left: str, minor: int) -> None:
    assert made("hardship", left=left).left == minor
