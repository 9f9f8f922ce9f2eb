"""Is anything lost or done twice when workers and the engine are killed while portfolios start and steps run?"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from temporalio.client import WorkflowExecutionStatus

from engine import EmbeddedEngine, running
from intake.pack_files import jurisdictions, strategy
from intake.portfolio_file import AccountRow
from models.case import Case
from models.decisions import Line
from models.events import PaymentReceived
from models.tables.accounts import Account
from models.tables.trail import Attempt, Document, Journal, Task
from policy.deciding.rehearsal import rehearse
from settings import Settings
from store import journal
from tests.durability.machine import Machine, a_machine, until
from tests.now import days_ago, right_now
from tests.workflows.houses import account_row
from workflows.engine_names import portfolio_id, recovery_id

pytestmark = pytest.mark.real_clock

AT_ONCE = strategy(Path(__file__).with_name("strategy.yaml"))
CYCLES = ("papers", "notices", "traces")
KILLS = 10
ACCOUNTS = 8
"""In each portfolio: one is begun before each kill."""
RATE = 4
RECOVERY_SECONDS = 150
"""A step that a killed worker had begun is given to another one after its time-out."""


def rows(portfolio: str) -> list[AccountRow]:
    return [account_row(f"{portfolio}-{n}", "cec", [(days_ago(40 + n), 50_000)]) for n in range(ACCOUNTS)]


def cycle(row: AccountRow) -> str:
    return CYCLES[int(row.account.rpartition("-")[2]) % len(CYCLES)]


def rehearsed(machine: Machine, cases: Sequence[Case]) -> list[Line]:
    """What the same cases do over the same time when nobody is killed."""
    begun = {row.id: row.started for row in machine.all(Account)}
    same = [case.model_copy(update={"opened": begun[case.account]}) for case in cases]
    return list(rehearse(same, {AT_ONCE.version: AT_ONCE.strategy}, jurisdictions(), until=right_now()))


def assert_each_step_was_taken_once(machine: Machine, cases: Sequence[Case]) -> None:
    lines, trail = rehearsed(machine, cases), machine.all(Journal)
    ordered = {str(line.detail["key"]): line.detail["do"] for line in lines if line.kind == "decision"}
    assert Counter(line.detail["do"] for line in lines if line.kind == "decision").keys() >= {"letter", "trace"}
    assert {row.detail["key"] for row in trail if row.kind == "decision"} == ordered.keys()
    # A payment that came while a step was being taken stopped it, if it had not left: then it was decided anew.
    effects = [r for r in trail if r.kind == "effect" and r.detail["event"] != "step_deferred"]
    assert Counter((r.account, r.key) for r in effects) == Counter(
        (line.account, line.key) for line in lines if line.kind == "effect"
    )
    assert sorted(attempt.key for attempt in machine.all(Attempt)) == sorted(ordered)
    assert {attempt.status for attempt in machine.all(Attempt)} == {"sent", "open"}
    tasks = {key for key, do in ordered.items() if do in ("review", "trace")}
    assert {(task.key, task.status) for task in machine.all(Task)} == {(key, "open") for key in tasks}
    assert machine.sent() == sorted(ordered.keys() - tasks)
    assert {d.key for d in machine.all(Document)} == {k for k, do in ordered.items() if do == "formal_notice"}


def assert_every_chain_is_whole(machine: Machine, cases: Sequence[Case]) -> None:
    with machine.database.reading() as session:
        assert [case.account for case in cases if journal.broken_at(journal.read(session, case.account))] == []


async def assert_each_account_has_one_workflow(machine: Machine, cases: Sequence[Case]) -> None:
    async def all_found() -> bool:
        return len(await machine.executions()) >= len(cases)

    await until(all_found)
    found = await machine.executions()
    assert sorted(run.id for run in found) == sorted(recovery_id(c.portfolio, c.account) for c in cases)
    assert {run.status for run in found} == {WorkflowExecutionStatus.RUNNING}


async def repeated(machine: Machine, workflow: str) -> int:
    """How many activities of a workflow were begun by one worker and done by another."""
    history = await machine.client.get_workflow_handle(workflow).fetch_history()
    starts = [event.activity_task_started_event_attributes for event in history.events]
    return sum(1 for start in starts if start.attempt > 1)


async def tell_twice(machine: Machine, told: set[str]) -> None:
    """One euro for each case that was begun, told twice while nobody is there to hear it."""
    for account in [row for row in machine.all(Account) if row.started and row.id not in told]:
        fact = PaymentReceived(event_id=f"euro:{account.id}", amount=100, currency="EUR")
        case = machine.client.get_workflow_handle(recovery_id(account.portfolio, account.id))
        await case.signal("payment_received", fact)
        await case.signal("payment_received", fact)
        told.add(account.id)


@pytest.mark.timeout(400)
async def test_ten_kills_lose_nothing_and_repeat_nothing(settings: Settings) -> None:
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    print(f"SEED={seed}")
    dice, told = random.Random(seed), set[str]()
    portfolios = [f"p{n}" for n in range(KILLS)]
    async with a_machine(settings) as machine:
        for portfolio in portfolios:
            machine.take(portfolio, rows(portfolio), AT_ONCE, cycle)
        cases = [case for portfolio in portfolios for case in machine.cases(portfolio)]
        for portfolio in portfolios:
            worker = await machine.worker()
            await machine.start(portfolio, RATE)
            await asyncio.sleep(dice.uniform(0.1, 1.6))
            worker.kill()
            await tell_twice(machine, told)
        await machine.worker()
        await until(machine.quiet, RECOVERY_SECONDS)
        await until(lambda: len(machine.money()) >= len(told))
        assert_each_step_was_taken_once(machine, cases)
        assert_every_chain_is_whole(machine, cases)
        await assert_each_account_has_one_workflow(machine, cases)
        assert {(row.account, -row.amount) for row in machine.money()} == {(account, 100) for account in told}
        assert len(machine.money()) == len(told) > 0
        pages = sum([await repeated(machine, portfolio_id(portfolio)) for portfolio in portfolios])
        steps = sum([await repeated(machine, recovery_id(case.portfolio, case.account)) for case in cases])
        print(f"cut in two: {pages} pages, {steps} steps; {len(told)} payments told to nobody")
        assert min(pages, steps) > 0, "the kills hit nothing: this run shows nothing"


@pytest.mark.timeout(300)
async def test_a_killed_engine_goes_on_where_it_was(settings: Settings) -> None:
    async with a_machine(settings) as machine:
        machine.take("p", rows("p") + rows("q"), AT_ONCE, cycle)
        cases = machine.cases("p")
        await machine.worker()
        await machine.start("p", RATE)
        await until(lambda: len(machine.all(Attempt)) >= 3)
        machine.kill_engine()
        await until(lambda: running(settings.data_dir) is None)
        async with EmbeddedEngine(settings):
            await until(machine.quiet, RECOVERY_SECONDS)
            assert_each_step_was_taken_once(machine, cases)
            assert_every_chain_is_whole(machine, cases)
            await assert_each_account_has_one_workflow(machine, cases)
