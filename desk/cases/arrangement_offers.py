"""What may be offered to a debtor today, with the schedules and the reasons, and how is it recorded as an offer?"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from desk.actor import Actor
from desk.cases.live_case import view_of
from desk.cases.record_fact import tell
from desk.lookup import find_account
from desk.portfolios.ops_orders import new_id
from desk.readable import answer
from desk.refused import Refused
from intake.fact_fields import money
from models.agreement_terms import Arrangement, Schedule
from models.case import Case, Offer
from models.events import OfferMade
from policy.agreeing.arrangements import Proposal, Sight, Wish, offer_of, proposals
from policy.law.may_contact import debtor_day
from policy.money.position import position
from policy.parsing.pack_reading import read_strategy
from store.account_lookup import KnownAccount, strategy_text
from store.database import Database


@dataclass(frozen=True)
class Wished:
    """What the debtor can pay or wants, as a person wrote it: what is left a month in whole units, months, per cent."""

    left: str | None = None
    months: int | None = None
    percent: float | None = None


async def offers(database: Database, word: str, wished: Wished, by: Actor) -> dict[str, Any]:
    """Every arrangement with its schedule, the possible ones first, or the reasons against it. Minor units."""
    account = find_account(database, word)
    return _told(await _sight(database, account, wished, by))


async def make_offer(
    database: Database, word: str, wished: Wished, what: Arrangement, schedule: Schedule | None, by: Actor
) -> dict[str, Any]:
    """Offer it now. Refused with the reasons where it cannot be offered, or is not clear."""
    account = find_account(database, word)
    made = _chosen(_proposals(await _sight(database, account, wished, by)), what, schedule, by)
    recorded = await tell(database, account.id, made, by)
    return answer(recorded, account.reference) | {"needs": made.needs}


def find_offer(case: Case, word: str | None, states: tuple[str, ...], by: Actor) -> str:
    """The id of an offer by its id, the end of it, its step or its kind; without a word the only one that waits."""
    waiting = [o for o in case.offers if o.state in states]
    meant = [o for o in case.offers if o.id == word] or [o for o in waiting if word is None or _is(o, word)]
    if len(meant) == 1:
        return meant[0].id
    known = ", ".join(f"{o.id} ({o.what})" for o in meant or waiting) or "none"
    raise Refused(f"{'several offers are meant' if meant else 'no such offer waits'}; there are: {known}")


def _is(offer: Offer, word: str) -> bool:
    return offer.what == word or offer.id.endswith(word) or f":{word}:" in (offer.step or "")


def _wish(wished: Wished, currency: str) -> Wish:
    left, percent = wished.left, wished.percent
    try:
        # Nothing left is written as 0.
        money_left = None if left is None else 0 if left.strip() == "0" else money(left, currency)
    except ValueError as fault:
        raise Refused(f"left: {fault}") from None
    return Wish(money_left, wished.months, None if percent is None else Decimal(f"{percent:g}"))


async def _sight(database: Database, account: KnownAccount, wished: Wished, by: Actor) -> Sight:
    """The case on the debtor's day of now."""
    case = (await view_of(account, by)).case
    wish = _wish(wished, case.currency)
    today = debtor_day(datetime.now(UTC), case.zone)
    strategy = read_strategy(strategy_text(database, case.strategy), case.strategy)
    return Sight(case, strategy, position(case, today), today, wish)


def _chosen(found: list[Proposal], what: Arrangement, schedule: Schedule | None, by: Actor) -> OfferMade:
    """The proposal that is meant, as a fact."""
    mine = [p for p in found if p.what == what and schedule in (None, p.schedule)]
    possible = [p for p in mine if p.possible]
    if not possible:
        reasons = "; ".join(reason for p in mine for reason in p.reasons)
        raise Refused(f"no {what} can be offered today: {reasons or f'there is none by {schedule}'}")
    if len(possible) > 1:
        raise Refused(f"say which --schedule: {', '.join(p.schedule or '' for p in possible)}")
    return offer_of(possible[0], new_id("offer"), by.name)


def _proposals(sight: Sight) -> list[Proposal]:
    return sorted(proposals(sight), key=lambda p: not p.possible)


def _told(view: Sight) -> dict[str, Any]:
    case, found = view.case, _proposals(view)
    return {
        "today": view.today,
        "currency": case.currency,
        "outstanding": view.position.outstanding,
        "overdue": view.position.overdue,
        "days_past_due": view.position.days_past_due,
        "left_a_month": view.left,
        "offers": [o.model_dump(include={"id", "what", "until", "state"}) for o in case.offers],
        "possible": [_proposal(p) for p in found if p.possible],
        "not_possible": [
            {"what": p.what, "schedule": p.schedule, "reasons": p.reasons} for p in found if not p.possible
        ],
    }


def _proposal(proposal: Proposal) -> dict[str, Any]:
    names = ("what", "schedule", "reasons", "waived", "if_broken", "until", "needs")
    total = sum(row.amount for row in proposal.instalments)
    instalments = [row._asdict() for row in proposal.instalments]
    return {name: getattr(proposal, name) for name in names} | {"total": total, "instalments": instalments}
