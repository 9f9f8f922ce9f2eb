"""Is every kind of cell read as it is meant, or refused with a reason? Amounts, days, places, numbers to call."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from intake import localities
from intake.amounts import LARGEST, currency, minor_units
from intake.cells import Cell, Refused, neutral, refuse_unsafe, starts_a_formula
from intake.contact_points import email, phone
from intake.instalment_cells import due_day, instalments
from intake.localities import postal_code, postcode_forms, time_zone, zones

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("cell", "code", "minor"),
    [
        ("1200", "EUR", 120000),
        ("1200.5", "EUR", 120050),
        ("12,5", "EUR", 1250),
        ("1,23", "EUR", 123),
        ("0.01", "EUR", 1),
        ("1.234,56", "EUR", 123456),
        ("1,234.56", "EUR", 123456),
        ("1.234.567", "EUR", 123456700),
        ("1 234,50", "RUB", 123450),
        ("1\u202f234,50", "RUB", 123450),
        ("1'234.50", "EUR", 123450),
        ("1200", "JPY", 1200),
        ("01.234", "KWD", 1234),
        ("1234.567", "KWD", 1234567),
        (Decimal("1.234"), "KWD", 1234),
        (Decimal("120.1"), "EUR", 12010),
        (Decimal("1E+3"), "EUR", 100000),
        ("10000000000000.00", "EUR", LARGEST),
    ],
)
def test_an_amount_is_read_exactly(cell: Cell, code: str, minor: int) -> None:
    assert minor_units(cell, code) == minor


@pytest.mark.parametrize(
    ("cell", "code", "reason"),
    [
        ("1,234", "EUR", "can be read as 1234 or as 1.234: write 1234"),
        ("1.234", "KWD", "can be read as 1234 or as 1.234: write 1234 or 01.234"),
        ("0,500", "EUR", "has 3 decimals"),
        ("1200.50", "JPY", "JPY has 0"),
        ("1.234.56", "EUR", "is no amount"),
        ("12,34,567", "EUR", "is no amount"),
        ("€ 12", "EUR", "is no amount"),
        ("1e3", "EUR", "is no amount"),
        ("١٢٣", "EUR", "is no amount"),
        ("0.00", "EUR", "not more than zero"),
        ("-5", "EUR", "not more than zero"),
        (Decimal(-5), "EUR", "not more than zero"),
        (Decimal("0.125"), "EUR", "has 3 decimals"),
        (Decimal("inf"), "EUR", "too large"),
        ("10000000000000.01", "EUR", "too large"),
        (date(2026, 1, 1), "EUR", "is no amount"),
    ],
)
def test_an_amount_that_is_none_or_could_be_two_is_refused(cell: Cell, code: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        minor_units(cell, code)


@given(st.integers(1, LARGEST), st.sampled_from(["it", "en", "ru", "nl", "pt_BR", "ro", "de_CH"]))
def test_an_amount_with_two_decimals_reads_back_from_every_locale(minor: int, locale: str) -> None:
    written = format_decimal(Decimal(minor) / 100, "#,##0.00", locale=locale)
    assert minor_units(written, "EUR") == minor


@given(st.text(alphabet="0123456789., -+eE'€", max_size=25))
def test_whatever_is_written_an_amount_is_positive_or_refused(text: str) -> None:
    with suppress(Refused):
        assert 0 < minor_units(text, "EUR") <= LARGEST


def test_a_currency_of_the_past_is_refused() -> None:
    assert currency("eur") == "EUR"
    with pytest.raises(Refused, match="in use"):
        currency("ITL")


@pytest.mark.parametrize(
    ("text", "day"),
    [("D", TODAY), ("D-30", date(2026, 10, 22)), ("d+5", date(2026, 11, 26)), ("2024-02-29", date(2024, 2, 29))],
)
def test_a_due_day_is_of_the_calendar_or_counted_from_the_hand_over(text: str, day: date) -> None:
    assert due_day(text, TODAY) == day


@pytest.mark.parametrize(
    "text", ["", "20260901", "2026-W01-1", "1/9/2026", "2026-02-29", "1989-12-31", "D-99999", "D+-3"]
)
def test_what_is_no_sane_day_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        due_day(text, TODAY)


def test_instalments_are_put_in_order_and_numbered() -> None:
    found = instalments(" 2026-10-01: 1.234,50 |2026-09-01:100 ", 0, "EUR", TODAY)
    assert [(i.number, i.due.month, i.amount) for i in found] == [(1, 9, 10000), (2, 10, 123450)]


@pytest.mark.parametrize("cell", ["2026-09-01", date(2026, 9, 1)])
def test_a_day_alone_makes_the_whole_principal_due(cell: Cell) -> None:
    assert [(i.due, i.amount) for i in instalments(cell, 5000, "EUR", TODAY)] == [(date(2026, 9, 1), 5000)]


def test_the_same_day_twice_is_refused_however_it_is_written() -> None:
    with pytest.raises(Refused, match="two instalments due on 2026-11-20"):
        instalments("D-1:5|2026-11-20:5", 1000, "EUR", TODAY)


def test_every_faulty_instalment_is_named() -> None:
    with pytest.raises(Refused) as refused:
        instalments("D-1:x|never:5|D-3", 1000, "EUR", TODAY)
    assert len(refused.value.reasons) == 3


def test_the_time_zone_may_be_left_out_where_there_is_one() -> None:
    assert time_zone("", "IT") == "Europe/Rome"
    assert time_zone("Asia/Omsk", "RU") == "Asia/Omsk"


@pytest.mark.parametrize("zone", ["", "Europe/Rome", "MSK", "+03:00"])
def test_a_time_zone_that_is_not_of_the_country_is_refused(zone: str) -> None:
    with pytest.raises(Refused):
        time_zone(zone, "RU")


@pytest.mark.parametrize(
    ("told", "country", "region"),
    [
        ("ma", "US", "MA"),
        ("US-MA", "US", "MA"),
        ("NYC", "US", "NYC"),
        ("TX", "US", "TX"),
        ("sp", "BR", "SP"),
        ("SCT", "GB", "SCT"),
    ],
)
def test_a_region_is_a_state_a_nation_or_a_city_with_a_law_of_its_own(told: str, country: str, region: str) -> None:
    assert localities.region(told, country) == region


@pytest.mark.parametrize(("told", "country"), [("ANY", "BR"), ("MA", "IT"), ("Massachusetts", "US"), ("MOW", "RU")])
def test_a_region_that_is_not_of_the_country_is_refused(told: str, country: str) -> None:
    with pytest.raises(Refused, match=f"is no region of {country}"):
        localities.region(told, country)


def test_every_country_with_a_postcode_rule_has_time_zones() -> None:
    assert set(postcode_forms()) <= set(zones())


@pytest.mark.parametrize(
    ("country", "written", "normalised"),
    [
        ("NL", "1234ab", "1234 AB"),
        ("GB", "sw1a1aa", "SW1A 1AA"),
        ("GB", "M1 1AE", "M1 1AE"),
        ("BR", "01310100", "01310-100"),
        ("PT", "1000 001", "1000-001"),
        ("US", "021081234", "02108-1234"),
        ("US", "02108", "02108"),
        ("IT", " 20121 ", "20121"),
        ("RO", "010 011", "010011"),
        ("DE", "10115", "10115"),
    ],
)
def test_a_postcode_is_written_as_its_post_office_does(country: str, written: str, normalised: str) -> None:
    assert postal_code(written, country) == normalised


@pytest.mark.parametrize(
    ("country", "written"), [("NL", "0123 AB"), ("NL", "1234 SS"), ("IT", "2012"), ("RU", "A01000"), ("DE", "?")]
)
def test_a_postcode_of_another_shape_is_refused(country: str, written: str) -> None:
    with pytest.raises(Refused, match="no postcode"):
        postal_code(written, country)


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("312 345 6701", "IT", "+393123456701"),
        ("+40 712 034 501", "IT", "+40712034501"),
        ("8 (912) 345-67-01", "RU", "+79123456701"),
        ("020 7946 0123", "GB", "+442079460123"),
        (Decimal("393123456701"), "IT", "+393123456701"),
    ],
)
def test_a_phone_number_is_read_by_its_country(written: Cell, country: str, number: str) -> None:
    assert phone(written, country) == number


@pytest.mark.parametrize("written", ["12", "+39", "+999 123 4567", "call me", "800 123 456", "312 345 6701 ext. 5"])
def test_a_number_that_is_nobodys_phone_is_refused(written: str) -> None:
    with pytest.raises(Refused):
        phone(written, "IT")


def test_the_domain_of_a_mail_address_is_in_small_letters() -> None:
    assert email("Ada@EXAMPLE.org") == "Ada@example.org"


@pytest.mark.parametrize("cell", ["=1+1", " @x", "\t1", "+1+1", "-cmd", "＝1"])
def test_what_a_spreadsheet_would_compute_is_refused_and_made_harmless(cell: str) -> None:
    with pytest.raises(Refused, match="formula"):
        refuse_unsafe(cell)
    assert not starts_a_formula(neutral(cell))


@pytest.mark.parametrize("cell", ["a\x00b", "a\u202eb", "\ufffd", "#REF!"])
def test_what_cannot_be_shown_or_is_an_error_is_refused(cell: str) -> None:
    with pytest.raises(Refused):
        refuse_unsafe(cell)
