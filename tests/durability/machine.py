"""A machine that can crash: an engine, a database and real worker processes in one data directory."""

import asyncio
import inspect
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel, col, select
from temporalio.client import Client, WorkflowExecution

from desk.portfolios.portfolio_start import start_intake
from engine import EmbeddedEngine, connect, end_with_parent
from intake.pack_files import Pack
from intake.portfolio_file import AccountRow
from models.case import Case
from models.tables.accounts import Account, Portfolio
from models.tables.trail import Attempt, Ledger
from settings import HOUSE, Settings
from store.case_opening import load_cases
from store.database import Database
from store.handover import hand_over
from tests.now import right_now
from tests.workflows.houses import SENDER

DEADLINE_SECONDS = 60.0
LOOK_SECONDS = 0.05


async def until(true: Callable[[], bool | Awaitable[bool]], seconds: float = DEADLINE_SECONDS) -> None:
    """Wait until something is so; fails, naming it, when it is not so in time."""
    deadline = time.monotonic() + seconds
    while True:
        found = true()
        if await found if inspect.isawaitable(found) else found:
            return
        assert time.monotonic() < deadline, f"not within {seconds} s: {inspect.getsource(true).strip()}"
        await asyncio.sleep(LOOK_SECONDS)


class WorkerProcess:
    """`worker.py` as a process and process group of its own, told by the environment where it works.

    Or another program; `begins` is what it says when it is at work.
    """

    def __init__(
        self, environment: Mapping[str, str], log: Path, *program: str, begins: str = "Worker started"
    ) -> None:
        self._log, self._begins = log, begins
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, *(program or ("worker.py",))],
                cwd=HOUSE,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
                stdout=out,
                stderr=subprocess.STDOUT,
                process_group=0,
                preexec_fn=end_with_parent,
            )

    async def at_work(self) -> None:
        """Wait until it takes work."""
        await until(lambda: self._begins in self.said() or self.process.poll() is not None)
        assert self.process.poll() is None, self.said()

    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def kill(self) -> None:
        """As a power cut would: no signal handler, no clean-up, the whole group."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Machine:
    """One data directory with an engine that runs and a database that is up to date."""

    settings: Settings
    database: Database
    client: Client
    workers: list[WorkerProcess] = field(default_factory=list)

    async def worker(self) -> WorkerProcess:
        """Another worker, at work."""
        log = self.settings.data_dir / f"worker-{len(self.workers)}.log"
        self.workers.append(WorkerProcess({"RIENTRO_DATA_DIR": str(self.settings.data_dir)}, log))
        await self.workers[-1].at_work()
        return self.workers[-1]

    def kill_engine(self) -> None:
        """SIGKILL for the server itself."""
        os.kill(int(json.loads((self.settings.data_dir / "engine.json").read_text())["pid"]), signal.SIGKILL)

    def take(self, portfolio: str, rows: Sequence[AccountRow], pack: Pack, cycle: Callable[[AccountRow], str]) -> None:
        """Hand accounts over; nothing is started."""
        take(self.database, portfolio, rows, pack, cycle)

    def cases(self, portfolio: str) -> list[Case]:
        """The accounts that were not started yet, as cases."""
        with self.database.reading() as session:
            return load_cases(session, portfolio, 0, 10_000, right_now())[0]

    async def start(self, portfolio: str, rate: float = 0) -> None:
        """Start the portfolio's intake as the starter does."""
        await start_intake(self.client, self.settings.task_queue, portfolio, rate)

    def all(self, table: type[SQLModel]) -> list[Any]:
        """All rows of a table."""
        with self.database.reading() as session:
            return list(session.exec(select(table)))

    def money(self) -> list[Ledger]:
        """The payments in all ledgers."""
        return [row for row in self.all(Ledger) if row.kind == "payment"]

    def quiet(self) -> bool:
        """Whether every case was begun, nothing is due now, and no attempt is half made."""
        now = right_now()
        with self.database.reading() as session:
            busy = col(Account.started).is_(None) | (col(Account.next_at) <= now)
            half = select(Attempt).where(Attempt.status == "sending")
            return not session.exec(select(Account).where(busy)).first() and not session.exec(half).first()

    def sent(self) -> list[str]:
        """The keys of all messages in the outbox: one that left twice stands here twice."""
        texts = [path.read_text() for path in self.settings.outbox.glob("*/*.txt")]
        return sorted(line.removeprefix("Key: ") for text in texts for line in text.splitlines()[:3] if "Key: " in line)

    async def executions(self, workflow: str = "AccountRecoveryWorkflow") -> list[WorkflowExecution]:
        """All runs of a workflow that the engine knows; what is newest may be missing for a moment."""
        return [run async for run in self.client.list_workflows(f"WorkflowType = '{workflow}'")]


def take(
    database: Database, portfolio: str, rows: Sequence[AccountRow], pack: Pack, cycle: Callable[[AccountRow], str]
) -> None:
    """Hand accounts over as the starter does."""
    now = right_now()
    owner = Portfolio(id=portfolio, client="client", source="test", created=now, fed=now, **SENDER)
    with database.session() as session:
        hand_over(session, owner, rows, lambda row: (pack.version, cycle(row)), {pack.version: pack.text})


@asynccontextmanager
async def a_machine(settings: Settings) -> AsyncIterator[Machine]:
    """A machine that is cleaned away in the end, however the test went."""
    database = Database(settings.url)
    database.migrate()
    try:
        async with EmbeddedEngine(settings):
            machine = Machine(settings, database, await connect(settings))
            try:
                yield machine
            finally:
                for worker in machine.workers:
                    worker.kill()
    finally:
        database.close()
