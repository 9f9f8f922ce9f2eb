"""Which causes of default were told, and which may be: the rows behind both."""

from typing import Any

from sqlmodel import Session, col, func, select

from models.tables.accounts import Account, Cause, Portfolio
from models.tables.trail import Journal


def causes_told(session: Session, portfolio: str | None) -> list[dict[str, Any]]:
    """How many accounts name which cause, by portfolio, product and segment; most frequent first."""
    told = col(Journal.detail)["cause"].as_string()
    named = select(Journal.account, told.label("cause")).where(Journal.kind == "event", told.is_not(None)).subquery()
    keys = (Account.portfolio, Account.product, Account.cycle, named.c.cause)
    accounts = func.count(func.distinct(named.c.account))
    asked: Any = select(*keys, accounts, func.count())  # type: ignore[call-overload]
    asked = asked.join(named, named.c.account == Account.id).group_by(*keys)
    if portfolio:
        asked = asked.where(Account.portfolio == portfolio)
    order = (Account.portfolio, Account.product, Account.cycle, accounts.desc(), named.c.cause)
    names = ("portfolio", "product", "segment", "cause", "accounts", "told")
    return [dict(zip(names, row, strict=True)) for row in session.exec(asked.order_by(*order))]


def causes_added(session: Session, client: str | None) -> list[tuple[str, str]]:
    """Code and client of what clients added to the common list, or this one did."""
    added = select(Cause).order_by(col(Cause.client), col(Cause.code))
    own = session.exec(added if client is None else added.where(Cause.client == client)).all()
    return [(cause.code, cause.client) for cause in own]


def keep_cause(session: Session, code: str, client: str) -> None:
    """Add a cause to the client's list."""
    session.add(Cause(client=client, code=code))


def clients(session: Session) -> list[str]:
    """All who handed accounts over."""
    return list(session.exec(select(Portfolio.client).distinct().order_by(Portfolio.client)))


def client_of(session: Session, portfolio: str) -> str:
    """Who handed a portfolio over."""
    return session.get_one(Portfolio, portfolio).client
