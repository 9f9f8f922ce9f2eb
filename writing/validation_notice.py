"""What does a validation notice of US law say (12 CFR 1006.34), and what must be known before it may be made?"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from pydantic import ValidationError

from models.addressee import Addressee
from models.decisions import StepInput
from models.ledger_entries import Itemised
from policy.procedures.procedure_table import itemises
from writing.document_content import ValidationNotice
from writing.document_tables import Data, labelled, table
from writing.local_formats import day, money
from writing.paper_facts import paper
from writing.rendering import Rendered
from writing.text_facts import Lacking, TextFacts
from writing.text_files import ANSWERS
from writing.texts import Texts

_CHANGES = ("interest", "fees", "payments", "credits")


class Named(NamedTuple):
    """What a validation notice names beside all other texts."""

    sender_address: str
    address: str
    itemised: Itemised
    creditor_then: str
    validation_until: date


def particulars(asked: StepInput, to: Addressee, told: TextFacts) -> Named:
    """What is known for the notice. Raises Lacking naming what is not."""
    sums = asked.itemised
    found = {
        "sender_address": told.sender_address,
        "address": to.debtor.postal,
        "itemised": sums,
        "creditor_then": None if sums and sums.sold_since else to.creditor.name,
        "validation_until": told.validation_until,
    }
    missing = [name for name, value in found.items() if not value]
    if missing:
        raise Lacking(f"{itemises(asked.act.text)}: {', '.join(missing)} not known, portfolio {to.writer.portfolio}")
    return Named(**found)  # type: ignore[arg-type]


def itemised_in(texts: Texts, language: str, told: TextFacts, named: Named) -> TextFacts:
    """The facts of the text in a language."""
    lines = _itemisation(texts, language, told.currency, named.itemised)
    itemised = "\n".join(f"{name}: {amount}" for name, amount in lines)
    return TextFacts.model_validate(told.model_dump() | named._asdict() | {"itemised": itemised})


def made(asked: StepInput, to: Addressee, named: Named, written: Sequence[Rendered], at: datetime) -> ValidationNotice:
    """The notice as a paper. Raises Lacking where its amounts do not add up or a part of it is empty."""
    try:
        return ValidationNotice(
            **paper(asked, to, written[0], at),
            address=to.debtor.window,
            sender_address=named.sender_address,
            creditor_then=named.creditor_then,
            currency=asked.currency,
            itemised=named.itemised,
            outstanding=asked.outstanding,
            disputes_until=named.validation_until,
            english=next(iter(written[1:]), None),
        )
    except ValidationError as fault:
        found = fault.errors(include_input=False)
        raise Lacking(f"{itemises(asked.act.text)}: {'; '.join(str(error['msg']) for error in found)}") from None


def _itemisation(texts: Texts, language: str, currency: str, sums: Itemised) -> list[tuple[str, str]]:
    """What was owed on the day, what came to it since, and what that makes: names and amounts, in the language."""
    file = texts.languages[language]
    what = file.codes["itemised_by"][sums.by]
    then = file.phrases["amount_then"].replace("{what}", what).replace("{day}", day(sums.day, language))
    changes = [(file.words[change], getattr(sums, change)) for change in _CHANGES]
    lines = [(then, sums.amount), *changes, (file.words["current"], sums.current)]
    return [(name, money(amount, currency, language)) for name, amount in lines]


def in_parts(texts: Texts, notice: ValidationNotice) -> Data:
    """The notice as its template takes it: people, itemisation, text and form, in the language of the notice."""
    *lines, current = _itemisation(texts, notice.language, notice.currency, notice.itemised)
    words, phrases = texts.languages[notice.language].words, texts.languages[notice.language].phrases
    people = {
        "collector": f"{notice.sender}, {notice.sender_address}",
        "consumer": ", ".join(notice.address),
        "creditor_then": notice.creditor_then,
        "creditor_now": notice.creditor,
        "reference": notice.reference,
    }
    return {
        "title": notice.text.subject,
        "paragraphs": notice.text.paragraphs,
        "people": labelled(texts, notice, people),
        "itemisation": table(texts, notice, "itemisation", ["item", "amount"], map(list, lines)),
        "totals": [current],
        "form": {
            "title": words["your_answer"],
            "prompts": [phrases[answer] for answer in ANSWERS],
            "addresses": [
                [words["collector"], [notice.sender, notice.sender_address]],
                [words["consumer"], [*notice.address, notice.reference]],
            ],
        },
    }
