"""What money does to a case: interest grows, charges are left over, too much is paid back, a debt is given up."""

from datetime import date
from decimal import Decimal

import pytest

from models import events as e
from models.tariff import Rate, Tariff
from policy.deciding.treatment import Feed
from tests.policy.cases import Life, account, at, by_hand, day, owes

DEAR = Tariff(name="dear", interest=(Rate(since=date(2020, 1, 1), percent=Decimal("0.1"), per="day"),))
CALLS = "- {id: call, do: call, from_dpd: 5, times: 20, every_days: 3}"


def life_of(rule: str = "go_on", steps: str = CALLS) -> Life:
    strategy = by_hand(steps, head=f"charges_left: {rule}")
    return Life(account(strategy, instalments=owes((0, 1000_00)), tariff=DEAR), strategy)


def test_what_is_owed_grows_by_the_day_and_the_decision_says_so():
    life = life_of().until(10)
    assert (life.last.outstanding, life.position.interest) == (1010_00, 10_00)


def test_what_was_asked_for_on_the_day_pays_the_case_off():
    life = life_of().until(10)
    life.pays(1010_00)
    assert life.outcome == "paid"


def test_charges_that_are_left_are_chased_where_the_strategy_goes_on():
    life = life_of().until(10)
    life.pays(1000_00, instalment=1)
    assert life.outcome is None
    assert life.position.charges_only
    assert life.until(14).steps[-1] == "call"


def test_charges_that_are_left_are_waived_where_the_strategy_says_so():
    life = life_of("waive").until(10)
    life.pays(1000_00, instalment=1)
    assert (life.outcome, life.position.outstanding) == ("paid", 0)
    assert [(f.amount, f.waived) for f in life.found(e.ChargesLeft)] == [(10_00, True)]


def test_charges_that_are_left_wait_for_a_person_who_claims_them():
    life = life_of("small_claim").until(10)
    life.pays(1000_00, instalment=1)
    taken = len(life.taken)
    assert life.until(60).flags == ["left"]
    assert (len(life.taken), life.position.interest) == (taken, 9_00)
    life.hears(e.Release, of="charges_left", by="lawyer")
    assert life.until(64).flags == []
    assert len(life.taken) > taken


def test_charges_that_are_left_wait_for_a_person_who_gives_them_up():
    life = life_of("small_claim").until(10)
    life.pays(1000_00, instalment=1)
    life.hears(e.WrittenOff, reason="too_small")
    assert life.outcome == "paid"


def test_a_refund_ends_the_task_to_pay_back():
    life = life_of().until(3)
    life.pays(1013_00)
    assert life.flags == ["overpaid"]
    life.hears(e.Refunded, amount=10_00)
    assert (life.flags, life.position.credit) == ([], 0)


def test_a_refund_of_more_than_was_overpaid_is_not_taken():
    life = life_of().until(3)
    life.pays(1013_00)
    life.hears(e.Refunded, amount=10_01)
    assert life.case.flags[-1].why == "refunded not taken: 10.01 EUR paid back, 10.00 EUR was overpaid"


def test_the_task_to_pay_back_follows_what_is_overpaid():
    life = life_of().until(3)
    life.pays(1013_00)
    life.pays(5_00)
    assert [f.id for f in life.case.flags if f.id.startswith("overpaid")] == ["overpaid:1500"]


def test_money_taken_back_leaves_nothing_to_pay_back():
    life = life_of().until(3)
    paid = life.pays(1013_00)
    life.hears(e.PaymentReversed, payment=paid.event_id)
    assert "overpaid" not in life.flags
    assert life.outcome is None


def test_a_debt_that_is_given_up_in_part_goes_on_with_the_rest():
    life = life_of().until(3)
    life.hears(e.WrittenOff, amount=900_00)
    assert (life.outcome, life.position.outstanding) == (None, 103_00)
    life.pays(103_00)
    assert (life.outcome, life.why) == ("paid", "nothing is outstanding: 900.00 EUR written off")


def test_no_more_is_given_up_than_is_owed():
    life = life_of().until(3)
    life.hears(e.WrittenOff, amount=1003_01)
    assert "no more can be written off" in life.case.flags[-1].why


def test_the_lender_may_charge_and_credit():
    life = life_of().until(3)
    charge = e.ChargeTold(id="c1", what="cost", amount=40_00, day=day(3))
    credit = e.AdjustmentTold(id="a1", amount=-15_00, day=day(3))
    life.hears(e.AccountUpdated, charges=(charge,), adjustments=(credit,))
    life.hears(e.AccountUpdated, charges=(charge,), adjustments=(credit,))
    assert (life.position.outstanding, life.position.costs) == (1028_00, 25_00)


def test_a_new_instalment_of_the_lender_comes_due_by_itself():
    strategy = by_hand(CALLS, head="on_cure: prevention")
    life = Life(account(strategy, instalments=owes((0, 1000_00)), tariff=DEAR), strategy).until(3)
    life.pays(1003_00)
    life.hears(e.AccountUpdated, instalments=((2, e.PlanInstalment(due=day(40), amount=70_00)),))
    assert life.outcome is None
    assert life.until(45).position.overdue == 70_35


@pytest.mark.parametrize(("by_law", "taken"), [(True, ["letter"]), (False, [])])
def test_a_step_by_law_does_not_wait_for_fresh_payment_information(by_law, taken):
    letter = f"- {{id: letter, do: letter, text: first_letter, from_dpd: 3, by_law: {str(by_law).lower()}}}"
    strategy = by_hand(letter)
    life = Life(account(strategy), strategy, feed=Feed(at(-2), 24)).until(10)
    assert life.steps == taken
