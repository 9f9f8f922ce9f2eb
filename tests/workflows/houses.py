"""A whole house for a test: a database with accounts, a worker, the engine. No part of it is pretended."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlmodel import select
from temporalio.client import Client, WorkflowHandle

from activities.start_cases import start_case
from intake.pack_files import Pack, strategies
from intake.portfolio_file import AccountRow
from models.case import Case, Instalment
from models.tables.accounts import Account, Portfolio, StrategyText
from models.tables.trail import Attempt, Journal, Task
from policy.parsing.pack_reading import read_strategy, strategy_version
from settings import load_settings
from store import journal
from store.case_opening import load_cases
from store.database import Database
from store.handover import hand_over
from tests.now import right_now
from worker import create_worker

PLACES = {
    "cec": ("IT", "Europe/Rome", "EUR", "it", "out_of_court"),
    "kruk": ("RO", "Europe/Bucharest", "RON", "ro", "before_litigation"),
    "alth": ("NL", "Europe/Amsterdam", "EUR", "nl", "microloan"),
    "mfo": ("RU", "Europe/Moscow", "RUB", "ru", "small_debt"),
    "crecerto": ("BR", "America/Sao_Paulo", "BRL", "pt", "microcredit"),
    "us_agency": ("US", "America/New_York", "USD", "en", "third_party"),
}

SENDER: dict[str, Any] = {
    "sender_address": "Via Esempio 2, 20121 Milano",
    "phone": "+39 02 1234567",
    "licence": "Lic. 115/7",
    "complaints": "reclami@example.org",
}
"""What the laws of all places want a portfolio to say of its sender."""


def account_row(reference: str, strategy: str, dues: Sequence[tuple[datetime, int]], **changes: Any) -> AccountRow:
    """An account as a portfolio file would bring it, fully reachable, in the strategy's country."""
    country, zone, currency, language, _ = PLACES[strategy]
    facts: dict[str, Any] = {
        "row": 2,
        "account": reference,
        "customer": f"P-{reference}",
        "name": "Ștefania Щукина",
        "language": language,
        "country": country,
        "time_zone": zone,
        "phone": {
            "IT": "+393471234567",
            "RO": "+40712034567",
            "NL": "+31612345678",
            "RU": "+79123456789",
            "US": "+12125550123",
        }.get(country, "+5511961234567"),
        "email": "debtor@example.org",
        "street": "Via Roma 1",
        "city": "Roma",
        "postal_code": "00100",
        "product": "consumer_loan",
        "legal_status": "amicable",
        "creditor": "Banca Esempio",
        "creditor_address": "Via Esempio 1, 00184 Roma",
        "creditor_number": "CF 00000000000",
        "currency": currency,
        "principal": sum(amount for _, amount in dues),
        "instalments": tuple(
            Instalment(number=n, due=due.date(), amount=amount) for n, (due, amount) in enumerate(dues, 1)
        ),
    }
    return AccountRow(**(facts | changes))


@dataclass
class House:
    """One database with a worker on it."""

    database: Database
    client: Client
    task_queue: str
    portfolio: str
    outbox: Path
    started: list[str] = field(default_factory=list)

    def take(self, rows: Sequence[AccountRow], pack: Pack, cycle: str, now: datetime) -> list[Case]:
        """Hand accounts over and return them as cases, not started yet."""
        portfolio = Portfolio(id=self.portfolio, client="client", source="test", created=now, fed=now, **SENDER)
        with self.database.session() as session:
            hand_over(session, portfolio, rows, lambda row: (pack.version, cycle), {pack.version: pack.text})
        with self.database.reading() as session:
            return load_cases(session, self.portfolio, 0, 10_000, now)[0]

    async def start(self, case: Case) -> WorkflowHandle[Any, str]:
        """Start the case's workflow."""
        return await start_case(self.client, case, self.task_queue)

    def keeps(self, text: str) -> str:
        """Keep a strategy's text, as a command does before it moves cases to it; its version."""
        version = strategy_version(text, read_strategy(text, "moved.yaml").strategy)
        with self.database.session() as session:
            session.add(StrategyText(version=version, text=text, added=right_now()))
        return version

    def forgets(self, version: str) -> None:
        """Lose a strategy's text: no case that is pinned to it can be decided for."""
        with self.database.session() as session:
            session.delete(session.get_one(StrategyText, version))

    def story(self, account: str) -> list[Journal]:
        """The journal of an account."""
        with self.database.reading() as session:
            return list(journal.read(session, account))

    def account(self, account: str) -> Account:
        """The account's row."""
        with self.database.reading() as session:
            return session.get_one(Account, account)

    def tasks(self, account: str) -> list[Task]:
        """All tasks of an account."""
        with self.database.reading() as session:
            return list(session.exec(select(Task).where(Task.account == account)))

    def attempts(self) -> list[Attempt]:
        """The whole contact log."""
        with self.database.reading() as session:
            return list(session.exec(select(Attempt)))

    def sent(self) -> list[Path]:
        """What stands in the outbox."""
        return sorted(self.outbox.glob("*/*.txt"))


@asynccontextmanager
async def a_house(client: Client, database: Database, directory: Path) -> AsyncIterator[House]:
    """A house with a worker of its own on a fresh task queue."""
    queue = f"rientro-{uuid4().hex[:8]}"
    settings = load_settings(data_dir=directory, task_queue=queue)
    async with create_worker(client, database, settings):
        yield House(database, client, queue, f"p{uuid4().hex[:8]}", settings.outbox)


def pack(name: str) -> Pack:
    """One of the shipped strategies."""
    return strategies()[name]
