"""What must a file of `packs/letters/` hold, and what may it say?"""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ConfigDict

from channels.channel_spec import TextForm
from models.charges import Effect
from models.events import Channel, Outcome
from models.ledger_entries import ItemisedBy
from models.rules import TEXT_FIELDS
from models.vocabulary import PRODUCTS
from policy.charging.barring import Verdict
from policy.law.required_content import NOT_TO_DEBTOR
from writing.sms_segments import SEVERAL

_MESSAGES = (
    *("reminder_before_due", "due_today", "first_reminder", "second_reminder", "first_letter", "second_letter"),
    *("broken_promise", "offer_plan", "offer_discount", "offer_deferral", "financial_education", "account_update"),
    *("visit_announcement", "agreed_reminder"),
)
PAPERS = NOT_TO_DEBTOR
"""Not addressed to the debtor: no greeting and no closing."""
FORMS_OF: Mapping[str, tuple[TextForm, ...]] = MappingProxyType(
    dict.fromkeys(_MESSAGES, ("sms", "email", "letter"))
    | {"formal_notice": ("email", "letter"), "fourteen_day_letter": ("letter",), "statement": ("letter",)}
    | dict.fromkeys(("validation_notice", "transfer_notice"), ("email", "letter"))
    | {SEVERAL: ("sms", "email"), "certificate": ("letter",), "legal_package": ("letter",)}
)
BEFORE_OVERDUE = frozenset({"reminder_before_due", "due_today"})
_WORDS = frozenset(
    [
        *("adjustment", "agreements", "amount", "as_of", "attempts", "balance", "certificate", "channel"),
        *("computation", "contract", "contract_interest", "cost", "costs", "credit", "creditor", "date"),
        *("days_past_due", "debtor", "delivery", "document", "documents", "due_date", "entry", "fingerprint"),
        *("instalment", "instalments", "interest", "item", "late_fee", "late_fees", "late_interest", "ledger"),
        *("none", "not_due", "notices", "number", "oldest_due", "open", "open_instalments", "open_parts", "outcome"),
        *("outstanding", "overdue", "page", "paid", "payment", "payments", "position", "prescription", "principal"),
        *("product", "proof", "reference", "refund", "released_by", "rest", "reversal", "reversed", "specialist"),
        *("state", "step", "tax_write_off", "term", "whole", "write_off"),
        *("collector", "consumer", "creditor_now", "creditor_then", "credits", "current", "fees", "itemisation"),
        "your_answer",
    ]
)
ANSWERS = ("i_dispute", "not_mine", "amount_wrong", "other_reason", "original_creditor")
"""What a reader of a validation notice may answer, as it stands in its e-mail and on the form of its letter."""
_PHRASES: Mapping[str, frozenset[str]] = MappingProxyType(
    dict.fromkeys(ANSWERS, frozenset())
    | {
        "amount_then": frozenset({"day", "what"}),
        "capped": frozenset(),
        "in_dispute": frozenset({"amount"}),
        "instalment_due": frozenset({"number", "amount"}),
        "interest_how": frozenset({"rate", "base", "first", "last", "days"}),
        "least": frozenset({"amount"}),
        "left_over": frozenset({"amount"}),
        "most": frozenset({"amount"}),
        "nothing_open": frozenset(),
        "paid_too_much": frozenset({"amount"}),
        "plan": frozenset(),
        "promise": frozenset({"amount", "day"}),
        "rate_day": frozenset({"percent"}),
        "rate_year": frozenset({"percent"}),
        "share_how": frozenset({"percent", "base"}),
        "by_law": frozenset({"rule"}),
        "earlier_costs": frozenset({"amount"}),
        "with_vat": frozenset({"percent"}),
        "waived": frozenset({"amount"}),
        "went_to": frozenset({"parts"}),
    }
)
"""What explains an amount, with what each must name."""
_VALIDATION = ("sender", "sender_address", "name", "address", "reference", "creditor_then", "creditor", "itemised")
"""What a validation notice names (12 CFR 1006.34(c)): its e-mail in words, its letter in panel, table and form."""
_STATEMENTS = 3
"""How often a validation notice names the last day of its period: to dispute, to ask who was owed, to be silent."""
_FREE_DAYS = re.compile(r"\b14\b")
_FIXED_DATES = frozenset({"due", "promise_due", "offer_until", "offer_defer_until"})
"""Days that a 14-day letter may not name: a day that is too early costs the whole fee (NL-C3)."""
_ATTEMPT_STATUSES = frozenset(
    [
        *("reserved", "sending", "sent", "unknown", "delivered", "failed", "bounced", "rejected"),
        *("open", "done", "withdrawn"),
    ]
)
_CODES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "channel": frozenset(Channel) | {"trace", "review"},
        "outcome": frozenset(Outcome) | _ATTEMPT_STATUSES,
        "product": frozenset(PRODUCTS),
        "delivery": frozenset({"letter", "registered_letter", "certified_email"}),
        "write_off": frozenset(get_args(Verdict)),
        "itemised_by": frozenset(get_args(ItemisedBy)),
        "effect": frozenset(get_args(Effect)),
        "reason": frozenset({"bounced", "chargeback", "correction", "goodwill", "settlement", "uncollectible"})
        | {"settled", "settlement_broken", "restructured", "old_terms", "charges_waived", "dispute_upheld"}
        | {"credit", "credit_reversal"},
    }
)

