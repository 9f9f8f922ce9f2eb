"""Schedules sum to the cent in every currency, and what may be offered today comes with its reasons."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.case import Promise
from policy.agreeing.arrangements import Proposal, Sight, Wish, discount, proposals
from policy.agreeing.schedules import annuity, equal_principal, months_after, parts, rows
from policy.minor_units import half_up
from policy.money.position import position
from tests.policy.cases import SHIPPED, account, at, by_hand, day, owes

sums = st.integers(1, 10**12)
months = st.integers(1, 480)
percents = st.decimals(0, 100, places=2)
ALL = by_hand(
    "- {id: call, do: call, from_dpd: 5}",
    head="""offers:
  plan: {months: 12, least: {EUR: 5}}
  deferral: {days: 30, times: 1}
  restructuring: {months: 24, percent: 12}
  settlement: {percent: 30, approve_above: 10, dpd: {min: 10}}""",
)

# --- schedules -------------------------------------------------------------------------------------------------------


@given(sums, months)
def test_the_instalments_of_a_plan_sum_to_what_was_agreed(total: int, number: int) -> None:
    amounts = parts(total, number)
    assert (sum(amounts), len(amounts)) == (total, number)
    assert min(amounts) >= (1 if total >= number else 0)
    assert abs(amounts[-1] - amounts[0]) < number


@given(sums, months, percents)
def test_an_annuity_is_the_same_each_month_and_sums_to_principal_and_interest(
    principal: int, number: int, percent: Decimal
) -> None:
    amounts, interest = annuity(principal, number, percent)
    assert sum(amounts) == principal + sum(interest)
    assert min(amounts) >= 0
    assert all(0 <= i <= a for a, i in zip(amounts, interest, strict=True))
    assert len(set(amounts[:-1])) <= 1
    assert abs(amounts[-1] - amounts[0]) < number


@given(sums, months, percents)
def test_equal_principal_repays_the_same_each_month_and_sums_to_principal_and_interest(
    principal: int, number: int, percent: Decimal
) -> None:
    amounts, interest = equal_principal(principal, number, percent)
    repaid = [a - i for a, i in zip(amounts, interest, strict=True)]
    assert (sum(repaid), min(interest) >= 0) == (principal, True)
    assert len(set(repaid[:-1])) <= 1
    assert abs(repaid[-1] - repaid[0]) < number


@given(st.integers(100_00, 10**10), st.integers(2, 120), st.decimals(1, 60, places=2))
def test_equal_principal_costs_less_interest_than_an_annuity(principal: int, number: int, percent: Decimal) -> None:
    assert sum(equal_principal(principal, number, percent)[1]) <= sum(annuity(principal, number, percent)[1])


def test_an_annuity_is_the_one_of_the_textbook() -> None:
    # 1,000.00 at 12 % a year over 12 months: 88.85 a month, 66.19 interest in all.
    amounts, interest = annuity(1000_00, 12, Decimal(12))
    assert (amounts[0], sum(interest), interest[:2]) == (88_85, 66_19, [10_00, 9_21])


@pytest.mark.parametrize(
    ("total", "expected"),
    [(100, [33, 33, 34]), (200, [67, 67, 66]), (1_000, [333, 333, 334]), (2, [0, 0, 2])],
)
def test_the_last_instalment_takes_the_rest(total: int, expected: list[int]) -> None:
    # The same minor units are yen, cents and fils: nothing but the number of them counts.
    assert parts(total, 3) == expected


@pytest.mark.parametrize(("value", "expected"), [("0.5", 1), ("1.4999", 1), ("2.5", 3), ("3.5", 4)])
def test_half_a_unit_is_rounded_up(value: str, expected: int) -> None:
    assert half_up(Decimal(value)) == expected


@pytest.mark.parametrize(
    ("day_", "number", "expected"),
    [
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 1, 30), 13, date(2029, 2, 28)),
        (date(2027, 11, 30), 1, date(2027, 12, 30)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_months_last(day_: date, number: int, expected: date) -> None:
    assert months_after(day_, number) == expected


def test_a_plan_over_a_leap_day_stays_on_its_31st() -> None:
    days = [row.due for row in rows(([1] * 5, [0] * 5), date(2027, 12, 31))]
    ends = [(2027, 12, 31), (2028, 1, 31), (2028, 2, 29), (2028, 3, 31), (2028, 4, 30)]
    assert days == [date(*end) for end in ends]


@given(sums, st.decimals(0, 99, places=2))
def test_a_discount_waives_no_more_than_its_share(owed: int, percent: Decimal) -> None:
    assert abs(discount(owed, percent) - owed * percent / 100) <= Decimal("0.5")


# --- what may be offered ---------------------------------------------------------------------------------------------


def offered(dpd: int = 20, wish: Wish | None = None, **facts: Any) -> Iterator[Proposal]:
    case, today = account(ALL, **facts), day(dpd)
    return proposals(Sight(case, ALL, position(case, today), today, wish or Wish()))


def one(what: str, **more: Any) -> Proposal:
    return next(p for p in offered(**more) if p.what == what)


def test_everything_that_is_possible_today_comes_with_its_instalments() -> None:
    found = [(p.what, p.schedule, len(p.instalments)) for p in offered()]
    assert found == [
        ("deferral", None, 1),
        ("plan", None, 12),
        ("restructuring", "annuity", 24),
        ("restructuring", "equal_principal", 24),
        ("settlement", None, 1),
    ]


def test_a_plan_is_as_long_as_what_is_left_a_month_asks_for() -> None:
    found = one("plan", monthly_left=25_00)
    assert [row.amount for row in found.instalments] == [24_00] * 5
    assert found.reasons[0] == "5 months, so that no month takes more than the 25.00 EUR that is left"


def test_what_is_said_now_counts_more_than_the_last_budget() -> None:
    assert len(one("plan", monthly_left=25_00, wish=Wish(left=60_00)).instalments) == 2


@pytest.mark.parametrize(
    ("what", "wish", "reason"),
    [
        ("plan", Wish(left=5_00), "24 months at the 5.00 EUR that is left a month, 12 at most"),
        ("plan", Wish(left=0), "nothing is left a month"),
        ("plan", Wish(months=13), "13 months as wished, 12 at most"),
        ("plan", Wish(left=20_00, months=3), "40.00 EUR a month over 3 months, 20.00 EUR is left a month"),
        ("restructuring", Wish(left=5_00), "5.65 EUR a month over 24 months, 5.00 EUR is left a month"),
        ("settlement", Wish(percent=Decimal(31)), "a discount of 31 %, 30 % at most by the strategy"),
    ],
)
def test_what_cannot_be_kept_is_not_offered_and_says_why(what: str, wish: Wish, reason: str) -> None:
    found = one(what, wish=wish)
    assert (found.possible, found.reasons) == (False, (reason,))


def test_a_new_schedule_is_as_short_as_what_is_left_allows() -> None:
    found = {p.schedule: p for p in offered(wish=Wish(left=15_00)) if p.what == "restructuring"}
    assert [len(found[s].instalments) for s in ("annuity", "equal_principal")] == [9, 9]
    assert all(row.amount <= 15_00 for p in found.values() for row in p.instalments)


@pytest.mark.parametrize(("dpd", "possible"), [(9, False), (10, True)])
def test_a_settlement_waits_for_its_day(dpd: int, possible: bool) -> None:
    assert one("settlement", dpd=dpd).possible is possible


@pytest.mark.parametrize(("percent", "needs"), [(None, 0), (10, 0), (Decimal("10.01"), 1), (30, 1)])
def test_more_than_the_limit_needs_another_persons_yes(percent: Any, needs: int) -> None:
    wish = Wish(percent=None if percent is None else Decimal(percent))
    assert one("settlement", wish=wish).needs == needs


def test_a_settlement_and_what_it_waives_sum_to_what_is_owed() -> None:
    found = one("settlement", wish=Wish(percent=Decimal("12.34")), instalments=owes((0, 100_05)))
    assert (found.waived, found.instalments[0].amount) == (12_35, 87_70)


def test_a_deferral_moves_what_is_due_until_the_new_day_and_no_more() -> None:
    found = one("deferral", instalments=owes((0, 50_00), (31, 50_00), (61, 50_00)))
    assert [(row.due, row.amount) for row in found.instalments] == [(day(50), 100_00)]


def test_who_broke_more_than_the_strategy_bears_is_offered_nothing() -> None:
    broken = tuple(
        Promise(event_id=f"p{n}", amount=1, due=day(n), made=at(0), verdict="broken", settled=day(n)) for n in range(3)
    )
    reason = "3 promises or arrangements were broken, 2 at most by the strategy"
    assert {p.reasons for p in offered(promises=broken)} == {(reason,)}


def test_a_plan_is_never_offered_in_more_parts_than_there_are_units() -> None:
    found = one("restructuring", instalments=owes((0, 3)))
    assert [row.amount > 0 for row in found.instalments] == [True] * 3


@pytest.mark.parametrize(("currency", "owed", "first"), [("JPY", 10_000, 833), ("KWD", 10_000, 833)])
def test_a_currency_without_or_with_three_decimals_is_spread_the_same(currency: str, owed: int, first: int) -> None:
    found = one("plan", currency=currency, instalments=owes((0, owed)))
    assert (found.instalments[0].amount, sum(row.amount for row in found.instalments)) == (first, owed)


@pytest.mark.parametrize(
    ("strategy", "offers"),
    [
        ("cec", {"plan"}),
        ("kruk", {"plan", "settlement"}),
        ("alth", {"deferral", "plan", "restructuring"}),
        ("mfo", {"deferral", "plan", "restructuring"}),
        ("crecerto", {"deferral", "plan", "restructuring", "settlement"}),
    ],
)
def test_each_organisation_offers_what_is_its_own(strategy: str, offers: set[str]) -> None:
    rules = SHIPPED[strategy].offers
    assert {name for name in type(rules).model_fields if getattr(rules, name)} == offers


@given(st.integers(1, 10**7), st.none() | st.integers(0, 10**6), st.none() | st.integers(1, 60))
def test_whatever_is_offered_sums_to_what_is_owed(owed: int, left: int | None, wished: int | None) -> None:
    for found in offered(wish=Wish(left=left, months=wished), instalments=owes((0, owed))):
        if found.possible:
            agreed = sum(row.amount - row.interest for row in found.instalments)
            assert agreed + found.waived == owed
            assert min(row.amount for row in found.instalments) > 0
            assert found.until == day(20) + timedelta(days=14)
        assert found.reasons
