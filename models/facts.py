"""What can be told to a case from outside: facts, as Temporal signals or through the update `record`.

They carry no personal data, for they end in workflow histories: names, numbers, addresses stay in the database.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,199}$")]
"""An opaque identifier or a code word: no blanks, so neither a name nor a sentence fits."""
Minor = Annotated[int, Field(gt=0, le=10**15)]
"""A positive amount in minor units of the account's currency."""
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class Channel(StrEnum):
    """A way to reach a party."""

    sms = "sms"
    email = "email"
    call = "call"
    letter = "letter"
    visit = "visit"


class Outcome(StrEnum):
    """What a task (call, visit, trace, review) brought."""

    right_party = "right_party"
    refused = "refused"
    callback = "callback"
    no_answer = "no_answer"
    voicemail = "voicemail"
    busy = "busy"
    third_party = "third_party"
    wrong_number = "wrong_number"
    wrong_address = "wrong_address"
    not_home = "not_home"
    found = "found"
    not_found = "not_found"
    done = "done"
    overdue = "overdue"


class Event(BaseModel):
    """Anything that a case takes in. The same `event_id` counts once, for the whole life of the case."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    event_id: Code
    at: AwareDatetime | None = None
    """When it happened; absent: when the case heard of it."""


class PaymentReceived(Event):
    """Money came. `value_date` is the day from which it counts; absent: the debtor's day of `at`."""

    kind: Literal["payment_received"] = "payment_received"
    amount: Minor
    currency: Currency
    value_date: date | None = None
    reference: Code | None = None


class PaymentReversed(Event):
    """A payment was taken back (chargeback, bounced debit). `payment` is the `event_id` of the payment."""

    kind: Literal["payment_reversed"] = "payment_reversed"
    payment: Code
    reason: Code = "reversed"


class PromiseToPay(Event):
    """The debtor promised an amount by a day. Kept or broken is decided by the clock and the ledger."""

    kind: Literal["promise_to_pay"] = "promise_to_pay"
    amount: Minor
    due: date
    by: Code | None = None


class ContactOutcome(Event):
    """What a call, trace or review brought. `task` absent: the task that is open now."""

    kind: Literal["contact_outcome"] = "contact_outcome"
    outcome: Outcome
    task: Code | None = None
    cause: Code | None = None
    """Cause of the debt as a code word, such as `job_loss`."""
    by: Code | None = None


class VisitOutcome(Event):
    """What a field visit brought."""

    kind: Literal["visit_outcome"] = "visit_outcome"
    outcome: Outcome
    task: Code | None = None
    cause: Code | None = None
    by: Code | None = None


class DeliveryReport(Event):
    """What became of a message: `message` is the key of the attempt."""

    kind: Literal["delivery_report"] = "delivery_report"
    message: Code
    status: Literal["delivered", "failed", "bounced"]


class Dispute(Event):
    """The debtor disputes the debt (`opened`). `answered` or `rejected` ends the hold; `upheld` asks for a person."""

    kind: Literal["dispute"] = "dispute"
    status: Literal["opened", "answered", "upheld", "rejected"] = "opened"
    until: date | None = None


class Hardship(Event):
    """The debtor cannot pay now. Holds the case until the day given, else until a person releases it."""

    kind: Literal["hardship"] = "hardship"
    until: date | None = None
    cause: Code | None = None


class PlanInstalment(BaseModel):
    """One agreed instalment: minor units, on the debtor's calendar."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    due: date
    amount: Minor


class PlanAgreed(Event):
    """A repayment plan was agreed."""

    kind: Literal["plan_agreed"] = "plan_agreed"
    instalments: Annotated[tuple[PlanInstalment, ...], Field(min_length=1, max_length=240)]
    by: Code | None = None


class Protection(Event):
    """The party is protected (see domain: bankrupt, deceased, minor, ...). Everything stops."""

    kind: Literal["protection"] = "protection"
    reason: Literal["bankrupt", "deceased", "minor", "hospital", "lawyer", "moratorium", "debt_help"]
    until: date | None = None


class OptOut(Event):
    """The party does not want to be contacted on a channel."""

    kind: Literal["opt_out"] = "opt_out"
    channel: Channel


class ContactDetails(Event):
    """Which channels can be used now; the details themselves are in the database."""

    kind: Literal["contact_details"] = "contact_details"
    usable: dict[Channel, bool]


class NoticeServed(Event):
    """Proof that a formal notice was delivered. `proof` is the number of the receipt."""

    kind: Literal["notice_served"] = "notice_served"
    served_on: date
    proof: Code
    task: Code | None = None


class Hold(Event):
    """Stop acting, for a reason, until the end of a day or until released."""

    kind: Literal["hold"] = "hold"
    reason: Code
    until: date | None = None
    by: Code | None = None


class Release(Event):
    """End a hold (`of` its reason), or answer a step that waits for a human (`of` the step): granted or refused."""

    kind: Literal["release"] = "release"
    of: Code
    granted: bool = True
    by: Code


class Withdraw(Event):
    """The client takes the account back: the case ends."""

    kind: Literal["withdraw"] = "withdraw"
    reason: Code = "recalled"
    by: Code | None = None


class Moved(Event):
    """Ops moved the case to another strategy version on purpose: it goes on where that one stands for its days."""

    kind: Literal["moved"] = "moved"
    strategy: Code
    cycle: Code
    promise_days: Annotated[int, Field(ge=1)]
    by: Code


Fact = (
    PaymentReceived
    | PaymentReversed
    | PromiseToPay
    | ContactOutcome
    | VisitOutcome
    | DeliveryReport
    | Dispute
    | Hardship
    | PlanAgreed
    | Protection
    | OptOut
    | ContactDetails
    | NoticeServed
    | Hold
    | Release
    | Withdraw
)
AnyFact = Annotated[Fact, Field(discriminator="kind")]
FACTS: dict[str, type[Event]] = {cls.model_fields["kind"].default: cls for cls in get_args(Fact)}
"""Every fact by the name of its signal."""


class Unreadable(Event):
    """A signal whose content could not be read: kept by name and reason, so that nothing told is lost silently."""

    kind: Literal["unreadable"] = "unreadable"
    signal: str
    reason: str
