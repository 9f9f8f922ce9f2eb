"""The whole story of a case, in order, from the journal alone; and whether nobody changed it."""

from typing import Any

from desk.actor import Actor
from desk.lookup import find_account
from store.audit_rows import case_kept
from store.database import Database


def casebook(database: Database, word: str, by: Actor) -> dict[str, Any]:
    """The case and its lines, without any person in them."""
    found = case_kept(database, find_account(database, word).id)
    chain = {
        "lines": len(found.lines),
        "whole": found.broken_at is None,
        "broken_at": found.broken_at,
        "last": found.lines[-1]["hash"] if found.lines else None,
    }
    return {"account": found.account, "story": found.lines, "chain": chain}
