"""What did vendors tell that fits no case, and how does a person say whose it is, or that it is dealt with?"""

from typing import Any

from desk.actor import Actor
from desk.lookup import find_account
from desk.refused import Refused
from store.database import Database
from store.payment_placing import NotPlaced
from store.webhook_placing import close_webhook, webhooks_kept


def webhooks(database: Database, limit: int, by: Actor, *, unmatched: bool) -> list[dict[str, Any]]:
    """The newest first: all, or those that wait for a person."""
    return webhooks_kept(database, "unmatched" if unmatched else None, limit)


def settle_webhook(database: Database, number: int, account: str | None, by: Actor) -> dict[str, Any]:
    """Close what a person dealt with. With an account: what was written or stopped is told to its case."""
    found = find_account(database, account).id if account else None
    try:
        return close_webhook(database, number, found, by.name)
    except NotPlaced as fault:
        raise Refused(str(fault)) from None
