"""Starting the cases of a portfolio page by page, and telling all of them an order of ops; each idempotent."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from models import events as e
from models.case import Case
from models.portfolio_orders import PORTFOLIO_PAUSE, Order, PageInput, PageResult, TellInput
from store.case_opening import load_cases, undecided
from store.database import Database
from store.open_accounts import open_accounts
from workflows.engine_names import PORTFOLIO, SEGMENT, START_PAGE, TELL_PAGE, recovery_id

_AT_ONCE = 32
_MOST_UNDECIDED = 64
"""So many cases may wait for their first decision: behind more of them news of others would wait for minutes (AT4)."""
_LOOK_SECONDS = 0.1
_PATIENCE_SECONDS = 5.0
"""A case that nobody can decide holds the others up no longer."""
_Item = TypeVar("_Item")


class Starting:
    """Starts and tells workflows in bulk."""

    def __init__(self, database: Database, client: Client, task_queue: str) -> None:
        self._database = database
        self._client = client
        self._task_queue = task_queue

    @activity.defn(name=START_PAGE)
    async def start_page(self, page: PageInput) -> PageResult:
        """Start the next accounts of the portfolio; one that runs or ran already is known, not started again."""
        cases, cursor, more = await asyncio.to_thread(self._page, page)
        started = 0
        waiting: list[str] = []
        async for batch in _paced(cases, page.rate):
            waiting = await self._yield_to_news(waiting)
            done = await asyncio.gather(*(self._start(case) for case in batch))
            started += sum(done)
            waiting += [case.account for case in batch]
            activity.heartbeat(cursor)
        return PageResult(cursor=cursor, started=started, known=len(cases) - started, more=more)

    def _page(self, page: PageInput) -> tuple[list[Case], int, bool]:
        with self._database.reading() as session:
            return load_cases(session, page.portfolio, page.after, page.limit, datetime.now(UTC))

    async def _yield_to_news(self, started: list[str]) -> list[str]:
        """Wait until there is room for a further batch; which of the cases are not decided yet.

        The engine takes starts faster than workers decide them. Its queue is first come, first served: what is told to
        a case stands behind all that were started before it.
        """
        clock = asyncio.get_running_loop().time
        since = clock()
        while len(started) > _MOST_UNDECIDED - _AT_ONCE:
            left = await asyncio.to_thread(self._undecided, started)
            if len(left) < len(started):
                since = clock()
            elif clock() - since > _PATIENCE_SECONDS:
                return []
            started = left
            activity.heartbeat()
            await asyncio.sleep(_LOOK_SECONDS)
        return started

    def _undecided(self, accounts: Sequence[str]) -> list[str]:
        with self._database.reading() as session:
            return undecided(session, accounts)

    async def _start(self, case: Case) -> bool:
        try:
            await start_case(self._client, case, self._task_queue)
            return True
        except WorkflowAlreadyStartedError:
            return False

    @activity.defn(name=TELL_PAGE)
    async def tell_page(self, page: TellInput) -> PageResult:
        """Tell the next open accounts; one that has ended meanwhile needs no telling."""
        accounts, cursor, more = await asyncio.to_thread(
            open_accounts, self._database, page.portfolio, page.after, page.limit
        )
        told = 0
        async for batch in _paced(accounts, 0):
            told += sum(await asyncio.gather(*(self._tell(page, account) for account in batch)))
            activity.heartbeat(cursor)
        return PageResult(cursor=cursor, started=told, known=len(accounts) - told, more=more)

    async def _tell(self, page: TellInput, account: str) -> bool:
        fact = _fact(page.order, account)
        handle = self._client.get_workflow_handle(recovery_id(page.portfolio, account))
        try:
            await handle.signal(fact.model_fields["kind"].default, fact)
            return True
        except RPCError as gone:
            if gone.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False


async def start_case(client: Client, case: Case, task_queue: str) -> WorkflowHandle[Any, str]:
    """Start a case's workflow, once ever. Raises WorkflowAlreadyStartedError."""
    attributes = [SearchAttributePair(PORTFOLIO, case.portfolio), SearchAttributePair(SEGMENT, case.cycle)]
    return await client.start_workflow(
        "AccountRecoveryWorkflow",
        case,
        id=recovery_id(case.portfolio, case.account),
        task_queue=task_queue,
        result_type=str,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        search_attributes=TypedSearchAttributes(attributes),
        static_summary=f"{case.cycle} of {case.strategy}",
        static_details=_facts(case),
    )


def _facts(case: Case) -> str:
    """What does not change about the case, for the page of its workflow."""
    rows = [
        f"Portfolio {case.portfolio} of client {case.client}",
        f"{case.product}, {case.legal_status}, {case.country}, {case.currency}, {len(case.instalments)} instalments",
        f"Opened {case.opened:%Y-%m-%d %H:%M} UTC" + (f", {case.specialist} appointed" if case.specialist else ""),
    ]
    return "\n".join(f"- {row}" for row in rows)


def _fact(order: Order, account: str) -> e.Event:
    """The order as a fact for one account; the same order is the same fact."""
    event_id = f"{order.order}:{account}"
    match order.what:
        case "pause":
            return e.Hold(event_id=event_id, reason=PORTFOLIO_PAUSE, by=order.by)
        case "resume":
            return e.Release(event_id=event_id, of=PORTFOLIO_PAUSE, by=order.by)
        case "withdraw":
            return e.Withdraw(event_id=event_id, by=order.by)


async def _paced(items: Sequence[_Item], rate: float) -> AsyncIterator[Sequence[_Item]]:
    """Batches of what may go at once; with a rate, as many a second as it says."""
    size = _AT_ONCE if rate <= 0 else max(1, min(_AT_ONCE, int(rate)))
    for start in range(0, len(items), size):
        batch = items[start : start + size]
        yield batch
        if rate > 0:
            await asyncio.sleep(len(batch) / rate)
