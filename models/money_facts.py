"""What can be told to a case about money: payments, promises, offers and plans, the lender's own changes."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.agreement_terms import Arrangement, IfBroken
from models.event import Channel, Code, Currency, Event, Minor
from models.tariff import Tariff


class PaymentReceived(Event):
    """Money came. `value_date` is the day from which it counts; absent: the debtor's day of `at`."""

    kind: Literal["payment_received"] = "payment_received"
    amount: Minor
    currency: Currency
    value_date: date | None = None
    reference: Code | None = None
    instalment: Annotated[int, Field(ge=1)] | None = None
    """The number of the instalment that the payer chose; absent: the usual order."""


class PaymentReversed(Event):
    """A payment was taken back (chargeback, bounced debit). `payment` is the `event_id` of the payment."""

    kind: Literal["payment_reversed"] = "payment_reversed"
    payment: Code
    reason: Code = "reversed"


class Refunded(Event):
    """What was paid too much was paid back to the debtor."""

    kind: Literal["refunded"] = "refunded"
    amount: Minor


class WrittenOff(Event):
    """The creditor gives the debt up, or a part of it; `amount` absent: all that is open."""

    kind: Literal["written_off"] = "written_off"
    amount: Minor | None = None
    reason: Code = "uncollectible"


class PromiseToPay(Event):
    """The debtor promised an amount by a day. Kept or broken is decided by the clock and the ledger."""

    kind: Literal["promise_to_pay"] = "promise_to_pay"
    amount: Minor
    due: date
    channel: Channel | None = None
    """How it was given."""


class PlanInstalment(BaseModel):
    """One agreed instalment: minor units, on the debtor's calendar."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    due: date
    amount: Minor
    interest: Annotated[int, Field(ge=0)] = 0
    """How much of the amount is interest (a new schedule)."""


class PlanAgreed(Event):
    """A repayment plan was agreed."""

    kind: Literal["plan_agreed"] = "plan_agreed"
    instalments: Annotated[tuple[PlanInstalment, ...], Field(min_length=1, max_length=240)]


class OfferMade(Event):
    """An arrangement was offered: its `event_id` is the offer's id. `needs` others must approve before it counts."""

    kind: Literal["offer_made"] = "offer_made"
    what: Arrangement
    instalments: Annotated[tuple[PlanInstalment, ...], Field(min_length=1, max_length=480)]
    waived: Annotated[int, Field(ge=0)] = 0
    if_broken: IfBroken = "rest"
    until: date
    needs: Annotated[int, Field(ge=0, le=3)] = 0


class OfferApproved(Event):
    """Somebody other than its maker approved an offer, or did not."""

    kind: Literal["offer_approved"] = "offer_approved"
    offer: Code
    granted: bool = True
    by: Code


class OfferAnswered(Event):
    """The debtor accepted an offer, or refused it."""

    kind: Literal["offer_answered"] = "offer_answered"
    offer: Code
    accepted: bool


class ChargeTold(BaseModel):
    """A charge of the lender, in minor units; the same `id` counts once."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: Code
    what: Literal["cost", "late_fee", "interest"]
    amount: Minor
    day: date
    instalment: int | None = None


class AdjustmentTold(BaseModel):
    """An adjustment or a credit of the lender, minor units: below zero lowers the debt; the same `id` counts once."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: Code
    amount: Annotated[int, Field(ge=-(10**15), le=10**15)]
    day: date
    reason: Code = "adjustment"


class AccountUpdated(Event):
    """What the lender's feed says differently from before: only differences, nothing of it starts anything anew."""

    kind: Literal["account_updated"] = "account_updated"
    instalments: tuple[tuple[int, PlanInstalment], ...] = ()
    """By number: new ones, and those whose day or amount changed."""
    charges: tuple[ChargeTold, ...] = ()
    adjustments: tuple[AdjustmentTold, ...] = ()
    usable: dict[Channel, bool] = {}
    """Channels whose details were corrected: usable now or not."""
    score: int | None = None
    profile: Code | None = None
    legal_status: Code | None = None
    tariff: Tariff | None = None
    contract_date: date | None = None
    zone: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+/-]{1,60}$")] | None = None
    """The debtor's time zone: on which calendar and at which hours he lives."""
