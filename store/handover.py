"""Puts the accounts of a portfolio into the database: all or nothing, and each account once, whoever else is at it."""

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col

from intake.people import digests, opaque_id, parties, said
from intake.portfolio_columns import KNOWN
from intake.portfolio_file import AccountRow, tariff_of
from models.tables import arrivals  # noqa: F401 (they fill the metadata)
from models.tables.accounts import Account, Portfolio

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
BATCH = 1000
TABLES = SQLModel.metadata.tables
TERMS = ("product", "legal_status", "creditor", "currency", "principal", "score", "profile", "collateral")
_CREDITOR = ("creditor_address", "creditor_number")
"""What the law wants said of a creditor; no case needs it."""
DEBT = (*TERMS, "contract_date", *_CREDITOR)
"""Columns that are called the same in the file and in the table `account`."""
SENDER = ("sender", "sender_address", "contact", "phone", "pay_to", "licence", "complaints")
"""What a portfolio says of who writes."""

Record = dict[str, Any]
Choose = Callable[[AccountRow], tuple[str, str]]
"""The strategy version and the cycle for an account."""


class HandOverRefused(ValueError):
    """The portfolio cannot be taken under this name; the message says why."""


class HandOver(NamedTuple):
    """How many accounts were taken, and how many were there before and were left as they are."""

    new: int
    known: int


def hand_over(
    session: Session,
    portfolio: Portfolio,
    rows: Sequence[AccountRow],
    choose: Choose,
    texts: Mapping[str, str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> HandOver:
    """Take the accounts into the portfolio, in the session's transaction, which the caller ends.

    `texts` holds the text of each strategy version that `choose` names; `progress` hears how many accounts are done.
    """
    _check_names(portfolio)
    with session.begin_nested():
        _lock(session, portfolio.id)
        _take_portfolio(session, portfolio)
        _write_texts(session, portfolio, texts or {})
        fresh = _unknown(session, portfolio.id, rows)
        _renew_creditors(session, portfolio.id, rows, fresh)
        _write(session, "party", parties(portfolio.client, fresh.values()))
        _write(session, "feed_person", _spoken_of(portfolio, fresh.values()))
        done = 0
        number = _highest_number(session, portfolio.id)
        for batch in _batches(list(fresh.items())):
            _write_accounts(session, portfolio, batch, choose, number + done)
            done += len(batch)
            if progress:
                progress(done)
    return HandOver(len(fresh), len(rows) - len(fresh))


def _check_names(portfolio: Portfolio) -> None:
    if not NAME.fullmatch(portfolio.id):
        rule = "up to 40 small letters, digits and hyphens, no hyphen first"
        raise HandOverRefused(f"{portfolio.id!r} cannot name a portfolio: {rule}")
    if not portfolio.client.strip():
        raise HandOverRefused("a portfolio needs the client who hands it over")


def _lock(session: Session, portfolio: str) -> None:
    # On SQLite the session is the only writer already.
    if _is_postgresql(session):
        key = {"key": f"portfolio {portfolio}"}
        session.connection().execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), key)


def _is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _take_portfolio(session: Session, portfolio: Portfolio) -> None:
    _write(session, "portfolio", [portfolio.model_dump()])
    table = TABLES["portfolio"]
    # A portfolio that is handed over again brings fresh information on its payments, and what it says of the sender.
    said = {name: value for name in SENDER if (value := getattr(portfolio, name)) is not None}
    session.connection().execute(table.update().where(table.c.id == portfolio.id).values(fed=portfolio.fed, **said))
    client = session.connection().execute(select(table.c.client).where(table.c.id == portfolio.id)).scalar_one()
    check_client(client, portfolio)


def check_client(client: str, portfolio: Portfolio) -> None:
    """Refuse a file for a portfolio that another client handed over."""
    if client != portfolio.client:
        raise HandOverRefused(f"portfolio {portfolio.id!r} is of client {client!r}, not of {portfolio.client!r}")


def _write_texts(session: Session, portfolio: Portfolio, texts: Mapping[str, str]) -> None:
    added = portfolio.created
    _write(session, "strategy_text", [{"version": v, "text": texts[v], "added": added} for v in sorted(texts)])


