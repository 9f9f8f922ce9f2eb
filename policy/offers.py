"""What an offer offers today: a plan in months, a discount, a deferral; computed for the position of the day."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from models.strategy import OfferStep
from policy.money import Position


def terms(step: OfferStep, position: Position, currency: str, today: date) -> dict[str, str]:
    """The terms as plain values (minor units, ISO days), for the text and for the record."""
    offer = {"currency": currency, "outstanding": str(position.outstanding)}
    offer["until"] = (today + timedelta(days=step.valid_days)).isoformat()
    owed = position.outstanding
    if step.discount_percent is not None:
        rest = (Decimal(owed) * (100 - step.discount_percent) / 100).quantize(Decimal(1), ROUND_HALF_UP)
        owed = int(rest)
        offer |= {"discount_percent": str(step.discount_percent), "settlement": str(owed)}
    if step.months is not None:
        # The last instalment is what is left, so that the plan sums to what is owed.
        offer |= {"months": str(step.months), "instalment": str(-(-owed // step.months))}
    if step.defer_days is not None:
        offer["defer_until"] = (today + timedelta(days=step.defer_days)).isoformat()
    return offer
