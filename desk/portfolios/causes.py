"""Why do people not pay? The list of causes and what clients added to it; what was told, by product and segment."""

from typing import Any

from sqlmodel import Session, col, func, select

from cli.output import say, show_table
from desk.refused import Refused
from models.tables.accounts import Account, Cause, Portfolio
from models.tables.trail import Journal
from models.vocabulary import CAUSES
from store.account_lookup import KnownAccount

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


def listed(session: Session, client: str | None = None) -> list[dict[str, Any]]:
    """The causes that may be told: the common ones, and those that clients (or this one) added."""
    added = select(Cause).order_by(col(Cause.client), col(Cause.code))
    own = session.exec(added if client is None else added.where(Cause.client == client)).all()
    common = [{"cause": code, "client": None, "means": words} for code, words in CAUSES.items()]
    return common + [{"cause": cause.code, "client": cause.client, "means": None} for cause in own]


def add_cause(session: Session, code: str, client: str) -> str:
    """Add a cause to a client's list, and say so. Refused where nobody handed accounts over under that name."""
    clients = session.exec(select(Portfolio.client).distinct().order_by(Portfolio.client)).all()
    if client not in clients:
        raise Refused(f"there is no client {client!r}; there are: {', '.join(clients) or 'none'}")
    if code in CAUSES:
        return f"{code} is on the common list: {CAUSES[code]}"
    if session.get(Cause, (client, code)):
        return f"{code} is on the list of {client} already"
    session.add(Cause(client=client, code=code))
    return f"{code} added to the list of {client}"


def refuse_unknown(session: Session, account: Account | KnownAccount, cause: str) -> None:
    """Refuse a cause that is neither common nor of the account's client, with those that are."""
    client = session.get_one(Portfolio, account.portfolio).client
    known = [str(row["cause"]) for row in listed(session, client)]
    if cause not in known:
        add = f"starter.py causes --add {cause} --client {client}"
        raise Refused(f"{cause!r} is no known cause; there are: {', '.join(known)} (another one: {add})")


def show_list(found: list[dict[str, Any]]) -> None:
    """The list as a table."""
    rows = [[row["cause"], row["means"] or f"added by {row['client']}"] for row in found]
    show_table("Causes that may be told", ("cause", "in words"), rows)


def show_causes(found: list[dict[str, Any]]) -> None:
    """As a table."""
    if not found:
        say("no cause was told yet")
        return
    show_table("Causes of default", COLUMNS, [list(row.values()) for row in found], right=COLUMNS[4:])
