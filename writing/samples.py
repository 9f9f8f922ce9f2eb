"""An account that does not exist, at which every text of the house can be looked at: facts and papers as a case has."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from intake.pack_files import places
from intake.pack_layers import layers, pack_file
from models.contact import Facts
from models.evidence import Pdf
from models.jurisdiction import Jurisdiction
from models.ledger_entries import Entry, Itemised
from policy.law.required_content import demands
from writing import document_content
from writing.document_pdf import (
    make_certificate,
    make_letter,
    make_notice,
    make_package,
    make_statement,
    make_validation,
)
from writing.rendering import render
from writing.text_facts import AccountLine, TextFacts
from writing.text_files import OnceLoader
from writing.texts import Texts

_TODAY = date(2026, 9, 23)
_MADE = datetime(2026, 9, 23, 8, tzinfo=UTC)
_DUES = tuple(
    document_content.InstalmentLine(number=n, due=date(2026, 6 + n, 1), amount=25_000, open=25_000)
    for n in (1, 2, 3, 4)
)
OVERDUE, OUTSTANDING = 75_000, 100_000
_ITEMISED = Itemised(by="transaction", day=date(2026, 6, 1), amount=92_000, interest=8_000, current=OUTSTANDING)
_FINGERPRINT = "0" * 64
SAMPLE_SENDER = {
    "sender": "Rientro Demo",
    "sender_address": "1 Example Square, Sampletown",
    "contact": "0800 123 456",
    "phone": "0800 123 456",
    "licence": "DEMO-0001",
    "complaints": "complaints@example.org",
}
"""An agency that does not exist, with all that any law wants said of one."""


def law() -> Mapping[str, Jurisdiction]:
    """What binds in each place; read once."""
    return _law(layers())


@cache
def _law(_: Sequence[Path]) -> Mapping[str, Jurisdiction]:
    return places()


class _Person(NamedTuple):
    """Who is written to in a sample, and for which bank."""

    country: str
    currency: str
    name: str
    street: str
    town: str
    creditor: str


def _person(language: str) -> _Person:
    return _people(layers())[language]


@cache
def _people(_: Sequence[Path]) -> Mapping[str, _Person]:
    told = yaml.load(pack_file("letters/samples.yaml").read_text("utf-8"), OnceLoader)
    return {language: _Person(**person) for language, person in told.items()}


def sample_facts(language: str, country: str | None = None) -> TextFacts:
    """Everything a text can name; no text of the house needs more."""
    home, currency, name, street, town, creditor = _person(language)
    return TextFacts(
        name=name,
        creditor=creditor,
        sender=creditor,
        reference="A-2026-0042",
        contact="0800 123 456",
        pay_to="IBAN XX00 0000 0000 0000 0000",
        currency=currency,
        today=_TODAY,
        overdue=OVERDUE,
        outstanding=OUTSTANDING,
        due=_DUES[0].due,
        due_amount=_DUES[0].amount,
        oldest_due=_DUES[0].due,
        days_past_due=(_TODAY - _DUES[0].due).days,
        promise_amount=25_000,
        promise_due=date(2026, 9, 30),
        notice_days=15,
        collection_fee=11_250,
        offer_months=12,
        offer_instalment=8_334,
        offer_discount=Decimal("12.5"),
        offer_settlement=87_500,
        offer_until=date(2026, 10, 7),
        offer_defer_until=date(2026, 10, 31),
        accounts=(
            AccountLine(reference="A-2026-0042", overdue=OVERDUE - 25_000, outstanding=OUTSTANDING - 25_000),
            AccountLine(reference="A-2026-0043", overdue=25_000, outstanding=25_000),
        ),
        country=country.partition("-")[0] if country else home,
        product="consumer_loan",
        principal=92_000,
        interest=8_000,
        late_fees=0,
        costs=0,
        creditor_address=f"{street}, {town}",
        creditor_number="00.000.000/0000-00",
        sender_address=f"{street}, {town}",
        phone="0800 123 456",
        licence="DEMO-0001",
        complaints="complaints@example.org",
        address=", ".join((street, town)),
        creditor_then=creditor,
        itemised="2026-06-01: 920.00\n+ 80.00\n= 1000.00",
        validation_until=date(2026, 10, 30),
        transferred=date(2026, 9, 1),
    )


def sample_fields(name: str, channel: str, country: str | None) -> tuple[str, ...]:
    """What the law of a country or region wants the text to name, whoever writes; where none is named, nothing."""
    packs = law().get(country or "")
    return tuple(demand.field for demand in demands(packs, name, channel, Facts(), _TODAY)) if packs else ()


def sample_pdf(texts: Texts, language: str, name: str, country: str | None = None) -> Pdf:
    """The text as the paper that leaves the house."""
    known = sample_facts(language, country)
    _, currency, person, street, town, _ = _person(language)
    common: dict[str, Any] = {
        "language": language,
        "made": _MADE,
        "sender": known.sender,
        "contact": known.contact,
        "creditor": known.creditor,
        "reference": known.reference,
        "text": render(texts, language, name, "letter", known, sample_fields(name, "letter", country)),
    }
    addressed = common | {"address": (person, street, town)}
    match name:
        case "formal_notice":
            more: dict[str, Any] = {"delivery": "registered_letter", "notice_days": known.notice_days}
            return make_notice(texts, document_content.Notice(**addressed, **more, computation=_computation(currency)))
        case "certificate":
            return make_certificate(
                texts, document_content.Certificate(**common, **_evidence(known, (person, street, town)))
            )
        case "legal_package":
            return make_package(texts, _package(common, known, (person, street, town)))
        case "statement":
            return make_statement(texts, _statement(addressed, currency))
        case "validation_notice":
            told: dict[str, Any] = {"sender_address": known.sender_address, "creditor_then": known.creditor_then}
            told |= {"itemised": _ITEMISED, "disputes_until": known.validation_until}
            notice = document_content.ValidationNotice(**addressed, **told, currency=currency, outstanding=OUTSTANDING)
            return make_validation(texts, notice)
        case _:
            return make_letter(texts, document_content.Letter(**addressed, computation=_computation(currency)))


def _entries() -> tuple[Entry, ...]:
    lent = date(2026, 6, 1)
    return (
        Entry(key="principal", kind="principal", day=lent, amount=92_000),
        Entry(key="interest", kind="interest", day=lent, amount=8_000, reason="contract"),
    )


def _computation(currency: str) -> document_content.Computation:
    late = [i for i in _DUES if i.due < _TODAY]
    return document_content.Computation(
        currency=currency,
        day=_TODAY,
        lines=tuple(
            document_content.ComputationLine(kind="instalment", number=i.number, day=i.due, amount=i.open) for i in late
        ),
        entries=_entries(),
        not_due=tuple(i.number for i in _DUES if i not in late),
        overdue=OVERDUE,
        outstanding=OUTSTANDING,
    )


def _evidence(known: TextFacts, debtor: tuple[str, ...]) -> dict[str, Any]:
    tried = document_content.AttemptLine(day=date(2026, 7, 6), channel="sms", step="reminder 1", outcome="delivered")
    return {
        "debtor": debtor,
        "specialist": None,
        "currency": known.currency,
        "overdue": OVERDUE,
        "outstanding": OUTSTANDING,
        "oldest_due": known.oldest_due,
        "days_past_due": known.days_past_due,
        "attempts": (tried,),
        "documents": (document_content.DocumentLine(title="formal_notice", day=date(2026, 8, 3), sha256=_FINGERPRINT),),
        "released": (document_content.Release(name="supervisor_1", day=_TODAY),),
    }


def _package(common: dict[str, Any], known: TextFacts, debtor: tuple[str, ...]) -> document_content.Package:
    notice = document_content.NoticeLine(
        day=date(2026, 8, 3), delivery="registered_letter", proof="RR-1", sha256=_FINGERPRINT
    )
    return document_content.Package(
        **common,
        **_evidence(known, debtor),
        product="consumer_loan",
        principal=92_000,
        instalments=_DUES,
        payments=(),
        notices=(notice,),
    )


def _statement(addressed: dict[str, Any], currency: str) -> document_content.Statement:
    owed = document_content.Owed(
        outstanding=OUTSTANDING,
        overdue=OVERDUE,
        paid=0,
        credit=0,
        disputed=0,
        principal=92_000,
        interest=8_000,
        late_fees=0,
        costs=0,
        open=_DUES,
    )
    return document_content.Statement(**addressed, day=_TODAY, currency=currency, owed=owed, entries=_entries())
