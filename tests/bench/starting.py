"""How many accounts a second does a portfolio start, beside workflows that do the least which a case has to do?"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from uuid import uuid4

from sqlmodel import col, func, select
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from desk.portfolios.portfolio_start import start_intake
from engine import EmbeddedEngine, connect
from models.tables.accounts import Account, Cause
from settings import HOUSE, load_settings
from store.database import Database
from tests.bench.bare_case import BareCase
from tests.bench.saying import say
from tests.now import days_ago, right_now
from tests.workflows.houses import House, account_row, pack
from workflows.engine_names import PORTFOLIO, SEGMENT

ACCOUNTS, ROUNDS, AT_ONCE = 300, 3, 32


async def starts_beside_bare_cases() -> None:
    """The product's intake, and the bare cases 32 at once, on the same engine, in turns, until all are decided."""
    with tempfile.TemporaryDirectory() as directory:
        settings = load_settings(data_dir=Path(directory))
        async with EmbeddedEngine(settings):
            client = await connect(settings)
            database = Database(settings.url)
            database.migrate()
            rounds = [await _round(client, database, settings.data_dir, n) for n in range(ROUNDS)]
            database.close()
    ours, bare = (median(r[i] for r in rounds) for i in range(2))
    how = f"one local activity, one transaction, one timer, 32 at once; {ACCOUNTS} accounts, median of {ROUNDS} rounds"
    ratio = median(mine / least for mine, least in rounds)
    say("starts, against bare cases", f"{ratio:.2f}", "at least 0.8", f"{how}: {ours:.0f}/s to {bare:.0f}/s")


async def _round(client: Client, database: Database, data_dir: Path, n: int) -> tuple[float, float]:
    house = House(database, client, "rientro", f"bench{n}", Path())
    rows = [account_row(f"B{i}", "cec", [(days_ago(-10), 50_000)]) for i in range(ACCOUNTS)]
    house.take(rows, pack("cec"), "out_of_court", right_now())
    decided = select(func.count()).where(Account.portfolio == house.portfolio, col(Account.started).is_not(None))
    with _process("worker.py", data_dir=data_dir):
        await asyncio.sleep(5)
        begun = time.perf_counter()
        await start_intake(client, "rientro", house.portfolio)
        await _until(lambda: _count(database, decided) == ACCOUNTS)
        ours = ACCOUNTS / (time.perf_counter() - begun)
    queue = f"bare-{uuid4().hex[:6]}"
    noted = select(func.count()).where(col(Cause.client).startswith(queue))
    with _process("-m", "tests.bench.bare_case", str(data_dir), queue, data_dir=data_dir):
        await asyncio.sleep(5)
        begun = time.perf_counter()
        for first in range(0, ACCOUNTS, AT_ONCE):
            await asyncio.gather(*(_bare(client, queue, k) for k in range(first, min(first + AT_ONCE, ACCOUNTS))))
        await _until(lambda: _count(database, noted) == ACCOUNTS)
        bare = ACCOUNTS / (time.perf_counter() - begun)
    return ours, bare


async def _bare(client: Client, queue: str, number: int) -> None:
    account = f"{queue}-{number}"
    attributes = [SearchAttributePair(PORTFOLIO, queue), SearchAttributePair(SEGMENT, "bare")]
    await client.start_workflow(
        BareCase.run, account, id=account, task_queue=queue, search_attributes=TypedSearchAttributes(attributes)
    )


def _count(database: Database, what: object) -> int:
    with database.reading() as session:
        return int(session.exec(what).one())  # type: ignore[call-overload]


async def _until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.05)


@contextmanager
def _process(*program: str, data_dir: Path) -> Iterator[None]:
    # As in an image: the sandbox loads workflows anew for each case, which must not compile them each time.
    environment = os.environ | {"RIENTRO_DATA_DIR": str(data_dir), "PYTHONDONTWRITEBYTECODE": ""}
    process = subprocess.Popen([sys.executable, *program], env=environment, stdout=subprocess.DEVNULL, cwd=HOUSE)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)
