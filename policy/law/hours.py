"""The hours of a day that all rules leave open, on the debtor's clock."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import holidays

from models.contact import DayKind, Quiet
from models.jurisdiction import Jurisdiction, Pack
from models.rules import DAYS, WEEK, HoursRule, Window
from policy.law.binding import Binding, in_force
from policy.law.days import debtor_day, end_of_day, readings, start_of_day

HORIZON_DAYS = 400
NEVER_OPENS = datetime.max.replace(tzinfo=UTC)
NEVER_CLOSES = datetime.min.replace(tzinfo=UTC)
NO_HOURS = "HOUSE-4: no contact where no rule speaks of its hours"
CHANNEL_WORDS = {
    "sms": "SMS",
    "email": "e-mail",
    "messenger": "messengers",
    "call": "calls",
    "robot": "robot calls",
    "visit": "visits",
}


Agreed = Callable[[date], frozenset[str]]
"""The ids of the rules that the debtor's agreement lifts on a day."""


def nothing_agreed(day: date) -> frozenset[str]:
    """No rule is lifted."""
    return frozenset()


class Bound(NamedTuple):
    """What one rule leaves open of one day."""

    opens: datetime
    closes: datetime
    says: str


class OpenDay(NamedTuple):
    """What all rules together leave open of one day: nothing when it closes before it opens."""

    opens: datetime
    closes: datetime
    bounds: tuple[Bound, ...]


@lru_cache(maxsize=65536)
def open_day(bound: Binding, zone: str, day: date, lifted: frozenset[str] = frozenset()) -> OpenDay:
    """The one window of a day; every rule in force that day has a say, but those that are lifted."""
    bounds = (*_unconfirmed(bound.jurisdiction, day), *_bounds(bound, zone, day, lifted))
    if not bounds:
        bounds = (Bound(NEVER_OPENS, NEVER_CLOSES, NO_HOURS),)
    return OpenDay(max(b.opens for b in bounds), min(b.closes for b in bounds), bounds)


def next_open(bound: Binding, zone: str, agreed: Agreed, at: datetime) -> datetime | None:
    """The earliest open instant that is not before `at`; None where none comes."""
    day = debtor_day(at, zone)
    for ahead in range(HORIZON_DAYS):
        one = day + timedelta(days=ahead)
        hours = open_day(bound, zone, one, agreed(one))
        begin = max(at, hours.opens)
        if begin < hours.closes:
            return begin
    return None


def closed_by(bound: Binding, zone: str, agreed: Agreed, at: datetime) -> tuple[str, ...]:
    """What the rules say that keep an instant closed; last the calendar that made the day what it is."""
    day = debtor_day(at, zone)
    says = [b.says for b in open_day(bound, zone, day, agreed(day)).bounds if not b.opens <= at < b.closes]
    return tuple(dict.fromkeys([*says, *_calendars(bound.jurisdiction, day)]))


def next_not_quiet(quiet: tuple[Quiet, ...], jurisdiction: Jurisdiction, zone: str, at: datetime) -> datetime | None:
    """The earliest instant not before `at` outside the times that the debtor called inconvenient."""
    now, last = at, debtor_day(at, zone) + timedelta(days=HORIZON_DAYS)
    while (day := debtor_day(now, zone)) <= last:
        ends = [end for begin, end in _quiet(quiet, jurisdiction, zone, day) if begin <= now < end]
        if not ends:
            return now
        now = max(ends)
    return None


def is_holiday(jurisdiction: Jurisdiction, day: date) -> bool:
    """Whether the day is a public holiday there, by any of the packs."""
    return any(day in _holidays(pack, day.year) for pack in jurisdiction.packs)


