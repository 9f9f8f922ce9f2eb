"""A question to the law of contact: who is asked about, what was done so far, what is known of them."""

from datetime import date, datetime, time
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import Field

LawChannel = Literal["sms", "email", "messenger", "call", "robot", "visit", "letter"]
"""The ways that law tells apart. `robot` is a call without a person: a voice agent or a recording."""
Level = Literal["unconnected", "attempt", "connected", "conversation", "sent"]
"""How far a contact came. unconnected: engaged or out of service, nothing rang, nothing was delivered. attempt: it
rang, nobody answered. connected: a machine or somebody else answered. conversation: the debtor was spoken to. sent: a
message left. What was reserved and is not known yet is logged at the highest level it can reach."""
Capacity = Literal["creditor", "agency", "servicer", "buyer"]
"""Who contacts: the lender itself, an agency for it, a licensed servicer of sold loans, the buyer of the claim."""
Role = Literal["debtor", "co_debtor", "guarantor", "representative", "heir", "third_party"]
Place = Literal["home", "cell", "work", "other"]
ThirdParty = Annotated[str, Field(pattern=r"^(family|neighbour|employer|other)(-[1-9][0-9]{0,2})?$")]
"""Somebody who is not the debtor, such as `neighbour-2`: counted by the case, so that no name is needed."""
DayKind = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"]
FactName = Literal[
    # protected persons and pauses
    "bankrupt",
    "deceased",
    "minor",
    "incapacitated",
    "disabled",
    "hospital",
    "lawyer",
    "moratorium",
    "debt_help",
    "adviser_plan",
    "over_indebted",
    "breathing_space",
    "crisis_treatment",
    "crisis_treatment_ended",
    "hardship",
    "debt_advice_given",
    # what the debtor said
    "dispute",
    "refusal",
    "lawyer_only",
    "cease",
    "opt_out",
    "work_stop",
    "barred_refused",
    "prescribed",
    # consents
    "call_consent",
    "text_consent",
    "number_checked",
    "electronic_consent",
    "weekend_agreed",
    "third_party_consent",
    "debtor_consent_to_third_party",
    "automatic_consent",
    "domestic_messenger",
    "work_allowed",
    "work_number_given",
    "employer_forbids",
    "employer_email",
    "employer_email_used",
    # the debt and its papers
    "overdue",
    "contacted",
    "transferred",
    "transfer_notice",
    "assignment_notice",
    "validation_notice",
    "fourteen_day_letter",
    "persi_entry_letter",
    "persi_proposal",
    "persi_answer",
    "guarantor_informed",
    "email_notice",
    # this contact
    "third_party",
    "work",
    "location_only",
    "third_party_asked",
    "closing_notice",
    "promotion",
    "first_contact",
    "hidden_number",
    "bought_contact",
    "visit_announced",
    "recorded",
]
FACT_NAMES: tuple[str, ...] = get_args(FactName)
LAW_CHANNELS: tuple[str, ...] = get_args(LawChannel)
LEVELS: tuple[str, ...] = get_args(Level)


class Party(NamedTuple):
    """The person: every time zone they may be in (none known: no contact), and what they are to the debt."""

    id: str
    zones: tuple[str, ...]
    role: Role = "debtor"


class Contact(NamedTuple):
    """One entry of a party's contact log, over all accounts and portfolios. An unknown level is the highest.

    `account` is the debt (empty: any of them), `consent`: made under a consent given for it.
    """

    account: str
    party: str
    channel: str
    at: datetime
    level: Level = "conversation"
    demand: bool = True
    inbound: bool = False
    consent: bool = False
    place: Place = "home"


class Fact(NamedTuple):
    """Something that holds, on the debtor's calendar: both days included, open where not known. Of an event (a notice,
    a consent, a refusal) `since` is its day. No channels: all of them."""

    name: str
    since: date | None = None
    until: date | None = None
    channels: tuple[str, ...] = ()


class Quiet(NamedTuple):
    """Times that the debtor called inconvenient: on these days (none: every day), from (included) to (excluded)."""

    days: tuple[DayKind, ...] = ()
    opens: time = time()
    closes: time | None = None
    """None: to the end of the day."""


class Facts(NamedTuple):
    """What is known about this contact and this debt. An actor that is not known is bound by every rule."""

    account: str = ""
    actor: Capacity | None = None
    demand: bool = True
    place: Place = "home"
    contract_on: date | None = None
    known: tuple[Fact, ...] = ()
    quiet: tuple[Quiet, ...] = ()
