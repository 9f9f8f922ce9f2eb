"""Pause, resume, withdraw: how does an order of ops reach one account, or all of a portfolio?"""

from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from temporalio.service import RPCError, RPCStatusCode

from desk.actor import Actor
from desk.cases.record_fact import tell
from desk.engine_calls import engine
from desk.lookup import find_target
from desk.refused import Refused
from models import events as e
from models.portfolio_orders import Order
from store.account_lookup import KnownAccount, KnownPortfolio
from store.database import Database
from store.portfolio_rows import number_open, set_held
from workflows.engine_names import portfolio_id

What = Literal["pause", "resume", "withdraw"]


def new_id(what: str) -> str:
    """An id that no other order or event has."""
    return f"{what}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:6]}"


def concerned(database: Database, target: str) -> tuple[KnownAccount | KnownPortfolio, int]:
    """Whom the order is for, and how many open accounts that is."""
    found = find_target(database, target)
    if isinstance(found, KnownAccount):
        return found, 1
    with database.reading() as session:
        return found, number_open(session, found.id)


async def order(database: Database, what: What, target: KnownAccount | KnownPortfolio, by: Actor, reason: str) -> str:
    """Carry the order out; what to answer."""
    if isinstance(target, KnownAccount):
        answer = await tell(database, target.id, _fact(what, by.name, reason), by)
        return f"{what} of {target.reference}: {answer.message}"
    client, _ = await engine()
    if what != "withdraw":
        _hold(database, target.id, held=what == "pause")
    wanted = Order(order=new_id(what), what=what, by=by.name)
    try:
        await client.get_workflow_handle(portfolio_id(target.id)).signal("order", wanted)
    except RPCError as fault:
        if fault.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise Refused(
            f"the intake of portfolio {target.id} does not run here: start it with `starter.py start`"
        ) from None
    return f"{what} of portfolio {target.id} is under way"


def _hold(database: Database, portfolio: str, *, held: bool) -> None:
    # Before the signal: an account that is started in between begins with the hold.
    with database.session() as session:
        set_held(session, portfolio, held=held)


def _fact(what: What, by: str, reason: str) -> Any:
    match what:
        case "pause":
            return e.Hold(event_id=new_id(what), reason="ops_pause", by=by)
        case "resume":
            return e.Release(event_id=new_id(what), of="ops_pause", by=by)
        case "withdraw":
            return e.Withdraw(event_id=new_id(what), reason=reason, by=by)
