"""How do the cases of a portfolio begin: the intake is started or told to look again, and followed until all run?"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from temporalio.client import Client
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)

from desk.delivery.feed_delivery import tell_updates
from desk.engine_calls import ANSWER_SECONDS, NO_WORKER
from desk.portfolios.disclosure_gaps import gaps_kept
from desk.portfolios.feed_comparison import Looked, batches
from desk.portfolios.portfolio_load import keep_rejects, take
from desk.refused import Refused
from desk.watching import Watch, unseen
from models.portfolio_orders import PortfolioState
from models.tables.accounts import Portfolio
from store.database import Database
from store.feed_changes import Source, keep
from store.portfolio_rows import IntakeStand, intake_stand, number_due
from workflows.engine_names import PORTFOLIO, portfolio_id

LOOK_SECONDS = 0.5
STILL_WAITING = "; what was handed over starts as soon as one does"


class HandingOver(NamedTuple):
    """A file as read, the portfolio it becomes, and where its rejects go."""

    file: Path
    looked: Looked
    portfolio: Portfolio
    rejects: Path | None


def take_over(database: Database, asked: HandingOver, watch: Watch = unseen) -> dict[str, Any]:
    """Accounts into the database, rejects into their file; the numbers."""
    handed = asked.looked.handed
    taken = take(database, asked.portfolio, handed)
    _keep_differences(database, asked, watch)
    rejects = keep_rejects(handed, asked.file, asked.rejects)
    with database.reading() as session:
        incomplete = gaps_kept(session, asked.portfolio.id)
    return {
        "portfolio": asked.portfolio.id,
        "taken": taken.new,
        "known": taken.known,
        "changed": asked.looked.changed,
        "missing": list(asked.looked.missing),
        "incomplete": incomplete,
        "rejected": handed.rejected,
        "rejects": str(rejects) if rejects else None,
    }


def _keep_differences(database: Database, asked: HandingOver, watch: Watch) -> None:
    """The rows that differ, a batch at a time, each with what its cases must hear."""
    rows = asked.looked.differing
    if not rows:
        return
    source = Source(asked.portfolio, asked.looked.handed.columns, asked.file.name, asked.portfolio.created)
    done = 0
    with watch("differences kept", len(rows)) as show:
        for batch in batches(rows):
            with database.session() as session:
                # People are shared by the portfolios of a client.
                database.lock(session, f"feed {asked.portfolio.client}")
                keep(session, batch, source)
            done += len(batch)
            show(done)


async def start_intake(client: Client, task_queue: str, portfolio: str, rate: float = 0) -> None:
    """Start the portfolio's workflow, or tell the one that runs that there is more; two at once are fine."""
    handle = await client.start_workflow(
        "PortfolioIntakeWorkflow",
        PortfolioState(portfolio=portfolio, rate=rate),
        id=portfolio_id(portfolio),
        task_queue=task_queue,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal="more",
        search_attributes=TypedSearchAttributes([SearchAttributePair(PORTFOLIO, portfolio)]),
        static_summary=f"intake of {portfolio}",
    )
    if rate:
        await handle.signal("set_rate", rate)


async def begin(
    database: Database, client: Client, task_queue: str, asked: HandingOver, rate: float, watch: Watch = unseen
) -> dict[str, Any]:
    """Take the file over, start the intake, and tell the cases that run what is different."""
    answer = await asyncio.to_thread(take_over, database, asked, watch)
    await start_intake(client, task_queue, asked.portfolio.id, rate)
    return answer | (await tell_updates(database, client, watch))._asdict()


async def watch_intake(
    database: Database, portfolio: str, patience: float | None = ANSWER_SECONDS, watch: Watch = unseen
) -> IntakeStand:
    """Until every case of the portfolio has begun (or ops paused it).

    `patience`: seconds without any progress after which no worker seems to run; None: whoever calls knows it does.
    Read from the database: a worker with a backlog answers no query in time, but what it did stands there.
    """
    last, since = -1, time.monotonic()
    total = (await asyncio.to_thread(_stand, database, portfolio)).accounts
    with watch("started", total) as show:
        while True:
            stand = await asyncio.to_thread(_stand, database, portfolio)
            show(stand.started)
            if stand.started >= stand.accounts or stand.held:
                return stand
            if stand.started != last:
                last, since = stand.started, time.monotonic()
            if patience is not None and time.monotonic() - since > patience:
                raise Refused(f"{NO_WORKER}{STILL_WAITING}")
            await asyncio.sleep(LOOK_SECONDS)


def _stand(database: Database, portfolio: str) -> IntakeStand:
    with database.reading() as session:
        return intake_stand(session, portfolio)


def busy(database: Database, portfolio: str, now: datetime) -> int:
    """How many accounts have something to do now: not decided yet, or their next action is due."""
    with database.reading() as session:
        return number_due(session, portfolio, now)


async def until_idle(database: Database, portfolio: str, clock: Callable[[], datetime]) -> None:
    """Wait until every case was decided and nothing is due now, twice in a row."""
    quiet_since: datetime | None = None
    while True:
        now = clock()
        if await asyncio.to_thread(busy, database, portfolio, now):
            quiet_since = None
        elif quiet_since and now - quiet_since >= timedelta(seconds=LOOK_SECONDS):
            return
        else:
            quiet_since = quiet_since or now
        await asyncio.sleep(LOOK_SECONDS)
