"""Does a portfolio that starts leave room for news, and do orders to all of its cases choke no worker?"""

from collections.abc import Sequence

import pytest
from sqlmodel import col, func, select

from models.events import PaymentReceived
from models.portfolio_orders import Order
from models.tables.accounts import Account
from models.tables.trail import Journal
from settings import Settings
from tests.durability.machine import Machine, a_machine, until
from tests.now import days_ago
from tests.workflows.houses import account_row, pack
from workflows.engine_names import portfolio_id, recovery_id

pytestmark = pytest.mark.real_clock
ACCOUNTS, TOLD, BEFORE = 500, 60, 100
PAUSED = 300
PATIENCE = 240.0


def handed_over(machine: Machine, number: int) -> None:
    """A portfolio of accounts with nothing to do for days."""
    rows = [account_row(f"A{n}", "cec", [(days_ago(3), 50_000)]) for n in range(number)]
    machine.take("p", rows, pack("cec"), lambda row: "out_of_court")


def decided(machine: Machine) -> int:
    """How many cases have begun."""
    with machine.database.reading() as session:
        return session.exec(select(func.count()).where(col(Account.started).is_not(None))).one()


async def tell_payments(machine: Machine, accounts: Sequence[Account]) -> None:
    """A payment for each of them, all at once."""
    for n, account in enumerate(accounts):
        case = machine.client.get_workflow_handle(recovery_id("p", account.id))
        await case.signal("payment_received", PaymentReceived(event_id=f"bank:{n}", amount=10_00, currency="EUR"))


@pytest.mark.timeout(600)
async def test_AT4_news_told_in_the_middle_of_a_start_are_in_the_ledger_before_it_ends(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As with a large portfolio: whoever is told something is no longer in the worker's cache.
    monkeypatch.setenv("RIENTRO_MAX_CACHED_WORKFLOWS", "20")
    async with a_machine(settings) as machine:
        handed_over(machine, ACCOUNTS)
        await machine.worker()
        await machine.start("p")
        await until(lambda: decided(machine) >= BEFORE, PATIENCE)
        first = [account for account in machine.all(Account) if account.started][:TOLD]
        await tell_payments(machine, first)
        await until(lambda: len(machine.money()) >= TOLD or decided(machine) == ACCOUNTS, PATIENCE)
        assert (len(machine.money()), decided(machine) < ACCOUNTS) == (TOLD, True)
        await until(lambda: decided(machine) == ACCOUNTS, PATIENCE)


def taken_in(machine: Machine, order: str) -> int:
    """How many cases took an order in."""
    with machine.database.reading() as session:
        mine = col(Journal.key).startswith(f"event:{order}:")
        return session.exec(select(func.count(func.distinct(col(Journal.account)))).where(mine)).one()


@pytest.mark.timeout(600)
async def test_cases_that_are_paused_and_resumed_at_once_choke_no_worker(settings: Settings) -> None:
    async with a_machine(settings) as machine:
        handed_over(machine, PAUSED)
        worker = await machine.worker()
        await machine.start("p")
        await until(lambda: decided(machine) == PAUSED, PATIENCE)
        intake = machine.client.get_workflow_handle(portfolio_id("p"))
        await intake.signal("order", Order(order="p1", what="pause", by="ops"))
        await intake.signal("order", Order(order="r1", what="resume", by="ops"))
        await until(lambda: taken_in(machine, "r1") == PAUSED, PATIENCE)
        assert [line for line in worker.said().splitlines() if "deadlock" in line.casefold()] == []
