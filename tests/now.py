"""When is it? The one place where the tests ask the clock, the days on which they live, and when they may lawfully act.

A test that meets no other process lives on an ordinary Tuesday, whatever day it is outside; with the mark `any_day` it
lives on each hostile day as well. The clock of this process is really moved, so that the product sees that day too.
Servers and processes of their own keep the real clock, and so do the tests that meet them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import time_machine

from intake.pack_files import jurisdictions
from models.jurisdiction import Jurisdiction
from policy.law.may_contact import lawful_from

ORDINARY = datetime(2027, 3, 2, 10, tzinfo=UTC)
HOSTILE = {
    "the_evening_of_su1": datetime(2026, 11, 30, 22, 54, tzinfo=UTC),
    "a_late_sunday_before_a_holiday": datetime(2026, 12, 6, 23, 10, tzinfo=UTC),
    "8_december": datetime(2026, 12, 8, 11, 0, tzinfo=UTC),
    "new_years_eve": datetime(2026, 12, 31, 22, 40, tzinfo=UTC),
    "the_russian_new_year": datetime(2027, 1, 4, 7, 0, tzinfo=UTC),
    "before_the_clocks_go_forward": datetime(2027, 3, 28, 0, 30, tzinfo=UTC),
    "after_the_clocks_went_forward": datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
    "easter_monday": datetime(2027, 3, 29, 9, 0, tzinfo=UTC),
    "a_sunday_at_2340_in_rome": datetime(2027, 5, 9, 21, 40, tzinfo=UTC),
    "before_the_clocks_go_back": datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
    "after_the_clocks_went_back": datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
    "the_american_clocks_go_back": datetime(2027, 11, 7, 5, 30, tzinfo=UTC),
    "the_last_confirmed_minutes": datetime(2027, 12, 31, 23, 50, tzinfo=UTC),
    "29_february_unconfirmed": datetime(2028, 2, 29, 11, 0, tzinfo=UTC),
    "a_year_that_nobody_confirmed": datetime(2031, 6, 13, 16, 20, tzinfo=UTC),
}
LAW = jurisdictions()
MOST_DAYS_CLOSED = 60
TRAVELLERS: list[time_machine.Traveller] = []


def right_now() -> datetime:
    """The moment at which the test lives."""
    return datetime.now(UTC)


def ahead() -> timedelta:
    """How far the clock of this process was moved."""
    if not time_machine.escape_hatch.is_travelling():
        return timedelta(0)
    return right_now() - datetime.fromtimestamp(time_machine.escape_hatch.time.time(), UTC)


def today(zone: str = "UTC") -> date:
    """The day that it is somewhere."""
    return right_now().astimezone(ZoneInfo(zone)).date()


def days_ago(days: float) -> datetime:
    """A moment some days before now (negative: after)."""
    return right_now() - timedelta(days=days)


def zone_at_noon() -> str:
    """A zone where it is about noon now: a step may be taken at any hour the suite runs."""
    until_noon = 12 - right_now().hour
    return "Etc/GMT" if until_noon == 0 else f"Etc/GMT{-until_noon:+d}"


@contextmanager
def living_at(moment: datetime) -> Iterator[None]:
    """The clock of this process starts from this moment and goes on."""
    with time_machine.travel(moment, tick=True) as traveller:
        TRAVELLERS.append(traveller)
        yield
        TRAVELLERS.pop()


def lawful_noon(country: str, zone: str, *channels: str) -> datetime:
    """The first noon from tomorrow on at which the law lets each of the channels, by the product's own reading.

    Where the law lets nothing in a year whose holidays nobody confirmed, the clock goes back to a year that it knows.
    """
    while (noon := _noon(LAW[country], zone, channels)) is None:
        TRAVELLERS[-1].move_to(right_now() - timedelta(weeks=52))
    return noon


def _noon(law: Jurisdiction, zone: str, channels: tuple[str, ...]) -> datetime | None:
    for after in range(1, MOST_DAYS_CLOSED):
        noon = datetime.combine(today(zone) + timedelta(days=after), time(12), ZoneInfo(zone)).astimezone(UTC)
        if all(lawful_from(law, zone, channel, noon)[0] == noon for channel in channels):
            return noon
    return None
