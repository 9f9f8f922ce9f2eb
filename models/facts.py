"""What can be told to a case from outside: facts, as Temporal signals or through the update `record`.

They carry no personal data, for they end in workflow histories: names, numbers, addresses stay in the database.
"""

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import Field

from models.agreement_terms import Terms
from models.contact import Place, ThirdParty
from models.event import Block, Channel, Code, Event, Minor, Outcome
from models.ledger_entries import ALLOCATION, PartKind
from models.money_facts import (
    AccountUpdated,
    OfferAnswered,
    OfferApproved,
    OfferMade,
    PaymentReceived,
    PaymentReversed,
    PlanAgreed,
    PromiseToPay,
    Refunded,
    WrittenOff,
)


class ContactOutcome(Event):
    """What a call, trace or review brought. `task` absent: the task that is open now."""

    kind: Literal["contact_outcome"] = "contact_outcome"
    outcome: Outcome
    task: Code | None = None
    cause: Code | None = None
    """Cause of the debt as a code word, such as `job_loss`."""
    channel: Channel | None = None
    """How it was said; absent: by call. What was written is kept in the database, and a person reads it."""
    inbound: bool = False
    """The debtor called."""
    place: Place | None = None
    """Where it was; absent: at home, a third party elsewhere, an employer at work."""
    third_party: ThirdParty | None = None
    """Somebody else was asked, and no task is answered by it."""
    purpose: Literal["location"] | None = None
    """Of a third party: only where the debtor can be found was asked."""


class VisitOutcome(Event):
    """What a field visit brought."""

    kind: Literal["visit_outcome"] = "visit_outcome"
    outcome: Outcome
    task: Code | None = None
    cause: Code | None = None


class DeliveryReport(Event):
    """What became of a message: `message` is the key of the attempt."""

    kind: Literal["delivery_report"] = "delivery_report"
    message: Code
    status: Literal["delivered", "failed", "bounced"]


class Dispute(Event):
    """The debtor disputes the debt or a part of it (`opened`). `answered` (by a document) or `rejected` ends the hold.

    `upheld` with an amount lowers the debt by it and ends the hold; without one it asks for a person.
    """

    kind: Literal["dispute"] = "dispute"
    status: Literal["opened", "answered", "upheld", "rejected"] = "opened"
    until: date | None = None
    instalments: tuple[int, ...] = ()
    """Opened: the instalments that are disputed; absent: all that is owed, unless charges or an amount are named."""
    charges: tuple[Code, ...] = ()
    amount: Minor | None = None
    """Opened: how much is disputed. Upheld: by how much the debt is lowered."""
    evidence: Code | None = None
    """The number of the document: what the debtor sent, or what answered it."""
    dispute: Code | None = None
    """Which one is answered, by its event id; absent: all that are open."""


class Hardship(Event):
    """The debtor cannot pay now. Holds the case until the day given, else until a person releases it."""

    kind: Literal["hardship"] = "hardship"
    until: date | None = None
    cause: Code | None = None
    left: Annotated[int, Field(ge=0, le=10**15)] | None = None
    """What is left a month after the necessary costs, in minor units; the budget itself is kept in the database."""
    evidence: Code | None = None


class Protection(Event):
    """The party is protected: deceased, bankrupt, a minor, ... What stops depends on the reason (docs/holds.md)."""

    kind: Literal["protection"] = "protection"
    reason: Literal[
        "bankrupt",
        "deceased",
        "minor",
        "hospital",
        "lawyer",
        "moratorium",
        "breathing_space",
        "over_indebted",
        "debt_help",
        "adviser_plan",
        "crisis_treatment",
        "incapacitated",
        "disabled",
        "persi",
    ]
    until: date | None = None
    evidence: Code | None = None
    """The number of the document."""


Form = Literal["oral", "message", "written", "statutory"]
"""How something was said; statutory: as the law asks for it, such as through a notary or by registered letter."""


class OptOut(Event):
    """The party does not want to be contacted on a channel, or takes that back (`lifted`).

    Said in any form, it counts at once.
    """

    kind: Literal["opt_out"] = "opt_out"
    channel: Channel
    status: Literal["stopped", "lifted"] = "stopped"
    form: Form | None = None


class Circumstance(Event):
    """Something that the law of contact asks for: a refusal, a consent, a notice, a fact of the debt (docs/law.md)."""

    kind: Literal["circumstance"] = "circumstance"
    name: Literal[
        "refusal",
        "cease",
        "lawyer_only",
        "work_stop",
        "employer_forbids",
        "call_consent",
        "text_consent",
        "number_checked",
        "automatic_consent",
        "third_party_consent",
        "debtor_consent_to_third_party",
        "work_number_given",
        "employer_email",
        "employer_email_used",
        "electronic_consent",
        "weekend_agreed",
        "hidden_number",
        "transferred",
        "transfer_notice",
        "assignment_notice",
        "validation_notice",
        "fourteen_day_letter",
        "email_notice",
        "persi_entry_letter",
        "persi_proposal",
        "persi_answer",
        "guarantor_informed",
        "visit_announced",
        "bought_contact",
        "prescribed",
        "barred_refused",
        "debt_advice_given",
        "crisis_treatment_ended",
    ]
    since: date | None = None
    """Its day, on the debtor's calendar; absent: the day of the event."""
    until: date | None = None
    channels: tuple[Channel, ...] = ()
    """The channels it is about; none: all."""
    form: Form | None = None
    ended: bool = False
    """It holds no more: a consent that was taken back, a refusal that was lifted."""
    evidence: Code | None = None
    """The number of the document."""


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
    blocks: tuple[Block, ...] | None = None
    """What it stops; absent: what holds for this reason stop."""
    evidence: Code | None = None


class Release(Event):
    """End a hold (`of` its reason), or answer a step that waits for a human (`of` the step): granted or refused."""

    kind: Literal["release"] = "release"
    of: Code
    granted: bool = True
    by: Code
    ground: (
        Literal[
            "17-1-a", "17-1-b", "17-1-c", "17-1-d", "17-2-a", "17-2-b", "17-2-c", "17-2-d", "17-2-e", "17-2-f", "17-2-g"
        ]
        | None
    ) = None
    """Of the letter that ends a PERSI: its ground (DL 227/2012 art. 17), such as 17-1-c, the 91st day."""
    reasons: Code | None = None
    """Of that letter: the number or the code word under which its reasons are kept."""


class Withdraw(Event):
    """The client takes the account back: the case ends."""

    kind: Literal["withdraw"] = "withdraw"
    reason: Code = "recalled"


class Moved(Event):
    """Ops moved the case to another strategy version on purpose: it goes on where that one stands for its days."""

    kind: Literal["moved"] = "moved"
    strategy: Code
    cycle: Code
    promise_days: Annotated[int, Field(ge=1)]
    promises_at_most: Annotated[int, Field(ge=1)] = 3
    allocation: tuple[PartKind, ...] = ALLOCATION
    terms: Terms | None = None
    by: Code


Fact = (
    PaymentReceived
    | PaymentReversed
    | Refunded
    | WrittenOff
    | AccountUpdated
    | PromiseToPay
    | ContactOutcome
    | VisitOutcome
    | DeliveryReport
    | Dispute
    | Hardship
    | PlanAgreed
    | OfferMade
    | OfferApproved
    | OfferAnswered
    | Protection
    | OptOut
    | Circumstance
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
