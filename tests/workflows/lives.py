"""The lives that a case can have, led on the real server in virtual time: one for each kind of ending."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, date, timedelta
from typing import Any

from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.common import WorkflowIDReusePolicy
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from models import events as e
from models.case import Case
from models.decisions import CaseView, HoldShown, Recorded
from policy.procedures.hold_rules import shown
from tests.now import days_ago, right_now
from tests.workflows.houses import House, account_row, pack
from workflows.engine_names import recovery_id

Life = Callable[["Led"], Awaitable[None]]


class Led:
    """A case with its clock: tell it things, let days pass."""

    def __init__(self, env: WorkflowEnvironment, house: House, handle: WorkflowHandle[Any, str], case: Case) -> None:
        self.env, self.house, self.handle, self.case = env, house, handle, case
        self._told = 0

    async def days(self, days: float) -> None:
        """Let time pass, at once."""
        await self.env.fast_forward(self.handle, timedelta(days=days))

    async def next(self) -> None:
        """Let time pass until the case wakes by itself."""
        wakes = (await self.view()).next_at
        now = await self.env.get_current_time(self.handle)
        with suppress(RPCError):  # It may have ended meanwhile.
            await self.env.fast_forward(self.handle, max((wakes or now) - now, timedelta(0)) + timedelta(seconds=1))

    async def tell(self, kind: type[e.Event], **fields: Any) -> None:
        """Tell a fact as a signal."""
        self._told += 1
        fact = kind(event_id=fields.pop("event_id", f"told-{self._told}"), **fields)
        await self.handle.signal(kind.model_fields["kind"].default, fact)

    async def record(self, kind: type[e.Event], **fields: Any) -> Recorded:
        """Tell a fact through the update."""
        self._told += 1
        fact = kind(event_id=fields.pop("event_id", f"told-{self._told}"), **fields)
        return await self.handle.execute_update("record", fact, result_type=Recorded)

    async def view(self) -> CaseView:
        """The query `case`."""
        return await self.handle.query("case", result_type=CaseView)

    async def holds(self) -> tuple[HoldShown, ...]:
        """What holds the case by its own clock."""
        return shown((await self.view()).case, await self.env.get_current_time(self.handle))

    async def today(self) -> date:
        """The day on the case's clock."""
        now = await self.env.get_current_time(self.handle)
        return now.astimezone(UTC).date()

    async def until(self, step: str, most_days: int = 400) -> None:
        """Let days pass until the case waits for an answer to the step."""
        for _ in range(most_days):
            pending = (await self.view()).case.pending
            if pending and pending.step == step:
                return
            await self.days(1)
        raise AssertionError(f"{step} was not reached in {most_days} days: {(await self.view()).why}")

    async def until_closed(self, most_days: int = 60) -> str:
        """Let days pass until the case ends."""
        for _ in range(most_days):
            if self.house.account(self.case.account).outcome:
                return await self.handle.result()
            await self.days(1)
        raise AssertionError(f"not closed in {most_days} days: {(await self.view()).why}")


async def lead(env: WorkflowEnvironment, house: House, strategy: str, cycle: str, dpd: int = 3, **changes: Any) -> Led:
    """Hand over one account, start its case, let it decide for the first time."""
    amounts = changes.pop("amounts", [300_000])
    dues = [(days_ago(dpd - 30 * n), amount) for n, amount in enumerate(amounts)]
    reference = f"A{len(house.started) + 1}"
    row = account_row(reference, strategy, dues, **changes)
    cases = house.take([row], pack(strategy), cycle, right_now())
    case = next(c for c in cases if c.account not in house.started)
    house.started.append(case.account)
    with env.with_time_skipping_disabled():
        handle = await house.start(case)
    return Led(env, house, handle, case)


async def paid(led: Led) -> None:
    """The debtor pays in full after the first letter."""
    await led.days(2)
    await led.tell(e.PaymentReceived, amount=300_000, currency=led.case.currency)
    assert await led.handle.result() == "paid"


async def promise_broken_then_cured(led: Led) -> None:
    """A promise is broken, the cycle goes on, then the overdue part comes."""
    await led.days(3)
    due = await led.today() + timedelta(days=5)
    await led.record(e.PromiseToPay, amount=10_000, due=due)
    await led.days(12)
    await led.record(e.PaymentReceived, amount=300_000, currency=led.case.currency)
    assert await led.until_closed() == "cured"


async def uncollectible(led: Led) -> None:
    """CEC from the first letter to the certificate; too small for court."""
    await led.until("diffida")
    await led.tell(e.NoticeServed, served_on=await led.today(), proof="AR-1")
    await led.until("certificate")
    await led.tell(e.Release, of="certificate", by="anna")
    await led.tell(e.Release, of="certificate", by="anna")
    await led.days(1)
    assert (await led.view()).case.pending, "one person twice is not two"
    await led.tell(e.Release, of="certificate", by="bruno")
    assert await led.until_closed() == "uncollectible"


