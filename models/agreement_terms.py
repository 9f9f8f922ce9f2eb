"""What a strategy says about agreements: promises, what may be offered, how what was agreed is followed up."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.data import Data, Name, Range

Written = Literal["sms", "email", "letter"]
Arrangement = Literal["plan", "deferral", "restructuring", "settlement"]
IfBroken = Literal["rest", "all_at_once", "old_terms", "full_debt"]
"""What is owed when an arrangement breaks: what was due all along (`rest`, the contract as it stands), everything at
once, the contract as it was before a restructuring, or the debt without the discount."""
Schedule = Literal["annuity", "equal_principal"]
Percent = Annotated[Decimal, Field(ge=0, le=100)]


class Reminder(Data):
    """A courtesy before an agreed day, once: it asks for nothing that was not agreed."""

    text: Name = "agreed_reminder"
    channel: Written = "sms"
    fallback: list[Written] = []
    days_before: Annotated[int, Field(ge=1, le=30)] = 2


class PromiseRules(Data):
    """How promises are followed: days of grace after the day, and the share of the amount that may be missing."""

    grace_days: Annotated[int, Field(ge=0, le=30)] = 1
    tolerance: Annotated[Decimal, Field(ge=0, lt=1)] = Decimal("0.05")
    max_days: Annotated[int, Field(ge=1, le=365)] = 30
    """How far ahead a promise may lie."""
    at_most: Annotated[int, Field(ge=1, le=50)] = 3
    """How many promises an episode may have."""
    reminder: Reminder | None = None


class FollowUp(Data):
    """How each instalment of what was agreed is followed up."""

    grace_days: Annotated[int, Field(ge=0, le=30)] = 1
    tolerance: Annotated[Decimal, Field(ge=0, lt=1)] = Decimal("0.05")
    """The share of what is due by then that may be missing; never of a settlement."""
    on_missed: Literal["end", "catch_up"] = "end"
    catch_up_days: Annotated[int, Field(ge=1, le=60)] = 7
    """Only with `catch_up`: days after the grace within which the missed sum may be made good."""
    reminder: Reminder | None = None

    @property
    def days(self) -> int:
        """Days after the agreed one through which money is still in time."""
        return self.grace_days + (self.catch_up_days if self.on_missed == "catch_up" else 0)


class OfferRules(Data):
    """When an arrangement may be offered at all; conditions that are absent hold always."""

    dpd: Range | None = None
    outstanding: Range | None = None
    """In whole units of the account's currency."""
    broken_at_most: Annotated[int, Field(ge=0, le=50)] = 2
    """Not after more promises and arrangements than this were broken."""
    times: Annotated[int, Field(ge=1, le=50)] = 3
    """How often it may be offered in an episode."""
    valid_days: Annotated[int, Field(ge=1, le=180)] = 14


class PlanOffer(OfferRules):
    """What is owed, in monthly instalments."""

    months: Annotated[int, Field(ge=1, le=240)] = 12
    """The longest."""
    least: dict[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], Annotated[Decimal, Field(gt=0)]] = {}
    """The smallest instalment, by currency, in whole units."""
    if_broken: Literal["rest", "all_at_once"] = "rest"


class DeferralOffer(OfferRules):
    """A new day: nothing is asked for until it."""

    days: Annotated[int, Field(ge=1, le=365)] = 30
    if_broken: Literal["rest", "all_at_once"] = "rest"


class RestructuringOffer(OfferRules):
    """A new schedule for the contract, with its interest in per cent a year."""

    months: Annotated[int, Field(ge=1, le=480)] = 36
    """The longest."""
    percent: Percent = Decimal(0)
    schedules: Annotated[list[Schedule], Field(min_length=1)] = ["annuity", "equal_principal"]
    if_broken: Literal["rest", "all_at_once", "old_terms"] = "old_terms"


class SettlementOffer(OfferRules):
    """Less than all, paid by a day."""

    percent: Annotated[Decimal, Field(gt=0, lt=100)] = Decimal(20)
    """The most that may be waived."""
    approve_above: Percent = Decimal(0)
    """More than this is waived only with the yes of `people` others than the one who offers it."""
    people: Annotated[int, Field(ge=1, le=3)] = 1
    if_broken: Literal["full_debt"] = "full_debt"

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.approve_above > self.percent:
            raise ValueError(f"approve_above {self.approve_above} is above percent {self.percent}")
        return self


class Offers(Data):
    """What may be offered; what is absent is not."""

    plan: PlanOffer | None = PlanOffer()
    deferral: DeferralOffer | None = None
    restructuring: RestructuringOffer | None = None
    settlement: SettlementOffer | None = None


class Terms(BaseModel):
    """What an agent may be told at once about offers, pinned in the case from its strategy."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    offers: tuple[Arrangement, ...]
    waive_at_most: Decimal = Decimal(0)
    """Per cent."""
    approve_above: Decimal = Decimal(0)
    """Per cent."""
    people: int = 1
