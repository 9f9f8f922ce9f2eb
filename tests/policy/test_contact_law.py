"""The debtor's clock and the planner: where a day begins, when hours open, how a morning's work is spread."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.pack_files import places
from models.contact import LAW_CHANNELS, Contact, Facts, Party
from policy.law.days import months_later
from policy.law.may_contact import (
    Allow,
    Defer,
    Deny,
    aim,
    debtor_day,
    end_of_day,
    is_holiday,
    lawful_from,
    may_contact,
    start_of_day,
)
from tests.policy.cases import day

PLACES = places()
ZONES = {
    "BR": "America/Sao_Paulo",
    "GB": "Europe/London",
    "IT": "Europe/Rome",
    "NL": "Europe/Amsterdam",
    "PT": "Europe/Lisbon",
    "RO": "Europe/Bucharest",
    "RU": "Asia/Vladivostok",
    "US": "America/New_York",
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
TURNS = [timedelta(minutes=n) for n in range(90)]


def local(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def ask(place: str, text: str, channel: str = "call", log: tuple[Contact, ...] = ()) -> Any:
    zone = ZONES[place[:2]]
    return may_contact(Party("d1", (zone,)), channel, local(zone, text), log, Facts("a1"), PLACES[place])


@pytest.mark.parametrize("place", [name for name in PLACES if not name.startswith("GB")])
def test_every_place_allows_and_defers_calls_and_letters(place):
    assert isinstance(ask(place, "2026-03-10T12:00"), Allow)
    assert isinstance(ask(place, "2026-03-10T23:00"), Defer)
    assert isinstance(ask(place, "2026-12-25T03:00", "letter"), Allow)


def test_a_refusal_reads_like_a_sentence_and_fits_a_timer():
    answer = ask("IT", "2026-12-25T10:00")
    assert answer.until == local("Europe/Rome", "2026-12-28T08:30")
    assert (
        answer.rule == "IT-H1: calls Mon-Fri 08:30-21:00, Sat 08:30-15:00, not Sun, holidays; 2026-12-25 is a holiday"
    )
    assert len(answer.rule.encode()) <= 200


def test_an_answer_names_the_editions_and_what_it_was_asked():
    answer = ask("NL", "2026-03-10T12:00")
    assert [version.split("@")[0] for version in answer.inputs.packs] == ["EU", "NL", "HOUSE"]
    assert (answer.inputs.party.id, answer.inputs.channel, answer.inputs.facts.account) == ("d1", "call", "a1")


def test_the_strictest_of_several_rules_decides():
    assert ask("RO", "2026-03-10T08:30").until == local("Europe/Bucharest", "2026-03-10T09:00")


def test_christmas_and_the_weekend_after_it_are_waited_out_together():
    assert ask("NL", "2026-12-24T20:00").until == local("Europe/Amsterdam", "2026-12-28T07:00")


def test_a_second_demand_waits_for_the_next_lawful_morning():
    log = (Contact("a2", "d1", "letter", local("Europe/Rome", "2026-03-14T08:00").astimezone(UTC), "sent"),)
    answer = ask("IT", "2026-03-14T10:00", log=log)
    assert answer.until == local("Europe/Rome", "2026-03-16T08:30")
    assert answer.rule == "HOUSE-1: one demand per party and debtor's day"


def test_the_day_that_counts_is_the_debtors():
    # 23:30 in London on the 9th is the 10th in Vladivostok.
    at = local("Europe/London", "2026-03-09T23:30").astimezone(UTC)
    log = [Contact("a1", "d1", "letter", local("Asia/Vladivostok", "2026-03-09T12:00").astimezone(UTC), "sent")]
    party = Party("d1", ("Asia/Vladivostok",))
    assert isinstance(may_contact(party, "call", at, log, Facts(), PLACES["RU"]), Allow)


@pytest.mark.parametrize("zones", [(), ("",), ("Mars/Olympus",), ("../etc/passwd",), ("Europe/Rome", "")])
def test_without_a_known_clock_there_is_no_contact(zones):
    answer = may_contact(Party("d1", zones), "letter", datetime(2026, 3, 10, 12, tzinfo=UTC), [], Facts(), PLACES["IT"])
    assert isinstance(answer, Deny)
    assert answer.rule == "HOUSE-2: no contact where the debtor's time zone is not known"


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        lawful_from(PLACES["IT"], "Europe/Rome", "call", datetime(2026, 3, 10, 12))  # noqa: DTZ001


def test_a_channel_that_the_law_does_not_know_is_refused():
    with pytest.raises(ValueError, match="expected one of sms"):
        may_contact(
            Party("d1", ("Europe/Rome",)), "fax", datetime(2026, 3, 10, 12, tzinfo=UTC), [], Facts(), PLACES["IT"]
        )


# --- planning --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", [channel for channel in LAW_CHANNELS if channel != "letter"])
@pytest.mark.parametrize("place", PLACES)
def test_no_herd_comes_at_the_opening_minute(place, channel):
    zone = ZONES[place[:2]]
    office = local(zone, "2027-03-02T08:00").astimezone(UTC)
    planned = [aim(PLACES[place], zone, channel, office + turn, turn)[0] for turn in TURNS]
    assert max(Counter(planned).values()) == 1
    assert max(planned) - min(planned) == TURNS[-1]


def test_a_turn_that_falls_after_closing_time_comes_the_next_lawful_day():
    # On Saturdays written messages end at 14:00 in Italy.
    at, _ = aim(PLACES["IT"], "Europe/Rome", "sms", local("Europe/Rome", "2027-03-06T08:00"), timedelta(hours=6))
    assert at == local("Europe/Rome", "2027-03-08T09:00")


def test_where_no_lawful_hour_comes_the_last_moment_is_asked():
    at = local("Europe/Moscow", "2028-03-06T12:00")
    assert lawful_from(PLACES["RU"], "Europe/Moscow", "call", at)[0] is None
    assert aim(PLACES["RU"], "Europe/Moscow", "call", at, timedelta())[0] == at


def test_a_plan_inside_the_hours_and_after_its_turn_is_not_moved():
    at = local("Europe/Rome", "2027-03-02T15:00").astimezone(UTC)
    assert aim(PLACES["IT"], "Europe/Rome", "call", at, TURNS[-1]) == (at, "")


zones = st.sampled_from(sorted({*ZONES.values(), *ODD_ZONES}))
instants = st.datetimes(datetime(2025, 1, 1), datetime(2027, 10, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.sampled_from(sorted(PLACES)), zones, st.sampled_from(LAW_CHANNELS), instants, st.sampled_from(TURNS))
def test_a_plan_is_lawful_and_not_early(place, zone, channel, at, turn):
    planned, _ = aim(PLACES[place], zone, channel, at, turn)
    assert planned >= at
    assert lawful_from(PLACES[place], zone, channel, planned)[0] == planned


@pytest.mark.parametrize("place", PLACES)
def test_every_week_of_two_years_has_lawful_hours(place):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    zone = ZONES[place[:2]]
    openings: Any = [lawful_from(PLACES[place], zone, "call", start + timedelta(days=n))[0] for n in range(720)]
    # The longest rest is Brazil's carnival: from Friday evening to Thursday morning.
    assert max(later - earlier for earlier, later in pairwise(openings)) < timedelta(days=7)


# --- days ------------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [("2026-03-10", 4, "2026-07-10"), ("2026-10-31", 4, "2027-02-28"), ("2026-12-15", 1, "2027-01-15")],
)
def test_months_later_is_the_same_day_or_the_last_one(day, months, later):
    assert months_later(date.fromisoformat(day), months) == date.fromisoformat(later)


def test_a_decree_day_is_a_holiday_and_an_ordinary_friday_is_not():
    assert is_holiday(PLACES["NL"], date(2026, 5, 15))
    assert not is_holiday(PLACES["NL"], date(2026, 5, 22))


@pytest.mark.parametrize(
    "zone", ["Europe/Rome", "America/New_York", "Pacific/Apia", "Asia/Kolkata", "Africa/Casablanca"]
)
@pytest.mark.parametrize("n", [0, 13, 27, 216, 250])
def test_a_debtors_day_ends_where_the_next_one_begins(zone, n):
    over = end_of_day(day(n), zone)
    assert (debtor_day(over - timedelta(microseconds=1), zone), debtor_day(over, zone)) == (day(n), day(n + 1))
