"""What do we write to this person, in their language, on this channel, with these facts?

A text is a file's words plus typed facts. What a file may say is checked when it is loaded, so that a fault is found
before the first letter and not by its reader; values are put in once and never read as placeholders themselves.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

import yaml
from babel.dates import format_date, format_timedelta
from babel.numbers import format_currency, format_percent, get_currency_precision
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.vocabulary import LANGUAGES
from writing.disclosures import added
from writing.replies import Replies, RepliesFault, load_replies
from writing.safe_lines import Filled, gsm, plain
from writing.sms_segments import SEVERAL
from writing.text_files import (
    BEFORE_OVERDUE,
    CHANNELS,
    PAPERS,
    PLACEHOLDER,
    LanguageFile,
    OnceLoader,
    TextChannel,
    faults,
)

LOCALES = {"it": "it_IT", "ro": "ro_RO", "nl": "nl_NL", "ru": "ru_RU", "pt": "pt_BR", "en": "en_GB"}
PAGE = "email.html"
SMS_DATES = {"ru": "dd.MM.yyyy"}
"""Where the month as a word costs a segment more."""
AT_A_STOP = re.compile(rf"{PLACEHOLDER.pattern}(\.?)")
"""A value that ends with a full stop, as a Russian day does, ends the sentence too."""
CODE_BEFORE_NUMBER = re.compile(r"(?<=[A-Z]{3})(?=\d)")


class TextFault(ValueError):
    """A text file, or a wish for a text, that cannot be used; the message says where and why."""


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


PLACEHOLDERS = frozenset(TextFacts.model_fields) - {"currency", "country", "sms_sender"}
UNITS: Mapping[str, Literal["day", "month"]] = MappingProxyType(
    {"days_past_due": "day", "notice_days": "day", "offer_months": "month"}
)


class Rendered(BaseModel):
    """A text ready to go. A letter's title is its `subject`; `body` is everything below it, as plain text."""

    model_config = ConfigDict(frozen=True)
    subject: str | None
    body: str
    paragraphs: tuple[str, ...] = ()
    closing: tuple[tuple[str, str], ...] = ()
    """How to pay, whom to ask, how to object: label and text."""
    html: str | None = None
    """An e-mail's second part: the same words as a page, the amounts as a table."""


@dataclass(frozen=True)
class Texts:
    """All texts of all languages, checked, with the version of each language."""

    languages: Mapping[str, LanguageFile]
    versions: Mapping[str, str]
    replies: Replies
    page: Template
    """An e-mail as HTML; what it is given is escaped, whatever it is."""
    papers: Mapping[str, bytes]
    """The templates of papers by the names of their files."""


def money(minor: int, currency: str, language: str) -> str:
    """An amount as it is written in the language; a code in letters stands apart from its number."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return CODE_BEFORE_NUMBER.sub("\u00a0", format_currency(amount, currency, locale=LOCALES[language]))


def day(value: date, language: str, length: Literal["medium", "long"] = "long") -> str:
    """A day as it is written in the language, its month as a word: no reader takes March for the third day."""
    return format_date(value, length, locale=LOCALES[language])


def count(number: int, unit: Literal["day", "month"], language: str) -> str:
    """A number of days or months, in the plural the language has for it."""
    span = timedelta(days=number * (30 if unit == "month" else 1))
    return format_timedelta(span, granularity=unit, threshold=10**9, locale=LOCALES[language])


def text_names() -> frozenset[str]:
    """The texts that every language has."""
    return frozenset(CHANNELS)


def text_channels(name: str) -> tuple[TextChannel, ...]:
    """The channels on which a text exists."""
    if name not in CHANNELS:
        raise TextFault(f"no text {name!r}; there are: {', '.join(sorted(CHANNELS))}")
    return CHANNELS[name]


def text_version(texts: Texts, language: str) -> str:
    """Sha256, first 12, of the language's words and of the templates they are set in."""
    return texts.versions[_known(texts, language)]


def render(
    texts: Texts, language: str, name: str, channel: TextChannel, facts: TextFacts, demanded: Iterable[str] = ()
) -> Rendered:
    """The text `name` in the language, for the channel; with `demanded`, what the law of the place wants it to name."""
    file = texts.languages[_known(texts, language)]
    if channel not in text_channels(name):
        raise TextFault(f"the text {name!r} has no {channel}; it has: {', '.join(CHANNELS[name])}")
    wording = file.texts[name]
    fill = _Filling(facts, language, f"{language}.yaml: texts.{name}.{channel}", file)
    if channel == "sms":
        two_way = texts.replies.possible(facts.country, facts.sms_sender)
        own = f"{wording.sms} {file.closing.sms if two_way else file.closing.sms_no_reply}"
        more = added(file, own, {"opt_out"}, demanded, dict(facts))
        own = " ".join([f"{own.removesuffix('.')}.", *(p.sms for p in more)]) if more else own
        return Rendered(subject=None, body=gsm(plain(fill(own))))
    if name in PAPERS:
        more = added(file, " ".join(wording.letter), set(), demanded, dict(facts))
        pairs = tuple((fill(particular.label), fill(particular.text)) for particular in more)
        return _written(fill(wording.subject), tuple(map(fill, wording.letter)), pairs)
    body, opt_out = (wording.email, file.closing.opt_out) if channel == "email" else (wording.letter, {})
    closing = file.closing.answers | opt_out
    said = {"sender", *(["opt_out"] if opt_out else [])}
    more = added(file, " ".join([*body, *closing.values()]), said, demanded, dict(facts))
    closing |= {particular.label: particular.text for particular in more}
    paragraphs = [fill(p) for p in (file.greeting, *body)]
    answers = tuple((fill(label), fill(text)) for label, text in closing.items())
    written = _written(fill(wording.subject), tuple(paragraphs), answers, facts.sender)
    if channel == "letter":
        return written
    rows = [(file.words[word], fill(f"{{{field}}}")) for word, field in _rows(name, facts)]
    page = {"subject": written.subject, "paragraphs": paragraphs, "rows": rows, "closing": answers}
    html = texts.page.render(**page, language=language, signature=facts.sender)
    return Rendered(subject=plain(written.subject or ""), body=plain(written.body), html=plain(html))


