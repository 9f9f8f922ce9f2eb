"""What a case comes to know by itself: findings of the policy, and results of the steps that were taken."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from models.case import Flag
from models.contact import FactName
from models.event import Channel, Event
from models.money_facts import OfferMade
from models.tariff import CostScale

# --- Findings: what the policy saw, recorded with its decision ------------------------------------------------------


class EpisodeStarted(Event):
    """The account became overdue (or entered overdue): `since` is the oldest unpaid due date."""

    kind: Literal["episode_started"] = "episode_started"
    since: date
    stage: str
    why: str


class Reopened(Event):
    """A case that ended as paid or cured is open again: the money was taken back."""

    kind: Literal["reopened"] = "reopened"
    was: str


class EpisodeEnded(Event):
    """Nothing is overdue any more."""

    kind: Literal["episode_ended"] = "episode_ended"


class StageChanged(Event):
    """The case is in another stage of its cycle now."""

    kind: Literal["stage_changed"] = "stage_changed"
    stage: str
    why: str


class StageEntered(Event):
    """A moved case entered its new cycle at the stage that fits its day count."""

    kind: Literal["stage_entered"] = "stage_entered"
    stage: str
    why: str


class PromiseSettled(Event):
    """A promise was decided by clock and ledger; `paid` in minor units."""

    kind: Literal["promise_settled"] = "promise_settled"
    promise: str
    verdict: Literal["kept", "partly_kept", "broken", "running"]
    paid: int
    ended: date
    """The last day on which it held the case: the deadline's, however late we looked."""


class PlanSettled(Event):
    """A plan was fulfilled or broken, or runs again for a reversal in time; `paid` in minor units."""

    kind: Literal["plan_settled"] = "plan_settled"
    plan: str
    verdict: Literal["fulfilled", "broken", "running"]
    paid: int
    ended: date


class OfferExpired(Event):
    """Nobody answered an offer by its last day."""

    kind: Literal["offer_expired"] = "offer_expired"
    offer: str
    ended: date


class ChargesLeft(Event):
    """The principal is paid, charges are left (minor units): waived, or put before a person under a hold."""

    kind: Literal["charges_left"] = "charges_left"
    hold: str
    amount: int
    waived: bool


class OfferTaken(Event):
    """A settlement that was offered was paid in time: that accepts it."""

    kind: Literal["offer_taken"] = "offer_taken"
    offer: str


class HoldEnded(Event):
    """A hold came to its end by itself."""

    kind: Literal["hold_ended"] = "hold_ended"
    hold: str
    reason: str


class Flagged(Event):
    """A person must look at the case."""

    kind: Literal["flagged"] = "flagged"
    flag: Flag

    @property
    def why(self) -> str:
        """What is to be looked at."""
        return self.flag.why


class StepPassed(Event):
    """A step is not taken in this round, and why."""

    kind: Literal["step_passed"] = "step_passed"
    step: str
    round: str
    why: str


class TaskEnded(Event):
    """The open task or wait of a step ended without an answer: overdue, or taken back because a hold began."""

    kind: Literal["task_ended"] = "task_ended"
    step: str
    key: str
    result: Literal["overdue", "withdrawn"]
    why: str


# --- Results: what a step's activity did -----------------------------------------------------------------------------


class StepResult(Event):
    """Common to all results of a step: `key` is the business key of the attempt, `round` the episode it belongs to."""

    step: str
    round: str
    key: str
    attempt: int


class NoticeGiven(BaseModel):
    """What a message that left tells the law: a fact of the debtor's day on which it left."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    fact: FactName
    since: date
    until: date | None = None
    """The last day of the term that it begins; None: it begins none."""
    instalments: tuple[int, ...] = ()
    """Of a 14-day letter: those it announces a cost for."""
    cost: int | None = None
    """The cost that it announces, minor units, VAT included."""
    scale: CostScale | None = None


class MessageSent(StepResult):
    """An SMS, e-mail or letter left (or a hand-over file did)."""

    kind: Literal["message_sent"] = "message_sent"
    channel: Channel | None = None
    waits_until: AwareDatetime | None = None
    """Set where the step waits for an answer (an offer): until when."""
    offer: OfferMade | None = None
    """What was offered, where the step is an offer."""
    covers: int = 0
    """How many other accounts of the person it spoke for."""
    within: str | None = None
    """The account of the person whose message spoke for this one too; None: it had its own."""
    notice: NoticeGiven | None = None
    """What the law takes it for, where its text is one that the law asks for."""


class OutcomeUnknown(StepResult):
    """A message was handed to a vendor that did not answer: it counts as sent for every limit, and a person looks."""

    kind: Literal["outcome_unknown"] = "outcome_unknown"
    channel: Channel
    waits_until: AwareDatetime | None = None
    offer: OfferMade | None = None


class TaskOpened(StepResult):
    """A task stands on the worklist: due at the end of the debtor's day `due`."""

    kind: Literal["task_opened"] = "task_opened"
    task: str
    channel: Channel | None = None
    assignee: str
    due: AwareDatetime
    waits_for: Literal["outcome", "release"] = "outcome"
    people: int = 1


class NoticeIssued(StepResult):
    """A formal notice left with request for proof; done only when the proof comes, else overdue at `due`."""

    kind: Literal["notice_issued"] = "notice_issued"
    document: str
    sha256: str
    due: AwareDatetime
    notice_days: int


class DocumentIssued(StepResult):
    """A certificate or a legal package was made."""

    kind: Literal["document_issued"] = "document_issued"
    document: str
    sha256: str


class AccountPlaced(StepResult):
    """The account was handed to an outside agency, until recalled or for `days`."""

    kind: Literal["account_placed"] = "account_placed"
    agency: str
    days: int | None


class StepDeferred(StepResult):
    """The law (or another contact with the same party) does not allow the contact before `until`."""

    kind: Literal["step_deferred"] = "step_deferred"
    until: AwareDatetime
    rule: str


class StepRefused(StepResult):
    """The law, the state of the party or the vendor does not allow this channel.

    `lost`: the case has the channel no more, because the address is none or the party opted out.
    """

    kind: Literal["step_refused"] = "step_refused"
    channel: Channel | None
    rule: str
    lost: Literal["address", "opt_out"] | None = None
    person: bool = False
    """A person must look at it before it is tried again."""
    incomplete: bool = False
    """The text would lack what the law demands: it goes by no other channel either until a person decided."""


class StepFailed(StepResult):
    """The step could not be taken: a technical reason, as a code. `final`: a person must do it, trying does not."""

    kind: Literal["step_failed"] = "step_failed"
    reason: str
    final: bool = False