def _unknown(session: Session, portfolio: str, rows: Iterable[AccountRow]) -> dict[str, AccountRow]:
    """The rows whose accounts the portfolio has not yet, by account id."""
    table = TABLES["account"]
    known = set(session.connection().execute(select(table.c.id).where(table.c.portfolio == portfolio)).scalars())
    fresh: dict[str, AccountRow] = {}
    for row in rows:
        account = opaque_id(portfolio, row.account)
        if account not in known:
            fresh.setdefault(account, row)
    return fresh


def _renew_creditors(session: Session, portfolio: str, rows: Iterable[AccountRow], fresh: Container[str]) -> None:
    """What the file says of the creditors of accounts that are known already; a blank cell says nothing new."""
    table = TABLES["account"]
    known = [(account, row) for row in rows if (account := opaque_id(portfolio, row.account)) not in fresh]
    for name in _CREDITOR:
        told = [{"row": account, "said": said} for account, row in known if (said := getattr(row, name)) is not None]
        differs = table.c[name].is_distinct_from(bindparam("said"))
        statement = table.update().where(table.c.id == bindparam("row"), differs).values({name: bindparam("said")})
        for start in range(0, len(told), BATCH):
            session.connection().execute(statement, told[start : start + BATCH])


def _highest_number(session: Session, portfolio: str) -> int:
    table = TABLES["account"]
    highest = session.connection().execute(select(func.max(table.c.number)).where(table.c.portfolio == portfolio))
    return highest.scalar() or 0


def _spoken_of(portfolio: Portfolio, rows: Iterable[AccountRow]) -> list[Record]:
    """What the file says of each person, to know what a later one says differently."""
    people = said(portfolio.client, rows, frozenset(KNOWN))
    return [{"portfolio": portfolio.id, "party": p, "said": digests(p, people[p])} for p in sorted(people)]


def _batches(items: list[tuple[str, AccountRow]]) -> Iterable[list[tuple[str, AccountRow]]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def _write_accounts(
    session: Session, portfolio: Portfolio, batch: list[tuple[str, AccountRow]], choose: Choose, taken: int
) -> None:
    accounts = [_account(portfolio, row, choose, number) for number, (_, row) in enumerate(batch, start=taken + 1)]
    _write(session, "account", accounts)
    _write(session, "guarantor", [_bond(portfolio.client, account, row) for account, row in batch if row.guarantor])
    _write(
        session,
        "instalment",
        [{"account": account} | due.model_dump() for account, row in batch for due in row.instalments],
    )
    entries = [{"account": account} | entry._asdict() for account, row in batch for entry in row.entries]
    _write(session, "feed_entry", entries)


def _account(portfolio: Portfolio, row: AccountRow, choose: Choose, number: int) -> Record:
    strategy, cycle = choose(row)
    tariff = tariff_of(row, portfolio.actor)
    return {
        "id": opaque_id(portfolio.id, row.account),
        "portfolio": portfolio.id,
        "number": number,
        "reference": row.account,
        "party": opaque_id(portfolio.client, row.customer),
        "strategy": strategy,
        "cycle": cycle,
        "tariff": tariff.model_dump(mode="json") if tariff else None,
    } | {name: getattr(row, name) for name in DEBT}


def _bond(client: str, account: str, row: AccountRow) -> Record:
    assert row.guarantor
    return {"account": account, "party": opaque_id(client, row.guarantor.customer), "role": row.guarantor.role}


def _write(session: Session, table: str, records: list[Record]) -> None:
    """Insert what is not there yet; what is there stays as it is."""
    insert = postgresql.insert if _is_postgresql(session) else sqlite.insert
    statement = insert(TABLES[table]).on_conflict_do_nothing()
    for start in range(0, len(records), BATCH):
        session.connection().execute(statement, records[start : start + BATCH])


def portfolio_if_any(session: Session, portfolio: str) -> Portfolio | None:
    """The portfolio as earlier files said it."""
    return session.get(Portfolio, portfolio)


def known_accounts(session: Session, portfolio: str) -> dict[str, tuple[str, bool]]:
    """Reference and whether its case is open, by account."""
    asked = select(col(Account.id), col(Account.reference), col(Account.outcome))
    rows = session.execute(asked.where(col(Account.portfolio) == portfolio).order_by(col(Account.number)))
    return {account: (reference, outcome is None) for account, reference, outcome in rows}
