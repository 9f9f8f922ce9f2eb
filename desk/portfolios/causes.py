"""Why do people not pay? The list of causes and what clients added to it; what was told, by product and segment."""

from typing import Any

from desk.refused import Refused
from models.tables.accounts import Account
from models.vocabulary import CAUSES
from store.account_lookup import KnownAccount
from store.cause_log import causes_added, causes_told, client_of, clients, keep_cause
from store.database import Session


def causes(session: Session, portfolio: str | None) -> list[dict[str, Any]]:
    """How many accounts name which cause, most frequent first; nobody is named."""
    return causes_told(session, portfolio)


def listed(session: Session, client: str | None = None) -> list[dict[str, Any]]:
    """The causes that may be told: the common ones, and those that clients (or this one) added."""
    common = [{"cause": code, "client": None, "means": words} for code, words in CAUSES.items()]
    return common + [{"cause": code, "client": own, "means": None} for code, own in causes_added(session, client)]


def add_cause(session: Session, code: str, client: str) -> str:
    """Add a cause to a client's list, and say so. Refused where nobody handed accounts over under that name."""
    known = clients(session)
    if client not in known:
        raise Refused(f"there is no client {client!r}; there are: {', '.join(known) or 'none'}")
    if code in CAUSES:
        return f"{code} is on the common list: {CAUSES[code]}"
    if (code, client) in causes_added(session, client):
        return f"{code} is on the list of {client} already"
    keep_cause(session, code, client)
    return f"{code} added to the list of {client}"


def refuse_unknown(session: Session, account: Account | KnownAccount, cause: str) -> None:
    """Refuse a cause that is neither common nor of the account's client, with those that are."""
    client = client_of(session, account.portfolio)
    known = [str(row["cause"]) for row in listed(session, client)]
    if cause not in known:
        add = f"starter.py causes --add {cause} --client {client}"
        raise Refused(f"{cause!r} is no known cause; there are: {', '.join(known)} (another one: {add})")
