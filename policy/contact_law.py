"""May we contact this party on this channel now? If not: from when, and by which rule."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from models.events import Channel
from models.jurisdiction import DAYS, WEEK, Day, HoursRule, Jurisdiction, Window

ONE_DEMAND = "HOUSE-1: one demand per party and debtor's day"
NO_ZONE = "HOUSE-2: no contact where the debtor's time zone is not known"
HORIZON_DAYS = 400
CHANNEL_WORDS = {Channel.sms: "SMS", Channel.email: "e-mail", Channel.call: "calls", Channel.visit: "visits"}
NEVER_OPENS = datetime.max.replace(tzinfo=UTC)
NEVER_CLOSES = datetime.min.replace(tzinfo=UTC)


class Allow(NamedTuple):
    """Yes, by these rules."""

    rules: tuple[str, ...]


class Defer(NamedTuple):
    """Not now; `until` is allowed."""

    until: datetime
    rule: str


class Deny(NamedTuple):
    """No."""

    rule: str


class Contact(NamedTuple):
    """One entry of a party's contact log."""

    account: str
    step: str
    channel: Channel
    day: date
    demand: bool


class Bound(NamedTuple):
    """What one rule leaves open of one day."""

    opens: datetime
    closes: datetime
    rule: str
    says: str


class OpenDay(NamedTuple):
    """What all rules together leave open of one day: nothing when it closes before it opens."""

    opens: datetime
    closes: datetime
    bounds: tuple[Bound, ...]


def may_contact(
    pack: Jurisdiction, zone: str, channel: Channel, at: datetime, log: Sequence[Contact] = ()
) -> Allow | Defer | Deny:
    """The answer of the law, then of the house. An instant that is deferred to is itself allowed."""
    if not zone_known(zone):
        return Deny(NO_ZONE)
    now = _utc(at)
    until, rule = lawful_from(pack, zone, channel, now)
    demanded = {contact.day for contact in log if contact.demand}
    while (day := debtor_day(until, zone)) in demanded:
        until, rule = lawful_from(pack, zone, channel, end_of_day(day, zone))[0], ONE_DEMAND
    if until > now:
        return Defer(until, rule)
    return Allow(_rules(pack, zone, channel, day))


def lawful_from(pack: Jurisdiction, zone: str, channel: Channel, at: datetime) -> tuple[datetime, str]:
    """The earliest lawful instant that is not before `at`, and the rule that moved it, if any did."""
    now = _utc(at)
    if channel is Channel.letter:
        return now, ""
    day = debtor_day(now, zone)
    hours = _open_day(pack, zone, channel, day)
    if hours.opens <= now < hours.closes:
        return now, ""
    why = next(bound.says for bound in hours.bounds if not bound.opens <= now < bound.closes)
    return _next_opening(pack, zone, channel, now, day), why


def debtor_day(at: datetime, zone: str) -> date:
    """The day on the debtor's calendar."""
    return _utc(at).astimezone(_zone(zone)).date()


@lru_cache(maxsize=65536)
def start_of_day(day: date, zone: str) -> datetime:
    """The first instant of the day; where clocks skip midnight, the moment they do."""
    return datetime.combine(day, time(), _zone(zone)).astimezone(UTC)


def end_of_day(day: date, zone: str) -> datetime:
    """The first instant of the next day: a deadline's last day still belongs to it."""
    return start_of_day(day + timedelta(days=1), zone)


def is_holiday(pack: Jurisdiction, day: date) -> bool:
    """Whether the day is a public holiday there."""
    return day in _holidays(pack, day.year)


def _next_opening(pack: Jurisdiction, zone: str, channel: Channel, now: datetime, day: date) -> datetime:
    for ahead in range(HORIZON_DAYS):
        hours = _open_day(pack, zone, channel, day + timedelta(days=ahead))
        if now <= hours.opens < hours.closes:
            return hours.opens
    raise ValueError(f"{pack.country}: no lawful hour for {channel} within {HORIZON_DAYS} days of {day}")


def _rules(pack: Jurisdiction, zone: str, channel: Channel, day: date) -> tuple[str, ...]:
    if channel is Channel.letter:
        return ()
    return tuple(dict.fromkeys(bound.rule for bound in _open_day(pack, zone, channel, day).bounds))


@lru_cache(maxsize=65536)
def _open_day(pack: Jurisdiction, zone: str, channel: Channel, day: date) -> OpenDay:
    bounds = tuple(_bounds(pack, zone, channel, day))
    return OpenDay(max(bound.opens for bound in bounds), min(bound.closes for bound in bounds), bounds)


def _bounds(pack: Jurisdiction, zone: str, channel: Channel, day: date) -> Iterator[Bound]:
    weekday = WEEK[day.weekday()]
    # A holiday stays the weekday it falls on: both bind, so that a holiday on a Sunday is never laxer than a Sunday.
    kinds: tuple[Day, ...] = (weekday, "holiday") if is_holiday(pack, day) else (weekday,)
    for rule in pack.bound(channel):
        for kind in (kind for kind in kinds if rule.names(kind)):
            says = _says(rule, channel) + (f"; {day} is a holiday" if kind == "holiday" else "")
            yield Bound(*_edges(rule.window(kind), day, zone), rule.id, says)


def _edges(window: Window | None, day: date, zone: str) -> tuple[datetime, datetime]:
    if window is None:
        return NEVER_OPENS, NEVER_CLOSES
    # An hour that the clocks skip or repeat has two readings: open by the later one, close by the earlier one.
    return max(_readings(day, window.opens, zone)), min(_readings(day, window.closes, zone))


def _readings(day: date, clock: time, zone: str) -> tuple[datetime, datetime]:
    wall = datetime.combine(day, clock, _zone(zone))
    return wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)


def _says(rule: HoursRule, channel: Channel) -> str:
    hours = [f"{_span(window.days)} {window.opens:%H:%M}-{window.closes:%H:%M}" for window in rule.windows]
    closed = [f"not {_span(rule.closed)}"] if rule.closed else []
    return f"{rule.id}: {CHANNEL_WORDS[channel]} {', '.join(hours + closed)}"


def _span(days: list[Day]) -> str:
    """`Mon-Fri` for days that follow each other, else each by name."""
    places = sorted(DAYS.index(day) for day in days)
    week = [place for place in places if place < len(WEEK)]
    words = [WEEK[place].capitalize() for place in week]
    if len(week) > 2 and week[-1] - week[0] == len(week) - 1:
        words = [f"{words[0]}-{words[-1]}"]
    return ", ".join(words + (["holidays"] if len(places) > len(week) else []))


@lru_cache(maxsize=1024)
def _holidays(pack: Jurisdiction, year: int) -> frozenset[date]:
    calendar = pack.holidays
    known: set[date] = set(calendar.extra)
    parts: list[str | None] = [*calendar.subdivisions] or [None]
    for part in parts:
        known |= set(
            holidays.country_holidays(calendar.country, part, years=year, categories=tuple(calendar.categories))
        )
    return frozenset(known)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def zone_known(name: str) -> bool:
    """Whether there is such a time zone."""
    try:
        _zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _utc(at: datetime) -> datetime:
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None:
        raise ValueError(f"an instant needs a time zone: {at!r}")
    return at.astimezone(UTC)
