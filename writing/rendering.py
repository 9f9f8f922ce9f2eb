"""What do we write to this person, in their language, on this channel, with these facts?

Values are put in once and never read as placeholders themselves.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from babel.dates import format_date
from babel.numbers import format_percent
from pydantic import BaseModel, ConfigDict

from channels.channel_spec import TextForm
from writing.disclosures import added
from writing.local_formats import LOCALES, count, day, money
from writing.safe_lines import gsm, plain
from writing.sms_segments import SEVERAL
from writing.text_facts import AccountLine, TextFacts
from writing.text_files import BEFORE_OVERDUE, FORMS_OF, PAPERS, PLACEHOLDER, LanguageFile
from writing.texts import TextFault, Texts, text_channels

_SMS_DATES = {"ru": "dd.MM.yyyy"}
"""Where the month as a word costs a segment more."""
_AT_A_STOP = re.compile(rf"{PLACEHOLDER.pattern}(\.?)")
"""A value that ends with a full stop, as a Russian day does, ends the sentence too."""
_UNITS: Mapping[str, Literal["day", "month"]] = MappingProxyType(
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
    page: bytes | None = None
    """A letter as it is printed."""


def render(
    texts: Texts, language: str, name: str, channel: TextForm, facts: TextFacts, demanded: Iterable[str] = ()
) -> Rendered:
    """The text `name` in the language, for the channel; with `demanded`, what the law of the place wants it to name."""
    file = texts.words(language)
    if channel not in text_channels(name):
        raise TextFault(f"the text {name!r} has no {channel}; it has: {', '.join(FORMS_OF[name])}")
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
        return _AT_A_STOP.sub(lambda found: self._shown(found[1]).removesuffix(found[2]) + found[2], text)

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
            case int() if field in _UNITS:
                return count(value, _UNITS[field], self.language)
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
        if self.where.endswith(".sms") and self.language in _SMS_DATES:
            return format_date(value, _SMS_DATES[self.language], locale=LOCALES[self.language])
        return day(value, self.language).replace(" ", "\u00a0")
