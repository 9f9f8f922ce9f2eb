"""Is a difference of the lender's feed told once to its case, when the run that brings it and the worker are killed?"""

import asyncio
import csv
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from engine import end_with_parent
from models.tables.accounts import Account, InstalmentDue
from models.tables.arrivals import FeedUpdate
from models.tables.trail import Journal
from settings import HOUSE, Settings
from tests.durability.machine import Machine, a_machine, until

pytestmark = pytest.mark.real_clock

ACCOUNTS = 600
COLUMNS = {
    "name": "Ginevra Esempi",
    "language": "it",
    "country": "IT",
    "street": "Via dei Prototipi 12",
    "city": "Milano",
    "postal_code": "20121",
    "product": "consumer_loan",
    "legal_status": "amicable",
    "creditor": "Credito Modello SpA",
    "currency": "EUR",
    "principal": "500.00",
}
BEFORE = {"instalments": "2027-01-01:500.00", "score": "500"}
AFTER = {"instalments": "2027-01-01:500.00|2027-02-01:10.00", "score": "499"}


def written(directory: Path, changed: dict[str, str]) -> Path:
    path = directory / "portfolio.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["account", "customer", *COLUMNS, *changed])
        writer.writeheader()
        rows = ({"account": f"IT-{n}", "customer": f"C-{n}"} | COLUMNS | changed for n in range(ACCOUNTS))
        writer.writerows(rows)
    return path


def spawned(machine: Machine, file: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(HOUSE / "starter.py"), "start", str(file), "--portfolio", "p", "--client", "bank"]
    return subprocess.Popen(
        command,
        cwd=machine.settings.data_dir,
        env=os.environ | {"RIENTRO_DATA_DIR": str(machine.settings.data_dir)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=end_with_parent,
    )


async def loaded(machine: Machine, file: Path) -> None:
    assert await asyncio.to_thread(spawned(machine, file).wait, 120) == 0


@pytest.mark.timeout(400)
async def test_a_killed_run_and_a_killed_worker_lose_nothing_and_repeat_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    async with a_machine(settings) as machine:
        await machine.worker()
        await loaded(machine, written(tmp_path, BEFORE))
        run = spawned(machine, written(tmp_path, AFTER))
        # Without a pause: what is told is told within the blink of an eye.
        while not machine.all(FeedUpdate) and run.poll() is None:
            await asyncio.sleep(0)
        run.kill()
        machine.workers[-1].kill()
        assert run.wait() != 0, "the run had ended before it was killed: this shows nothing"
        await machine.worker()
        await loaded(machine, tmp_path / "portfolio.csv")
        await loaded(machine, tmp_path / "portfolio.csv")
        assert {update.told for update in machine.all(FeedUpdate)} == {True}

        def heard() -> Counter[str]:
            return Counter(row.account for row in machine.all(Journal) if row.key.startswith("event:feed:"))

        await until(lambda: len(heard()) == ACCOUNTS, 120)
        assert set(heard().values()) == {1}
        assert {(account.score, account.updates) for account in machine.all(Account)} == {(499, 1)}
        assert len(machine.all(InstalmentDue)) == 2 * ACCOUNTS
        assert {account.outstanding for account in machine.all(Account)} == {51_000}
        runs = Counter(run.id for run in await machine.executions())
        assert set(runs.values()) == {1}