def _quiet(
    quiet: tuple[Quiet, ...], jurisdiction: Jurisdiction, zone: str, day: date
) -> Iterator[tuple[datetime, datetime]]:
    kinds = {WEEK[day.weekday()], *(("holiday",) if is_holiday(jurisdiction, day) else ())}
    for wish in quiet:
        if not wish.days or kinds & set(wish.days):
            # A skipped or repeated hour is kept free in both readings.
            end = end_of_day(day, zone) if wish.closes is None else max(readings(day, wish.closes, zone))
            yield max(start_of_day(day, zone), min(readings(day, wish.opens, zone))), end


def _bounds(bound: Binding, zone: str, day: date, lifted: frozenset[str]) -> Iterator[Bound]:
    holiday = is_holiday(bound.jurisdiction, day)
    for pack, rule in bound.hours:
        if rule.id in lifted or (rule.basis == "contact" and not in_force(rule, day)):
            continue
        for kind in (kind for kind in _kinds(pack, day, holiday) if rule.names(kind)):
            says = _says(rule, bound.channel) + (f"; {day} is a holiday" if kind == "holiday" else "")
            yield Bound(*_edges(rule.window(kind), day, zone), says)


def _kinds(pack: Pack, day: date, holiday: bool) -> tuple[DayKind, ...]:
    weekday = WEEK[day.weekday()]
    if pack.holidays and day in pack.holidays.working and "working_saturday" in pack.off:
        weekday = "fri"
    # A holiday stays the weekday it falls on: both bind, so that a holiday on a Sunday is never laxer than a Sunday.
    return (weekday, "holiday") if holiday else (weekday,)


def _calendars(jurisdiction: Jurisdiction, day: date) -> Iterator[str]:
    for pack in jurisdiction.packs:
        if day in _holidays(pack, day.year):
            yield f"{pack.holidays.rule if pack.holidays else ''}: {day} is a holiday"
        elif pack.holidays and day in pack.holidays.working:
            yield f"{pack.holidays.rule}: {day} is a Saturday made a working day"


def _unconfirmed(jurisdiction: Jurisdiction, day: date) -> Iterator[Bound]:
    for pack in jurisdiction.packs:
        calendar = pack.holidays
        if calendar and calendar.unconfirmed == "closed" and day.year not in calendar.confirmed:
            says = f"{calendar.rule}: the holidays of {day.year} are not confirmed"
            yield Bound(NEVER_OPENS, NEVER_CLOSES, says)


def _edges(window: Window | None, day: date, zone: str) -> tuple[datetime, datetime]:
    if window is None:
        return NEVER_OPENS, NEVER_CLOSES
    # An hour that the clocks skip or repeat has two readings: open by the later one, close by the earlier one.
    return max(readings(day, window.opens, zone)), min(readings(day, window.closes, zone))


def _says(rule: HoursRule, channel: str) -> str:
    hours = [f"{_span(window.days)} {window.opens:%H:%M}-{window.closes:%H:%M}" for window in rule.windows]
    closed = [f"not {_span(rule.closed)}"] if rule.closed else []
    return f"{rule.id}: {CHANNEL_WORDS[channel]} {', '.join(hours + closed)}"


def _span(days: list[DayKind]) -> str:
    """`Mon-Fri` for days that follow each other, else each by name."""
    places = sorted(DAYS.index(day) for day in days)
    week = [place for place in places if place < len(WEEK)]
    words = [WEEK[place].capitalize() for place in week]
    if len(week) > 2 and week[-1] - week[0] == len(week) - 1:
        words = [f"{words[0]}-{words[-1]}"]
    return ", ".join(words + (["holidays"] if len(places) > len(week) else []))


@lru_cache(maxsize=1024)
def _calendar(country: str, part: str | None, year: int, categories: tuple[str, ...]) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, part, years=year, categories=categories))


def _holidays(pack: Pack, year: int) -> frozenset[date]:
    calendar = pack.holidays
    if calendar is None:
        return frozenset()
    parts: list[str | None] = [*calendar.subdivisions] or [None]
    known = [_calendar(calendar.country, part, year, tuple(calendar.categories)) for part in parts]
    return frozenset(calendar.extra).union(*known)
