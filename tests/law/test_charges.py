"""Fees and caps of the law: every row of the tables, the strictest of several wins, and money is rounded once."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from intake.pack_files import charges
from models.tariff import CostScale
from policy.charging.barring import Dues, prescription, write_off_test
from policy.charging.caps import (
    NoRate,
    bans,
    caps,
    default_fees_at_most,
    forbidden,
    late_interest_cap,
    price_cap,
    rate_on,
    statutory_interest,
    usury_threshold,
)
from policy.charging.costs import (
    Charge,
    Missed,
    OtherCurrency,
    collection_cost,
    late_fee,
    letter_cost,
    scale_of,
)
from settings import HOUSE
from tests.law.vectors import Row, day, minor, rows

LAW = charges()
NL, RU, GB, US, RO, IT = (LAW[country] for country in ("NL", "RU", "GB", "US", "RO", "IT"))
TODAY = date(2026, 3, 2)
FULL = minor("266.67")


def number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


# --- The tables ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", rows("caps"))
def test_the_caps_of_a_contract(row: Row) -> None:
    days = int(row["days"]) if row["days"] else None
    found = caps(LAW[row["country"]], day(row["contract_date"]), row["product"], minor(row["principal"]), days)
    expected = [number(row[name]) for name in ("per_day", "total", "late")]
    assert [found.per_day, found.total, found.late, found.rules] == [*expected, tuple(row["rules"].split())]


@pytest.mark.parametrize("row", rows("costs"))
def test_the_dutch_cost_of_collecting(row: Row) -> None:
    principal = minor(row["principal"])
    without = collection_cost(NL, principal, "EUR", TODAY)
    with_vat = collection_cost(NL, principal, "EUR", TODAY, vat_reclaimable=False)
    assert (without.amount, with_vat.amount, without.rule) == (minor(row["ex_vat"]), minor(row["incl_vat"]), "NL-L1")


@pytest.mark.parametrize("row", rows("late_fees"))
def test_the_fee_for_an_instalment_not_paid_in_time(row: Row) -> None:
    pack = LAW[row["country"]]
    found = late_fee(pack, minor(row["unpaid"]), pack.currency, date.fromisoformat(row["due"]), row["product"])
    assert found[:2] == (minor(row["fee"]), row["rule"])


@pytest.mark.parametrize("row", rows("barring"))
def test_when_a_claim_is_barred(row: Row) -> None:
    runs_from = date.fromisoformat(row["runs_from"])
    dues = Dues(runs_from, runs_from, day(row["first_due"]) or runs_from)
    claims: Any = {row["claims"]}
    found = prescription(LAW[row["country"]], dues, {}, claims, row["region"] or None)
    assert found
    assert found == (day(row["last_day"]), row["effect"], row["rule"])
    assert not found.barred(found.last_day)
    assert found.barred(found.last_day + timedelta(days=1))


@pytest.mark.parametrize("row", rows("write_offs"))
def test_the_italian_write_off_test(row: Row) -> None:
    large = {"yes": True, "no": False}.get(row["large"])
    due, when = date.fromisoformat(row["due"]), date.fromisoformat(row["day"])
    found = write_off_test(IT, minor(row["claim"]), "EUR", due, when, large)
    assert found
    assert (found.verdict, found.rule) == (row["verdict"], "IT-W1")


def scale(on: date) -> CostScale:
    """The Dutch scale of a day."""
    found = scale_of(NL, "EUR", on)
    assert found
    return found


def after(last: Missed, *earlier: Missed) -> Charge:
    """The cost of an instalment with a letter of its own, after those of earlier letters."""
    return letter_cost(scale(last.letter_ended), [last.unpaid], last.letter_ended, earlier)


# --- Rules that are no table -----------------------------------------------------------------------------------------


def test_nothing_left_unpaid_costs_nothing() -> None:
    assert collection_cost(NL, 0, "EUR", TODAY) == (0, "", ())


def test_a_cost_is_explained_line_by_line() -> None:
    found = collection_cost(NL, 3000_00, "EUR", TODAY, vat_reclaimable=False)
    assert [line.says for line in found.lines] == ["15 % of 2500.00", "10 % of 500.00", "VAT 21 %"]
    assert sum(line.amount for line in found.lines) == found.amount == 514_25


def test_the_vat_of_the_day_counts() -> None:
    assert collection_cost(NL, 1000_00, "EUR", date(2012, 9, 30), vat_reclaimable=False).amount == 178_50


def test_before_the_scale_there_is_no_cost() -> None:
    assert collection_cost(NL, 1000_00, "EUR", date(2012, 6, 30)).amount == 0


@pytest.mark.parametrize("country", ["IT", "US", "RU", "RO"])
def test_where_no_law_gives_a_cost_there_is_none(country: str) -> None:
    assert collection_cost(LAW[country], 1000_00, "EUR", TODAY) == (0, "", ())


def test_a_debt_in_another_currency_is_not_computed_by_a_scale_in_euros() -> None:
    with pytest.raises(OtherCurrency, match="in EUR, the debt is in USD"):
        collection_cost(NL, 1000_00, "USD", TODAY)
    with pytest.raises(OtherCurrency):
        late_fee(LAW["PT"], 1000_00, "USD", TODAY, "consumer_loan")


def test_a_threshold_in_another_currency_is_taken_for_the_stricter_side() -> None:
    assert caps(RO, date(2025, 1, 10), "microloan", 1000_00, 30, "EUR").per_day == Decimal("0.094520")
    assert caps(RU, date(2026, 5, 1), "microloan", 99999_00, 15, "USD").total == Decimal("0.15")


def test_NL_L4_three_letters_sent_late_and_together_cost_one_minimum() -> None:
    found = letter_cost(scale(TODAY), [100_00, 100_00, 100_00], TODAY)
    assert found[:2] == (40_00, "NL-L4")


def test_before_NL_L4_one_letter_took_the_scale_on_the_sum() -> None:
    assert letter_cost(scale(date(2024, 9, 30)), [100_00, 100_00, 100_00], date(2024, 9, 30))[:2] == (45_00, "NL-L1")


def test_NL_L4_large_instalments_cost_the_scale_on_their_sum_beside_the_one_minimum() -> None:
    assert letter_cost(scale(TODAY), [FULL, FULL, 300_00, 500_00], TODAY)[:2] == (40_00 + 120_00, "NL-L4")


def test_one_letter_never_costs_more_than_the_scale_on_its_sum() -> None:
    assert letter_cost(scale(TODAY), [10_00, 10_00, FULL + 1], TODAY)[:2] == (43_00, "NL-L1")


def test_a_letter_for_nothing_costs_nothing() -> None:
    assert letter_cost(scale(TODAY), [], TODAY) == (0, "", ())


def test_NL_L4_an_instalment_in_the_window_costs_only_what_the_sum_adds() -> None:
    first, second = Missed(200_00, date(2026, 1, 18), charged=40_00), Missed(200_00, date(2026, 2, 18))
    assert after(first)[:2] == (40_00, "NL-L1")
    assert after(second, first)[:2] == (20_00, "NL-L4")


def test_NL_L4_what_was_not_charged_for_the_earlier_is_not_caught_up_with_the_last() -> None:
    first, second = Missed(200_00, date(2026, 1, 18)), Missed(200_00, date(2026, 2, 18))
    assert after(second, first).amount == 40_00


def test_NL_L4_six_months_later_is_in_the_window_and_a_day_more_is_not() -> None:
    first = Missed(100_00, date(2026, 1, 18), charged=40_00)
    assert after(Missed(100_00, date(2026, 7, 18)), first).amount == 0
    assert after(Missed(100_00, date(2026, 7, 19)), first).amount == 40_00


def test_UK_L1_default_fees_of_a_payday_loan_are_15_pounds_in_all() -> None:
    assert default_fees_at_most(GB, date(2026, 1, 10), "microloan") == (1500, "UK-L1C")
    assert default_fees_at_most(GB, date(2026, 1, 10), "consumer_loan") is None
    assert default_fees_at_most(GB, None, "microloan") == (1500, "UK-L1C")


def test_RU_L4_a_penalty_of_a_tenth_of_a_per_cent_a_day_for_30_days() -> None:
    cap = late_interest_cap(RU, TODAY, "microloan", Decimal(0), interest_runs=False)
    assert cap == (Decimal("0.1"), "RU-L4B")
    assert Decimal(10_000_00) * cap.most / 100 * 30 == 300_00


def test_RU_L4_twenty_per_cent_a_year_while_interest_runs() -> None:
    cap = late_interest_cap(RU, TODAY, "microloan", Decimal(292), interest_runs=True)
    assert cap == (Decimal("0.054794"), "RU-L4A")


def test_PT_L1_late_interest_is_the_contract_rate_and_three_points() -> None:
    cap = late_interest_cap(LAW["PT"], TODAY, "mortgage", Decimal("4.3"), interest_runs=True)
    assert cap == (Decimal("0.02"), "PT-L2")


def test_no_rule_on_late_interest_is_none() -> None:
    assert late_interest_cap(GB, TODAY, "mortgage", Decimal(5), interest_runs=True) is None


def test_NL_L6_credit_cost_at_most_15_per_cent_in_2024() -> None:
    assert price_cap(NL, date(2024, 12, 31), "consumer_loan") == (15, "NL-L6")
    assert price_cap(NL, date(2025, 1, 1), "consumer_loan") == (14, "NL-L6")
    assert price_cap(NL, date(2024, 12, 31), "invoice") is None


@pytest.mark.parametrize(("when", "percent"), [("2024-07-01", 7), ("2025-12-31", 6), ("2026-01-01", 4)])
def test_NL_L5_statutory_interest_by_its_days(when: str, percent: int) -> None:
    assert rate_on(NL, "NL-L5", date.fromisoformat(when)) == percent


def test_before_the_first_rate_nobody_guesses() -> None:
    with pytest.raises(NoRate, match="NL-L5 has no rate for 2014-12-31"):
        rate_on(NL, "NL-L5", date(2014, 12, 31))


def test_statutory_interest_is_a_tariffs_rates() -> None:
    assert [rate.percent for rate in statutory_interest(NL)] == [2, 4, 6, 7, 6, 4]
    assert statutory_interest(IT) == ()


@pytest.mark.parametrize(("mean", "threshold"), [("10", "16.50"), ("16", "24"), ("16.01", "24.01"), ("0.5", "4.625")])
def test_IT_L1_the_threshold_of_usury(mean: str, threshold: str) -> None:
    assert usury_threshold(IT, Decimal(mean), date(2026, 1, 5)) == (Decimal(threshold), "IT-L1")
    assert usury_threshold(NL, Decimal(mean), date(2026, 1, 5)) is None


def test_US_X2_a_fee_needs_the_agreement_or_a_law() -> None:
    assert forbidden(bans(US, "agency"), "fee", TODAY) == "US-X2"
    assert forbidden(bans(US, "agency", {"fee": "agreement"}), "fee", TODAY) is None
    assert forbidden(bans(US, "agency", {"fee": "agreement"}), "cost", TODAY) == "US-X2"


def test_RO_L1_an_agency_charges_neither_fee_nor_cost_even_if_agreed() -> None:
    assert forbidden(bans(RO, "agency", {"fee": "agreement"}), "fee", TODAY) == "RO-L1"
    assert forbidden(bans(RO, "agency", {"interest": "law"}), "interest", TODAY) is None
    assert forbidden(bans(RO, "creditor"), "fee", TODAY) is None
    assert forbidden(bans(RO, "agency"), "late_interest", TODAY) is None


def test_a_claim_in_another_currency_is_not_tested() -> None:
    found = write_off_test(IT, 100_00, "USD", date(2025, 1, 1), TODAY)
    assert found
    assert found.verdict == "other_currency"
    assert write_off_test(NL, 100_00, "EUR", date(2025, 1, 1), TODAY) is None


def test_every_country_with_contact_rules_has_charges_and_a_prescription() -> None:
    assert set(LAW) == {file.stem.upper() for file in (HOUSE / "packs" / "jurisdictions" / "charges").glob("*.yaml")}
    assert all(prescription(pack, Dues(TODAY, TODAY, TODAY)) for pack in LAW.values())
