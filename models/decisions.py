"""What the policy answers: act, wait or close, with its reason. Recorded in the history, never recomputed."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, computed_field

from models.case import Case, WaitsFor
from models.charges import Effect
from models.events import Block, Channel, Finding, OfferMade
from models.ledger_entries import Entry, Itemised, OpenCharge
from models.resolved import AnyResolved

StepKind = Literal[
    "sms",
    "email",
    "letter",
    "call",
    "visit",
    "trace",
    "offer",
    "review",
    "formal_notice",
    "certificate",
    "placement",
    "legal_package",
]


class Answer(BaseModel):
    """Base of the answers: `why` fits a summary (no personal data, at most 200 bytes)."""

    model_config = ConfigDict(frozen=True)
    why: str


class Barred(BaseModel):
    """The last day on which a claim can be brought, as far as the ledger knows; what follows, by which rule."""

    model_config = ConfigDict(frozen=True)
    last_day: date
    effect: Effect
    rule: str


class Act(Answer):
    """Take a step now. `key` is the business key under which it happens once."""

    kind: Literal["act"] = "act"
    step: str
    round: str
    do: StepKind
    channel: Channel | None = None
    key: str
    attempt: int
    text: str | None = None
    assignee: str | None = None
    due: datetime | None = None
    """End of the last day for an outcome, a proof or an answer."""
    notice_days: int = 0
    placed_days: int | None = None
    agency: str | None = None
    waits_for: WaitsFor | None = None
    people: int = 1
    terms: dict[str, str] = {}
    """What an offer offers, as its text says it."""
    offer: OfferMade | None = None
    """The same, as it stands in the case when it was sent."""
    barred: Barred | None = None
    """Of a paper that says until when the claim can be brought."""


class Wait(Answer):
    """Nothing to do before `until` (None: until somebody tells something). `step` is what comes next, if known."""

    kind: Literal["wait"] = "wait"
    until: datetime | None
    step: str | None = None


class Close(Answer):
    """The case ends."""

    kind: Literal["close"] = "close"
    outcome: str


class Call(Answer):
    """A step as its workflow takes it: which activity is called, on which queue; what it is asked stands in the store.

    `leaves`: something leaves the house by it, so that news stop it as long as it has not.
    """

    kind: Literal["act"] = "act"
    step: str
    round: str
    key: str
    attempt: int
    activity: str
    queue: str | None = None
    leaves: bool = False


class Decision(BaseModel):
    """What was found, and what comes next."""

    model_config = ConfigDict(frozen=True)
    number: int
    at: datetime
    findings: tuple[Finding, ...] = ()
    next: Annotated[Act | Wait | Close, Field(discriminator="kind")]
    stage: str
    days_past_due: int
    days_that_count: int
    outstanding: int
    overdue: int


AnyJson = str | int | bool | None | list[str]


class Line(BaseModel):
    """One line of a case's story: the journal's row and the rehearsal's output."""

    model_config = ConfigDict(frozen=True)
    key: str
    time: datetime
    account: str
    kind: str
    step: str | None = None
    reason: str
    detail: dict[str, AnyJson] = {}


class Told(BaseModel):
    """What a case is told, as it came: by a signal of any name, through the update, or by a step that was taken.

    `ref` names it where its content names no event.
    """

    name: str
    content: Any = None
    by: Literal["signal", "update", "step"]
    ref: str
    at: datetime


class DecideInput(BaseModel):
    """What the local activities are asked: the case as stored, what it was told since, and the workflow's clock.

    `fault`: why no decision could be made, to be put before a person.
    """

    case: Case
    told: tuple[Told, ...] = ()
    now: datetime
    fault: str | None = None


class Turn(BaseModel):
    """What a decision brought to its workflow: what has happened, what comes next, and what its page shows."""

    model_config = ConfigDict(frozen=True)
    events: tuple[AnyResolved, ...] = ()
    next: Annotated[Call | Wait | Close, Field(discriminator="kind")]
    at: datetime
    stage: str
    days_past_due: int
    outstanding: int
    overdue: int
    page: str | None = None


class OpenInstalment(BaseModel):
    """What is open on one instalment, minor units."""

    number: int
    due: date
    amount: int
    open: int


class StepInput(BaseModel):
    """What a step's activity is asked: minor units, the debtor's calendar, no personal data.

    `now` is the workflow's clock: an effect is never earlier than its decision.
    """

    account: str
    party: str
    country: str
    zone: str
    currency: str
    act: Act
    now: datetime
    outstanding: int
    overdue: int
    oldest_due: date | None
    due_amount: int | None
    days_past_due: int
    promise_amount: int | None = None
    promise_due: date | None = None
    specialist: str | None = None
    open: tuple[OpenInstalment, ...] = ()
    """For steps on paper: every instalment that is not fully paid."""
    entries: tuple[Entry, ...] = ()
    """For steps on paper: how all that is outstanding comes about."""
    beside: tuple[OpenCharge, ...] = ()
    """For steps on paper: what is open beside the instalments."""
    transferred: date | None = None
    """The day on which the debt was sold, as the case knows it."""
    itemised: Itemised | None = None
    """For a validation notice: how the debt came about; None where no day is known from which it can be told."""
    credit: int = 0
    disputed: int = 0
    announces: tuple[tuple[int, int], ...] = ()
    """For a 14-day letter: instalment and what is open of its principal, for those that no letter named yet."""
    missed: tuple[tuple[int, date, int], ...] = ()
    """For a 14-day letter: what was left unpaid of earlier ones, when their letter's term ended, what they cost."""
    principal: int | None = None
    """What the outstanding is made of, with the three below."""
    interest: int | None = None
    late_fees: int | None = None
    costs: int | None = None
    released: tuple[tuple[str, date], ...] = ()
    """Who let this step go ahead, and when."""
    overtaken: bool = False
    """It must not leave any more: only find out whether it has."""


class StepCall(BaseModel):
    """Which step an activity is asked to take: what it needs for it was stored with the decision."""

    account: str
    key: str
    overtaken: bool = False


Became = Literal["taken", "known", "refused", "kept"]
"""What became of a fact. Refused: nothing of it was stored but the trail; kept: it was stored, and a person looks."""


class Recorded(BaseModel):
    """The answer to the update `record`: what became of the fact, why, and what the case does next."""

    event_id: str
    became: Became
    message: str

    why: str | None = None
    """Of a fact that was refused, or kept for a person: the reason, with its rule and its numbers."""
    next: str | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def taken(self) -> bool:
        """Whether the case took it now."""
        return self.became == "taken"


class Hearing(BaseModel):
    """What was heard outside a decision: what has happened, and the answer to what was told last."""

    model_config = ConfigDict(frozen=True)
    events: tuple[AnyResolved, ...] = ()
    answer: Recorded | None = None


class HoldShown(BaseModel):
    """A hold that runs, as people read it; `until` is its last day, on the debtor's calendar."""

    id: str
    reason: str
    since: date
    until: date | None
    evidence: str | None
    about: str | None
    """What is disputed, if not all."""
    blocks: tuple[Block, ...]
    leaves: str
    why: str


class CaseView(BaseModel):
    """The query `case`: the whole view, with what comes next and why."""

    case: Case
    stage: str | None
    outstanding: int
    overdue: int
    days_past_due: int
    next_step: str | None
    next_at: datetime | None
    why: str