async def legal(led: Led) -> None:
    """CEC to court: after the certificate the review finds it worthwhile."""
    await led.until("diffida")
    await led.tell(e.NoticeServed, served_on=await led.today(), proof="AR-1")
    for step in ("certificate", "legal_package"):
        await led.until("certificate" if step == "certificate" else "court_review")
        if step == "legal_package":
            await led.record(e.Release, of="court_review", by="carla")
            await led.until("legal_package")
        await led.record(e.Release, of=step, by="anna")
        await led.record(e.Release, of=step, by="bruno")
    assert await led.until_closed() == "legal"


async def silent(led: Led) -> None:
    """Nobody answers, people let every step go ahead: the case comes to its cycle's own end."""
    for _ in range(200):
        if led.house.account(led.case.account).outcome:
            break
        pending = (await led.view()).case.pending
        if pending and pending.waits_for == "release":
            for by in ("anna", "bruno"):
                await led.tell(e.Release, of=pending.step, by=by)
        elif pending and pending.channel is None and pending.waits_for == "outcome":
            await led.tell(e.ContactOutcome, outcome=e.Outcome.done)
        await led.next()
    await led.handle.result()


async def withdrawn(led: Led) -> None:
    """Ops pause the account, resume it, then the client takes it back."""
    await led.days(1)
    await led.tell(e.Hold, reason="ops_pause", by="ops")
    await led.days(30)
    await led.record(e.Release, of="ops_pause", by="ops")
    await led.tell(e.Withdraw, by="ops")
    assert await led.handle.result() == "withdrawn"


async def reopened(led: Led) -> None:
    """Paid, closed, then the payment is taken back: the case opens again, is renewed, and is paid after all."""
    await led.days(1)
    await led.tell(e.PaymentReceived, event_id="pay-1", amount=300_000, currency=led.case.currency)
    assert await led.handle.result() == "paid"
    row = led.house.account(led.case.account)
    with led.env.with_time_skipping_disabled():
        led.handle = await led.house.client.start_workflow(
            "AccountRecoveryWorkflow",
            Case.model_validate(row.last_case),
            id=recovery_id(led.case.portfolio, led.case.account),
            task_queue=led.house.task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal="payment_reversed",
            start_signal_args=[e.PaymentReversed(event_id="back-1", payment="pay-1")],
            result_type=str,
        )
    await led.days(20)
    await led.tell(e.PaymentReceived, event_id="pay-2", amount=300_000, currency=led.case.currency)
    assert await led.handle.result() == "paid"


async def renewed(led: Led) -> None:
    """Continued as new by ops in the middle of its life, then paid."""
    await led.days(20)
    await led.handle.signal("renew")
    await led.days(1)
    led.handle = led.house.client.get_workflow_handle(led.handle.id, result_type=str)
    await led.tell(e.PaymentReceived, amount=300_000, currency=led.case.currency)
    assert await led.handle.result() == "paid"


async def settled_for_less(led: Led) -> None:
    """A settlement above the limit: offered by one, approved by another, accepted, paid: the rest is waived."""
    await led.days(1)
    by = await led.today() + timedelta(days=10)
    asked = (e.PlanInstalment(due=by, amount=180_000),)
    terms: dict[str, Any] = {"what": "settlement", "instalments": asked, "waived": 120_000, "until": by, "by": "anna"}
    await led.record(e.OfferMade, event_id="offer-1", **terms)
    for approver in ("anna", "bruno"):
        await led.record(e.OfferApproved, offer="offer-1", by=approver)
    assert (await led.view()).case.offers[0].approvals == ("bruno",), "nobody approves what they offer themselves"
    await led.record(e.OfferAnswered, offer="offer-1", accepted=True)
    await led.days(5)
    await led.tell(e.PaymentReceived, amount=180_000, currency=led.case.currency)
    assert await led.handle.result() == "paid"
    case = Case.model_validate(led.house.account(led.case.account).last_case)
    assert (case.offers[0].state, [a.amount for a in case.adjustments]) == ("fulfilled", [-120_000])


async def cancelled(led: Led) -> None:
    """An administrator cancels: no business outcome, the worklist is cleared."""
    await led.days(12)
    await led.handle.cancel()
    with suppress(WorkflowFailureError):
        await led.handle.result()


LIVES: dict[str, tuple[Life, str, str, dict[str, Any]]] = {
    "paid": (paid, "cec", "out_of_court", {}),
    "cured": (promise_broken_then_cured, "cec", "out_of_court", {"amounts": [300_000, 100_000]}),
    "uncollectible": (uncollectible, "cec", "out_of_court", {"amounts": [90_000]}),
    "legal": (legal, "cec", "out_of_court", {}),
    "placement": (silent, "mfo", "small_debt", {"dpd": 10}),
    "closed": (silent, "kruk", "early_monitoring", {"dpd": 10}),
    "withdrawn": (withdrawn, "mfo", "small_debt", {}),
    "reopened": (reopened, "cec", "out_of_court", {}),
    "renewed": (renewed, "cec", "out_of_court", {}),
    "settled": (settled_for_less, "kruk", "before_litigation", {"dpd": 95}),
    "cancelled": (cancelled, "cec", "out_of_court", {}),
}
"""Name of the life: how it is led, strategy, cycle, what is special about the account."""
OUTCOMES = {"reopened": "paid", "renewed": "paid", "settled": "paid"}
"""How a life ends where that is not its name."""
