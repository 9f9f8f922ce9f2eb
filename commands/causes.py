"""Why do people not pay? The causes told at calls and with hardship, by portfolio, product and segment."""

from typing import Any

from sqlmodel import Session, col, func, select

from commands.answering import say, show_table
from models.tables import Account, Journal

COLUMNS = ("portfolio", "product", "segment", "cause", "accounts", "times told")


def causes(session: Session, portfolio: str | None) -> list[dict[str, Any]]:
    """How many accounts name which cause, most frequent first; nobody is named."""
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


def show_causes(found: list[dict[str, Any]]) -> None:
    """As a table."""
    if not found:
        say("no cause was told yet")
        return
    show_table("Causes of default", COLUMNS, [list(row.values()) for row in found], right=COLUMNS[4:])
