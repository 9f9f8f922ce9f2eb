"""Every cent explained: parts add up to the ledger, order does not matter, caps are never passed, a day is a day."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.case import Adjustment, Case, CaseHold, Charge, Instalment, Payment, Refund
from models.ledger_entries import Entry
from models.tariff import Caps, LateFee, Rate, Tariff
from policy.money.accrual import Accrual
from policy.money.ledger import entries
from policy.money.position import position
from tests.policy.cases import account, at, day, owes

EIGHT = Tariff(name="eight", interest=(Rate(since=date(2020, 1, 1), percent=Decimal(8)),))
LATEST = 900


def debt(instalments: tuple[Instalment, ...] = owes((0, 1000_00)), **more: Any) -> Case:
    return account(instalments=instalments, opened=at(0), **more)


def paid(amount: int, on: int, key: str = "", chosen: int | None = None, heard: int | None = None) -> Payment:
    return Payment(
        event_id=key or f"pay:{on}:{amount}",
        amount=amount,
        value_date=day(on),
        heard=at(on if heard is None else heard),
        instalment=chosen,
    )


def read(found: tuple[Entry, ...]) -> list[tuple[str, int]]:
    return [(entry.kind, entry.amount) for entry in found]


# --- by example ------------------------------------------------------------------------------------------------------


def test_an_account_without_rates_accrues_nothing():
    assert position(debt(), day(400)).outstanding == 1000_00


def test_a_year_late_at_eight_per_cent():
    assert position(debt(tariff=EIGHT), day(365)).interest == 80_00


def test_nothing_accrues_up_to_and_on_the_due_date():
    assert position(debt(tariff=EIGHT), day(0)).interest == 0


def test_the_first_day_past_due_costs_one_day():
    found = entries(debt(tariff=EIGHT), day(1))[-1]
    assert (found.kind, found.day, found.until, found.amount) == ("interest", day(1), day(1), 22)
    assert (found.base, found.rate) == (1000_00, "8 % a year")


def test_a_leap_day_is_a_day_of_a_year_of_365():
    case = debt((Instalment(number=1, due=date(2028, 2, 28), amount=3650_00),), tariff=EIGHT)
    assert position(case, date(2028, 3, 1)).interest == 2 * 80


def test_a_rate_changes_with_its_day():
    rates = (Rate(since=date(2020, 1, 1), percent=Decimal(8)), Rate(since=day(11), percent=Decimal(4)))
    case = debt(owes((0, 3650_00)), tariff=Tariff(name="x", interest=rates))
    assert position(case, day(20)).interest == 10 * 80 + 10 * 40
    assert [(e.day, e.until, e.rate) for e in entries(case, day(20)) if e.kind == "interest"] == [
        (day(1), day(10), "8 % a year"),
        (day(11), day(20), "4 % a year"),
    ]


def test_money_counts_from_its_value_date_however_late_we_hear_of_it():
    late = debt(owes((0, 3650_00)), tariff=EIGHT, payments=(paid(3658_00, 10, heard=40),))
    assert position(late, day(60)).outstanding == 0


def test_a_payment_goes_to_costs_fees_interest_then_principal():
    charges = (Charge(id="c1", what="cost", amount=20_00, day=day(5)),)
    case = debt(owes((0, 3650_00)), tariff=EIGHT, charges=charges, payments=(paid(100_00, 10),))
    served = [(s.what, s.amount) for e in entries(case, day(10)) for s in e.served]
    assert served == [("cost", 20_00), ("interest", 8_00), ("principal", 72_00)]


def test_the_order_of_the_strategy_is_followed():
    case = debt(owes((0, 3650_00)), tariff=EIGHT, payments=(paid(100_00, 10),))
    case = case.model_copy(update={"allocation": ("principal", "interest", "late_fee", "cost")})
    assert [(s.what, s.amount) for e in entries(case, day(10)) for s in e.served] == [("principal", 100_00)]


def test_the_payer_may_choose_the_instalment():
    case = debt(owes((0, 100_00), (31, 100_00)), payments=(paid(100_00, 40, chosen=2),))
    assert [(i.number, rest) for i, rest in position(case, day(40)).open] == [(1, 100_00)]


def test_a_choice_that_is_not_there_is_served_in_the_usual_order():
    case = debt(owes((0, 100_00), (31, 100_00)), payments=(paid(100_00, 40, chosen=9),))
    assert [(i.number, rest) for i, rest in position(case, day(40)).open] == [(2, 100_00)]


def test_interest_of_the_contract_is_a_part_of_its_instalment():
    due = (Instalment(number=1, due=day(0), amount=110_00, interest=10_00),)
    found = position(debt(due, payments=(paid(30_00, 5),)), day(6))
    assert (found.outstanding, found.principal, found.interest) == (80_00, 80_00, 0)


def test_a_late_fee_is_a_share_of_what_is_unpaid_within_its_bounds():
    rule = LateFee(since=date(2020, 1, 1), percent=Decimal(4), least=12_00, most=150_00)
    fees = Tariff(name="pt", late_fees=(rule,))
    amounts = {
        owed: position(debt(owes((0, owed)), tariff=fees), day(1)).late_fees for owed in (100_00, 1000_00, 9000_00)
    }
    assert amounts == {100_00: 12_00, 1000_00: 40_00, 9000_00: 150_00}


def test_an_instalment_paid_in_time_costs_no_fee():
    fees = Tariff(name="pt", late_fees=(LateFee(since=date(2020, 1, 1), percent=Decimal(4), least=12_00),))
    assert position(debt(tariff=fees, payments=(paid(1000_00, 0),)), day(9)).outstanding == 0


def test_interest_does_not_run_while_a_hold_blocks_it():
    hold = CaseHold(id="h", reason="moratorium", since=at(11, "00:00"), until=at(21, "00:00"), blocks=("interest",))
    case = debt(owes((0, 3650_00)), tariff=EIGHT, holds=(hold,))
    assert position(case, day(30)).interest == 20 * 80


def test_the_rate_of_the_law_is_the_most_a_day():
    dear = Tariff(
        name="dear",
        interest=(Rate(since=date(2020, 1, 1), percent=Decimal(2), per="day"),),
        caps=Caps(per_day=Decimal("0.8")),
    )
    found = entries(debt(tariff=dear), day(10))[-1]
    assert (found.amount, found.rate) == (80_00, "0.8 % a day, the most the law allows")


def test_all_charges_together_stop_at_the_multiple_of_the_principal():
    dear = Tariff(
        name="ru",
        interest=(Rate(since=date(2020, 1, 1), percent=Decimal("0.8"), per="day"),),
        caps=Caps(total=Decimal("1.3")),
    )
    found = position(debt(tariff=dear), day(3000))
    assert found.outstanding == 2300_00
    assert entries(debt(tariff=dear), day(3000))[-1].capped


def test_a_write_off_lowers_what_is_owed():
    gone = Adjustment(id="w", amount=-400_00, day=day(9), reason="uncollectible", write_off=True)
    case = debt(adjustments=(gone,))
    assert (position(case, day(9)).outstanding, read(entries(case, day(9)))[-1]) == (600_00, ("write_off", -400_00))


def test_a_refund_takes_the_credit():
    case = debt(payments=(paid(1100_00, 3),), refunds=(Refund(id="r", amount=100_00, day=day(5)),))
    assert [position(case, day(n)).credit for n in (4, 5)] == [100_00, 0]


def test_a_refund_of_money_that_was_taken_back_later_is_owed_again():
    case = debt(
        payments=(paid(1100_00, 3, "p"),), refunds=(Refund(id="r", amount=100_00, day=day(5)),), reversed=("p",)
    )
    assert position(case, day(9)).outstanding == 1100_00


def test_credit_serves_what_falls_due_or_is_charged_later():
    charges = (Charge(id="c", what="cost", amount=30_00, day=day(20)),)
    case = debt(payments=(paid(1010_00, 3),), charges=charges)
    assert (position(case, day(30)).outstanding, position(case, day(30)).credit) == (20_00, 0)


def test_only_charges_left():
    case = debt(tariff=EIGHT, payments=(paid(1000_00, 100, chosen=1),))
    found = position(case, day(120))
    assert found.charges_only
    assert found.oldest_unpaid == day(0)


@pytest.mark.parametrize(("currency", "owed", "interest"), [("JPY", 365_000, 80), ("KWD", 3_650_000, 800)])
def test_currencies_with_no_and_with_three_decimals(currency, owed, interest):
    assert position(debt(owes((0, owed)), currency=currency, tariff=EIGHT), day(1)).interest == interest


# --- whatever happens ------------------------------------------------------------------------------------------------

DAYS = st.integers(-30, LATEST)
AMOUNTS = st.integers(1, 500_00)
RATES = st.builds(
    Rate,
    since=DAYS.map(day),
    percent=st.decimals(0, 40, places=2),
    per=st.sampled_from(["year", "day"]),
)
TARIFFS = st.builds(
    Tariff,
    name=st.just("any"),
    interest=st.lists(RATES, max_size=3).map(tuple),
    late_fees=st.lists(
        st.builds(LateFee, since=DAYS.map(day), percent=st.decimals(0, 20, places=1), least=st.integers(0, 20_00)),
        max_size=2,
    ).map(tuple),
    caps=st.builds(
        Caps,
        per_day=st.none() | st.decimals(0, 2, places=2),
        total=st.none() | st.decimals(0, 3, places=1),
        late=st.none() | st.decimals(0, 3, places=1),
    ),
)


@st.composite
def books(draw: Any) -> Case:
    """Any account: instalments, charges, adjustments, money coming and going, holds, a tariff."""
    due = draw(st.lists(st.tuples(DAYS, AMOUNTS, st.integers(0, 100)), min_size=1, max_size=6))
    instalments = tuple(
        Instalment(number=n, due=day(d), amount=amount, interest=amount * share // 200)
        for n, (d, amount, share) in enumerate(due, 1)
    )
    charges = [
        Charge(id=f"c{n}", what=what, amount=amount, day=day(on))
        for n, (what, amount, on) in enumerate(
            draw(st.lists(st.tuples(st.sampled_from(["cost", "late_fee", "interest"]), AMOUNTS, DAYS), max_size=3))
        )
    ]
    adjusted = [
        Adjustment(id=f"a{n}", amount=amount * sign, day=day(on), reason="x")
        for n, (amount, sign, on) in enumerate(
            draw(st.lists(st.tuples(AMOUNTS, st.sampled_from([1, -1]), DAYS), max_size=3))
        )
    ]
    money = draw(st.lists(st.tuples(AMOUNTS, DAYS, st.none() | st.integers(1, 6)), max_size=8))
    payments = tuple(paid(a, d, f"p{n}", chosen, LATEST + 9) for n, (a, d, chosen) in enumerate(money))
    back = tuple(draw(st.lists(st.sampled_from([p.event_id for p in payments]), max_size=3))) if payments else ()
    refunds = tuple(
        Refund(id=f"r{n}", amount=a, day=day(d))
        for n, (a, d) in enumerate(draw(st.lists(st.tuples(AMOUNTS, DAYS), max_size=2)))
    )
    holds = tuple(
        CaseHold(id=f"h{n}", reason="x", since=at(d), until=at(d + length), blocks=blocks)
        for n, (d, length, blocks) in enumerate(
            draw(st.lists(st.tuples(DAYS, st.integers(1, 90), st.sampled_from([("interest",), ("fees",)])), max_size=2))
        )
    )
    return debt(
        instalments,
        tariff=draw(st.none() | TARIFFS),
        charges=tuple(charges),
        adjustments=tuple(adjusted),
        payments=payments,
        reversed=back,
        refunds=refunds,
        holds=holds,
    )


ANY = settings(max_examples=200, deadline=None)


@ANY
@given(books(), DAYS)
def test_the_parts_of_a_position_are_the_sum_of_its_ledger_on_every_day(case: Case, on: int):
    found = position(case, day(on))
    parts = found.principal + found.interest + found.late_fees + found.costs
    assert parts == found.outstanding
    assert sum(entry.amount for entry in entries(case, day(on))) == found.outstanding - found.credit
    assert 0 <= found.overdue <= found.outstanding
    assert found.credit == 0 or found.outstanding == 0


@ANY
@given(books(), DAYS)
def test_a_payment_serves_no_more_than_itself_and_no_cent_is_made(case: Case, on: int):
    for entry in entries(case, day(on)):
        if entry.kind == "payment":
            assert 0 <= sum(s.amount for s in entry.served) <= -entry.amount
            assert all(s.amount > 0 for s in entry.served)


@ANY
@given(books(), st.randoms(use_true_random=False))
def test_any_order_of_the_same_facts_ends_in_the_same_position(case: Case, dice: Any):
    fields = ("payments", "reversed", "charges", "adjustments", "refunds")
    mixed = {name: tuple(dice.sample(getattr(case, name), len(getattr(case, name)))) for name in fields}
    assert position(case.model_copy(update=mixed), day(LATEST)) == position(case, day(LATEST))


@ANY
@given(books(), DAYS)
def test_the_caps_are_never_passed(case: Case, on: int):
    if case.tariff is None:
        return
    found = entries(case, day(on))
    lent = sum(i.amount - i.interest for i in case.instalments)
    agreed = sum(i.interest for i in case.instalments)
    late = sum(e.amount for e in found if e.kind in ("interest", "late_fee") and e.reason != "contract")
    costs = sum(e.amount for e in found if e.kind == "cost")
    caps: Any = case.tariff.caps
    assert caps.total is None or agreed + late + costs <= max(agreed, caps.total * lent)
    assert caps.late is None or late <= caps.late * lent


@ANY
@given(TARIFFS, st.integers(1, 10**7), st.lists(st.integers(1, 60), min_size=1, max_size=20))
def test_interest_is_the_same_by_the_day_in_steps_or_at_once(tariff: Tariff, base: int, steps: list[int]):
    case = debt(owes((0, base)), tariff=tariff)
    end = sum(steps)
    at_once = Accrual(case).interest(base, day(0), day(end))
    daily, stepped = Accrual(case), Accrual(case)
    assert sum(daily.interest(base, day(n), day(n + 1)) for n in range(end)) == at_once
    marks = [sum(steps[:n]) for n in range(len(steps) + 1)]
    assert sum(stepped.interest(base, day(a), day(b)) for a, b in pairwise(marks)) == at_once


@ANY
@given(books(), DAYS, st.integers(1, 40))
def test_time_alone_never_lowers_a_debt(case: Case, on: int, later: int):
    quiet = case.model_copy(update={"payments": (), "adjustments": (), "refunds": ()})
    assert position(quiet, day(on)).outstanding <= position(quiet, day(on + later)).outstanding


def test_the_clock_of_the_debtor_decides_the_day_of_money_without_a_value_date():
    night = datetime.fromisoformat("2027-03-01T23:30:00+00:00")
    early = Payment(event_id="p", amount=1, value_date=day(3), heard=night)
    case = debt(payments=(early,), zone="Europe/Rome")
    assert entries(case, day(1))[-1].day == day(1)
    assert entries(case, day(0))[-1].kind == "instalment_due"


def test_a_day_before_the_account_is_as_it_was_handed_over():
    assert position(debt(), day(0) - timedelta(days=400)).outstanding == 1000_00
