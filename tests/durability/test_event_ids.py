"""Does a fact count once, however often, in whatever order and however late it is told, and is none lost?"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from engine import EmbeddedEngine, connect
from models.events import ContactOutcome, DeliveryReport, Outcome, PaymentReversed
from store import journal
from store.database import Database
from tests.durability.living import OWED, Life, a_life, a_waiting_life, payment
from tests.durability.machine import until
from tests.durability.slow_house import a_slow_house
from tests.now import days_ago, right_now
from tests.workflows.houses import House, a_house, account_row, pack


@pytest_asyncio.fixture(loop_scope="session")
async def house(engine_server: EmbeddedEngine, sqlite_database: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(await connect(engine_server.settings), sqlite_database, tmp_path) as found:
        yield found


async def renewed(life: Life) -> None:
    """Let the case begin a new run, and wait for it."""
    before = (await life.handle.describe()).run_id
    await life.handle.signal("renew")

    async def new_run() -> bool:
        return (await life.handle.describe()).run_id != before

    await until(new_run)
    await life.until(lambda view: view.next_step is not None)


async def test_a_fact_told_three_times_counts_once(house: House) -> None:
    life = await a_waiting_life(house)
    await life.tell(payment("bank:1", 10_000))
    await life.tell(payment("bank:1", 10_000))
    await life.heard("bank:1")
    again = await life.record(payment("bank:1", 10_000))
    await life.tell(payment("bank:2", 1))
    view = await life.heard("bank:2")
    assert (again.became, again.message) == ("known", "known already: it counts once")
    assert view.outstanding == OWED - 10_001
    assert life.ledger() == [("bank:1", 10_000, True), ("bank:2", 1, True)]
    assert life.told() == ["bank:1", "bank:2"]


async def test_what_the_desk_recorded_counts_once_when_it_is_signalled_too(house: House) -> None:
    life = await a_waiting_life(house)
    first = await life.record(payment("bank:1", 10_000))
    await life.tell(payment("bank:1", 10_000))
    await life.tell(payment("bank:2", 1))
    view = await life.heard("bank:1", "bank:2")
    assert first.became == "taken"
    assert view.outstanding == OWED - 10_001
    assert life.told() == ["bank:1", "bank:2"]


async def test_a_reversal_that_overtakes_its_payment_takes_it_back(house: House) -> None:
    life = await a_waiting_life(house)
    await life.tell(PaymentReversed(event_id="back:1", payment="bank:1"))
    await life.heard("back:1")
    await life.tell(payment("bank:1"))
    view = await life.heard("bank:1")
    assert view.outstanding == OWED
    assert view.next_step == "specialist_call"
    assert life.ledger() == [("back:1", 0, False), ("bank:1", OWED, False)]


async def test_a_payment_and_its_reversal_told_at_once_balance_in_any_order(house: House) -> None:
    for order in (1, -1):
        life = await a_waiting_life(house, f"A{order}")
        facts = (payment("bank:1"), PaymentReversed(event_id="back:1", payment="bank:1"))[::order]
        for fact in facts:
            await life.tell(fact)
        await life.heard("bank:1", "back:1")
        view = await life.until(lambda view: view.outstanding == OWED)
        assert sum(amount for _, amount, posted in life.ledger() if posted) == OWED - view.outstanding


async def test_a_fact_is_known_after_continue_as_new(house: House) -> None:
    life = await a_waiting_life(house)
    await life.tell(payment("bank:1", 10_000))
    await life.heard("bank:1")
    await renewed(life)
    await life.tell(payment("bank:1", 10_000))
    assert (await life.record(payment("bank:1", 10_000))).became == "known"
    await renewed(life)
    await life.tell(payment("bank:2", 1))
    view = await life.heard("bank:2")
    assert view.outstanding == OWED - 10_001
    assert life.told() == ["bank:1", "bank:2"]
    assert len(house.sent()) == 1


async def test_facts_told_together_with_continue_as_new_are_all_taken_in(house: House) -> None:
    life = await a_waiting_life(house)
    for n in range(10):
        await life.tell(payment(f"bank:{n}", 1))
        await life.handle.signal("renew")
    await life.heard(*(f"bank:{n}" for n in range(10)))
    await life.until(lambda view: view.outstanding == OWED - 10)
    assert len(life.ledger()) == 10


async def test_a_fact_is_known_after_the_case_closed(house: House) -> None:
    life = await a_waiting_life(house)
    await life.tell(payment("bank:1"))
    assert await life.handle.result() == "paid"
    await life.reopen(payment("bank:1"))
    assert await life.handle.result() == "paid"
    assert life.ledger() == [("bank:1", OWED, True)]
    assert life.told() == ["bank:1"]
    assert life.for_a_person() == []
    with house.database.reading() as session:
        assert journal.broken_at(journal.read(session, life.account)) is None


async def test_a_reversal_after_the_case_closed_opens_it_again(house: House) -> None:
    life = await a_waiting_life(house)
    await life.tell(payment("bank:1"))
    assert await life.handle.result() == "paid"
    await life.reopen(PaymentReversed(event_id="back:1", payment="bank:1"))
    view = await life.heard("back:1")
    assert (view.outstanding, house.account(life.account).outcome) == (OWED, None)
    assert life.ledger() == [("bank:1", OWED, True), ("back:1", -OWED, True)]


async def test_a_report_that_overtakes_its_message_is_kept_for_it(
    engine_server: EmbeddedEngine, sqlite_database: Database, tmp_path: Path
) -> None:
    client = await connect(engine_server.settings)
    async with a_slow_house(client, sqlite_database, tmp_path) as (house, post):
        life = await a_life(house)
        await until(post.asked.is_set)
        [attempt] = house.attempts()
        await life.tell(DeliveryReport(event_id="report:1", message=attempt.key, status="delivered"))
        await life.tell(DeliveryReport(event_id="report:1", message=attempt.key, status="delivered"))
        post.word.set()
        view = await life.heard("report:1")
        assert [(record.step, record.result) for record in view.case.records] == [("first_letter", "delivered")]
        assert [(a.status, a.outcome) for a in house.attempts()] == [("delivered", "delivered")]
        assert life.told() == ["report:1"]


async def test_an_outcome_for_a_task_that_is_overdue_still_counts(
    temporal_env: WorkflowEnvironment, sqlite_database: Database, tmp_path: Path
) -> None:
    async with a_house(temporal_env.client, sqlite_database, tmp_path) as house:
        row = account_row("A1", "cec", [(days_ago(40), OWED)])
        [case] = house.take([row], pack("cec"), "out_of_court", right_now())
        with temporal_env.with_time_skipping_disabled():
            handle = await house.start(case)
        life = Life(house, case.account, handle)
        await life.until(lambda view: view.next_step == "specialist_call")
        await temporal_env.fast_forward(handle, timedelta(days=18))
        await until(lambda: any(call.status == "overdue" for call in life.calls()))
        late = next(call for call in life.calls() if call.status == "overdue")
        await life.tell(ContactOutcome(event_id="talk:1", outcome=Outcome.right_party, task=late.key))
        view = await life.heard("talk:1")
        assert {r.result for r in view.case.records if r.key == late.key} == {"right_party"}
