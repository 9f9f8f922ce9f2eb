"""Money goes to the oldest due first, adds up to the last minor unit, and a day past due is a day on the calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import events as e
from models.case import Case, Instalment, Payment
from models.strategy import OfferStep
from policy.agreeing.step_offers import terms
from policy.minor_units import whole_units
from policy.money.position import position
from policy.phrases import money_text
from tests.policy.cases import Life, account, by_hand, day, owes

CALL = by_hand("- {id: call, do: call, from_dpd: 5}", head="worth_chasing: {EUR: 10}")


def after(instalments: tuple[Instalment, ...], money: int) -> Case:
    case = account(CALL, instalments=instalments)
    if not money:
        return case
    paid = Payment(event_id="pay:1", amount=money, value_date=day(0), heard=case.opened)
    return case.model_copy(update={"payments": (paid,)})


def three() -> Life:
    return Life(account(CALL, instalments=owes((0, 100_00), (31, 100_00), (61, 100_00))), CALL).until(1)


def test_the_due_date_itself_is_day_zero_and_not_overdue():
    assert position(account(), day(0))[:4] == (120_00, 0, day(0), 0)


def test_the_day_after_the_due_date_is_day_one():
    assert position(account(), day(1))[:4] == (120_00, 120_00, day(0), 1)


def test_days_before_the_due_date_are_negative():
    assert position(account(), day(-3)).days_past_due == -3


def test_money_goes_to_the_oldest_debt_first():
    life = three()
    life.pays(150_00)
    assert [(i.number, rest) for i, rest in life.position.open] == [(2, 50_00), (3, 100_00)]


def test_paying_the_oldest_debt_counts_the_days_from_the_next_one():
    life = three().until(40)
    life.pays(100_00)
    assert (life.position.overdue, life.position.days_past_due) == (100_00, 9)


def test_a_reversed_payment_no_longer_counts():
    life = three()
    paid = life.pays(100_00)
    life.hears(e.PaymentReversed, payment=paid.event_id)
    assert life.position == position(three().case, life.today)


def test_a_payment_reversed_twice_is_taken_off_once():
    life = three()
    paid = life.pays(100_00)
    life.pays(30_00)
    life.hears(e.PaymentReversed, payment=paid.event_id)
    life.hears(e.PaymentReversed, payment=paid.event_id)
    assert life.position.outstanding == 270_00


def test_a_reversal_that_comes_before_its_payment_takes_it_off_all_the_same():
    life = three()
    life.hears(e.PaymentReversed, payment="late-news")
    life.pays(100_00, event_id="late-news")
    assert life.position.outstanding == 300_00


def test_money_in_another_currency_is_kept_for_a_person_and_does_not_count():
    life = three()
    life.hears(e.PaymentReceived, amount=100_00, currency="USD")
    assert (life.position.outstanding, life.flags) == (300_00, ["event"])


def test_what_is_paid_too_much_is_a_credit_and_a_person_refunds_it():
    life = three()
    life.pays(310_00)
    assert (life.position.credit, life.flags, life.outcome) == (10_00, ["overpaid"], "paid")


def test_the_same_overpayment_is_flagged_once():
    life = three()
    life.pays(310_00)
    life.turn()
    assert life.flags == ["overpaid"]


@pytest.mark.parametrize(
    ("left", "chased"), [(9_99, False), (10_00, True), (10_01, True)], ids=["just under", "equal", "just over"]
)
def test_an_amount_at_the_threshold_is_chased_and_a_cent_less_is_not(left, chased):
    life = Life(account(CALL, instalments=owes((0, left))), CALL).until(20)
    assert bool(life.taken) == chased


def test_below_the_threshold_the_case_waits_for_the_next_due_date():
    life = Life(account(CALL, instalments=owes((0, 5_00), (31, 100_00))), CALL).until(36)
    assert life.diary == [("call", 32)]


@pytest.mark.parametrize(("currency", "text"), [("EUR", "12.05 EUR"), ("JPY", "1205 JPY"), ("KWD", "1.205 KWD")])
def test_an_amount_is_written_with_the_decimals_of_its_currency(currency, text):
    assert money_text(1205, currency) == text


@given(
    st.lists(st.tuples(st.integers(-400, 400), st.integers(1, 10**9)), min_size=1, max_size=20), st.integers(0, 10**10)
)
def test_what_is_open_and_what_is_left_over_add_up_to_what_is_owed_less_what_came(due, money):
    case = after(owes(*due), money)
    found = position(case, day(500))
    assert sum(rest for _, rest in found.open) - found.credit == sum(i.amount for i in case.instalments) - money


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 10**6)), min_size=1, max_size=12), st.integers(0, 10**7))
def test_no_newer_debt_is_paid_while_an_older_one_is_open(due, money):
    still_open = position(after(owes(*due), money), day(500)).open
    touched = [i.due for i, rest in still_open if rest < i.amount]
    assert all(i.due >= d for d in touched for i, _ in still_open)


@given(st.integers(-500, 500))
def test_overdue_never_passes_outstanding(ahead):
    found = position(three().case, date(2027, 3, 1) + timedelta(days=ahead))
    assert 0 <= found.overdue <= found.outstanding


# --- what an offer offers --------------------------------------------------------------------------------------------


def offer(**fields: object) -> dict[str, str]:
    step = OfferStep.model_validate({"id": "an_offer", "do": "offer", "text": "offer_plan", "valid_days": 14} | fields)
    return terms(step, position(account(instalments=owes((0, 100_05))), day(10)), "EUR", day(10))


def test_a_discount_is_rounded_once_and_half_up():
    assert offer(discount_percent="30")["settlement"] == "7004"


def test_a_discount_in_months_divides_what_is_left_after_the_discount():
    assert offer(discount_percent="20", months=3)["instalment"] == "2668"


def test_the_instalment_of_a_plan_is_rounded_half_up():
    assert [offer(months=n)["instalment"] for n in (2, 7)] == ["5003", "1429"]


def test_an_offer_says_until_when_it_is_good():
    assert offer(months=2)["until"] == day(24).isoformat()


def test_a_deferral_names_the_day():
    assert offer(defer_days=30)["defer_until"] == day(40).isoformat()


def test_whole_units_keep_every_cent():
    assert str(whole_units(100_05, "EUR")) == "100.05"
