"""All in one terminal: engine, database, worker, a portfolio handed over and started, until Ctrl-C."""

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import typer

from cli.delivery_setup import mode, ways
from cli.output import say
from cli.portfolio_commands import faults_shown
from cli.portfolio_tables import show_gaps, show_standing
from cli.progress_bars import progress
from desk.catalogue.strategies import AUTOMATIC
from desk.portfolios.feed_comparison import look
from desk.portfolios.portfolio_load import as_portfolio, read_file, refuse_unsound
from desk.portfolios.portfolio_start import HandingOver, begin, until_idle, watch_intake
from desk.portfolios.portfolio_status import standing
from desk.refused import Refused
from engine import EmbeddedEngine, cluster, connect, end_with_parent, running
from settings import HOUSE, Settings
from store.database import Database
from writing.samples import SAMPLE_SENDER

STOP_SECONDS = 20
LOG_LINES = 15
LOOK_SECONDS = 0.5


class Portfolio(NamedTuple):
    """What is handed over, and under which names."""

    file: Path
    name: str
    client: str


def name_of(file: Path) -> str:
    """A portfolio's name from its file's."""
    return re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")[:40] or "portfolio"


async def run(settings: Settings, portfolio: Portfolio, *, once: bool) -> None:
    """Until Ctrl-C or SIGTERM; with `once` until nothing is due any more."""
    task = asyncio.current_task()
    assert task is not None
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, task.cancel)
    try:
        await _run(settings, portfolio, once)
    except asyncio.CancelledError:
        say("stopped; `make run` goes on where this stopped")


async def _run(settings: Settings, portfolio: Portfolio, once: bool) -> None:
    say(mode(ways(settings)))
    database = Database(settings.url)
    engine = None if cluster(settings) else EmbeddedEngine(settings)
    try:
        await asyncio.to_thread(database.migrate)
        if engine:
            await engine.start()
        async with _child(settings, "worker", "worker.py") as worker:
            await _while_alive(worker, settings, _begin(database, settings, portfolio))
            if once:
                await _while_alive(worker, settings, until_idle(database, portfolio.name, lambda: datetime.now(UTC)))
            _show(database, settings, portfolio.name, engine.ui if engine else None)
            if not once:
                await _serve(worker, settings)
    finally:
        if engine:
            await engine.stop()
        database.close()


async def _begin(database: Database, settings: Settings, portfolio: Portfolio) -> None:
    handed = read_file(portfolio.file, portfolio.client, AUTOMATIC, datetime.now(UTC))
    row = as_portfolio(portfolio.name, portfolio.client, portfolio.file, **SAMPLE_SENDER)
    looked = await asyncio.to_thread(look, database, row, handed, progress)
    with faults_shown():
        refuse_unsound(looked.handed, strict=False)
    client = await connect(settings)
    taken = await begin(
        database, client, settings.task_queue, HandingOver(portfolio.file, looked, row, None), 0, progress
    )
    where = f": see {taken['rejects']}" if taken["rejects"] else ""
    show_gaps(taken["incomplete"])
    say(f"{taken['taken']} accounts taken, {taken['known']} known already, {taken['rejected']} rejected{where}")
    await watch_intake(database, portfolio.name, patience=None, watch=progress)


async def _serve(worker: subprocess.Popen[bytes], settings: Settings) -> None:
    """The web server beside the worker. Without it, a port that is taken say, the cases go on all the same."""
    async with _child(settings, "web", "starter.py", "serve") as web:
        announcing = asyncio.create_task(_announce(web, _log(settings, "web")))
        try:
            await _while_alive(worker, settings, asyncio.Event().wait())
        finally:
            announcing.cancel()


async def _announce(web: subprocess.Popen[bytes], log: Path) -> None:
    """Say what the web server says first: where it listens, or why it does not."""
    while not (lines := log.read_text(errors="replace").splitlines()) and web.poll() is None:
        await asyncio.sleep(LOOK_SECONDS)
    await asyncio.sleep(LOOK_SECONDS)
    if web.poll() is None:
        say(lines[-1])
    else:
        last = log.read_text(errors="replace").splitlines()[-1:]
        say(f"no web server: {''.join(last).removeprefix('starter: ')}; all else runs")


@asynccontextmanager
async def _child(settings: Settings, name: str, *command: str) -> AsyncIterator[subprocess.Popen[bytes]]:
    """A process of its own, which ends with us."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _log(settings, name).open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(HOUSE / command[0]), *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            process_group=0,  # Ctrl-C is for us: we tell our children.
            preexec_fn=end_with_parent,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _log(settings: Settings, name: str = "worker") -> Path:
    return settings.data_dir / f"{name}.log"


async def _while_alive(worker: subprocess.Popen[bytes], settings: Settings, doing: object) -> None:
    """Do it, but give up as soon as worker or engine is gone."""
    task = asyncio.ensure_future(doing)  # type: ignore[call-overload]
    try:
        while not (await asyncio.wait([task], timeout=LOOK_SECONDS))[0]:
            if worker.poll() is not None:
                last = _log(settings).read_text(errors="replace").strip().splitlines()[-LOG_LINES:]
                say("\n".join(last))
                raise Refused(f"the worker ended with {worker.returncode}: see {_log(settings)}")
            if cluster(settings) is None and running(settings.data_dir) is None:
                raise Refused(f"the engine ended: see {settings.data_dir / 'temporal.log'}")
        await task
    finally:
        task.cancel()


def _show(database: Database, settings: Settings, portfolio: str, ui: str | None) -> None:
    with database.reading() as session:
        show_standing(standing(session, portfolio))
    typer.echo(f"Temporal UI: {ui or 'that of the cluster'}")
    typer.echo(f"Outbox: {settings.outbox}")
