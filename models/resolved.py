"""What has happened to a case, resolved: every end, amount and reason is worked out, and only stored after that.

They stand in workflow histories and are read back for years: new fields need a default, kinds are never renamed.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.agreement_terms import Terms
from models.case import (
    Adjustment,
    CaseHold,
    Charge,
    CostLetter,
    Deferred,
    Flag,
    Instalment,
    Known,
    Offer,
    Payment,
    Pending,
    Plan,
    Promise,
    Refund,
    Released,
    StepRecord,
)
from models.events import Channel
from models.ledger_entries import PartKind
from models.tariff import Tariff


class Resolved(BaseModel):
    """Base of the resolved events."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class FactTaken(Resolved):
    """A fact was taken in: the same id counts once."""

    kind: Literal["fact_taken"] = "fact_taken"
    event_id: str


class PaymentCounted(Resolved):
    kind: Literal["payment_counted"] = "payment_counted"
    payment: Payment


class PaymentTakenBack(Resolved):
    kind: Literal["payment_taken_back"] = "payment_taken_back"
    payment: str


class PromiseStands(Resolved):
    """A promise, new or with its verdict."""

    kind: Literal["promise_stands"] = "promise_stands"
    promise: Promise


class PlanStands(Resolved):
    """An arrangement, new or with its verdict."""

    kind: Literal["plan_stands"] = "plan_stands"
    plan: Plan


class OfferStands(Resolved):
    """An offer, new or in another state."""

    kind: Literal["offer_stands"] = "offer_stands"
    offer: Offer


class ChargeStands(Resolved):
    """A charge of the lender, new or corrected."""

    kind: Literal["charge_stands"] = "charge_stands"
    charge: Charge


class DebtAdjusted(Resolved):
    """The debt is lowered or raised, with the amount."""

    kind: Literal["debt_adjusted"] = "debt_adjusted"
    adjustment: Adjustment


class RefundPaid(Resolved):
    kind: Literal["refund_paid"] = "refund_paid"
    refund: Refund


class ScheduleStands(Resolved):
    """The instalments that are new or changed, and the numbers of those that are gone."""

    kind: Literal["schedule_stands"] = "schedule_stands"
    instalments: tuple[Instalment, ...] = ()
    gone: tuple[int, ...] = ()


class HoldStands(Resolved):
    """A hold with its end: begun, or ended."""

    kind: Literal["hold_stands"] = "hold_stands"
    hold: CaseHold


class HoldDropped(Resolved):
    """What a hold was for is no more: it never counted."""

    kind: Literal["hold_dropped"] = "hold_dropped"
    hold: str


class FlagRaised(Resolved):
    """Something is put before a person."""

    kind: Literal["flag_raised"] = "flag_raised"
    flag: Flag


class FlagSettled(Resolved):
    kind: Literal["flag_settled"] = "flag_settled"
    flag: str


class StepRecorded(Resolved):
    """An attempt of a step, with what came of it."""

    kind: Literal["step_recorded"] = "step_recorded"
    record: StepRecord


class StepTurnedOut(Resolved):
    """A result that was recorded turns out otherwise; `place` counts the records from 0."""

    kind: Literal["step_turned_out"] = "step_turned_out"
    place: int
    result: str


class ReleaseGiven(Resolved):
    kind: Literal["release_given"] = "release_given"
    release: Released


class WaitBegun(Resolved):
    kind: Literal["wait_begun"] = "wait_begun"
    pending: Pending


class WaitOver(Resolved):
    kind: Literal["wait_over"] = "wait_over"


class StepPutOff(Resolved):
    """A step may not be taken before a moment; without one, nothing is put off any more."""

    kind: Literal["step_put_off"] = "step_put_off"
    deferred: Deferred | None = None


class CircumstancesStand(Resolved):
    """All that the law of contact asks for, as it is known now."""

    kind: Literal["circumstances_stand"] = "circumstances_stand"
    known: tuple[Known, ...]


class CostLettersStand(Resolved):
    """The letters after which what is left costs."""

    kind: Literal["cost_letters_stand"] = "cost_letters_stand"
    letters: tuple[CostLetter, ...]


class ChannelsStand(Resolved):
    """What can be used, what is not wanted, what is not tried again in a round."""

    kind: Literal["channels_stand"] = "channels_stand"
    reach: tuple[Channel, ...]
    opt_outs: tuple[Channel, ...]
    refused: tuple[tuple[str, str, Channel], ...]


class NoticePeriodSet(Resolved):
    kind: Literal["notice_period_set"] = "notice_period_set"
    message: str
    days: int


class ReportKept(Resolved):
    """A report of a message that is not known to have left yet."""

    kind: Literal["report_kept"] = "report_kept"
    message: str
    status: str


class CauseTold(Resolved):
    kind: Literal["cause_told"] = "cause_told"
    cause: str


class EpisodeStands(Resolved):
    """Where the case stands in its episode and its cycle."""

    kind: Literal["episode_stands"] = "episode_stands"
    episode: int
    episode_open: bool
    episode_since: date | None = None
    entry_stage: str | None = None
    stage: str | None = None


class ParticularsStand(Resolved):
    """What the account is treated by. A field that is None did not change; `cleared` names those that hold no more."""

    kind: Literal["particulars_stand"] = "particulars_stand"
    strategy: str | None = None
    cycle: str | None = None
    promise_days: int | None = None
    promises_at_most: int | None = None
    terms: Terms | None = None
    allocation: tuple[PartKind, ...] | None = None
    legal_status: str | None = None
    score: int | None = None
    profile: str | None = None
    tariff: Tariff | None = None
    contract_date: date | None = None
    zone: str | None = None
    monthly_left: int | None = None
    withdrawn: str | None = None
    cleared: tuple[str, ...] = ()


class Decided(Resolved):
    """A decision was made: they are numbered."""

    kind: Literal["decided"] = "decided"
    number: int


class Ended(Resolved):
    kind: Literal["ended"] = "ended"
    outcome: str
    at: datetime


class Reopened(Resolved):
    kind: Literal["reopened"] = "reopened"


Money = PaymentCounted | PaymentTakenBack | RefundPaid | DebtAdjusted | ChargeStands
Agreed = PromiseStands | PlanStands | OfferStands | ScheduleStands
Held = HoldStands | HoldDropped | FlagRaised | FlagSettled | CauseTold
Standing = CircumstancesStand | CostLettersStand | EpisodeStands | ChannelsStand | ParticularsStand
Course = FactTaken | Decided | Ended | Reopened
Waited = WaitBegun | WaitOver | StepPutOff
Step = StepRecorded | StepTurnedOut | ReleaseGiven | NoticePeriodSet | ReportKept | Waited
AResolved = Money | Agreed | Held | Standing | Course | Step
AnyResolved = Annotated[AResolved, Field(discriminator="kind")]
