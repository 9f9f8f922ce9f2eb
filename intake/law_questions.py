"""Questions to the law of contact, one JSON object a line (docs/law.md): what is asked, or what is wrong with it?"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, NamedTuple, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from channels.channel_table import level_of
from models.contact import (
    FACT_NAMES,
    Capacity,
    Contact,
    DayKind,
    Fact,
    Facts,
    LawChannel,
    Level,
    Party,
    Place,
    Quiet,
    Role,
)
from models.events import Outcome
from policy.law.days import readings, zone_known
from policy.parsing.schema_faults import expected

_SYNONYMS = {
    "text": "sms",
    "e-mail": "email",
    "mail": "email",
    "post": "letter",
    "phone": "call",
    "meeting": "visit",
}
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2190, 12, 31)


class Unclear(Exception):
    """What is wrong with a line."""


def _channel(value: object) -> object:
    return _SYNONYMS.get(value.lower(), value.lower()) if isinstance(value, str) else value


def _list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Way = Annotated[LawChannel, BeforeValidator(_channel)]
Names = Annotated[list[str], BeforeValidator(_list), Field(min_length=1)]
_Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]


class Closed(BaseModel):
    """No key is overlooked: one that is not known may be a rule that is missed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Past(Closed):
    """An entry of the contact log; a day alone is its noon. An unknown event is the highest it could have been."""

    at: str
    channel: Way
    event: Level | None = None
    outcome: Outcome | None = None
    account: str = ""
    demand: bool = True
    inbound: bool = False
    consent: bool = False
    place: Place = "home"


class _Held(Closed):
    """A fact with its days, both included, and the channels it is about."""

    since: _Day | None = None
    until: _Day | None = None
    channels: Annotated[list[Way], BeforeValidator(_list)] = []

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"until {self.until} lies before since {self.since}")
        return self


class _Wish(Closed):
    """Times that the debtor called inconvenient."""

    days: list[DayKind] = []
    opens: Annotated[time, Field(alias="from")] = time()
    closes: Annotated[time | None, Field(alias="to")] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closes is not None and self.opens >= self.closes:
            raise ValueError("a time over midnight is two: one to the end of its day, one from 00:00 of the next")
        return self


class Question(Closed):
    """One line."""

    id: str | int = ""
    party: str = "party"
    packs: Names
    zones: Annotated[list[str], BeforeValidator(_list)]
    at: str
    channel: Way
    history: list[Past] = []
    facts: dict[str, Any] = {}


_Value = bool | _Day | _Held | list[_Day | _Held | Way] | Way | None
_VALUE: TypeAdapter[Any] = TypeAdapter(_Value)
_FACT = "expected true, its day such as 2026-03-10, channels, or an object of since, until and channels"
_SINGLE: dict[str, TypeAdapter[Any]] = {
    "account": TypeAdapter(str),
    "actor": TypeAdapter(Capacity),
    "demand": TypeAdapter(bool),
    "place": TypeAdapter(Place),
    "contract_on": TypeAdapter(_Day),
    "quiet": TypeAdapter(tuple[_Wish, ...]),
    "role": TypeAdapter(Role),
    "protected": TypeAdapter(Annotated[list[str], BeforeValidator(_list)]),
}


def read_object(line: str) -> dict[str, Any]:
    """The object that stands on the line."""
    try:
        line.encode()
        read = json.loads(line, object_pairs_hook=_once)
        (json.dumps(read, ensure_ascii=False) if "\\u" in line else "").encode()
    except UnicodeEncodeError:
        raise Unclear("is no text; expected a text file in UTF-8, without lone surrogates") from None
    except json.JSONDecodeError as fault:
        raise Unclear(f"is no JSON: {fault.msg} at column {fault.colno}") from None
    except RecursionError:
        raise Unclear("is nested too deeply") from None
    except ValueError:
        raise Unclear("holds a number of too many digits") from None
    if not isinstance(read, dict):
        raise Unclear("is no JSON object; expected one with packs, zones, at and channel")
    return read


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, each key of which stands once: of two nobody knows which one was meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise Unclear(f"{next(name for name in names if names.count(name) > 1)}: stands twice")
    return found


def question_of(read: dict[str, Any]) -> Question:
    """The question that it is. Raises Unclear with every fault."""
    try:
        return Question.model_validate(read)
    except ValidationError as error:
        raise Unclear("; ".join(_fault(found) for found in error.errors(include_url=False))) from None


