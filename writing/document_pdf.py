"""What does this paper look like, as a PDF that can be kept, compared and shown to a court?

The templates are fixed files of `packs/letters/`; everything else reaches them as strings in one JSON value, so that a
name is never read as markup. The same input gives the same bytes: the only clock is `made`.
"""

import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import typst

from models.decisions import Barred
from models.evidence import Pdf
from writing.computation import computation, statement
from writing.document_content import (
    Certificate,
    Letter,
    Notice,
    Package,
    Paper,
    Statement,
    ValidationNotice,
    WriteOffLine,
)
from writing.document_tables import Data, labelled, table, word_of
from writing.local_formats import LOCALES, count, day, money
from writing.texts import Texts, text_version
from writing.validation_notice import in_parts


class DocumentFault(RuntimeError):
    """A paper that cannot be made as it stands, for example because a character of a name has no glyph."""


def make_letter(texts: Texts, letter: Letter) -> Pdf:
    """A letter."""
    return _printed(texts, letter, "letter", _letter(texts, letter))


def make_notice(texts: Texts, notice: Notice) -> Pdf:
    """A formal notice."""
    delivery = word_of(texts, notice, "delivery", notice.delivery)
    panel = labelled(texts, notice, {"delivery": delivery, "term": count(notice.notice_days, "day", notice.language)})
    return _printed(texts, notice, "notice", _letter(texts, notice) | {"panel": panel})


def make_validation(texts: Texts, notice: ValidationNotice) -> Pdf:
    """A validation notice, with the English one behind it where it is in another language."""
    parts = [in_parts(texts, notice)]
    if notice.english:
        english = notice.model_copy(update={"language": "en", "text": notice.english, "english": None})
        parts.append(in_parts(texts, english))
    return _printed(texts, notice, "validation", _letter(texts, notice) | {"parts": parts})


def make_statement(texts: Texts, made: Statement) -> Pdf:
    """A statement of the debt."""
    special = _letter(texts, made) | statement(texts, made)
    return _printed(texts, made, "statement", special)


def make_certificate(texts: Texts, certificate: Certificate) -> Pdf:
    """A certificate of uncollectibility."""
    tables = [_attempts(texts, certificate), _documents(texts, certificate)]
    return _printed(texts, certificate, "certificate", _evidence(texts, certificate) | {"tables": tables})


def make_package(texts: Texts, package: Package) -> Pdf:
    """An evidence package: the index of what there is."""
    contract = {
        "product": word_of(texts, package, "product", package.product),
        "principal": money(package.principal, package.currency, package.language),
        "certificate": package.certificate or texts.languages[package.language].words["none"],
    }
    tables = [_instalments(texts, package), _payments(texts, package), _attempts(texts, package)]
    tables += [_notices(texts, package), _documents(texts, package)]
    data = _evidence(texts, package) | {"contract": labelled(texts, package, contract), "tables": tables}
    return _printed(texts, package, "package", data)


def _letter(texts: Texts, letter: Letter) -> Data:
    data: Data = {"address": letter.address, "closing": letter.text.closing, "computation": None}
    return data | computation(texts, letter, letter.computation) if letter.computation else data


def _evidence(texts: Texts, paper: Certificate) -> Data:
    people = {"creditor": paper.creditor, "reference": paper.reference, "debtor": ", ".join(paper.debtor)}
    position = {
        "overdue": money(paper.overdue, paper.currency, paper.language),
        "outstanding": money(paper.outstanding, paper.currency, paper.language),
        "oldest_due": day(paper.oldest_due, paper.language) if paper.oldest_due else "–",
        "days_past_due": str(paper.days_past_due),
    }
    if paper.barred:
        position["prescription"] = _barred(texts, paper, paper.barred)
    tested = {"tax_write_off": _write_off(texts, paper, paper.write_off)} if paper.write_off else {}
    named = labelled(texts, paper, people | {"specialist": paper.specialist or "–"})
    return {
        "people": [*named, *paper.text.closing],
        "position": labelled(texts, paper, position | tested),
        "released": [[person.name, day(person.day, paper.language)] for person in paper.released],
    }


def _barred(texts: Texts, paper: Certificate, barred: Barred) -> str:
    """The last day of the claim, the rule, and what follows after it."""
    return f"{day(barred.last_day, paper.language)} ({barred.rule}: {word_of(texts, paper, 'effect', barred.effect)})"


