"""What holds a case now, and on what budget: asked of its workflow, and of the database."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from desk.actor import Actor
from desk.cases.live_case import view_of
from desk.lookup import find_account
from models.decisions import HoldShown
from policy.procedures.hold_rules import shown
from store.account_lookup import KnownAccount
from store.budget_rows import last_budget
from store.database import Database


async def holds(database: Database, word: str, by: Actor) -> dict[str, Any]:
    """Every hold that runs, and the last budget."""
    account = find_account(database, word)
    budget = last_budget(database, account.id)
    names = ("income", "costs", "people", "by", "at")
    return {
        "account": account.reference,
        "currency": account.currency,
        "zone": account.zone,
        "outcome": account.outcome,
        "holds": [hold.model_dump() for hold in await running_holds(account, by)],
        "budget": None if budget is None else {name: asdict(budget)[name] for name in names},
    }


async def running_holds(account: KnownAccount, by: Actor) -> tuple[HoldShown, ...]:
    """The holds of a case that runs; one that has not begun, or has ended, has none."""
    if account.outcome is not None or account.started is None:
        return ()
    return shown((await view_of(account, by)).case, datetime.now(UTC))