def _rows(name: str, facts: TextFacts) -> list[tuple[str, str]]:
    """The table of an e-mail: words, and the facts they stand before."""
    asked = [("instalment", "due_amount"), ("due_date", "due")]
    if name not in BEFORE_OVERDUE:
        since = [("oldest_due", "oldest_due")] if facts.oldest_due and name != SEVERAL else []
        asked = [("overdue", "overdue"), *since]
    return [("creditor", "creditor"), ("reference", "reference"), *asked, ("outstanding", "outstanding")]


def load_texts(*directories: Path) -> Texts:
    """All six language files, checked; raises `TextFault` naming file and place.

    Where several directories have a file, that of the last one counts.
    """
    files = {language: _load(_top(directories, f"{language}.yaml")) for language in LANGUAGES}
    page = _page(directories)
    papers = {path.name: path.read_bytes() for directory in directories for path in directory.glob("*.typ")}
    set_in = papers | {PAGE: _top(directories, PAGE).read_bytes()}
    templates = b"".join(set_in[name] for name in sorted(set_in))
    versions = {
        language: hashlib.sha256(_top(directories, f"{language}.yaml").read_bytes() + templates).hexdigest()[:12]
        for language in LANGUAGES
    }
    try:
        replies = load_replies(_top(directories, "answers.yaml"))
    except RepliesFault as fault:
        raise TextFault(str(fault)) from fault
    return Texts(MappingProxyType(files), MappingProxyType(versions), replies, page, MappingProxyType(papers))


def _top(directories: Sequence[Path], name: str) -> Path:
    having = [directory / name for directory in directories if (directory / name).exists()]
    return having[-1] if having else directories[0] / name


def _page(directories: Sequence[Path]) -> Template:
    house = Environment(loader=FileSystemLoader(directories[::-1]), autoescape=True, undefined=StrictUndefined)
    try:
        return house.get_template(PAGE)
    except TemplateError as fault:
        raise TextFault(f"{PAGE}: {fault}") from fault


def _known(texts: Texts, language: str) -> str:
    if language not in texts.languages:
        raise TextFault(f"no texts in language {language!r}; there are: {', '.join(texts.languages)}")
    return language


def _written(
    subject: str, paragraphs: tuple[str, ...], closing: tuple[tuple[str, str], ...], signature: str = ""
) -> Rendered:
    parts = [*paragraphs, "\n".join(f"{label}: {text}" for label, text in closing), signature]
    body = "\n\n".join(part for part in parts if part)
    return Rendered(subject=subject, body=body, paragraphs=paragraphs, closing=closing)


@dataclass(frozen=True)
class _Filling:
    """Puts the facts into a text: one pass, so that a value is never looked at for placeholders."""

    facts: TextFacts
    language: str
    where: str
    file: LanguageFile

    def __call__(self, text: str) -> str:
        return AT_A_STOP.sub(lambda found: self._shown(found[1]).removesuffix(found[2]) + found[2], text)

    def _shown(self, field: str) -> str:
        value = getattr(self.facts, field)
        match value:
            case None | ():
                raise TextFault(f"{self.where} needs the fact {field!r}, which is not given")
            case date():
                return self._day(value)
            case tuple():
                return self._accounts(value)
            case Decimal():
                return format_percent(value / 100, "#,##0.##%", locale=LOCALES[self.language])
            case int() if field in UNITS:
                return count(value, UNITS[field], self.language)
            case int():
                return money(value, self.facts.currency, self.language)
            case str() if field == "product":
                return self.file.codes["product"].get(value, value)
        return str(value)

    def _accounts(self, lines: tuple[AccountLine, ...]) -> str:
        """One line for each; in an SMS one after the other, with what is overdue only."""
        each = [(line, money(line.overdue, self.facts.currency, self.language)) for line in lines]
        if self.where.endswith(".sms"):
            return "; ".join(f"{line.reference} {overdue}" for line, overdue in each)
        total, words = self.facts.currency, self.file.words
        return "\n".join(
            f"{line.reference}: {words['overdue'].lower()} {overdue}, "
            f"{words['outstanding'].lower()} {money(line.outstanding, total, self.language)}"
            for line, overdue in each
        )

    def _day(self, value: date) -> str:
        if self.where.endswith(".sms") and self.language in SMS_DATES:
            return format_date(value, SMS_DATES[self.language], locale=LOCALES[self.language])
        return day(value, self.language).replace(" ", "\u00a0")


def _load(path: Path) -> LanguageFile:
    try:
        file = LanguageFile.model_validate(yaml.load(path.read_text("utf-8"), OnceLoader))
    except (OSError, UnicodeError, yaml.YAMLError) as fault:
        raise TextFault(f"{path.name}: {fault}") from fault
    except ValidationError as fault:
        raise _fault(path, [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in fault.errors()]) from fault
    found = list(faults(file, PLACEHOLDERS))
    if found:
        raise _fault(path, found)
    return file


def _fault(path: Path, found: list[str]) -> TextFault:
    return TextFault("\n".join(f"{path.name}: {line}" for line in found))
