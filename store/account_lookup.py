"""Which account, portfolio, task or message is known by a word, and what of it does a use case need?"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.tables.accounts import Account, Party, Portfolio, StrategyText
from models.tables.trail import Attempt, Task
from store.database import Database


@dataclass(frozen=True)
class KnownPortfolio:
    """A portfolio, and whose it is."""

    id: str
    client: str


@dataclass(frozen=True)
class KnownAccount:
    """An account by its names, where its debtor lives, and how its case stands."""

    id: str
    portfolio: str
    reference: str
    party: str
    currency: str
    strategy: str
    cycle: str
    zone: str
    country: str
    started: datetime | None
    outcome: str | None
    last_case: dict[str, Any] | None = field(repr=False)
    """The case as it ended."""


@dataclass(frozen=True)
class KnownKey:
    """The key of a task or an attempt."""

    key: str
    step: str | None
    waits: bool = False
    """A task that is open."""


def accounts_meant(database: Database, word: str) -> list[KnownAccount]:
    """Those with that id or reference; else the one of `portfolio/reference`."""
    with database.reading() as session:
        found = _accounts(session, (col(Account.id) == word) | (col(Account.reference) == word))
        portfolio, slash, reference = word.partition("/")
        if found or not slash:
            return found
        return _accounts(session, (col(Account.portfolio) == portfolio) & (col(Account.reference) == reference))


def account_again(database: Database, account: str) -> KnownAccount:
    """The account as it stands now."""
    with database.reading() as session:
        return _accounts(session, col(Account.id) == account)[0]


def _accounts(session: Session, where: Any) -> list[KnownAccount]:
    rows = session.exec(select(Account, Party).join(Party, col(Party.id) == Account.party).where(where)).all()
    return [_known(account, party) for account, party in rows]


def _known(account: Account, party: Party) -> KnownAccount:
    names = [known.name for known in fields(KnownAccount) if known.name not in ("zone", "country")]
    return KnownAccount(**{n: getattr(account, n) for n in names}, zone=party.zone, country=party.country)


def portfolio_named(database: Database, word: str) -> KnownPortfolio | None:
    """The portfolio of that name."""
    with database.reading() as session:
        found = session.get(Portfolio, word)
        return None if found is None else KnownPortfolio(found.id, found.client)


def portfolio_names(database: Database) -> Sequence[str]:
    """Every portfolio."""
    with database.reading() as session:
        return session.exec(select(Portfolio.id).order_by(Portfolio.id)).all()


def keys_of(database: Database, account: str) -> list[KnownKey]:
    """Of every task and attempt of an account, each once."""
    with database.reading() as session:
        tasks = session.exec(select(Task).where(Task.account == account)).all()
        attempts = session.exec(select(Attempt).where(Attempt.account == account)).all()
    known = {task.key: KnownKey(task.key, task.step, task.status == "open") for task in tasks}
    others = [KnownKey(attempt.key, attempt.step) for attempt in attempts if attempt.key not in known]
    return [*known.values(), *others]


def strategy_text(database: Database, version: str) -> str:
    """The strategy version that a case is pinned to, as it was written."""
    with database.reading() as session:
        return session.get_one(StrategyText, version).text


def country_of(session: Session, party: str) -> str:
    """Where a party lives."""
    return session.get_one(Party, party).country
