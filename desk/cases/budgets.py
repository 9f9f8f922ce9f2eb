"""A debtor's budget, told with a hardship: kept in the database, while the case learns only what is left of it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from desk.actor import Actor
from desk.cases.record_fact import NotTaken, tell
from desk.engine_calls import engine
from desk.refused import Refused
from intake.fact_fields import money_or_nothing
from models.decisions import Recorded
from models.events import Hardship
from store.account_lookup import KnownAccount
from store.budget_rows import BudgetTold, forget_budget, keep_budget
from store.database import Database


@dataclass(frozen=True)
class Month:
    """What comes in and what must be spent, in whole units as a person wrote it, and how many live on it."""

    income: str
    costs: str
    people: int


async def tell_with(database: Database, account: KnownAccount, fact: Hardship, month: Month, by: Actor) -> Recorded:
    """Keep the budget, then tell the case what is left; a budget that the case did not take is not kept."""
    # The engine first: without it nothing is kept.
    await engine()
    told = _told(account, fact, month, by)
    known = keep_budget(database, told)
    if known is not None and not told.same_as(known):
        raise Refused(f"{told.key} was told before with another budget: tell this one under an id of its own")
    try:
        left = max(0, told.income - told.costs)
        return await tell(database, account.id, fact.model_copy(update={"left": left}), by)
    except NotTaken:
        if known is None:
            forget_budget(database, told.key)
        raise


def _told(account: KnownAccount, fact: Hardship, month: Month, by: Actor) -> BudgetTold:
    try:
        income, costs = (money_or_nothing(text, account.currency) for text in (month.income, month.costs))
    except ValueError as fault:
        raise Refused(f"the budget: {fault}") from None
    who, now = fact.by or by.name, datetime.now(UTC)
    return BudgetTold(fact.event_id, account.id, income, costs, month.people, account.currency, who, now)