PARTICULARS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {field: (field,) for field in TEXT_FIELDS}
    | {"cause": ("product", "reference"), "split": ("principal", "interest", "late_fees", "costs")}
    | {"next_steps": (), "opt_out": ("contact",)}
)
"""What a law may want named, and the placeholders that name it: each language has words for all of them."""
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


class Particular(BaseModel):
    """What is added to a text where the law of the place demands it and the text's own words do not say it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    label: str
    text: str
    sms: str
    """Shorter, and a sentence with its full stop."""


class LanguageFile(BaseModel):
    """One file of `packs/letters/`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    greeting: str
    closing: Closing
    words: dict[str, str]
    phrases: dict[str, str]
    codes: dict[str, dict[str, str]]
    particulars: dict[str, Particular]
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
    yield from _differences("words", file.words, _WORDS)
    yield from _differences("phrases", file.phrases, _PHRASES)
    for name in _PHRASES.keys() & file.phrases.keys():
        yield from _phrase_faults(name, file.phrases[name])
    yield from _differences("codes", file.codes, _CODES)
    for group in _CODES.keys() & file.codes.keys():
        yield from _differences(f"codes.{group}", file.codes[group], _CODES[group])
    yield from _closing_faults(file.closing)
    yield from _differences("particulars", file.particulars, PARTICULARS)
    for field in PARTICULARS.keys() & file.particulars.keys():
        yield from _particular_faults(field, file.particulars[field])
    yield from _differences("texts", file.texts, FORMS_OF)
    for place, text in _all_texts(file):
        yield from _text_faults(place, text, placeholders)
    for name in FORMS_OF.keys() & file.texts.keys():
        yield from _channel_faults(name, file)
    if letter := file.texts.get("fourteen_day_letter"):
        yield from _fourteen_days_faults(" ".join(letter.letter))
    if notice := file.texts.get("validation_notice"):
        yield from _validation_faults(notice, [file.phrases.get(answer, "") for answer in ANSWERS])


def _closing_faults(closing: Closing) -> Iterator[str]:
    """Whom to ask, how to object and how to say stop stand in all that is sent (RU-C2, NL-C4, US-O3)."""
    wanted = {
        "sms": (closing.sms, {"contact"}),
        "answers": (" ".join(closing.answers.values()), {"contact", "pay_to"}),
        "opt_out": (" ".join(closing.opt_out.values()), {"contact"}),
    }
    for part, (text, names) in wanted.items():
        if missing := names - set(PLACEHOLDER.findall(text)):
            yield f"closing.{part} does not name: {', '.join(sorted(missing))}"


