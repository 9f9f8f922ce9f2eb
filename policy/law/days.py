"""Days on the debtor's calendar: which day an instant belongs to, and where a day or an hour begins."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = timedelta(days=1)
OF_THE_MACHINE = ("localtime", "posixrules", "Factory")
"""Names that some machines have beside those of places."""


def debtor_day(at: datetime, zone: str) -> date:
    """The day on the debtor's calendar."""
    return _day(utc(at), zone)


# The same few instants of a case (now, its holds, its attempts) are asked about again and again.
@lru_cache(maxsize=65536)
def _day(at: datetime, zone: str) -> date:
    return at.astimezone(_zone(zone)).date()


@lru_cache(maxsize=65536)
def start_of_day(day: date, zone: str) -> datetime:
    """The first instant of the day; where clocks skip midnight, the moment they do."""
    return datetime.combine(day, time(), _zone(zone)).astimezone(UTC)


def end_of_day(day: date, zone: str) -> datetime:
    """The first instant of the next day: a deadline's last day still belongs to it."""
    return start_of_day(day + DAY, zone)


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def readings(day: date, clock: time, zone: str) -> tuple[datetime, datetime]:
    """An hour of a day as an instant. One that the clocks skip or repeat has two readings."""
    wall = datetime.combine(day, clock, _zone(zone))
    return wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)


def zone_known(name: str) -> bool:
    """Whether there is a clock of this name, which is the same on every machine."""
    if name in OF_THE_MACHINE or name.startswith(("posix/", "right/")):
        return False
    try:
        _zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def utc(at: datetime) -> datetime:
    """The instant in UTC; raises ValueError where it has no time zone."""
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None:
        raise ValueError(f"an instant needs a time zone: {at!r}")
    return at.astimezone(UTC)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
