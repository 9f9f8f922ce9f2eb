"""What a step of the cycle offers: a plan in months, a discount, a deferral, a new schedule; for that day's debt."""

from datetime import date, timedelta
from decimal import Decimal

from models.agreement_terms import Arrangement, IfBroken, Offers
from models.events import OfferMade
from models.strategy import OfferStep
from policy.agreeing.arrangements import Proposal, discount, due_until, offer_of
from policy.agreeing.schedules import SPLITS, Row, months_after, parts, rows
from policy.money.position import Position

BROKEN: dict[Arrangement, IfBroken] = {"restructuring": "old_terms", "settlement": "full_debt"}
"""What is owed when it breaks, where the strategy has a step but no rules for such an offer."""


def terms(
    step: OfferStep, position: Position, currency: str, today: date, percent: Decimal = Decimal(0)
) -> dict[str, str]:
    """The terms as plain values (minor units, ISO days), for the text; `percent`: interest of a new schedule."""
    offer = {"currency": currency, "outstanding": str(position.outstanding)}
    offer["until"] = (today + timedelta(days=step.valid_days)).isoformat()
    _, instalments, _ = _arrangement(step, position, today, percent)
    if step.discount_percent is not None:
        owed = sum(row.amount for row in instalments)
        offer |= {"discount_percent": str(step.discount_percent), "settlement": str(owed)}
    if step.months is not None:
        # The first: the last one takes the rest, and may differ by some units.
        offer |= {"months": str(step.months), "instalment": str(instalments[0].amount)}
    if step.defer_days is not None:
        offer["defer_until"] = (today + timedelta(days=step.defer_days)).isoformat()
    return offer


def offer_of_step(step: OfferStep, key: str, position: Position, today: date, offers: Offers) -> OfferMade | None:
    """The same as an offer in the case; None where so little is owed that nothing can be agreed."""
    percent = offers.restructuring.percent if offers.restructuring else Decimal(0)
    what, instalments, waived = _arrangement(step, position, today, percent)
    if not all(row.amount > 0 for row in instalments) or (step.discount_percent and not waived):
        return None
    rules = getattr(offers, what)
    if_broken: IfBroken = rules.if_broken if rules else BROKEN.get(what, "rest")
    until = today + timedelta(days=step.valid_days)
    return offer_of(Proposal(what, (), instalments, step.schedule, waived, if_broken, until), key)


def _arrangement(
    step: OfferStep, position: Position, today: date, percent: Decimal
) -> tuple[Arrangement, tuple[Row, ...], int]:
    """What is offered, by when how much, and what is waived."""
    waived = discount(position.outstanding, step.discount_percent) if step.discount_percent else 0
    owed = position.outstanding - waived
    first = today + timedelta(days=step.defer_days) if step.defer_days else months_after(today, 1)
    if step.months and step.schedule:
        return "restructuring", rows(SPLITS[step.schedule](owed, step.months, percent), first), 0
    if step.months:
        split = (parts(owed, step.months), [0] * step.months)
        return "settlement" if waived else "plan", rows(split, first), waived
    if step.discount_percent:
        due = first if step.defer_days else today + timedelta(days=step.valid_days)
        return "settlement", (Row(due, owed),), waived
    return "deferral", (Row(first, due_until(position, first)),), 0
