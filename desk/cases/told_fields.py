"""What a person writes of a fact, field by field: completed from the account, made a fact, told to its case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from desk.actor import Actor
from desk.cases.arrangement_offers import find_offer
from desk.cases.budgets import Month, tell_with
from desk.cases.contact_details import change_details
from desk.cases.live_case import view_of
from desk.cases.record_fact import tell
from desk.lookup import find_account, find_key
from desk.portfolios.causes import refuse_unknown
from desk.portfolios.ops_orders import new_id
from desk.readable import answer
from desk.refused import Refused
from intake.fact_fields import Context, NotAFact, make
from models.event import Block, Channel
from models.events import Dispute, Event, Hardship, Hold, Protection
from policy.procedures.hold_rules import leaves, stopped_by
from store.account_lookup import KnownAccount
from store.database import Database

_KEYS = ("task", "message")
_BEGINS_A_HOLD = (Dispute, Hardship, Protection, Hold)
_WAITS = {"offer_approved": ("to_approve",), "offer_answered": ("made",)}


@dataclass(frozen=True)
class Written:
    """A fact as it was written: its fields as text; beside them what is kept in the database and no history."""

    kind: str
    fields: Mapping[str, Any]
    details: Mapping[str, str] = field(default_factory=dict)
    """New ways to reach the debtor."""
    unusable: Sequence[Channel] = ()
    month: Month | None = None


@dataclass(frozen=True)
class Answer:
    """What the case says to it; of a hold that began what it stops, and what it leaves."""

    told: dict[str, Any]
    stops: tuple[str, ...] = ()
    leaves: str = ""


async def tell_fields(database: Database, word: str, written: Written, by: Actor) -> Answer:
    """Tell the case of the account what happened. Refused with the reason where it is not taken as it was told."""
    account = find_account(database, word)
    given = await _completed(database, account, written, by)
    fact = _made(written.kind, given, account)
    if written.month is not None and isinstance(fact, Hardship):
        recorded = await tell_with(database, account, fact, written.month, by)
    else:
        recorded = await tell(database, account.id, fact, by)
    told = answer(recorded, account.reference)
    stops = _stops(fact) if recorded.became == "taken" else ()
    return Answer(told, tuple(stops), leaves(stops) if stops else "")


async def _completed(database: Database, account: KnownAccount, written: Written, by: Actor) -> dict[str, Any]:
    given = dict(written.fields) | {"by": by.name, "event_id": written.fields.get("event_id") or new_id(written.kind)}
    if cause := given.get("cause"):
        with database.reading() as session:
            refuse_unknown(session, account, cause)
    given |= {name: find_key(database, account, given[name]) for name in _KEYS if given.get(name)}
    if written.details or written.unusable:
        given["usable"] = await change_details(database, account, written.details, written.unusable, by)
    if states := _WAITS.get(written.kind):
        given["offer"] = find_offer((await view_of(account, by)).case, given.get("offer"), states, by)
    return given


def _made(kind: str, given: dict[str, Any], account: KnownAccount) -> Event:
    try:
        return make(kind, given, Context(account.currency, account.zone, datetime.now(UTC)))
    except NotAFact as fault:
        raise Refused(str(fault)) from None


def _stops(fact: Event) -> Sequence[Block]:
    if not isinstance(fact, _BEGINS_A_HOLD) or getattr(fact, "status", "opened") != "opened":
        return ()
    return stopped_by(fact)
