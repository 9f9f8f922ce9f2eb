"""How often: does the contact log leave room for one more, and if not, from when?"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from typing import Any, NamedTuple

from models.contact import Contact, Facts
from models.rules import Limit
from policy.law.binding import RANKS, Binding, Tally, in_force
from policy.law.conditions import Known, Span, spans
from policy.law.days import DAY, debtor_day, end_of_day, months_later, start_of_day

HORIZON_DAYS = 400
CALENDAR_DAYS = {"day": 1, "week": 7, "month": 31}
LOG_DAYS = 70
"""No rule looks further back than this: a log of so many days is enough."""


MOMENT = itemgetter(3)
ANY_MOMENT = datetime.min.replace(tzinfo=UTC)
Kind = tuple[Any, ...]
"""A contact without its moment."""


class Count(NamedTuple):
    """The contacts that count for one limit, in order of time, and the days on which a consent lifts it."""

    tally: Tally
    at: list[datetime]
    lifted: tuple[Span, ...]
    talks: tuple[datetime, ...]


def counts(
    bound: Binding, party: str, facts: Facts, known: Known, log: Sequence[Contact], now: datetime
) -> list[Count]:
    """What the log holds for each limit that binds this contact and may be full, now or later.

    Read from the newest on, and no further back than a limit looks that has not enough contacts yet.
    """
    newest_first = sorted(log, key=MOMENT, reverse=True)
    later = bool(newest_first) and newest_first[0].at > now
    found: list[list[datetime]] = [[] for _ in bound.tallies]
    concerned = [n for n, tally in enumerate(bound.tallies) if _concerned(tally, facts)]
    lacking = {n for n in concerned if bound.tallies[n].most}
    oldest = _oldest(bound, lacking, now)
    kinds: dict[Kind, tuple[int, ...]] = {}
    for contact in newest_first:
        at, kind = contact[3], contact[:3] + contact[4:]
        if at < oldest:
            break
        counting = kinds.get(kind)
        if counting is None:
            counting = kinds[kind] = _counting(bound, kind, party, facts.account)
        for n in counting:
            if n in lacking:
                found[n].append(at)
                if not later and len(found[n]) == bound.tallies[n].most:
                    lacking.discard(n)
                    oldest = _oldest(bound, lacking, now)
    may_be_full = (n for n in concerned if len(found[n]) >= bound.tallies[n].most)
    return [_count(bound.tallies[n], found[n][::-1], known, log) for n in may_be_full]


def _oldest(bound: Binding, lacking: set[int], now: datetime) -> datetime:
    """No window of these limits that a contact lies in, now or later, begins before: a day's slack for every clock."""
    days = max((_days(bound.tallies[n].limit) for n in lacking), default=-1)
    return now - timedelta(days=days + 1)


def _days(limit: Limit) -> int:
    return limit.rolling_days or CALENDAR_DAYS[limit.calendar or "day"]


def next_free(count: Count, zone: str, at: datetime) -> datetime | None:
    """The earliest instant not before `at` at which one more is within the limit; None where none comes."""
    day = debtor_day(at, zone)
    if _free(count, zone, day):
        return at
    last = day + timedelta(days=HORIZON_DAYS)
    while (day := _turn(count, zone, day)) <= last:
        if _free(count, zone, day):
            return start_of_day(day, zone)
    return None


def _counting(bound: Binding, kind: Kind, party: str, debt: str) -> tuple[int, ...]:
    """Which tallies a kind of contact counts for: those by debt only where it was about the same one."""
    account, whose, *what = kind
    if whose and whose != party:
        return ()
    known = bound.kinds.get(tuple(what))
    if known is None:
        channel, level, demand, inbound, consent, place = what
        contact = Contact("", "", channel, ANY_MOMENT, level, demand, inbound, consent, place)
        counted = [n for n, tally in enumerate(bound.tallies) if _counts(tally, contact)]
        by_party = tuple(n for n in counted if not bound.tallies[n].by_debt)
        known = bound.kinds[tuple(what)] = (by_party, tuple(counted))
    return known[account in (debt, "") or not debt]


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
    rule = count.tally.rule
    if rule.basis == "contact" and not in_force(rule, day):
        return True
    return not _full(count, zone, day) or _consented(count, zone, day)


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
    most, at = count.tally.most, count.at
    if not most or at[-1] >= end_of_day(day, zone):
        windows = _windows(count, zone, day)
        return any(bisect_left(at, end) - bisect_left(at, begin) >= most for begin, end in windows)
    return at[-most] >= _begin(count, zone, day)


def _begin(count: Count, zone: str, day: date) -> datetime:
    """Where the window begins that ends with this day."""
    limit = count.tally.limit
    back = limit.rolling_days - 1 if limit.rolling_days else _days_into(limit.calendar, day)
    return start_of_day(day - timedelta(days=back), zone)


def _days_into(calendar: str | None, day: date) -> int:
    """How many days of the calendar's period lie before the day."""
    return {"week": day.weekday(), "month": day.day - 1}.get(calendar or "day", 0)


def _windows(count: Count, zone: str, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The windows that a contact of this day would lie in; of rolling days all, where the log knows later contacts."""
    limit = count.tally.limit
    if limit.rolling_days is None:
        yield _begin(count, zone, day), start_of_day(_next_period(limit.calendar or "day", day), zone)
        return
    ahead = limit.rolling_days if count.at and count.at[-1] >= end_of_day(day, zone) else 1
    for later in range(ahead):
        last = day + timedelta(days=later)
        yield start_of_day(last - timedelta(days=limit.rolling_days - 1), zone), end_of_day(last, zone)


def _next_period(calendar: str, day: date) -> date:
    first = day - timedelta(days=_days_into(calendar, day))
    return months_later(first, 1) if calendar == "month" else first + timedelta(days=CALENDAR_DAYS[calendar])


def _turn(count: Count, zone: str, day: date) -> date:
    """The next day on which the answer can be another one."""
    rule, limit, most, at = count.tally.rule, count.tally.limit, count.tally.most, count.at
    turns = [_next_period(limit.calendar, day) if limit.calendar else day + DAY]
    if limit.rolling_days and most and at[-1] < end_of_day(day, zone):
        # Nothing comes later: the window stays full until the first that fills it falls out.
        turns = [debtor_day(at[-most], zone) + timedelta(days=limit.rolling_days)]
    turns += [first for first, _ in count.lifted if first > day]
    if rule.basis == "contact" and rule.valid_to and rule.valid_to >= day:
        turns.append(rule.valid_to + DAY)
    return min(turns)
