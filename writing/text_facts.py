"""What can a text name of an account on the day it is written, and is all told that the law wants named in it?"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from models.addressee import Addressee, Companion, Creditor, Writer
from models.contact import Facts
from models.decisions import StepInput
from models.events import NoticeGiven
from models.rules import TextField
from policy.law.may_contact import debtor_day
from policy.law.required_content import demands
from policy.steps.notice_effects import notice_of
from policy.steps.step_outcomes import VALIDATION
from writing.disclosures import gaps
from writing.safe_lines import Filled


class Lacking(Exception):
    """The law wants named in the text what nobody told; the message says by which rule, and which portfolio."""


class AccountLine(BaseModel):
    """One of several accounts in one message, minor units."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    reference: Filled
    overdue: int
    outstanding: int


class TextFacts(BaseModel):
    """Everything a text can name. Amounts are minor units of `currency`; None: not known, and no text may need it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Filled
    creditor: Filled
    sender: Filled
    """Who writes: the creditor, or the agency for it."""
    reference: Filled
    contact: Filled
    """Whom to ask: a phone number, an address, a page; short, as an SMS holds it too."""
    pay_to: Filled
    """How to pay: an IBAN, a page."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    today: date
    overdue: int
    outstanding: int
    due: date | None = None
    due_amount: int | None = None
    """The instalment a reminder is about."""
    oldest_due: date | None = None
    days_past_due: int | None = None
    promise_amount: int | None = None
    promise_due: date | None = None
    notice_days: int | None = None
    collection_fee: int | None = None
    """What collecting will cost by law if the overdue amount is not paid in time, without VAT."""
    offer_months: int | None = None
    offer_instalment: int | None = None
    offer_discount: Decimal | None = None
    """Per cent."""
    offer_settlement: int | None = None
    offer_until: date | None = None
    offer_defer_until: date | None = None
    accounts: tuple[AccountLine, ...] = ()
    """All that a message speaks of, where it speaks of several; the amounts above are their sums then."""
    product: str | None = None
    """Of what the debt is: one of our codes."""
    principal: int | None = None
    """What the outstanding is made of, with the three below."""
    interest: int | None = None
    late_fees: int | None = None
    costs: int | None = None
    creditor_address: Filled | None = None
    creditor_number: Filled | None = None
    sender_address: Filled | None = None
    phone: Filled | None = None
    licence: Filled | None = None
    complaints: Filled | None = None
    address: Filled | None = None
    """The debtor's own."""
    creditor_then: Filled | None = None
    """Who was owed on the day from which a validation notice itemises the debt."""
    transferred: date | None = None
    """The day on which the debt was sold."""
    itemised: str | None = None
    """How it came about since that day, line by line."""
    validation_until: date | None = None
    """The last day of the validation period."""
    country: str = ""
    """Where the debtor is: whether an SMS can be answered there. Not known: it cannot."""
    sms_sender: str | None = None
    """Who an SMS comes from, where that is known: to a name nobody can reply."""
    notice: NoticeGiven | None = None
    """What the law takes the message for once it left."""


PLACEHOLDERS = frozenset(TextFacts.model_fields) - {"currency", "country", "sms_sender", "notice"}
"""What the words of a text may name."""


def text_facts(asked: StepInput, to: Addressee, at: datetime) -> TextFacts:
    """Everything a text may name, for the position of the day."""
    offer = asked.act.terms
    # What left earlier and is only found now is taken to have left now: its term is longer, never shorter.
    notice = notice_of(asked, to.law, at, to.writer.vat_reclaimable)
    return TextFacts(
        **people(to.writer, to.creditor),
        name=to.debtor.name,
        reference=to.reference,
        pay_to=pay_to(to, to.reference),
        currency=asked.currency,
        today=debtor_day(at, asked.zone),
        overdue=asked.overdue,
        outstanding=asked.outstanding,
        due=asked.oldest_due,
        due_amount=asked.due_amount,
        oldest_due=asked.oldest_due,
        days_past_due=max(asked.days_past_due, 0),
        promise_amount=asked.promise_amount,
        promise_due=asked.promise_due,
        notice_days=asked.act.notice_days or None,
        collection_fee=notice.cost if notice else None,
        offer_months=_number(offer.get("months")),
        offer_instalment=_number(offer.get("instalment")),
        offer_discount=Decimal(offer["discount_percent"]) if "discount_percent" in offer else None,
        offer_settlement=_number(offer.get("settlement")),
        offer_until=offer.get("until"),  # type: ignore[arg-type]  # pydantic reads the ISO day
        offer_defer_until=offer.get("defer_until"),  # type: ignore[arg-type]
        transferred=asked.transferred,
        validation_until=notice.until if notice and notice.fact == VALIDATION else None,
        product=to.product,
        principal=asked.principal,
        interest=asked.interest,
        late_fees=asked.late_fees,
        costs=asked.costs,
        country=to.debtor.country,
        notice=notice,
    )


def people(writer: Writer, creditor: Creditor) -> dict[str, Any]:
    """Who is owed and who writes, with all that a law may want said of them; the creditor may be both."""
    sender = writer.name or creditor.name
    own = sender == creditor.name
    return {
        "creditor": creditor.name,
        "creditor_address": creditor.address or (writer.address if own else None),
        "creditor_number": creditor.number,
        "sender": sender,
        "sender_address": writer.address or (creditor.address if own else None),
        "contact": writer.contact or sender,
        "phone": writer.phone,
        "licence": writer.licence,
        "complaints": writer.complaints,
    }


def pay_to(to: Addressee, references: str) -> str:
    """How to pay: as the portfolio says, else to the creditor by what the debt is known by."""
    return to.writer.pay_to or f"{to.creditor.name}, {references}"


def demanded(to: Addressee, text: str, channel: str, told: TextFacts) -> tuple[TextField, ...]:
    """What the law of the place wants named in the text on the channel. Raises Lacking where it is not known."""
    bound = Facts(actor=to.writer.actor, contract_on=to.contract_on)
    wanted = demands(to.law, text, channel, bound, told.today)
    if found := gaps(wanted, dict(told)):
        rules = "; ".join(f"{rule}: {', '.join(fields)}" for rule, fields in found.items())
        raise Lacking(f"{rules} not known, portfolio {to.writer.portfolio}")
    return tuple(demand.field for demand in wanted)


def of_several(own: TextFacts, to: Addressee, companions: Sequence[Companion]) -> TextFacts:
    """The facts of a message that speaks for other accounts too: each with its amounts, and all together."""
    each = [(own.reference, own.overdue, own.outstanding)]
    each += [(one.reference, one.overdue, one.outstanding) for one in companions]
    references = ", ".join(reference for reference, _, _ in each)
    changes = {
        "accounts": tuple(AccountLine(reference=r, overdue=o, outstanding=a) for r, o, a in each),
        "reference": references,
        "pay_to": pay_to(to, references),
        "overdue": sum(overdue for _, overdue, _ in each),
        "outstanding": sum(outstanding for _, _, outstanding in each),
    }
    return own.model_copy(update=changes)


def _number(value: str | None) -> int | None:
    return None if value is None else int(value)
