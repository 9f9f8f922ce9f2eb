"""What becomes of what a case is told: nothing is lost, nothing wedges it, and who tells it learns what came of it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment

from models import events as e
from models.tables.trail import Task
from tests.durability.machine import until
from tests.workflows.houses import House, pack
from tests.workflows.lives import Led, lead

Tell = Callable[[Led], Awaitable[None]]


def for_a_person(house: House, led: Led) -> list[Task]:
    return [t for t in house.tasks(led.case.account) if (t.kind, t.status) == ("attention", "open")]


async def mistyped(led: Led) -> None:
    await led.handle.signal("paymnt_received", {"event_id": "p1", "amount": 1_000, "currency": "EUR"})


async def without_amount(led: Led) -> None:
    await led.handle.signal("payment_received", {"event_id": "p1", "currency": "EUR"})


async def of_nothing(led: Led) -> None:
    await led.handle.signal("payment_received")


async def named_like_a_result(led: Led) -> None:
    await led.handle.signal("message_sent", {"event_id": "p1"})


@pytest.mark.parametrize("tell", [mistyped, without_amount, of_nothing, named_like_a_result])
async def test_a_signal_that_is_no_fact_is_kept_and_the_next_payment_is_taken(
    temporal_env: WorkflowEnvironment, house: House, tell: Tell
) -> None:
    led = await lead(temporal_env, house, "cec", "out_of_court")
    await tell(led)
    await until(lambda: bool(for_a_person(house, led)), 8)
    assert [flag.kind for flag in (await led.view()).case.flags] == ["event"]
    assert len(for_a_person(house, led)) == 1
    assert [row.detail["event"] for row in house.story(led.case.account) if row.kind == "event"] == ["unreadable"]
    await led.tell(e.PaymentReceived, amount=300_000, currency="EUR")
    assert await led.handle.result() == "paid"


async def test_mo1_a_payment_in_another_currency_is_kept_for_a_person_and_not_answered_as_taken(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    led = await lead(temporal_env, house, "cec", "out_of_court")
    answer = await led.record(e.PaymentReceived, amount=1_000, currency="BRL")
    assert (answer.became, answer.why) == ("kept", "10.00 BRL received, the account is in EUR")
    assert [(t.kind, t.why) for t in for_a_person(house, led)] == [
        ("attention", "payment_received not taken: 10.00 BRL received, the account is in EUR")
    ]
    assert (await led.view()).outstanding == 300_000


async def test_what_became_of_a_fact_is_answered_with_what_the_case_does_next(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    led = await lead(temporal_env, house, "cec", "out_of_court")
    await led.days(2)
    taken = await led.record(e.PromiseToPay, event_id="pr1", amount=1_000, due=await led.today() + timedelta(days=7))
    again = await led.record(e.PromiseToPay, event_id="pr1", amount=1_000, due=await led.today() + timedelta(days=7))
    assert (taken.became, again.became) == ("taken", "known")
    assert taken.next is not None
    assert taken.next.startswith("waiting for: promise of 10.00 EUR by ")


async def test_a_refusal_changes_nothing_and_stands_on_the_trail(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    led = await lead(temporal_env, house, "cec", "out_of_court")
    await led.days(2)
    before = (await led.view()).case
    refused = await led.record(e.Release, of="nothing", by="anna")
    assert (refused.became, refused.why) == ("refused", "nothing here waits for a release of nothing")
    assert (await led.view()).case == before
    assert [row.reason for row in house.story(led.case.account) if row.kind == "refused"] == [refused.message]


async def test_content_that_has_no_shape_is_rejected_before_it_costs_an_event(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    led = await lead(temporal_env, house, "cec", "out_of_court")
    before = len((await led.handle.fetch_history()).events)
    with pytest.raises(WorkflowUpdateFailedError):
        await led.handle.execute_update("record", {"kind": "payment_received", "event_id": "p1"})
    assert len((await led.handle.fetch_history()).events) <= before + 4


async def test_mo12_a_case_that_cannot_decide_is_seen_at_once_hears_money_and_goes_on_when_it_is_mended(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    led = await lead(temporal_env, house, "cec", "out_of_court")
    await led.days(2)
    text = pack("cec").text.replace("after_days: 10, times: 4", "after_days: 10, times: 1")
    moved: dict[str, Any] = {"cycle": "out_of_court", "promise_days": 30, "by": "ops"}
    version = house.keeps(text)
    house.forgets(version)
    await led.tell(e.Moved, strategy=version, **moved)
    await until(lambda: bool(for_a_person(house, led)), 8)
    assert [t.why for t in for_a_person(house, led)] == [
        "no decision could be made (LookupError): what is told is kept meanwhile"
    ]
    answer = await led.record(e.PaymentReceived, amount=100_000, currency="EUR")
    assert (answer.became, answer.next) == ("taken", "no decision could be made (LookupError): a person looks")
    assert house.account(led.case.account).outstanding == 200_000
    await led.tell(e.PaymentReceived, amount=50_000, currency="EUR")
    await until(lambda: house.account(led.case.account).outstanding == 150_000)
    house.keeps(text)
    await led.handle.signal("renew")
    await until(lambda: not for_a_person(house, led))
    assert (await led.view()).next_step is not None
