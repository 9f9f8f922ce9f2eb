"""How often: does the contact log leave room for one more, and if not, from when?"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from models.contact import Contact, Facts
from policy.law.binding import RANKS, Binding, Tally, in_force
from policy.law.conditions import Known, Span, spans
from policy.law.days import DAY, debtor_day, end_of_day, months_later, start_of_day

HORIZON_DAYS = 400
LOG_DAYS = 70
"""No rule looks further back than this: a log of so many days is enough."""


class Count(NamedTuple):
    """The contacts that count for one limit, in order of time, and the days on which a consent lifts it."""

    tally: Tally
    at: list[datetime]
    lifted: tuple[Span, ...]
    talks: tuple[datetime, ...]


def counts(bound: Binding, party: str, facts: Facts, known: Known, log: Sequence[Contact]) -> list[Count]:
    """What the log holds for each limit that binds this contact and has something to count."""
    found: list[list[datetime]] = [[] for _ in bound.tallies]
    kinds, same_debt = bound.kinds, (facts.account, "")
    for contact in log:
        account, whose, channel, at, level, demand, inbound, consent, place = contact
        if whose and whose != party:
            continue
        kind = (channel, level, demand, inbound, consent, place)
        by_party, by_debt = kinds.get(kind) or _learned(bound, contact)
        for index in by_party:
            found[index].append(at)
        if by_debt and (account in same_debt or not facts.account):
            for index in by_debt:
                found[index].append(at)
    return [
        _count(tally, sorted(at), known, log)
        for tally, at in zip(bound.tallies, found, strict=True)
        if (at or not tally.most) and _concerned(tally, facts)
    ]


def next_free(count: Count, zone: str, at: datetime) -> datetime | None:
    """The earliest instant not before `at` at which one more is within the limit; None where none comes."""
    now, last = at, debtor_day(at, zone) + timedelta(days=HORIZON_DAYS)
    while (day := debtor_day(now, zone)) <= last:
        if _free(count, zone, day):
            return now
        now = _turn(count, zone, day)
    return None


def _learned(bound: Binding, contact: Contact) -> tuple[tuple[int, ...], tuple[int, ...]]:
    counted = [index for index, tally in enumerate(bound.tallies) if _counts(tally, contact)]
    kind = contact[2:3] + contact[4:]
    bound.kinds[kind] = (
        tuple(index for index in counted if not bound.tallies[index].by_debt),
        tuple(index for index in counted if bound.tallies[index].by_debt),
    )
    return bound.kinds[kind]


def _counts(tally: Tally, contact: Contact) -> bool:
    return (
        contact.channel in tally.channels
        and RANKS[contact.level] >= tally.rank
        and (tally.inbound or not contact.inbound)
        and (tally.consented or not contact.consent)
        and (contact.demand or not tally.demands)
        and (not tally.places or contact.place in tally.places)
    )


def _concerned(tally: Tally, facts: Facts) -> bool:
    return (facts.demand or not tally.demands) and (not tally.places or facts.place in tally.places)


def _count(tally: Tally, at: list[datetime], known: Known, log: Sequence[Contact]) -> Count:
    if tally.unless is None or tally.unless.fact not in known:
        return Count(tally, at, (), ())
    lifted = tuple(spans(tally.unless, known, None, favour=True))
    calls = tally.channels | frozenset(tally.rule.channels)
    talks = tuple(sorted(c.at for c in log if c.channel in calls and c.level == "conversation"))
    return Count(tally, at, lifted, talks)


def _free(count: Count, zone: str, day: date) -> bool:
    if count.tally.rule.basis == "contact" and not in_force(count.tally.rule, day):
        return True
    return _consented(count, zone, day) or not _full(count, zone, day)


def _consented(count: Count, zone: str, day: date) -> bool:
    """A consent lasts until the next talk; one on its own day is the talk in which it was given."""
    for first, last in count.lifted:
        if first <= day <= last:
            given, over = start_of_day(first, zone), end_of_day(first, zone)
            same_day = bisect_left(count.talks, over) - bisect_left(count.talks, given)
            if same_day <= 1 and len(count.talks) == bisect_left(count.talks, over):
                return True
    return False


def _full(count: Count, zone: str, day: date) -> bool:
    most = count.tally.most
    return any(
        bisect_left(count.at, end) - bisect_left(count.at, begin) >= most for begin, end in _windows(count, zone, day)
    )


def _windows(count: Count, zone: str, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The windows that a contact of this day would lie in; of rolling days all, where the log knows later contacts."""
    limit = count.tally.limit
    if limit.rolling_days is None:
        first, after = _period(limit.calendar or "day", day)
        yield start_of_day(first, zone), start_of_day(after, zone)
        return
    ahead = limit.rolling_days if count.at and count.at[-1] >= end_of_day(day, zone) else 1
    for later in range(ahead):
        last = day + timedelta(days=later)
        yield start_of_day(last - timedelta(days=limit.rolling_days - 1), zone), end_of_day(last, zone)


def _period(calendar: str, day: date) -> tuple[date, date]:
    if calendar == "day":
        return day, day + DAY
    if calendar == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    first = day.replace(day=1)
    return first, months_later(first, 1)


def _turn(count: Count, zone: str, day: date) -> datetime:
    """The next instant at which the answer can be another one."""
    rule, limit = count.tally.rule, count.tally.limit
    turns = [_period(limit.calendar, day)[1] if limit.calendar else day + DAY]
    turns += [first for first, _ in count.lifted if first > day]
    if rule.basis == "contact" and rule.valid_to and rule.valid_to >= day:
        turns.append(rule.valid_to + DAY)
    return start_of_day(min(turns), zone)
