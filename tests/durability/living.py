"""A case that lives in a test: begun, told facts, looked at, reopened."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select
from temporalio.client import WorkflowHandle
from temporalio.common import WorkflowIDReusePolicy

from models.case import Case
from models.decisions import CaseView, Recorded
from models.events import Event, PaymentReceived
from models.tables.trail import FOR_A_PERSON, Journal, Ledger, Task
from tests.durability.machine import until
from tests.now import days_ago, right_now
from tests.workflows.houses import House, account_row, pack
from workflows.engine_names import recovery_id

OWED = 50_000
MONEY = ("payment", "reversal")


def payment(event_id: str, amount: int = OWED, currency: str = "EUR") -> PaymentReceived:
    return PaymentReceived(event_id=event_id, amount=amount, currency=currency)


@dataclass
class Life:
    """One account in CEC's procedure: its first letter leaves at once, then ten days pass until the call."""

    house: House
    account: str
    handle: WorkflowHandle[Any, str]

    async def tell(self, fact: Event | dict[str, Any], signal: str = "") -> None:
        """Signal a fact, as any Temporal client can."""
        await self.handle.signal(signal or fact.kind, fact)

    async def record(self, fact: Event) -> Recorded:
        """Tell a fact as the desk does."""
        answer: Recorded = await self.handle.execute_update("record", fact, result_type=Recorded)
        return answer

    async def view(self) -> CaseView:
        view: CaseView = await self.handle.query("case", result_type=CaseView)
        return view

    async def until(self, true: Callable[[CaseView], bool]) -> CaseView:
        """Wait until the case says so."""

        async def so() -> bool:
            return true(await self.view())

        await until(so)
        return await self.view()

    async def heard(self, *event_ids: str) -> CaseView:
        """Wait until all of these were taken in and decided about."""
        await until(lambda: {f"event:{event_id}" for event_id in event_ids} <= {row.key for row in self.trail()})
        return await self.view()

    async def reopen(self, fact: Event) -> None:
        """Tell a fact to a case that has ended: it begins again from where it ended."""
        row = self.house.account(self.account)
        self.handle = await self.house.client.start_workflow(
            "AccountRecoveryWorkflow",
            Case.model_validate(row.last_case),
            id=recovery_id(row.portfolio, row.id),
            task_queue=self.house.task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal=fact.kind,  # type: ignore[attr-defined]
            start_signal_args=[fact],
            result_type=str,
        )

    def trail(self, kind: str = "") -> list[Journal]:
        return [row for row in self.house.story(self.account) if not kind or row.kind == kind]

    def told(self) -> list[str]:
        """The facts of the trail, in order."""
        return [row.key.removeprefix("event:") for row in self.trail("event")]

    def ledger(self) -> list[tuple[str, int, bool]]:
        """The money in the ledger: event, amount received (below zero: taken back), whether it counts."""
        with self.house.database.reading() as session:
            mine = select(Ledger).where(Ledger.account == self.account, col(Ledger.kind).in_(MONEY))
            rows = session.exec(mine.order_by(col(Ledger.id)))
            return [(row.key, -row.amount, row.posted) for row in rows]

    def for_a_person(self) -> list[str]:
        """Why a person must look at the case."""
        return [task.why for task in self.house.tasks(self.account) if task.kind in FOR_A_PERSON]

    def calls(self) -> list[Task]:
        return [task for task in self.house.tasks(self.account) if task.kind == "call"]


async def a_life(house: House, reference: str = "A1") -> Life:
    """A case that has just begun: 500.00 overdue since forty days."""
    row = account_row(reference, "cec", [(days_ago(40), OWED)])
    [case] = house.take([row], pack("cec"), "out_of_court", right_now())
    return Life(house, case.account, await house.start(case))


async def a_waiting_life(house: House, reference: str = "A1") -> Life:
    """A case whose first letter has left."""
    life = await a_life(house, reference)
    await life.until(lambda view: view.next_step == "specialist_call")
    return life
