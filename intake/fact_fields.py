"""How does an agent write a fact: the options of each event, and the fact that they make?"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, ValidationError
from pydantic.fields import FieldInfo

from intake.amounts import minor_units
from intake.cells import Refused as CellRefused
from models.events import FACTS, Event, PlanInstalment
from policy.law.may_contact import debtor_day

NOUGHT = re.compile(r"0+([.,]0+)?")
RELATIVE = re.compile(r"\+([0-9]{1,4})")
AMOUNTS = ("amount", "waived")
HELP = {
    "amount": "In whole units, such as 100.00.",
    "currency": "ISO 4217; the account's by default.",
    "value_date": "The day from which the money counts; the day of --at by default.",
    "reference": "The payer's reference: a code without blanks.",
    "payment": "The event id of the payment that was taken back.",
    "due": "The promised day.",
    "outcome": "What came of it.",
    "task": "The task, by its key, the end of it, or its step; by default the one that is open.",
    "message": "The message, by its key, the end of it, or its step.",
    "cause": "The cause of the debt as a code word, such as job_loss: see `starter.py causes --list`.",
    "status": "What became of it.",
    "until": "The last day of it.",
    "instalments": "DAY:AMOUNT, once for each instalment; of a new schedule DAY:AMOUNT:INTEREST.",
    "what": "What is offered.",
    "waived": "Of a settlement: what is waived once it is paid, in whole units.",
    "if_broken": "What is owed again when it is broken.",
    "needs": "How many others must approve it; never less than the strategy wants.",
    "offer": "The offer, by its id, the end of it, its step or its kind; by default the one that waits.",
    "accepted": "The debtor's answer.",
    "disputed": "The number of a disputed instalment; may be repeated.",
    "charges": "The id of a charge; may be repeated.",
    "evidence": "The number of the document.",
    "dispute": "Which dispute is answered, by its event id; all that are open by default.",
    "left": "What is left a month, in whole units, where no budget was taken.",
    "blocks": "What it stops: contact, interest, fees, court or assignment; may be repeated.",
    "channel": "The channel.",
    "channels": "A channel it is about; may be repeated; all by default.",
    "name": "What it is, as docs/law.md names it.",
    "since": "Its day; that of --at by default.",
    "form": "In which form it was said.",
    "ended": "It holds no more.",
    "served_on": "The day on which it was delivered.",
    "proof": "The number of the receipt.",
    "reason": "The reason, as a code word.",
    "of": "The reason of the hold, or the step that waits for a person.",
    "ground": "Of the letter that ends a PERSI: its ground in the law, such as 17-1-c.",
    "reasons": "Of that letter: its reasons, as a code word or a document's number.",
    "granted": "Whether the step may go ahead.",
    "inbound": "Whether the debtor called.",
    "place": "Where: home, cell, work or other; by default at home, a third party elsewhere.",
    "third_party": "Who else was asked: family, neighbour, employer or other, numbered (neighbour-2); no name.",
    "purpose": "Of a third party: location, where the debtor can be found.",
    "by": "Who says so, a code without blanks; by default who is logged in.",
}


class NotAFact(Exception):
    """What was written makes no fact: every fault of it."""


@dataclass(frozen=True)
class Context:
    """What an event is read against: its account's currency and time zone, and the moment it is told."""

    currency: str
    zone: str
    now: datetime


def plain_type(field: FieldInfo) -> Any:
    """The field's type without `| None`."""
    if get_origin(field.annotation) in (Union, UnionType):
        return next(a for a in get_args(field.annotation) if a is not type(None))
    return field.annotation


def several(field: FieldInfo) -> bool:
    """Whether the option may be repeated."""
    return get_origin(plain_type(field)) is tuple


def choices(field: FieldInfo) -> tuple[str, ...]:
    """The words that may stand there, where they are few."""
    kind = plain_type(field)
    if get_origin(kind) is Literal:
        return get_args(kind)
    return tuple(str(member) for member in kind) if hasattr(kind, "__members__") else ()


def make(kind: str, given: dict[str, Any], context: Context) -> Event:
    """The fact from what was written. Raises NotAFact with every fault."""
    model = FACTS[kind]
    values: dict[str, Any] = {}
    faults: list[str] = []
    at = _moment(given.get("at"), context, faults)
    for name, value in given.items():
        if name == "at" or value is None or value == []:
            continue
        if name not in model.model_fields:
            known = ", ".join(n for n in model.model_fields if n != "kind")
            faults.append(f"{name}: {kind} has no such field; it has {known}")
            continue
        try:
            values[name] = _read(model.model_fields[name], name, value, context, at or context.now)
        except (ValueError, TypeError) as fault:
            faults.append(f"{name}: {fault}")
    if "currency" in model.model_fields:
        values.setdefault("currency", context.currency)
    if faults:
        raise NotAFact("; ".join(faults))
    return _validated(model, values | {"at": at})


def _validated(model: type[Event], values: dict[str, Any]) -> Event:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors(include_url=False)]
        raise NotAFact("; ".join(faults)) from None


def _moment(value: Any, context: Context, faults: list[str]) -> datetime | None:
    try:
        return None if value is None else instant(str(value), context.zone)
    except ValueError as fault:
        faults.append(f"at: {fault}")
        return None


def _read(field: FieldInfo, name: str, value: Any, context: Context, at: datetime) -> Any:
    kind = plain_type(field)
    if get_args(kind)[:1] == (PlanInstalment,):
        return tuple(_instalment(v, context, at) for v in value)
    if name in AMOUNTS:
        # Fields with a default, such as what is waived, may be nothing.
        return 0 if name == "waived" and str(value) == "0" else money(value, context.currency)
    if name == "left":
        return money_or_nothing(value, context.currency)
    if kind is date:
        return day(str(value), debtor_day(at, context.zone))
    if kind is AwareDatetime:
        return instant(str(value), context.zone)
    return value


def _instalment(value: Any, context: Context, at: datetime) -> PlanInstalment:
    """`2026-12-01:100.00`, with the interest in it `2026-12-01:100.00:4.50`, or the same as `{"due": ...}`."""
    if isinstance(value, dict):
        due, amount, interest = (str(value.get(name, "")) for name in ("due", "amount", "interest"))
    else:
        due, amount, interest = (*str(value).split(":", 2), "", "")[:3]
    return PlanInstalment(
        due=day(due, debtor_day(at, context.zone)),
        amount=money(amount, context.currency),
        interest=money(interest, context.currency) if interest.strip("0.,") else 0,
    )


def money(value: Any, currency: str) -> int:
    """Whole units as minor units: `100.00` or `100`."""
    text = str(value)
    try:
        return minor_units(text, currency)
    except CellRefused as refused:
        raise ValueError(f"{text!r} {refused}") from None


def money_or_nothing(value: Any, currency: str) -> int:
    """The same, and nought may be said too."""
    return 0 if NOUGHT.fullmatch(str(value).strip()) else money(value, currency)


def day(text: str, today: date) -> date:
    """`2026-12-01`, or `+10`: so many days after the day of the event."""
    if ahead := RELATIVE.fullmatch(text):
        return today + timedelta(days=int(ahead[1]))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day: write it as 2026-12-01, or as +10") from None


def instant(text: str, zone: str) -> datetime:
    """An instant; without an offset it is meant on the debtor's clock."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no moment: write it as 2026-12-01T10:00, or with an offset or Z") from None
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
