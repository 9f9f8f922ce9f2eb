"""What when money comes at an awkward moment, or too much of it, or in another currency, or unreadable?"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from engine import EmbeddedEngine, connect
from models.events import PaymentReversed, PromiseToPay
from policy.law.may_contact import debtor_day
from store.database import Database
from tests.durability.living import OWED, Life, a_life, a_waiting_life, payment
from tests.durability.machine import until
from tests.durability.slow_house import a_slow_house
from tests.now import right_now
from tests.workflows.houses import House, a_house

UNREADABLE = [
    {"event_id": "bad:1", "amount": "much", "currency": "EUR"},
    {"event_id": "bad 1", "amount": 100, "currency": "EUR"},
    {"event_id": "bad:1", "amount": -100, "currency": "EUR"},
    {"amount": 100, "currency": "EUR"},
    "Mario Rossi paid",
    None,
]


@pytest_asyncio.fixture(loop_scope="session")
async def house(engine_server: EmbeddedEngine, sqlite_database: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(await connect(engine_server.settings), sqlite_database, tmp_path) as found:
        yield found


async def promised(life: Life, amount: int) -> None:
    """Let the debtor promise an amount for the end of the week."""
    due = debtor_day(right_now(), "Europe/Rome") + timedelta(days=5)
    await life.tell(PromiseToPay(event_id="promise:1", amount=amount, due=due))
    await life.until(lambda view: "promise" in view.why)


@pytest.mark.parametrize(("amount", "outcome"), [(OWED, "paid"), (10_000, None)])
async def test_a_payment_while_a_message_is_being_sent_counts_and_the_message_leaves_once(
    engine_server: EmbeddedEngine, sqlite_database: Database, tmp_path: Path, amount: int, outcome: str | None
) -> None:
    async with a_slow_house(await connect(engine_server.settings), sqlite_database, tmp_path) as (house, post):
        life = await a_life(house)
        await until(post.asked.is_set)
        await life.tell(payment("bank:1", amount))
        assert [attempt.status for attempt in house.attempts()] == ["sending"]
        post.word.set()
        await life.heard("bank:1")
        assert house.account(life.account).outcome == outcome
        assert house.account(life.account).outstanding == OWED - amount
        assert life.ledger() == [("bank:1", amount, True)]
        assert [(a.step, a.status) for a in house.attempts()] == [("first_letter", "sent")]
        assert len(house.sent()) == 1
        assert [row.kind for row in life.trail() if row.kind in ("effect", "event")] == ["effect", "event"]


async def test_a_payment_in_part_leaves_a_promise_running(house: House) -> None:
    life = await a_waiting_life(house)
    await promised(life, 20_000)
    await life.tell(payment("bank:1", 5_000))
    view = await life.heard("bank:1")
    assert view.why.startswith("promise of 200.00 EUR")
    assert view.outstanding == OWED - 5_000
    assert [promise.verdict for promise in view.case.promises] == ["running"]


async def test_a_payment_of_what_was_promised_keeps_the_promise(house: House) -> None:
    life = await a_waiting_life(house)
    await promised(life, 20_000)
    await life.tell(payment("bank:1", 20_000))
    view = await life.heard("bank:1")
    assert [promise.verdict for promise in view.case.promises] == ["kept"]
    assert (view.next_step, view.outstanding) == ("specialist_call", OWED - 20_000)


async def test_a_payment_of_everything_ends_a_case_whose_promise_runs(house: House) -> None:
    life = await a_waiting_life(house)
    await promised(life, 20_000)
    await life.tell(payment("bank:1"))
    assert await life.handle.result() == "paid"


async def test_a_payment_for_a_closed_case_is_kept_and_goes_to_a_person(house: House) -> None:
    life = await a_waiting_life(house)
    await life.tell(payment("bank:1"))
    assert await life.handle.result() == "paid"
    await life.reopen(payment("bank:2", 700))
    assert await life.handle.result() == "paid"
    assert life.ledger() == [("bank:1", OWED, True), ("bank:2", 700, True)]
    assert sorted(life.for_a_person()) == ["overpaid by 7.00 EUR: refund", "payment for a closed case"]
    assert len(house.sent()) == 1


async def test_more_than_is_owed_closes_the_case_and_asks_for_a_refund(house: House) -> None:
    life = await a_waiting_life(house)
    await life.tell(payment("bank:1", OWED + 1))
    assert await life.handle.result() == "paid"
    assert life.ledger() == [("bank:1", OWED + 1, True)]
    assert life.for_a_person() == ["overpaid by 0.01 EUR: refund"]
    assert house.account(life.account).outstanding == 0


async def test_another_currency_is_kept_and_flagged_and_changes_nothing(house: House) -> None:
    life = await a_waiting_life(house)
    await life.tell(payment("bank:1", OWED, "USD"))
    await life.tell(payment("bank:1", OWED, "USD"))
    await life.record(payment("bank:2", OWED, "CHF"))
    view = await life.heard("bank:1", "bank:2")
    assert life.ledger() == [("bank:1", OWED, False), ("bank:2", OWED, False)]
    assert life.for_a_person() == [
        f"payment_received not taken: 500.00 {code} received, the account is in EUR" for code in ("USD", "CHF")
    ]
    assert (view.outstanding, view.next_step) == (OWED, "specialist_call")


async def test_a_reversal_told_twice_under_two_ids_takes_the_money_back_once(house: House) -> None:
    life = await a_waiting_life(house)
    await life.tell(payment("bank:1", 10_000))
    await life.heard("bank:1")
    await life.tell(PaymentReversed(event_id="back:1", payment="bank:1"))
    await life.tell(PaymentReversed(event_id="back:2", payment="bank:1"))
    view = await life.heard("back:1", "back:2")
    assert OWED - sum(amount for _, amount, posted in life.ledger() if posted) == view.outstanding == OWED
    assert len(life.ledger()) == 3


async def test_what_cannot_be_read_is_kept_and_flagged_and_the_case_lives(house: House) -> None:
    life = await a_waiting_life(house)
    for told in UNREADABLE:
        await life.handle.signal("payment_received", told)
    await life.tell(payment("bank:1", 1))
    view = await life.heard("bank:1")
    unread = [why for why in life.for_a_person() if why.startswith("signal payment_received could not be read")]
    assert len(unread) == len(UNREADABLE)
    assert not any("Mario" in row.reason or "Mario" in str(row.detail) for row in life.trail())
    assert (view.outstanding, life.ledger()) == (OWED - 1, [("bank:1", 1, True)])
