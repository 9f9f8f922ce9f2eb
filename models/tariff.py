"""What may be charged on an account for being late: dated rates, the late fee, and the caps of its contract."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.charges import Charged

Percent = Annotated[Decimal, Field(ge=0, le=1000)]
Share = Annotated[Decimal, Field(ge=0, le=100)]


class Term(BaseModel):
    """A part of a tariff; unknown fields of a later version are ignored, for running cases carry their tariff."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Rate(Term):
    """Interest on overdue principal from a day on, in per cent of it a year (of 365 days) or a day."""

    since: date
    percent: Percent
    per: Literal["year", "day"] = "year"


class LateFee(Term):
    """A fee for each instalment not paid in time: per cent of what is unpaid of it; `least`, `most` in minor units."""

    since: date
    """For instalments due from this day on."""
    percent: Percent
    least: Annotated[int, Field(ge=0)] = 0
    most: Annotated[int, Field(ge=0)] | None = None
    after_days: Annotated[int, Field(ge=1, le=365)] = 1
    """Charged on this day past due."""


class Ban(Term):
    """A charge that we, in our role, may not ask for on this contract, and the rule that says so."""

    charge: Charged
    rule: str
    since: date = date.min
    until: date = date.max


class Caps(Term):
    """What the law allows at most for one contract."""

    per_day: Percent | None = None
    """Per cent of the overdue principal a day."""
    total: Share | None = None
    """All charges together (interest of the contract, late interest, fees, costs), as a multiple of the principal."""
    late: Share | None = None
    """Late interest and late fees together, as a multiple of the principal."""
    fees: Annotated[int, Field(ge=0)] | None = None
    """All late fees and costs together, in minor units."""
    rules: tuple[str, ...] = ()
    """The ids of the rules that the caps come from."""
    bans: tuple[Ban, ...] = ()
    """What is not owed at all, whoever charged it."""


class CostTier(Term):
    """A part of the principal, up to an amount in whole units (included); the last one is open."""

    up_to: Decimal | None = None
    percent: Percent


class CostScale(Term):
    """What collecting may cost by law, as of a day; amounts in whole units. A case carries it with its letter."""

    rule: str
    article: str
    tiers: tuple[CostTier, ...]
    least: Decimal = Decimal(0)
    most: Decimal | None = None
    vat: Percent = Decimal(0)
    """Per cent on top; 0 where the creditor reclaims it, or nobody knows."""
    sharing: str = ""
    """The rule by which small instalments share one cost; empty: none holds."""
    sharing_article: str = ""
    small_most: Decimal = Decimal(0)
    """An instalment is small up to this amount, included."""
    months: int = 0
    """So many months back."""


class Tariff(Term):
    """All of it, resolved for one contract. A case carries it, so that an amount can be explained years later."""

    name: str
    version: str = ""
    interest: tuple[Rate, ...] = ()
    late_fees: tuple[LateFee, ...] = ()
    caps: Caps = Caps()
    notes: tuple[str, ...] = ()
    """What the law took away from what the lender's file asks for, and what could not be tested, with the rule."""
