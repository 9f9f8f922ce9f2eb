"""Does a deployment change what a running case knows? Its view is the same, by the byte, under any policy (W1)."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from temporalio.api.history.v1 import HistoryEvent
from temporalio.testing import WorkflowEnvironment

from models import events as e
from models.case import Case
from models.decisions import Close, Hearing, Turn
from models.resolved import Ended
from policy.case.evolve import evolve, evolved
from settings import HOUSE
from store.database import Database
from tests.workflows.houses import House, a_house
from tests.workflows.lives import LIVES, Led, lead


@asynccontextmanager
async def another_worker(env: WorkflowEnvironment, queue: str) -> AsyncIterator[None]:
    address = env.client.service_client.config.target_host
    command = [sys.executable, "-m", "tests.workflows.altered_worker", address, queue]
    process = subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        altered = await asyncio.to_thread(process.stdout.readline)
        assert int(altered.split()[0]) > 500, "the policy was hardly altered"
        assert await asyncio.to_thread(process.stdout.readline) == "ready\n"
        yield
    finally:
        process.kill()
        process.wait()


async def a_life_in_full(led: Led) -> None:
    """Whatever a case can hold: a message of the debtor's, a dispute, hardship, a promise, a protection with an end."""
    await led.days(2)
    # W1: two days to read it, that were thirty after a deployment.
    await led.record(e.ContactOutcome, outcome="callback", channel="sms", cause="job_loss")
    await led.record(e.Dispute, event_id="d1", amount=5_000)
    await led.record(e.Hardship, until=await led.today())
    await led.record(e.PaymentReceived, event_id="pay-1", amount=40_000, currency="EUR")
    await led.record(e.WrittenOff, amount=1_000)
    await led.record(e.Protection, reason="hospital", until=await led.today())
    await led.days(4)
    await led.record(e.PaymentReversed, payment="pay-1")
    await led.days(1)


async def test_every_number_of_the_policy_may_change_and_a_running_case_knows_the_same(
    temporal_env: WorkflowEnvironment, sqlite_database: Database, tmp_path: Path
) -> None:
    async with a_house(temporal_env.client, sqlite_database, tmp_path) as house:
        led = await lead(temporal_env, house, "cec", "out_of_court", amounts=[300_000, 100_000])
        await a_life_in_full(led)
        before = json.dumps(await led.handle.query("case"))
    async with another_worker(temporal_env, house.task_queue):
        replayed, cached = [json.dumps(await led.handle.query("case")) for _ in range(2)]
    assert replayed == before
    assert cached == before


def events_of(history: list[HistoryEvent]) -> Case:
    """The case as the events that its history recorded make it, from the one with which it began."""
    first = history[0].workflow_execution_started_event_attributes
    case, last = Case.model_validate_json(first.input.payloads[0].data), None
    for event in history:
        if not event.HasField("marker_recorded_event_attributes"):
            continue
        told = event.marker_recorded_event_attributes.details["result"].payloads[0].data
        if told == b"null" or not told:
            continue
        answer = Turn if b'"next":{' in told else Hearing
        found = answer.model_validate_json(told)
        case, last = evolved(case, found.events), found
    assert isinstance(last, Turn)
    assert isinstance(last.next, Close)
    return evolve(case, Ended(outcome=last.next.outcome, at=last.at))


@pytest.mark.parametrize("name", sorted({*LIVES} - {"cancelled"}))
async def test_the_events_that_were_recorded_give_the_case_that_was_kept(
    temporal_env: WorkflowEnvironment, house: House, name: str
) -> None:
    live, strategy, cycle, changes = LIVES[name]
    led = await lead(temporal_env, house, strategy, cycle, **changes)
    await live(led)
    found = events_of(list((await led.handle.fetch_history()).events))
    assert found == Case.model_validate(house.account(led.case.account).last_case)
