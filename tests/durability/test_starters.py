"""Is each account one case, when two start the same portfolio at once and when a page of it is begun again?"""

import asyncio
import csv
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.testing import ActivityEnvironment

from activities.start_cases import Starting
from engine import EmbeddedEngine, connect, end_with_parent
from intake.pack_files import strategy
from models.portfolio_orders import PageInput, PageResult
from models.tables.accounts import Account
from models.tables.trail import Attempt
from settings import HOUSE, load_settings
from store.database import Database
from tests.durability.machine import take, until
from tests.now import days_ago, right_now
from tests.workflows.houses import account_row
from worker import create_worker
from workflows.engine_names import recovery_id

STRATEGY = Path(__file__).with_name("strategy.yaml")
ACCOUNTS = 40


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'rientro.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def portfolio() -> str:
    return f"p{uuid4().hex[:8]}"


def portfolio_file(directory: Path) -> Path:
    row = {
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
        "instalments": "D-45",
    }
    path = directory / "portfolio.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["account", "customer", *row])
        writer.writeheader()
        writer.writerows(row | {"account": f"IT-{n}", "customer": f"C-{n}"} for n in range(ACCOUNTS))
    return path


def starters(number: int, file: Path, portfolio: str, environment: dict[str, str]) -> list[dict[str, Any]]:
    """What so many starters answer who start the same file at the same moment."""
    command = [sys.executable, "starter.py", "start", str(file), "--portfolio", portfolio, "--client", "bank"]
    command += ["--strategy", str(STRATEGY), "--no-wait", "--json"]
    processes = [
        subprocess.Popen(
            command,
            cwd=HOUSE,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=end_with_parent,
        )
        for _ in range(number)
    ]
    try:
        said = [process.communicate(timeout=60) for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0] * number, said
    return [json.loads(out) for out, _ in said]


async def assert_one_workflow_each(client: Client, portfolio: str, accounts: list[Account]) -> None:
    query = f"WorkflowType = 'AccountRecoveryWorkflow' AND RientroPortfolio = '{portfolio}'"

    async def all_found() -> bool:
        return (await client.count_workflows(query)).count >= len(accounts)

    await until(all_found)
    found = [run async for run in client.list_workflows(query)]
    assert sorted(run.id for run in found) == sorted(recovery_id(portfolio, a.id) for a in accounts)
    assert {run.status for run in found} == {WorkflowExecutionStatus.RUNNING}


async def test_two_starters_at_once_start_each_account_once(
    engine_server: EmbeddedEngine, empty: str, portfolio: str, tmp_path: Path
) -> None:
    file, data_dir = portfolio_file(tmp_path), engine_server.settings.data_dir
    settings = load_settings(data_dir=data_dir, database_url=empty, task_queue=portfolio, outbox_dir=tmp_path / "out")
    environment = {"RIENTRO_DATA_DIR": str(data_dir), "RIENTRO_DATABASE_URL": empty, "RIENTRO_TASK_QUEUE": portfolio}
    answers = await asyncio.to_thread(starters, 2, file, portfolio, environment)
    assert sorted((a["taken"], a["known"]) for a in answers) == [(0, ACCOUNTS), (ACCOUNTS, 0)]
    database, client = Database(empty), await connect(settings)
    async with create_worker(client, database, settings):
        await until(lambda: sum(letters(database).values()) >= ACCOUNTS)
        await asyncio.to_thread(starters, 1, file, portfolio, environment)
        accounts = _all(database, Account)
        await assert_one_workflow_each(client, portfolio, accounts)
    assert len(accounts) == len({a.reference for a in accounts}) == ACCOUNTS
    assert letters(database) == dict.fromkeys((a.id for a in accounts), 1)
    database.close()


def letters(database: Database) -> Counter[str]:
    """How many first letters each account got."""
    return Counter(attempt.account for attempt in _all(database, Attempt) if attempt.step == "first_letter")


def _all(database: Database, table: Any) -> list[Any]:
    with database.reading() as session:
        return list(session.exec(select(table)))


# --- A page that is begun again --------------------------------------------------------------------------------------


class Cut(Exception):
    """The worker that starts a page is gone."""


def a_page(client: Client, database: Database, portfolio: str) -> tuple[Starting, PageInput]:
    """Ten accounts to be started; no worker takes them up."""
    rows = [account_row(f"A{n}", "cec", [(days_ago(40), 50_000)]) for n in range(10)]
    take(database, portfolio, rows, strategy(STRATEGY), lambda row: "papers")
    return Starting(database, client, portfolio), PageInput(portfolio=portfolio, after=0, limit=100, rate=1_000)


def heartbeats_until(cut: int) -> Iterator[None]:
    """Heartbeats of a worker that is gone at one of them."""
    yield from (None for _ in range(cut))
    raise Cut


async def test_a_page_cut_in_the_middle_starts_the_rest_when_it_is_begun_again(
    engine_server: EmbeddedEngine, sqlite_database: Database, portfolio: str
) -> None:
    client, worker = await connect(engine_server.settings), ActivityEnvironment()
    starting, page = a_page(client, sqlite_database, portfolio)
    beats = heartbeats_until(2)
    worker.on_heartbeat = lambda *_: next(beats)
    with pytest.raises(Cut):
        await worker.run(starting.start_page, page.model_copy(update={"rate": 3}))
    again = await ActivityEnvironment().run(starting.start_page, page)
    assert again == PageResult(cursor=10, started=1, known=9, more=False)
    await assert_one_workflow_each(client, portfolio, _all(sqlite_database, Account))


async def test_a_page_that_two_workers_start_at_once_starts_each_account_once(
    engine_server: EmbeddedEngine, sqlite_database: Database, portfolio: str
) -> None:
    client = await connect(engine_server.settings)
    starting, page = a_page(client, sqlite_database, portfolio)
    both = await asyncio.gather(*(ActivityEnvironment().run(starting.start_page, page) for _ in range(2)))
    assert sum(result.started for result in both) == sum(result.known for result in both) == 10
    await assert_one_workflow_each(client, portfolio, _all(sqlite_database, Account))


async def test_a_case_that_ran_already_is_not_started_again(
    engine_server: EmbeddedEngine, sqlite_database: Database, portfolio: str
) -> None:
    client = await connect(engine_server.settings)
    starting, page = a_page(client, sqlite_database, portfolio)
    await ActivityEnvironment().run(starting.start_page, page)
    for account in _all(sqlite_database, Account):
        await client.get_workflow_handle(recovery_id(portfolio, account.id)).terminate()
    again = await ActivityEnvironment().run(starting.start_page, page)
    assert (again.started, again.known) == (0, 10)


async def test_an_account_that_was_begun_is_not_loaded_again(
    engine_server: EmbeddedEngine, sqlite_database: Database, portfolio: str
) -> None:
    client = await connect(engine_server.settings)
    starting, page = a_page(client, sqlite_database, portfolio)
    with sqlite_database.session() as session:
        for account in session.exec(select(Account).where(Account.number <= 4)):
            account.started = right_now()
    first = await ActivityEnvironment().run(starting.start_page, page)
    assert (first.started, first.known, first.cursor) == (6, 0, 10)
