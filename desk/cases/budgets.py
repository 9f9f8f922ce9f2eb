"""A debtor's budget, told with a hardship: kept in the database, while the case learns only what is left of it."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from desk.cases.record_fact import NotTaken, tell
from desk.engine_calls import engine
from desk.refused import Refused
from intake.fact_fields import money_or_nothing
from models.decisions import Recorded
from models.events import Event
from models.tables.accounts import Account, Budget
from store.database import Database

NAMES = ("income", "costs", "people")


def options() -> dict[str, tuple[Any, Any]]:
    """The options by which an agent writes a budget."""
    amount, people = "a month, in whole units.", "How many live on it; 1 by default."
    return {
        "income": (Annotated[str | None, typer.Option(help=f"What comes in {amount}")], None),
        "costs": (Annotated[str | None, typer.Option(help=f"What must be spent {amount}")], None),
        "people": (Annotated[int | None, typer.Option(min=1, help=people)], None),
    }


def taken(given: dict[str, Any]) -> dict[str, Any] | None:
    """The budget, taken out of what was given; None when none was. Refused when it is not whole."""
    budget = {name: given.pop(name) for name in NAMES}
    if all(value is None for value in budget.values()):
        return None
    if budget["income"] is None or budget["costs"] is None:
        raise typer.BadParameter("a budget is --income and --costs, and --people")
    if given.get("left") is not None:
        raise typer.BadParameter("what is --left follows from --income and --costs: give one or the other")
    return budget


async def tell_with(database: Database, account: Account, fact: Event, budget: dict[str, Any]) -> Recorded:
    """Keep the budget, then tell the case what is left; a budget that the case did not take is not kept."""
    # The engine first: without it nothing is kept.
    await engine()
    row = _row(account, fact, budget)
    kept = _keep(database, row)
    try:
        left = max(0, row.income - row.costs)
        return await tell(database, account, fact.model_copy(update={"left": left}))
    except NotTaken:
        if kept:
            with database.session() as session:
                session.delete(row)
        raise


def _row(account: Account, fact: Event, budget: dict[str, Any]) -> Budget:
    try:
        amounts = {name: money_or_nothing(budget[name], account.currency) for name in ("income", "costs")}
    except ValueError as fault:
        raise Refused(f"the budget: {fault}") from None
    return Budget(
        key=fact.event_id,
        account=account.id,
        income=amounts["income"],
        costs=amounts["costs"],
        people=budget["people"] or 1,
        currency=account.currency,
        by=getattr(fact, "by", None) or "agent",
        at=datetime.now(UTC),
    )


def _keep(database: Database, row: Budget) -> bool:
    """Write it once by its id; whether it is new. Refused where that id has another one."""
    with database.session() as session:
        known = session.get(Budget, row.key)
        if known is None:
            session.add(row)
            return True
    same = ("account", "income", "costs", "people")
    if [getattr(known, name) for name in same] != [getattr(row, name) for name in same]:
        raise Refused(f"{row.key} was told before with another budget: tell this one under an id of its own")
    return False
