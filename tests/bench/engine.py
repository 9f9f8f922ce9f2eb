"""What the engine costs: starts per second, events and bytes of a history, memory of a sleeping case."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from uuid import uuid4

from temporalio import workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from engine import EmbeddedEngine, connect, executable
from models.case import Case
from models.portfolio_orders import PortfolioState, Progress
from settings import HOUSE, load_settings
from store.database import Database
from tests.bench.saying import say
from tests.now import days_ago, right_now
from tests.workflows.houses import House, a_house, account_row, pack
from workflows.engine_names import SEARCH_ATTRIBUTES, portfolio_id

ACCOUNTS = 300
ROUNDS = 3
CACHED = 300


@workflow.defn
class Empty:
    """Nothing: what the engine alone costs."""

    @workflow.run
    async def run(self, word: str) -> str:
        return word


# --- accounts started per second -------------------------------------------------------------------------------------


async def starts() -> None:
    """The product's intake against a bare loop, on the same server, in turns."""
    with tempfile.TemporaryDirectory() as directory:
        settings = load_settings(data_dir=Path(directory))
        async with EmbeddedEngine(settings):
            client = await connect(settings)
            database = Database(settings.url)
            database.migrate()
            with a_worker(settings.data_dir):
                rounds = [await _round(client, database, n) for n in range(ROUNDS)]
            database.close()
    ours, bare, at_once = (median(r[i] for r in rounds) for i in range(3))
    how = f"{ACCOUNTS} accounts, median of {ROUNDS} rounds in turns: {ours:.0f}/s to {bare:.0f}/s"
    say("starts, against a bare loop", f"{ours / bare:.2f}", "at least 0.7", how)
    how = f"the same loop with 32 starts at once: {at_once:.0f}/s"
    say("starts, against 32 bare at once", f"{ours / at_once:.2f}", "", how)


@contextmanager
def a_worker(data_dir: Path) -> Iterator[None]:
    """The product's worker as a process of its own."""
    command = [sys.executable, str(HOUSE / "worker.py")]
    process = subprocess.Popen(
        command, env=os.environ | {"RIENTRO_DATA_DIR": str(data_dir)}, stdout=subprocess.DEVNULL, cwd=HOUSE
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


async def _round(client: Client, database: Database, n: int) -> tuple[float, float, float]:
    """Starts a second: ours, the bare loop, the bare loop with 32 at once; each by the time until all are started."""
    queue = f"bare-{uuid4().hex[:6]}"
    async with Worker(client, task_queue=queue, workflows=[Empty], workflow_runner=UnsandboxedWorkflowRunner()):
        bare = await _timed(lambda: _bare(client, queue, 1))
        at_once = await _timed(lambda: _bare(client, queue, 32))
    house = House(database, client, "rientro", f"bench{n}", Path())
    rows = [account_row(f"B{i}", "cec", [(days_ago(3), 50_000)]) for i in range(ACCOUNTS)]
    house.take(rows, pack("cec"), "out_of_court", right_now())
    ours = await _timed(lambda: _ours(client, house.portfolio))
    return ours, bare, at_once


async def _timed(run: Callable[[], Awaitable[None]]) -> float:
    begun = time.perf_counter()
    await run()
    return ACCOUNTS / (time.perf_counter() - begun)


async def _bare(client: Client, queue: str, at_once: int) -> None:
    async def start() -> None:
        await client.start_workflow(Empty.run, "x", id=uuid4().hex, task_queue=queue)

    for _ in range(0, ACCOUNTS, at_once):
        await asyncio.gather(*(start() for _ in range(at_once)))


async def _ours(client: Client, portfolio: str) -> None:
    state = PortfolioState(portfolio=portfolio)
    handle = await client.start_workflow(
        "PortfolioIntakeWorkflow", state, id=portfolio_id(portfolio), task_queue="rientro"
    )
    while not (await handle.query("progress", result_type=Progress)).complete:
        await asyncio.sleep(0.05)


# --- history and memory ----------------------------------------------------------------------------------------------


async def history() -> None:
    """Events and bytes of a contact step, and memory of a cached workflow."""
    env = await WorkflowEnvironment.start_time_skipping_v2(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=executable(),
        dev_server_extra_args=(
            *("--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true"),
            *("--dynamic-config-value", 'history.timerProcessorMaxTimeShift="10ms"'),
        ),
        search_attributes=SEARCH_ATTRIBUTES,
    )
    with tempfile.TemporaryDirectory() as directory:
        database = Database(f"sqlite:///{directory}/rientro.db")
        database.migrate()
        async with a_house(env.client, database, Path(directory)) as house:
            await _steps(env, house)
    await env.shutdown()
    await asyncio.sleep(0.3)


async def _steps(env: WorkflowEnvironment, house: House) -> None:
    [case] = house.take(
        [account_row("A1", "kruk", [(days_ago(1), 50_000)])], pack("kruk"), "early_monitoring", right_now()
    )
    with env.with_time_skipping_disabled():
        handle = await house.start(case)
    await env.fast_forward(handle, timedelta(days=40))
    events = [event for event in (await handle.fetch_history()).events if event.event_type != 60]
    fired = [n for n, event in enumerate(events) if event.HasField("timer_fired_event_attributes")]
    steps = [
        events[a:b]
        for a, b in pairwise(fired)
        if any(event.HasField("activity_task_scheduled_event_attributes") for event in events[a:b])
    ]
    most = max(len(step) for step in steps)
    size = median(sum(event.ByteSize() for event in step) for step in steps)
    say("history events per contact step", str(most), "at most 15", f"the most of {len(steps)} steps on virtual time")
    say("history bytes per contact step", f"{size:.0f}", "", "median of the same steps")


async def cached() -> None:
    """Memory of a cached workflow: what the process grows by, over the number of waiting cases."""
    with tempfile.TemporaryDirectory() as directory:
        settings = load_settings(data_dir=Path(directory), max_cached_workflows=1000)
        async with EmbeddedEngine(settings):
            client = await connect(settings)
            database = Database(settings.url)
            database.migrate()
            async with a_house(client, database, Path(directory)) as house:
                now = right_now()
                rows = [account_row(f"M{i}", "cec", _dues(24)) for i in range(CACHED + 20)]
                cases = house.take(rows, pack("cec"), "out_of_court", now)
                await _start_and_wait(house, cases[:20])
                before = _resident()
                await _start_and_wait(house, cases[20:])
                grown = (_resident() - before) / CACHED / 1000
    how = f"growth of the process over {CACHED} waiting cases with 24 instalments"
    say("memory per cached workflow", f"{grown:.0f} kB", "under 150 kB", how)


def _dues(n: int) -> list[tuple[datetime, int]]:
    return [(days_ago(-30 * i - 5), 10_000) for i in range(n)]


async def _start_and_wait(house: House, cases: list[Case]) -> None:
    for case in cases:
        await house.start(case)
    while any(house.account(case.account).why is None for case in cases):
        await asyncio.sleep(0.1)


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
