"""How do the cases of a portfolio begin: the intake is started or told to look again, and followed until all run?"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlmodel import col, func, select
from temporalio.client import Client, WorkflowHandle
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)

from commands.answering import console, say
from commands.portfolios import Handed, keep_rejects, take
from commands.reaching import answered
from models.database import Database
from models.portfolio import PortfolioState
from models.portfolio import Progress as IntakeProgress
from models.tables import Account, Portfolio
from workflows.contracts import PORTFOLIO, portfolio_id

LOOK_SECONDS = 0.5
STILL_WAITING = "; what was handed over starts as soon as one does"


class HandingOver(NamedTuple):
    """A file as read, the portfolio it becomes, and where its rejects go."""

    file: Path
    handed: Handed
    portfolio: Portfolio
    rejects: Path | None


def take_over(database: Database, asked: HandingOver) -> dict[str, Any]:
    """Accounts into the database, rejects into their file; the numbers."""
    taken = take(database, asked.portfolio, asked.handed)
    rejects = keep_rejects(asked.handed, asked.file, asked.rejects)
    return {
        "portfolio": asked.portfolio.id,
        "taken": taken.new,
        "known": taken.known,
        "rejected": asked.handed.rejected,
        "rejects": str(rejects) if rejects else None,
    }


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


async def watch_intake(client: Client, database: Database, portfolio: str) -> IntakeProgress:
    """A progress bar until every account of the portfolio was started (or ops paused it)."""
    handle = client.get_workflow_handle(portfolio_id(portfolio))
    total = await asyncio.to_thread(_highest, database, portfolio)
    terminal = console()
    if not terminal.is_terminal:
        return await _watch(handle, total, _in_lines(total))
    columns = (TextColumn("Starting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=terminal) as bar:
        task = bar.add_task("start", total=total)
        return await _watch(handle, total, lambda done: bar.update(task, completed=done))


async def _watch(handle: WorkflowHandle[object, object], total: int, show: Callable[[int], None]) -> IntakeProgress:
    while True:
        asked = handle.query("progress", result_type=IntakeProgress)
        progress: IntakeProgress = await answered(asked, STILL_WAITING)
        show(min(progress.cursor, total))
        # `complete` is true while the last page is still being started: the cursor knows better.
        if progress.cursor >= total or progress.paused:
            return progress
        await asyncio.sleep(LOOK_SECONDS)


def _in_lines(total: int) -> Callable[[int], None]:
    shown: list[int] = []

    def show(done: int) -> None:
        if done not in shown[-1:]:
            shown.append(done)
            say(f"started {done} of {total}")

    return show


def _highest(database: Database, portfolio: str) -> int:
    with database.reading() as session:
        return session.exec(select(func.max(Account.number)).where(Account.portfolio == portfolio)).one() or 0


def busy(database: Database, portfolio: str, now: datetime) -> int:
    """How many accounts have something to do now: not decided yet, or their next action is due."""
    with database.reading() as session:
        held = session.get_one(Portfolio, portfolio).held
        due = col(Account.started).is_not(None) & (Account.next_at <= now)  # type: ignore[operator]
        waits = due if held else due | col(Account.started).is_(None)
        open_ones = select(func.count()).where(Account.portfolio == portfolio, col(Account.outcome).is_(None), waits)
        return session.exec(open_ones).one()


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
