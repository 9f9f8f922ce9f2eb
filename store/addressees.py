"""What a step needs to know of an account beyond its case: names, addresses, creditor; read where the step happens."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlmodel import Session
from temporalio.exceptions import ApplicationError

from activities.attempt_frame import clock
from models.contact import Facts
from models.decisions import StepInput
from models.events import Channel, NoticeGiven
from models.jurisdiction import Jurisdiction
from models.rules import TextField
from models.tables.accounts import Account, Party, Portfolio
from policy.law.may_contact import debtor_day
from policy.law.required_content import demands
from writing.disclosures import gaps
from writing.document_content import Computation, ComputationLine, charge_kind
from writing.texts import AccountLine, Rendered, TextFacts


class NoAddress(Exception):
    """The party has no address on the channel that the case believed usable."""


class Lacking(Exception):
    """The law wants named in the text what nobody told; the message says by which rule, and which portfolio."""


class Creditor(NamedTuple):
    """Who is owed: name, address in one line, number in the tax or trade register."""

    name: str
    address: str | None = None
    number: str | None = None


class Addressed(NamedTuple):
    """An account with its people."""

    account: Account
    party: Party
    portfolio: Portfolio


def addressed(session: Session, asked: StepInput) -> Addressed:
    """The account of a step, its debtor and its portfolio."""
    account = session.get_one(Account, asked.account)
    party = session.get_one(Party, asked.party)
    return Addressed(account, party, session.get_one(Portfolio, account.portfolio))


def address(party: Party, channel: Channel | None) -> str:
    """Where a message on the channel goes. Raises NoAddress."""
    found = {
        Channel.sms: party.phone,
        Channel.call: party.phone,
        Channel.email: party.email,
    }.get(channel or Channel.letter, postal(party))
    if not found:
        raise NoAddress(f"{channel or 'letter'}")
    return found


def postal(party: Party) -> str | None:
    """The address in one line, or None when it is not complete."""
    if not (party.street and party.city):
        return None
    return ", ".join(part for part in (party.street, party.postal_code, party.city, party.country) if part)


def facts(asked: StepInput, known: Addressed, notice: NoticeGiven | None = None) -> TextFacts:
    """Everything a text may name, for the position of the day."""
    account, party, portfolio = known
    act, offer = asked.act, asked.act.terms
    today = debtor_day(clock(asked), asked.zone)
    return TextFacts(
        **people(portfolio, creditor_of(account)),
        name=party.name,
        reference=account.reference,
        pay_to=portfolio.pay_to or f"{account.creditor}, {account.reference}",
        currency=asked.currency,
        today=today,
        overdue=asked.overdue,
        outstanding=asked.outstanding,
        due=asked.oldest_due,
        due_amount=asked.due_amount,
        oldest_due=asked.oldest_due,
        days_past_due=max(asked.days_past_due, 0),
        promise_amount=asked.promise_amount,
        promise_due=asked.promise_due,
        notice_days=act.notice_days or None,
        collection_fee=notice.cost if notice else None,
        offer_months=_number(offer.get("months")),
        offer_instalment=_number(offer.get("instalment")),
        offer_discount=Decimal(offer["discount_percent"]) if "discount_percent" in offer else None,
        offer_settlement=_number(offer.get("settlement")),
        offer_until=offer.get("until"),  # type: ignore[arg-type]  # pydantic reads the ISO day
        offer_defer_until=offer.get("defer_until"),  # type: ignore[arg-type]
        transferred=asked.transferred,
        product=account.product,
        principal=asked.principal,
        interest=asked.interest,
        late_fees=asked.late_fees,
        costs=asked.costs,
        country=party.country,
    )


def creditor_of(account: Account) -> Creditor:
    """Who is owed."""
    return Creditor(account.creditor, account.creditor_address, account.creditor_number)


def people(portfolio: Portfolio, creditor: Creditor) -> dict[str, Any]:
    """Who is owed and who writes, with all that a law may want said of them; the creditor may be both."""
    sender = portfolio.sender or creditor.name
    own = sender == creditor.name
    return {
        "creditor": creditor.name,
        "creditor_address": creditor.address or (portfolio.sender_address if own else None),
        "creditor_number": creditor.number,
        "sender": sender,
        "sender_address": portfolio.sender_address or (creditor.address if own else None),
        "contact": portfolio.contact or sender,
        "phone": portfolio.phone,
        "licence": portfolio.licence,
        "complaints": portfolio.complaints,
    }


def demanded(packs: Jurisdiction, known: Addressed, text: str, channel: str, told: TextFacts) -> tuple[TextField, ...]:
    """What the law of the place wants named in the text on the channel. Raises Lacking where it is not known."""
    portfolio = known.portfolio
    bound = Facts(actor=portfolio.actor, contract_on=known.account.contract_date)
    wanted = demands(packs, text, channel, bound, told.today)
    if found := gaps(wanted, dict(told)):
        rules = "; ".join(f"{rule}: {', '.join(fields)}" for rule, fields in found.items())
        raise Lacking(f"{rules} not known, portfolio {portfolio.id}")
    return tuple(demand.field for demand in wanted)


def of_several(own: TextFacts, known: Addressed, covers: Sequence[Mapping[str, Any]]) -> TextFacts:
    """The facts of a message that speaks for other accounts too: each with its amounts, and all together."""
    each = [(own.reference, own.overdue, own.outstanding)]
    each += [(c["reference"], c["overdue"], c["outstanding"]) for c in covers]
    references = ", ".join(reference for reference, _, _ in each)
    changes = {
        "accounts": tuple(AccountLine(reference=r, overdue=o, outstanding=a) for r, o, a in each),
        "reference": references,
        "pay_to": known.portfolio.pay_to or f"{known.account.creditor}, {references}",
        "overdue": sum(overdue for _, overdue, _ in each),
        "outstanding": sum(outstanding for _, _, outstanding in each),
    }
    return own.model_copy(update=changes)


def window(party: Party) -> tuple[str, ...]:
    """Name and address as the lines of an envelope's window."""
    town = " ".join(part for part in (party.postal_code, party.city) if part)
    return tuple(line for line in (party.name, party.street, town, party.country) if line)


