"""The deadlines of the law: every row of the table, what counts and what does not, and which day belongs to a term."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.law import deadlines
from policy.law.deadlines import EndLetter, Persi, persi_ended_on, persi_forbids
from tests.law.vectors import Row, calendar, day, rows

DAYS = st.dates(date(2024, 6, 1), date(2030, 6, 1))
ENTERED = date(2026, 2, 10)
SOUND = EndLetter(date(2026, 5, 12), "17(1)(c)", "no proposal was accepted and the income does not carry one")
LEAP = date(2024, 2, 29)


def value(word: str) -> Any:
    return word == "true" if word in ("true", "false") else day(word)


@pytest.mark.parametrize("row", rows("deadlines"))
def test_a_deadline_of_the_law(row: Row) -> None:
    first, *others = map(value, row["given"].split())
    arguments = [first, *([calendar(row["calendar"])] if row["calendar"] else []), *others]
    found = getattr(deadlines, row["function"])(*arguments)
    expected = [day(word) for word in row["expected"].split()]
    assert (list(found) if isinstance(found, tuple) else [found]) == expected


def test_every_deadline_has_a_row() -> None:
    tried = {row.values[0]["function"] for row in rows("deadlines")}  # type: ignore[attr-defined]
    ours = {name for name in vars(deadlines) if getattr(vars(deadlines)[name], "__module__", "") == deadlines.__name__}
    functions = {name for name in ours if name.islower() and not name.startswith("_")}
    others = {"months_later", "years_later", "persi_ended_on", "persi_forbids", "under_ccd2"}
    assert functions - others == tried


def test_under_ccd2_from_its_first_day() -> None:
    assert not deadlines.under_ccd2(date(2026, 11, 19))
    assert deadlines.under_ccd2(date(2026, 11, 20))


def test_P08_time_alone_does_not_end_a_persi_on_its_90th_day() -> None:
    assert persi_ended_on(ENTERED, True, SOUND._replace(day=date(2026, 5, 11))) is None


def test_P09_on_the_91st_day_it_does() -> None:
    assert persi_ended_on(ENTERED, True, SOUND) == date(2026, 5, 12)


def test_P10_another_ground_may_end_it_earlier() -> None:
    assert persi_ended_on(ENTERED, False, SOUND._replace(day=date(2026, 3, 20))) == date(2026, 3, 20)


@pytest.mark.parametrize("letter", [None, SOUND._replace(reasons=" "), SOUND._replace(ground="")])
def test_P11_without_a_letter_that_says_ground_and_reasons_it_has_not_ended(letter: EndLetter | None) -> None:
    ended = persi_ended_on(ENTERED, True, letter)
    assert "sue" in persi_forbids(date(2026, 5, 20), ENTERED, ended)


def test_P12_between_entry_and_end_nobody_terminates_sues_or_assigns() -> None:
    assert persi_forbids(date(2026, 4, 1), ENTERED, None) == {"terminate", "sue", "assign"}


def test_the_day_of_the_end_letter_still_belongs_to_the_persi() -> None:
    assert persi_forbids(SOUND.day, ENTERED, SOUND.day)
    assert not persi_forbids(SOUND.day + timedelta(days=1), ENTERED, SOUND.day)


def test_a_bank_that_never_entered_persi_cannot_sue() -> None:
    assert persi_forbids(date(2026, 4, 1), None, None) == {"sue"}


@given(DAYS)
def test_a_dutch_letter_is_never_delivered_on_a_sunday_monday_or_holiday(posted: date) -> None:
    letter = deadlines.fourteen_day_letter(posted, calendar("NL"))
    assert letter.delivered.weekday() not in (0, 6)
    assert not calendar("NL")(letter.delivered)


@given(DAYS)
def test_strict_gives_the_debtor_at_least_the_14_days_and_never_less_than_plain(posted: date) -> None:
    strict = deadlines.fourteen_day_letter(posted, calendar("NL"))
    plain = deadlines.fourteen_day_letter(posted, calendar("NL"), roll_forward=False)
    assert strict.last_free_day >= plain.last_free_day == strict.delivered + timedelta(days=14)
    assert strict.fee_from == strict.last_free_day + timedelta(days=1)


@given(DAYS, st.integers(0, 30))
def test_a_letter_posted_later_never_ends_earlier(posted: date, later: int) -> None:
    after = posted + timedelta(days=later)
    off = calendar("NL")
    assert deadlines.fourteen_day_letter(posted, off).fee_from <= deadlines.fourteen_day_letter(after, off).fee_from


@given(DAYS)
def test_the_observed_holidays_only_lengthen_the_validation_period(sent: date) -> None:
    plain = deadlines.validation_period(sent, calendar("US"))
    strict = deadlines.validation_period(sent, calendar("US-observed"))
    assert strict.last_day >= plain.last_day >= sent + timedelta(days=35)
    assert plain.received.weekday() < 5


@given(DAYS, st.integers(0, 120))
def test_months_later_keeps_the_day_or_takes_the_last_of_the_month(start: date, months: int) -> None:
    end = deadlines.months_later(start, months)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    assert end.day == start.day or (end + timedelta(days=1)).day == 1


def test_a_leap_day_is_kept_where_the_year_has_one() -> None:
    assert deadlines.years_later(LEAP, 4) == date(2028, 2, 29)


@given(DAYS)
def test_the_windows_of_persi_follow_each_other(due: date) -> None:
    before = deadlines.persi_window(due)
    inside: Persi = deadlines.persi(before.enter_by)
    assert due < before.inform_by < before.enter_from <= before.enter_by < inside.entry_letter_by
    assert inside.entry_letter_by < inside.propose_by < inside.may_end_from
