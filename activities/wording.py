"""What must a file of `letters/` hold, and what may it say?"""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict

from models.events import Channel, Outcome
from models.words import PRODUCTS

TextChannel = Literal["sms", "email", "letter"]

MESSAGES = (
    *("reminder_before_due", "due_today", "first_reminder", "second_reminder", "first_letter", "second_letter"),
    *("broken_promise", "offer_plan", "offer_discount", "offer_deferral", "financial_education", "account_update"),
    "visit_announcement",
)
PAPERS = frozenset({"certificate", "legal_package"})
"""Not addressed to the debtor: no greeting and no closing."""
CHANNELS: Mapping[str, tuple[TextChannel, ...]] = MappingProxyType(
    dict.fromkeys(MESSAGES, ("sms", "email", "letter"))
    | {"formal_notice": ("email", "letter"), "certificate": ("letter",), "legal_package": ("letter",)}
)
BEFORE_OVERDUE = frozenset({"reminder_before_due", "due_today"})
WORDS = frozenset(
    [
        *("amount", "attempts", "certificate", "channel", "computation", "contract", "creditor", "date"),
        *("days_past_due", "debtor", "delivery", "document", "documents", "due_date", "fee", "fingerprint"),
        *("instalment", "instalments", "interest", "item", "none", "notices", "number", "oldest_due", "open"),
        *("outcome", "outstanding", "overdue", "page", "payment", "payments", "position", "principal", "product"),
        *("proof", "reference", "released_by", "rest", "reversed", "specialist", "step", "term"),
    ]
)
ATTEMPT_STATUSES = frozenset(
    {"reserved", "sending", "sent", "delivered", "failed", "bounced", "open", "done", "withdrawn"}
)
CODES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "channel": frozenset(Channel) | {"trace", "review"},
        "outcome": frozenset(Outcome) | ATTEMPT_STATUSES,
        "product": frozenset(PRODUCTS),
        "delivery": frozenset({"letter", "registered_letter", "certified_email"}),
    }
)

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class Wording(BaseModel):
    """One text of a language as its file has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    subject: str
    sms: str | None = None
    email: tuple[str, ...] = ()
    letter: tuple[str, ...] = ()


class Closing(BaseModel):
    """What every text of a language ends with."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    sms: str
    """Where an answer can come: it says which word stops the messages."""
    sms_no_reply: str
    """Where none can: it names another way."""
    answers: dict[str, str]
    opt_out: dict[str, str]
    """In e-mails only; the one for SMS is part of `sms`."""


class LanguageFile(BaseModel):
    """One file of `letters/`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    greeting: str
    closing: Closing
    words: dict[str, str]
    codes: dict[str, dict[str, str]]
    texts: dict[str, Wording]


class OnceLoader(yaml.BaseLoader):
    """BaseLoader that refuses a key given twice, where YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} is given twice", node.start_mark)
        return super().construct_mapping(node, deep)


def faults(file: LanguageFile, placeholders: frozenset[str]) -> Iterator[str]:
    """What is wrong with the file, one line each."""
    yield from _differences("words", file.words, WORDS)
    yield from _differences("codes", file.codes, CODES)
    for group in CODES.keys() & file.codes.keys():
        yield from _differences(f"codes.{group}", file.codes[group], CODES[group])
    yield from _differences("texts", file.texts, CHANNELS)
    for place, text in _all_texts(file):
        yield from _text_faults(place, text, placeholders)
    for name in CHANNELS.keys() & file.texts.keys():
        yield from _channel_faults(name, file)


def _differences(place: str, given: Iterable[str], wanted: Iterable[str]) -> Iterator[str]:
    yield from (f"{place}: {name} is missing" for name in sorted(set(wanted) - set(given)))
    yield from (f"{place}: {name} is not known" for name in sorted(set(given) - set(wanted)))


def _all_texts(file: LanguageFile) -> Iterator[tuple[str, str]]:
    yield "greeting", file.greeting
    yield "closing.sms", file.closing.sms
    yield "closing.sms_no_reply", file.closing.sms_no_reply
    for label, text in (file.closing.answers | file.closing.opt_out).items():
        yield f"closing: {label}", f"{label} {text}"
    for name, wording in file.texts.items():
        yield f"texts.{name}.subject", wording.subject
        yield f"texts.{name}.sms", wording.sms or ""
        yield from ((f"texts.{name}.email", text) for text in wording.email)
        yield from ((f"texts.{name}.letter", text) for text in wording.letter)


def _text_faults(place: str, text: str, placeholders: frozenset[str]) -> Iterator[str]:
    for name in PLACEHOLDER.findall(text):
        if name not in placeholders:
            yield f"{place}: no placeholder {{{name}}}; there are: {', '.join(sorted(placeholders))}"
    if set(PLACEHOLDER.sub("", text)) & set("{}"):
        yield f"{place}: a brace that belongs to no placeholder"


def _channel_faults(name: str, file: LanguageFile) -> Iterator[str]:
    """Every channel of the text is there, and says whose debt it is, which one, and how much."""
    wording = file.texts[name]
    written = {"sms": wording.sms or "", "email": " ".join(wording.email), "letter": " ".join(wording.letter)}
    amount = "due_amount" if name in BEFORE_OVERDUE else "overdue"
    for channel, text in written.items():
        if (channel in CHANNELS[name]) != bool(text):
            yield f"texts.{name}: {channel} is {'not used for this text' if text else 'missing'}"
            continue
        missing = {"creditor", "reference", "outstanding", amount} - set(PLACEHOLDER.findall(text))
        if text and missing:
            yield f"texts.{name}.{channel} does not name: {', '.join(sorted(missing))}"