def _fault(found: Any) -> str:
    place = ".".join(str(part) for part in found["loc"]) or "line"
    return f"{place}: {found['msg'][0].lower()}{found['msg'][1:]}"


class Put(NamedTuple):
    """A question as the law is asked."""

    party: Party
    channel: str
    at: datetime
    log: list[Contact]
    facts: Facts


def put(question: Question) -> Put:
    """Its times as instants, its facts by their days."""
    role, facts = _facts(question.facts)
    party = Party(question.party, tuple(question.zones), role)
    clocks = tuple(zone for zone in question.zones if zone_known(zone))
    log = [_contact(place, past, question.party, clocks) for place, past in enumerate(question.history)]
    return Put(party, question.channel, _instant("at", question.at, clocks), log, facts)


def _contact(place: int, past: Past, party: str, clocks: tuple[str, ...]) -> Contact:
    at = _instant(f"history.{place}.at", past.at, clocks)
    highest: Level = "conversation" if past.channel in ("call", "robot", "visit") else "sent"
    level = past.event or (level_of(past.channel, past.outcome) if past.outcome else highest)
    return Contact(past.account, party, past.channel, at, level, past.demand, past.inbound, past.consent, past.place)


def _instant(name: str, text: str, clocks: tuple[str, ...]) -> datetime:
    """An instant with its offset; without one, a time on the debtor's clock where there is only one."""
    try:
        day_only = _is_day(text)
        at = datetime.combine(date.fromisoformat(text), time(12)) if day_only else datetime.fromisoformat(text)
        if not FIRST_DAY <= at.date() <= LAST_DAY:
            raise ValueError
    except ValueError:
        raise Unclear(f"{name}: {text!r} is no instant; expected one such as 2026-03-10T08:00:00+03:00") from None
    if at.tzinfo:
        return at.astimezone(UTC)
    if not clocks:
        return at.replace(tzinfo=UTC)
    if len(clocks) > 1 and not day_only:
        raise Unclear(f"{name}: {text!r} has no offset; expected one, as there are several zones")
    early, late = readings(at.date(), at.time(), clocks[0])
    if early != late:
        raise Unclear(f"{name}: {text!r} is skipped or repeated by the clocks of {clocks[0]}; expected an offset")
    return at.replace(tzinfo=ZoneInfo(clocks[0])).astimezone(UTC)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _facts(told: Mapping[str, Any]) -> tuple[Role, Facts]:
    single: dict[str, Any] = {}
    known: list[Fact] = []
    for name, value in told.items():
        if name in _SINGLE:
            single[name] = _read(name, _SINGLE[name], value)
        elif name in FACT_NAMES:
            known += _held(name, _read(name, _VALUE, value))
        else:
            raise Unclear(f"facts.{name}: is not known; {expected(name, [*_SINGLE, *FACT_NAMES])}")
    for name in single.pop("protected", []):
        if name not in FACT_NAMES:
            raise Unclear(f"facts.protected: {name!r} is not known; {expected(name, FACT_NAMES)}")
        known.append(Fact(name))
    role = single.pop("role", "debtor")
    quiet = tuple(Quiet(tuple(w.days), w.opens, w.closes) for w in single.pop("quiet", ()))
    return role, Facts(known=tuple(known), quiet=quiet, **single)


def _read(name: str, adapter: TypeAdapter[Any], value: Any) -> Any:
    try:
        return adapter.validate_python(value, strict=False)
    except ValidationError as error:
        found = error.errors(include_url=False)
        # Of what a fact may be, an object is meant as its days; anything else is told all that it may be.
        meant = [fault for fault in found if "Held" in str(fault["loc"]) and isinstance(value, dict)]
        says = _FACT if adapter is _VALUE and not meant else (meant or found)[0]["msg"]
        says = says.removeprefix("Value error, ")
        raise Unclear(f"facts.{name}: {json.dumps(value)} does not fit; {says}") from None


def _held(name: str, value: Any) -> list[Fact]:
    match value:
        case None | False:
            return []
        case True:
            return [Fact(name)]
        case date():
            return [Fact(name, since=value)]
        case _Held():
            return [Fact(name, value.since, value.until, tuple(value.channels))]
        case list():
            words = tuple(word for word in value if word in get_args(LawChannel))
            facts = [fact for part in value if part not in words for fact in _held(name, part)]
            return [*facts, Fact(name, channels=words)] if words else facts
        case _:
            return [Fact(name, channels=(value,))]
