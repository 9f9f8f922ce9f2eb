"""Nobody is contacted in a quiet hour, twice a day, or where the clock is not known; and never later than needed."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from timeit import timeit
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.events import Channel
from policy.contact_law import (
    Allow,
    Contact,
    Defer,
    Deny,
    debtor_day,
    end_of_day,
    is_holiday,
    lawful_from,
    may_contact,
    start_of_day,
)
from policy.packs import read_jurisdiction

PACKS = {
    path.stem: read_jurisdiction(path.read_text(encoding="utf-8"), path.name)
    for path in sorted(Path("jurisdictions").glob("*.yaml"))
}
ZONES = {
    "br": "America/Sao_Paulo",
    "gb": "Europe/London",
    "it": "Europe/Rome",
    "nl": "Europe/Amsterdam",
    "pt": "Europe/Lisbon",
    "ro": "Europe/Bucharest",
    "ru": "Asia/Vladivostok",
    "us": "America/New_York",
}
# Zones whose clocks jump at midnight, by half an hour, by a whole day, or often.
ODD_ZONES = [
    "Africa/Cairo",
    "America/Havana",
    "America/Nuuk",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Pacific/Apia",
]
TIMED = [Channel.sms, Channel.email, Channel.call, Channel.visit]
MINUTE = timedelta(minutes=1)


def local(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def ask(country: str, text: str, channel: Channel = Channel.call, zone: str | None = None) -> Any:
    zone = zone or ZONES[country]
    return may_contact(PACKS[country], zone, channel, local(zone, text))


# Rows of law.md: its number, country, zone, local time, channel, allowed, rule.
VECTORS = [
    ("V01", "ru", "Europe/Moscow", "2026-03-10T07:59:59", "call", False, "RU-H1"),
    ("V02", "ru", "Europe/Moscow", "2026-03-10T08:00:00", "call", True, "RU-H1"),
    ("V03", "ru", "Europe/Moscow", "2026-03-10T21:59:59", "call", True, "RU-H1"),
    ("V04", "ru", "Europe/Moscow", "2026-03-10T22:00:00", "sms", False, "RU-H1"),
    ("V05", "ru", "Europe/Moscow", "2026-03-14T08:30:00", "call", False, "RU-H2"),
    ("V06", "ru", "Europe/Moscow", "2026-03-14T09:00:00", "call", True, "RU-H2"),
    ("V07", "ru", "Europe/Moscow", "2026-01-09T20:30:00", "call", False, "RU-H2"),
    ("V09", "ru", "Asia/Vladivostok", "2026-03-10T22:30:00", "call", False, "RU-H1"),
    ("V11", "ru", "Europe/Moscow", "2027-02-20T08:30:00", "call", False, "RU-H2"),  # strict: a working Saturday is one
    ("U01", "us", "America/New_York", "2026-03-07T07:30:00", "call", False, "US-H1"),
    ("U03", "us", "America/Phoenix", "2026-07-01T08:00:00", "email", True, "US-H1"),
    ("U04", "us", "America/Chicago", "2026-03-12T21:00:01", "sms", False, "US-H1"),
    ("U0x", "us", "America/New_York", "2026-12-25T12:00:00", "call", True, "US-H1"),
    ("N01", "nl", "Europe/Amsterdam", "2026-03-27T06:59:59", "sms", False, "NL-H1"),
    ("N03", "nl", "Europe/Amsterdam", "2026-03-27T20:00:00", "email", False, "NL-H1"),
    ("N04", "nl", "Europe/Amsterdam", "2026-03-30T07:00:00", "email", True, "NL-H1"),
    ("N05", "nl", "Europe/Amsterdam", "2026-03-29T12:00:00", "email", False, "NL-H2"),
    ("N06", "nl", "Europe/Amsterdam", "2026-05-05T12:00:00", "call", False, "NL-H2"),
    ("N07", "nl", "Europe/Amsterdam", "2026-05-15T12:00:00", "call", False, "NL-H2"),  # royal decree
    ("N08", "nl", "Europe/Amsterdam", "2026-05-02T12:00:00", "call", True, "NL-H1"),
    ("PT-H1", "pt", "Europe/Lisbon", "2026-03-10T21:59:00", "call", True, "PT-H1"),
    ("PT-H1", "pt", "Europe/Lisbon", "2026-03-10T22:00:00", "call", False, "PT-H1"),
    ("PT-H1", "pt", "Europe/Lisbon", "2026-03-10T08:59:00", "call", False, "PT-H1"),
    ("PT-H2", "pt", "Europe/Lisbon", "2026-03-10T20:00:00", "visit", False, "PT-H2"),
    ("IT-H1", "it", "Europe/Rome", "2026-03-14T14:59:00", "call", True, "IT-H1"),
    ("IT-H1", "it", "Europe/Rome", "2026-03-14T15:00:00", "call", False, "IT-H1"),
    ("IT-H1", "it", "Europe/Rome", "2026-03-15T12:00:00", "call", False, "IT-H1"),
    ("IT-H2", "it", "Europe/Rome", "2026-03-14T15:30:00", "visit", False, "IT-H2"),
    ("HOUSE", "it", "Europe/Rome", "2026-03-10T08:45:00", "sms", False, "HOUSE-IT"),
    ("RO-H1", "ro", "Europe/Bucharest", "2026-03-09T19:59:00", "call", True, "RO-H1"),
    ("RO-H1", "ro", "Europe/Bucharest", "2026-03-09T20:00:00", "call", False, "RO-H1"),
    ("RO-H1", "ro", "Europe/Bucharest", "2026-03-14T10:00:00", "call", False, "RO-H1"),
    ("BR-H0", "br", "America/Manaus", "2026-03-10T09:00:00", "call", True, "BR-H0"),
    ("BR-H0", "br", "America/Sao_Paulo", "2026-03-14T10:00:00", "sms", False, "BR-H0"),
    ("UK-H1", "gb", "Europe/London", "2026-03-17T10:00:00", "call", False, "UK-H1"),  # St Patrick, of one nation
    ("UK-H1", "gb", "Europe/London", "2026-04-06T10:00:00", "call", False, "UK-H1"),  # Easter Monday
]


@pytest.mark.parametrize(("row", "country", "zone", "text", "channel", "allowed", "rule"), VECTORS)
def test_the_rows_of_the_law_hold(row, country, zone, text, channel, allowed, rule):
    answer = ask(country, text, Channel(channel), zone)
    assert isinstance(answer, Allow if allowed else Defer)
    assert rule in (answer.rules if isinstance(answer, Allow) else answer.rule.split(":")[0])


@pytest.mark.parametrize("country", PACKS)
def test_every_country_allows_and_refuses_on_every_timed_channel(country):
    for channel in TIMED:
        assert isinstance(ask(country, "2026-03-10T12:00", channel), Allow)
        assert isinstance(ask(country, "2026-03-10T23:00", channel), Defer)


def test_a_letter_has_no_hours():
    assert ask("it", "2026-12-25T03:00", Channel.letter) == Allow(())


def test_a_rule_reads_like_a_sentence_and_fits_a_timer():
    answer = ask("it", "2026-12-25T10:00")
    says = "IT-H1: calls Mon-Fri 08:30-21:00, Sat 08:30-15:00, not Sun, holidays; 2026-12-25 is a holiday"
    assert answer == Defer(local("Europe/Rome", "2026-12-28T08:30").astimezone(UTC), says)
    assert len(says.encode()) <= 200


def test_the_strictest_of_several_rules_decides():
    assert ask("ro", "2026-03-10T08:30").until == local("Europe/Bucharest", "2026-03-10T09:00")


def test_a_holiday_on_a_weekday_has_the_hours_of_both():
    assert ask("ru", "2026-01-09T08:30", zone="Europe/Moscow").until == local("Europe/Moscow", "2026-01-09T09:00")


def test_christmas_and_the_weekend_after_it_are_waited_out_together():
    assert ask("nl", "2026-12-24T20:00").until == local("Europe/Amsterdam", "2026-12-28T07:00")


def demanded(*days: str) -> list[Contact]:
    return [Contact("a1", "first_letter", Channel.letter, date.fromisoformat(day), demand=True) for day in days]


def test_a_second_demand_waits_for_the_next_lawful_morning():
    answer: Any = may_contact(
        PACKS["it"], "Europe/Rome", Channel.call, local("Europe/Rome", "2026-03-14T10:00"), demanded("2026-03-14")
    )
    assert answer == Defer(local("Europe/Rome", "2026-03-16T08:30"), "HOUSE-1: one demand per party and debtor's day")


def test_a_letter_is_a_demand_like_any_other():
    answer: Any = may_contact(
        PACKS["it"], "Europe/Rome", Channel.letter, local("Europe/Rome", "2026-03-14T10:00"), demanded("2026-03-14")
    )
    assert answer.until == local("Europe/Rome", "2026-03-15T00:00")


def test_a_contact_that_demanded_nothing_does_not_count():
    log = [demanded("2026-03-10")[0]._replace(demand=False)]
    answer: Any = may_contact(PACKS["it"], "Europe/Rome", Channel.call, local("Europe/Rome", "2026-03-10T10:00"), log)
    assert answer == Allow(("IT-H1",))


def test_the_day_that_counts_is_the_debtors():
    # 23:30 in London on the 9th is the 10th in Vladivostok.
    at = local("Europe/London", "2026-03-09T23:30")
    assert isinstance(may_contact(PACKS["ru"], "Asia/Vladivostok", Channel.call, at, demanded("2026-03-09")), Allow)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd"])
def test_without_a_known_clock_there_is_no_contact(zone):
    at = datetime(2026, 3, 10, 12, tzinfo=UTC)
    assert may_contact(PACKS["it"], zone, Channel.call, at) == Deny(
        "HOUSE-2: no contact where the debtor's time zone is not known"
    )


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        lawful_from(PACKS["it"], "Europe/Rome", Channel.call, datetime(2026, 3, 10, 12))  # noqa: DTZ001


packs = st.sampled_from(sorted(PACKS))
channels = st.sampled_from(TIMED)
zones = st.sampled_from(sorted({*ZONES.values(), *ODD_ZONES}))
instants = st.datetimes(datetime(2010, 1, 1), datetime(2032, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(packs, zones, channels, instants)
def test_what_is_deferred_to_is_itself_allowed_and_not_one_minute_late(country, zone, channel, at):
    answer: Any = may_contact(PACKS[country], zone, channel, at)
    if isinstance(answer, Defer):
        assert answer.until > at
        assert isinstance(may_contact(PACKS[country], zone, channel, answer.until), Allow)
        before = max(at, answer.until - MINUTE)
        assert isinstance(may_contact(PACKS[country], zone, channel, before), Defer)


@given(packs, zones, channels, instants, st.lists(st.integers(0, 3), max_size=3))
def test_with_a_log_too_what_is_deferred_to_is_itself_allowed(country, zone, channel, at, days):
    log = demanded(*[(debtor_day(at, zone) + timedelta(days=n)).isoformat() for n in days])
    answer: Any = may_contact(PACKS[country], zone, channel, at, log)
    if isinstance(answer, Defer):
        assert isinstance(may_contact(PACKS[country], zone, channel, answer.until, log), Allow)


@given(packs, zones, channels, instants)
def test_what_is_allowed_is_inside_the_hours_on_the_wall(country, zone, channel, at):
    pack = PACKS[country]
    if not isinstance(may_contact(pack, zone, channel, at), Allow):
        return
    wall = at.astimezone(ZoneInfo(zone))
    kind: Any = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[wall.weekday()]
    for rule in pack.bound(channel):
        if rule.names(kind):
            window: Any = rule.window(kind)
            assert window.opens <= wall.time() < window.closes
    if is_holiday(pack, wall.date()):
        assert not any("holiday" in rule.closed for rule in pack.bound(channel))


@given(zones, st.dates(date(2010, 1, 1), date(2032, 12, 31)))
def test_a_day_begins_with_its_first_instant(zone, day):
    start = start_of_day(day, zone)
    assert debtor_day(start - timedelta(microseconds=1), zone) < day
    # Samoa had no 30 December 2011: the day that is not there begins with the next one.
    assert debtor_day(start, zone) in (day, date(2011, 12, 31))


@given(zones, st.dates(date(2010, 1, 1), date(2032, 12, 31)))
def test_a_day_ends_where_the_next_one_begins(zone, day):
    assert end_of_day(day, zone) == start_of_day(day + timedelta(days=1), zone)


def test_a_night_without_a_midnight_begins_at_one_o_clock():
    # Cairo goes from 23 April 23:59:59 to 24 April 01:00.
    assert start_of_day(date(2026, 4, 24), "Africa/Cairo").astimezone(ZoneInfo("Africa/Cairo")).time() == time(1)


@pytest.mark.parametrize("country", PACKS)
def test_no_rule_has_a_date_of_checking_in_the_future(country):
    assert all(rule.checked <= date(2026, 11, 21) for rule in PACKS[country].hours)


@pytest.mark.parametrize("country", PACKS)
def test_every_week_of_three_years_has_lawful_hours(country):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    openings = [
        lawful_from(PACKS[country], ZONES[country], Channel.call, start + timedelta(days=n))[0] for n in range(1100)
    ]
    # The longest rest is Brazil's carnival: from Friday evening to Thursday morning.
    assert max(later - earlier for earlier, later in pairwise(openings)) < timedelta(days=7)


def test_a_rehearsal_can_ask_a_hundred_thousand_times():
    at = datetime(2026, 3, 10, 12, tzinfo=UTC)
    seconds = timeit(lambda: lawful_from(PACKS["it"], "Europe/Rome", Channel.call, at), number=20_000)
    assert seconds / 20_000 < 100e-6