def _write_off(texts: Texts, paper: Certificate, test: WriteOffLine) -> str:
    """The verdict, and what a reader needs to see why: the rule, its two limits, the first day that is late enough."""
    limits = " / ".join(money(limit, paper.currency, paper.language) for limit in (test.limit, test.limit_large))
    why = f"{test.rule}: ≤\u00a0{limits}; ≥\u00a0{day(test.from_day, paper.language)}"
    return f"{word_of(texts, paper, 'write_off', test.verdict)} ({why})"


def _attempts(texts: Texts, paper: Certificate) -> Data:
    rows = [
        [
            day(a.day, paper.language, "medium"),
            word_of(texts, paper, "channel", a.channel),
            a.step,
            word_of(texts, paper, "outcome", a.outcome),
            a.proof or "–",
        ]
        for a in paper.attempts
    ]
    return table(texts, paper, "attempts", ["date", "channel", "step", "outcome", "proof"], rows)


def _documents(texts: Texts, paper: Certificate) -> Data:
    rows = [[day(d.day, paper.language, "medium"), d.title, d.sha256] for d in paper.documents]
    return table(texts, paper, "documents", ["date", "document", "fingerprint"], rows)


def _instalments(texts: Texts, paper: Package) -> Data:
    rows = [
        [
            str(i.number),
            day(i.due, paper.language),
            money(i.amount, paper.currency, paper.language),
            money(i.open, paper.currency, paper.language),
        ]
        for i in paper.instalments
    ]
    return table(texts, paper, "instalments", ["number", "due_date", "amount", "open"], rows)


def _payments(texts: Texts, paper: Package) -> Data:
    taken_back = texts.languages[paper.language].words["reversed"]
    rows = [
        [day(p.day, paper.language), taken_back if p.reversed else "", money(p.amount, paper.currency, paper.language)]
        for p in paper.payments
    ]
    return table(texts, paper, "payments", ["date", "outcome", "amount"], rows)


def _notices(texts: Texts, paper: Package) -> Data:
    rows = [
        [day(n.day, paper.language, "medium"), word_of(texts, paper, "delivery", n.delivery), n.proof, n.sha256]
        for n in paper.notices
    ]
    return table(texts, paper, "notices", ["date", "delivery", "proof", "fingerprint"], rows)


def _region(language: str) -> str | None:
    """Whose way of writing the language is meant, where the language is not named after that land."""
    of, _, region = LOCALES.get(language, "").partition("_")
    return None if region.lower() == of else region


def _printed(texts: Texts, paper: Paper, template: str, special: Data) -> Pdf:
    version = text_version(texts, paper.language)
    head = {"date": day(paper.made.date(), paper.language), "reference": paper.reference, "creditor": paper.creditor}
    words = texts.languages[paper.language].words
    general: Data = {
        "language": paper.language,
        "region": _region(paper.language),
        "made": [paper.made.year, paper.made.month, paper.made.day],
        "title": paper.text.subject,
        "paragraphs": paper.text.paragraphs,
        "sender": paper.sender,
        "contact": paper.contact,
        "reference": paper.reference,
        "words": {"page": words["page"], "position": words["position"], "released_by": words["released_by"]},
        "head": labelled(texts, paper, head),
    }
    content = _compiled(texts, template, json.dumps(general | special, ensure_ascii=False), paper.made)
    return Pdf(content=content, sha256=hashlib.sha256(content).hexdigest(), text_version=version)


def _compiled(texts: Texts, template: str, data: str, made: datetime) -> bytes:
    # A compiler for each call: one shared by two threads answers "Already borrowed", and it costs 0.1 ms.
    # The stub knows no files by name yet.
    files: Any = {**texts.papers, "main.typ": texts.papers[f"{template}.typ"]}
    compiler = typst.Compiler(files, font_paths=_fonts(), ignore_system_fonts=True)
    try:
        content, warnings = compiler.compile_with_warnings(
            format="pdf",
            sys_inputs={"data": data},
            pdf_standards="a-2b",
            timestamp=made.astimezone(UTC).replace(microsecond=0),
        )
    except typst.TypstError as fault:
        raise DocumentFault(f"{template}: {fault.message}") from fault
    if warnings:
        raise DocumentFault(f"{template}: {'; '.join(w.message for w in warnings)}")
    assert isinstance(content, bytes)
    return content


@cache
def _fonts() -> typst.Fonts:
    """Only the fonts inside the wheel: the same bytes on every machine."""
    return typst.Fonts(include_system_fonts=False)
