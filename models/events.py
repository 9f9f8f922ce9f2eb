"""Everything that a case can take in: facts, findings and results, and the unions over them."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from models.event import Block, Channel, Code, Currency, Event, Minor, Outcome
from models.facts import (
    FACTS,
    AnyFact,
    Circumstance,
    ContactDetails,
    ContactOutcome,
    DeliveryReport,
    Dispute,
    Fact,
    Hardship,
    Hold,
    Moved,
    NoticeServed,
    OptOut,
    Protection,
    Release,
    Unreadable,
    VisitOutcome,
    Withdraw,
)
from models.money_facts import (
    AccountUpdated,
    AdjustmentTold,
    ChargeTold,
    OfferAnswered,
    OfferApproved,
    OfferMade,
    PaymentReceived,
    PaymentReversed,
    PlanAgreed,
    PlanInstalment,
    PromiseToPay,
    Refunded,
    WrittenOff,
)
from models.step_results import (
    AccountPlaced,
    ChargesLeft,
    DocumentIssued,
    EpisodeEnded,
    EpisodeStarted,
    Flagged,
    HoldEnded,
    MessageSent,
    NoticeGiven,
    NoticeIssued,
    OfferExpired,
    OfferTaken,
    OutcomeUnknown,
    PlanSettled,
    PromiseSettled,
    Reopened,
    StageChanged,
    StageEntered,
    StepDeferred,
    StepFailed,
    StepPassed,
    StepRefused,
    StepResult,
    TaskEnded,
    TaskOpened,
)

AFinding = (
    EpisodeStarted
    | Reopened
    | StageEntered
    | EpisodeEnded
    | StageChanged
    | PromiseSettled
    | PlanSettled
    | OfferExpired
    | ChargesLeft
    | OfferTaken
    | HoldEnded
    | Flagged
    | StepPassed
    | TaskEnded
)
AResult = (
    MessageSent
    | OutcomeUnknown
    | TaskOpened
    | NoticeIssued
    | DocumentIssued
    | AccountPlaced
    | StepDeferred
    | StepRefused
    | StepFailed
)
Finding = Annotated[AFinding, Field(discriminator="kind")]
Result = Annotated[AResult, Field(discriminator="kind")]
AnyEvent = Annotated[Fact | Unreadable | Moved | AFinding | AResult, Field(discriminator="kind")]


class Heard(BaseModel):
    """An event with the moment at which the case took it in."""

    model_config = ConfigDict(frozen=True)
    event: AnyEvent
    at: datetime


__all__ = [
    "FACTS",
    "AccountPlaced",
    "AccountUpdated",
    "AdjustmentTold",
    "AnyEvent",
    "AnyFact",
    "Block",
    "Channel",
    "ChargeTold",
    "ChargesLeft",
    "Circumstance",
    "Code",
    "ContactDetails",
    "ContactOutcome",
    "Currency",
    "DeliveryReport",
    "Dispute",
    "DocumentIssued",
    "EpisodeEnded",
    "EpisodeStarted",
    "Event",
    "Fact",
    "Finding",
    "Flagged",
    "Hardship",
    "Heard",
    "Hold",
    "HoldEnded",
    "MessageSent",
    "Minor",
    "Moved",
    "NoticeGiven",
    "NoticeIssued",
    "NoticeServed",
    "OfferAnswered",
    "OfferApproved",
    "OfferExpired",
    "OfferMade",
    "OfferTaken",
    "OptOut",
    "Outcome",
    "OutcomeUnknown",
    "PaymentReceived",
    "PaymentReversed",
    "PlanAgreed",
    "PlanInstalment",
    "PlanSettled",
    "PromiseSettled",
    "PromiseToPay",
    "Protection",
    "Refunded",
    "Release",
    "Reopened",
    "Result",
    "StageChanged",
    "StageEntered",
    "StepDeferred",
    "StepFailed",
    "StepPassed",
    "StepRefused",
    "StepResult",
    "TaskEnded",
    "TaskOpened",
    "Unreadable",
    "VisitOutcome",
    "Withdraw",
    "WrittenOff",
]
