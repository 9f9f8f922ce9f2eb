"""Which money came that nobody can place, and how does a person say whose it is?"""

from typing import Any

from desk.actor import Actor
from desk.delivery.fact_delivery import tell_received
from desk.engine_calls import engine
from desk.lookup import find_account, find_portfolio
from desk.refused import Refused
from intake.cells import tidy
from store.database import Database
from store.payment_placing import NotPlaced, place, unplaced


def unmatched(database: Database, portfolio: str | None, by: Actor) -> list[dict[str, Any]]:
    """What waits for a person, oldest first; of a portfolio: also what may belong to any."""
    return unplaced(database, _client(database, portfolio))


async def assign(database: Database, reference: str, word: str, portfolio: str | None, by: Actor) -> dict[str, Any]:
    """Hand a payment to the account that a person names, and tell its case."""
    client, _ = await engine()
    account = find_account(database, word)
    try:
        placed = place(database, tidy(reference), _client(database, portfolio), account.id, by.name)
    except NotPlaced as fault:
        raise Refused(str(fault)) from None
    told = await tell_received(database, client, placed.id)
    if told.waiting:
        raise Refused(f"{word} was noted, but its case could not be told yet: {told.waiting[0]}")
    return {"reference": placed.reference, "kind": placed.kind, "account": account.reference, "by": by.name}


def _client(database: Database, portfolio: str | None) -> str | None:
    return find_portfolio(database, portfolio).client if portfolio else None
