"""Which fact do the fields make that a person or a file writes, and what is wrong with them?"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, ValidationError
from pydantic.fields import FieldInfo

from intake.amounts import minor_units
from intake.cells import Refused as CellRefused
from models.events import FACTS, Event, PlanInstalment
from models.field_types import plain_type
from policy.law.may_contact import debtor_day

NOUGHT = re.compile(r"0+([.,]0+)?")
RELATIVE = re.compile(r"\+([0-9]{1,4})")
AMOUNTS = ("amount", "waived")


class NotAFact(Exception):
    """What was written makes no fact: every fault of it."""


@dataclass(frozen=True)
class Context:
    """What an event is read against: its account's currency and time zone, and the moment it is told."""

    currency: str
    zone: str
    now: datetime


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
