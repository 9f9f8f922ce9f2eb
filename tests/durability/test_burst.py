"""Is the ledger right, and the decision that of the final position, when 200 payments and reversals come at once?"""

import asyncio
import os
import random
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from models.decisions import CaseView
from models.events import PaymentReceived, PaymentReversed
from models.tables.accounts import Account
from models.tables.trail import Attempt, Journal, Ledger, Task
from settings import Settings
from tests.durability.machine import Machine, a_machine, until
from tests.now import days_ago
from tests.workflows.houses import account_row, pack
from workflows.engine_names import recovery_id

pytestmark = pytest.mark.real_clock

PAYMENTS, REVERSALS, TWICE = 130, 70, 40
OWED = 500_000
RECOVERY_SECONDS = 120.0
Fact = PaymentReceived | PaymentReversed


class Burst(NamedTuple):
    """What is told in any order, some of it twice, and what stays of it."""

    facts: list[Fact]
    ids: set[str]
    left: int


def a_burst(dice: random.Random, left: int) -> Burst:
    """Payments of which those that are not taken back sum to `left`."""
    amounts = [dice.randrange(1, left // PAYMENTS) for _ in range(PAYMENTS)]
    amounts[-1] += left - sum(amounts[REVERSALS:])
    paid = [PaymentReceived(event_id=f"bank:{n}", amount=a, currency="EUR") for n, a in enumerate(amounts)]
    back = [PaymentReversed(event_id=f"back:{n}", payment=f"bank:{n}") for n in range(REVERSALS)]
    facts: list[Fact] = [*paid, *back]
    facts += dice.sample(facts, TWICE)
    dice.shuffle(facts)
    return Burst(facts, {fact.event_id for fact in facts}, left)


async def tell(machine: Machine, account: Account, fact: Fact) -> None:
    """Signal the case; where it has ended in between, open it again, as any client of the engine can."""
    case = recovery_id(account.portfolio, account.id)
    while True:
        try:
            await machine.client.get_workflow_handle(case).signal(fact.kind, fact)
            return
        except RPCError as gone:
            if gone.status is not RPCStatusCode.NOT_FOUND:
                raise
        with machine.database.reading() as session:
            ended = session.get_one(Account, account.id).last_case
        if ended is not None:
            await open_again(machine.client, machine.settings.task_queue, case, ended, fact)
            return


async def open_again(client: Client, queue: str, case: str, ended: dict[str, Any], fact: Fact) -> None:
    await client.start_workflow(
        "AccountRecoveryWorkflow",
        ended,
        id=case,
        task_queue=queue,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal=fact.kind,
        start_signal_args=[fact],
    )


async def tell_and_kill(machine: Machine, account: Account, facts: Sequence[Fact]) -> None:
    """All at once; the worker dies between the first and the last of them."""
    half = len(facts) // 2
    await asyncio.gather(*(tell(machine, account, fact) for fact in facts[:half]))
    await until(lambda: len(machine.all(Ledger)) > 0)
    rest = asyncio.gather(*(tell(machine, account, fact) for fact in facts[half:]))
    await asyncio.sleep(0)
    machine.workers[-1].kill()
    await rest
    await machine.worker()


async def begun(machine: Machine) -> Account:
    """An account in CEC's procedure whose first letter has left."""
    machine.take("p", [account_row("A1", "cec", [(days_ago(40), OWED)])], pack("cec"), lambda row: "out_of_court")
    await machine.worker()
    await machine.start("p")
    await until(lambda: any(account.next_step == "specialist_call" for account in machine.all(Account)))
    (account,) = machine.all(Account)
    found: Account = account
    return found


async def heard(machine: Machine, ids: set[str]) -> None:
    keys = {f"event:{event_id}" for event_id in ids}
    await until(lambda: keys <= {row.key for row in machine.all(Journal)}, RECOVERY_SECONDS)


def assert_the_ledger_is_right(machine: Machine, burst: Burst) -> None:
    entries = machine.all(Ledger)
    money = [entry for entry in entries if entry.kind in ("payment", "reversal")]
    assert sorted(entry.key for entry in money) == sorted(burst.ids)
    assert sum(entry.amount for entry in money if entry.posted) == -burst.left
    assert sum(entry.amount for entry in entries if entry.posted) == OWED - burst.left


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("left", "next_step"), [(100_000, "specialist_call"), (OWED, None)])
async def test_200_payments_and_reversals_at_once_end_where_they_must(
    settings: Settings, left: int, next_step: str | None
) -> None:
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    print(f"SEED={seed}")
    burst = a_burst(random.Random(seed), left)
    assert (len(burst.ids), len(burst.facts)) == (200, 240)
    async with a_machine(settings) as machine:
        account = await begun(machine)
        await tell_and_kill(machine, account, burst.facts)
        await heard(machine, burst.ids)
        await until(lambda: machine.all(Account)[0].outstanding == OWED - left)
        (stands,) = machine.all(Account)
        assert (stands.overdue, stands.next_step) == (OWED - left, next_step)
        assert stands.outcome == ("paid" if left == OWED else None)
        assert_the_ledger_is_right(machine, burst)
        assert [attempt.status for attempt in machine.all(Attempt)] == ["sent"]
        assert not [task for task in machine.all(Task) if task.kind == "call"]
        if next_step:
            handle = machine.client.get_workflow_handle(recovery_id(account.portfolio, account.id))
            view: CaseView = await handle.query("case", result_type=CaseView)
            assert (view.outstanding, view.next_step) == (OWED - left, next_step)