def _particular_faults(field: str, particular: Particular) -> Iterator[str]:
    """A particular names its values both ways; an SMS may have another one behind it."""
    for place, text in (("text", particular.text), ("sms", particular.sms)):
        if missing := set(PARTICULARS[field]) - set(PLACEHOLDER.findall(text)):
            yield f"particulars.{field}.{place} does not name: {', '.join(sorted(missing))}"
    if not particular.sms.endswith("."):
        yield f"particulars.{field}.sms: expected a full stop at its end"


def _fourteen_days_faults(text: str) -> Iterator[str]:
    """The cost that will be due, the 14 days, and no day on which they end: a wrong letter brings no cost (NL-C1)."""
    named = set(PLACEHOLDER.findall(text))
    if "collection_fee" not in named or not _FREE_DAYS.search(text):
        yield "texts.fourteen_day_letter.letter does not name: the collection_fee, or the 14 days"
    for day in sorted(named & _FIXED_DATES):
        yield f"texts.fourteen_day_letter.letter: no day may stand for the end of its term, but {{{day}}} does"


def _validation_faults(notice: Wording, answers: list[str]) -> Iterator[str]:
    """Who writes, three statements with the end of the period, and in an e-mail all that a letter has in its tables."""
    for channel, paragraphs in (("email", notice.email), ("letter", notice.letter)):
        named = PLACEHOLDER.findall(" ".join(paragraphs))
        missing = sorted({*(_VALIDATION if channel == "email" else ("sender",))} - {*named})
        if missing:
            yield f"texts.validation_notice.{channel} does not name: {', '.join(missing)}"
        if (times := named.count("validation_until")) < _STATEMENTS:
            yield f"texts.validation_notice.{channel} names validation_until {times} times; expected {_STATEMENTS}"
    if unsaid := [answer for answer in answers if answer not in notice.email]:
        yield f"texts.validation_notice.email does not offer the answer {unsaid[0]!r}"


def _differences(place: str, given: Iterable[str], wanted: Iterable[str]) -> Iterator[str]:
    yield from (f"{place}: {name} is missing" for name in sorted(set(wanted) - set(given)))
    yield from (f"{place}: {name} is not known" for name in sorted(set(given) - set(wanted)))


def _all_texts(file: LanguageFile) -> Iterator[tuple[str, str]]:
    yield "greeting", file.greeting
    yield "closing.sms", file.closing.sms
    yield "closing.sms_no_reply", file.closing.sms_no_reply
    for label, text in (file.closing.answers | file.closing.opt_out).items():
        yield f"closing: {label}", f"{label} {text}"
    for field, particular in file.particulars.items():
        yield f"particulars.{field}.text", f"{particular.label} {particular.text}"
        yield f"particulars.{field}.sms", particular.sms
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


def _phrase_faults(name: str, text: str) -> Iterator[str]:
    """A phrase names each of its values: an amount explained without its rate is not explained."""
    yield from _text_faults(f"phrases.{name}", text, _PHRASES[name])
    missing = _PHRASES[name] - set(PLACEHOLDER.findall(text))
    if missing:
        yield f"phrases.{name} does not name: {', '.join(sorted(missing))}"


def _channel_faults(name: str, file: LanguageFile) -> Iterator[str]:
    """Every channel of the text is there, and says whose debt it is, which one, and how much."""
    wording = file.texts[name]
    written = {"sms": wording.sms or "", "email": " ".join(wording.email), "letter": " ".join(wording.letter)}
    amount = "due_amount" if name in BEFORE_OVERDUE else "overdue"
    for channel, text in written.items():
        if (channel in FORMS_OF[name]) != bool(text):
            yield f"texts.{name}: {channel} is {'not used for this text' if text else 'missing'}"
            continue
        which = "accounts" if name == SEVERAL else "reference"
        missing = {"creditor", which, "outstanding", amount} - set(PLACEHOLDER.findall(text))
        if text and missing:
            yield f"texts.{name}.{channel} does not name: {', '.join(sorted(missing))}"
