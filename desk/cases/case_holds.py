"""What holds a case now, and on what budget: asked of its workflow, and of the database."""

from datetime import UTC, datetime
from typing import Any

from sqlmodel import col, select

from cli.output import amount, console, local, say, show_table
from desk.engine_calls import answered, engine
from desk.lookup import find_account, party_of
from models.decisions import CaseView, HoldShown
from models.tables.accounts import Budget
from policy.phrases import day_text
from policy.procedures.hold_rules import shown
from store.database import Database
from workflows.engine_names import recovery_id

COLUMNS = ("hold", "since", "until", "document", "stops", "leaves")


async def holds(database: Database, word: str) -> dict[str, Any]:
    """Every hold that runs, and the last budget."""
    with database.reading() as session:
        account = find_account(session, word)
        zone = party_of(session, account).zone
        told = select(Budget).where(Budget.account == account.id).order_by(col(Budget.at).desc())
        budget = session.exec(told).first()
    found = {"account": account.reference, "currency": account.currency, "zone": zone, "outcome": account.outcome}
    running: tuple[HoldShown, ...] = ()
    if account.outcome is None and account.started is not None:
        client, _ = await engine()
        handle = client.get_workflow_handle(recovery_id(account.portfolio, account.id))
        view: CaseView = await answered(handle.query("case", result_type=CaseView))
        running = shown(view.case, datetime.now(UTC))
    kept = None if budget is None else budget.model_dump(include={"income", "costs", "people", "by", "at"})
    return found | {"holds": [hold.model_dump() for hold in running], "budget": kept}


def show_holds(found: dict[str, Any]) -> None:
    """As a table, with the budget below it."""
    if found["outcome"]:
        say(f"the case of {found['account']} ended as {found['outcome']}: nothing holds it")
    elif not found["holds"]:
        say(f"nothing holds the case of {found['account']}")
    else:
        rows = [_row(hold) for hold in found["holds"]]
        show_table(f"What holds {found['account']}", COLUMNS, rows)
    if budget := found["budget"]:
        income, costs = (amount(budget[name], found["currency"]) for name in ("income", "costs"))
        told = f"told to {budget['by']} on {local(budget['at'], found['zone'])}"
        console().print(f"Budget: {income} a month in, {costs} out, for {budget['people']}; {told}")


def _row(hold: dict[str, Any]) -> list[str]:
    about = f" about {hold['about']}" if hold["about"] else ""
    until = day_text(hold["until"]) if hold["until"] else "released"
    stops = ", ".join(hold["blocks"])
    return [
        hold["reason"].replace("_", " ") + about,
        day_text(hold["since"]),
        until,
        hold["evidence"] or "",
        stops,
        hold["leaves"],
    ]