def computation(asked: StepInput) -> Computation:
    """How the overdue amount comes about, for the day on which the step was decided.

    Raises ApplicationError where the lines do not make the amount: such a paper is not sent.
    """
    today = debtor_day(asked.now, asked.zone)
    dues = [i for i in asked.open if i.due < today]
    lines = [
        ComputationLine(kind="instalment" if i.open == i.amount else "rest", number=i.number, day=i.due, amount=i.open)
        for i in dues
    ]
    lines += [
        ComputationLine(kind=charge_kind(charge), number=charge.instalment, day=charge.day, amount=charge.amount)
        for charge in asked.beside
        if charge.day is None or charge.day < today
    ]
    try:
        return Computation(
            currency=asked.currency,
            day=today,
            lines=tuple(lines),
            entries=asked.entries,
            not_due=tuple(i.number for i in asked.open if i not in dues),
            overdue=asked.overdue,
            outstanding=asked.outstanding,
            credit=asked.credit,
            disputed=asked.disputed,
        )
    except ValidationError as fault:
        why = "; ".join(str(error["msg"]) for error in fault.errors())
        raise ApplicationError(why, type="DoesNotAddUp", non_retryable=True) from None


def paper(asked: StepInput, known: Addressed, text: Rendered) -> dict[str, Any]:
    """What every paper about an account has."""
    account, party, portfolio = known
    sender = portfolio.sender or account.creditor
    return {
        "language": party.language,
        "made": clock(asked).astimezone(ZoneInfo(asked.zone)),
        "sender": sender,
        "contact": portfolio.contact or sender,
        "creditor": account.creditor,
        "reference": account.reference,
        "text": text,
    }


def _number(value: str | None) -> int | None:
    return None if value is None else int(value)
