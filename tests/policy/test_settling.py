"""What is owed when a settlement, a deferral or a new schedule is fulfilled or broken, and how the sum is explained."""

from models import events as e
from tests.policy.cases import Life, at, day
from tests.policy.test_offers import debtor, less, makes, says, states


def settled_case(life: Life) -> Life:
    says(life, less(life))
    life.until(10).pays(240_00)
    return life


# --- settlement ------------------------------------------------------------------------------------------------------


def test_a_settlement_that_is_paid_waives_the_rest_and_closes_the_case():
    life = settled_case(debtor(6))
    assert (life.outcome, states(life), life.why) == ("paid", ["fulfilled"], "settled for less: 60.00 EUR waived")
    assert [(a.amount, a.reason) for a in life.case.adjustments] == [(-60_00, "settled")]


def test_who_pays_a_settlement_in_time_has_accepted_it():
    life = debtor(6)
    less(life)
    life.until(10).pays(240_00)
    assert (life.outcome, states(life)) == ("paid", ["fulfilled"])


def test_news_of_a_settlement_paid_in_time_may_come_after_it_expired():
    life = debtor(6)
    less(life)
    life.until(18)
    assert states(life) == ["expired"]
    life.pays(240_00, value_date=day(15))
    assert life.outcome == "paid"


def test_a_cent_less_than_a_settlement_settles_nothing():
    life = debtor(6)
    says(life, less(life))
    life.until(10).pays(239_99)
    assert (states(life.until(18)), life.position.outstanding) == (["broken"], 60_01)


def test_a_settlement_that_is_not_paid_breaks_and_the_full_debt_is_owed():
    life = debtor(4)
    says(life, less(life))
    assert (states(life.until(18)), life.position.outstanding, life.steps) == (["broken"], 300_00, ["sms"])


def test_what_was_waived_is_owed_again_when_the_money_for_it_is_taken_back():
    life = settled_case(debtor(6))
    life.until(30)
    life.hears(e.PaymentReversed, payment=life.case.payments[0].event_id)
    assert (life.outcome, states(life), life.position.outstanding) == (None, ["broken"], 300_00)
    assert [a.amount for a in life.case.adjustments] == [-60_00, 60_00]


def test_a_settlement_paid_anew_after_a_reversal_in_time_is_settled_anew():
    life = settled_case(debtor(6))
    life.hears(e.PaymentReversed, payment=life.case.payments[0].event_id)
    assert (states(life), life.position.outstanding) == (["accepted"], 300_00)
    life.pays(240_00)
    assert (life.outcome, [a.amount for a in life.case.adjustments]) == ("paid", [-60_00, 60_00, -60_00])


# --- deferral --------------------------------------------------------------------------------------------------------


def test_nothing_is_chased_until_the_new_day_of_a_deferral():
    life = debtor(4)
    says(life, makes(life, "deferral", (40, 200_00)))
    assert (life.until(41).steps, life.until(42).steps, states(life)) == ([], ["sms"], ["broken"])


def test_a_deferral_that_is_paid_is_fulfilled_and_the_case_is_cured():
    life = debtor(4)
    says(life, makes(life, "deferral", (40, 200_00)))
    life.until(40).pays(200_00)
    assert (states(life), life.outcome) == (["fulfilled"], "cured")


def test_when_a_deferral_breaks_all_may_fall_due_at_once():
    life = debtor(4)
    says(life, makes(life, "deferral", (40, 200_00), if_broken="all_at_once"))
    assert (life.until(42).position.overdue, life.position.outstanding) == (200_00, 300_00)
    assert life.until(43).position.overdue == 300_00


# --- restructuring ---------------------------------------------------------------------------------------------------

NEW = ((40, 105_00, 5_00), (71, 103_00, 3_00), (101, 102_00, 2_00))


def restructured(if_broken: str = "old_terms", *, n: int = 6, paid: int = 0) -> Life:
    life = debtor(n, opened=at(n - 5))
    if paid:
        life.pays(paid)
    owed = life.position.outstanding
    rows = tuple((n, a - (300_00 - owed) // 3, i) for n, a, i in NEW)
    return says(life, makes(life, "restructuring", *rows, if_broken=if_broken))


def test_a_new_schedule_takes_the_place_of_the_old_one_and_the_sum_is_explained():
    life = restructured()
    assert [(i.due, i.amount, i.interest) for i in life.case.instalments][-3:] == [(day(n), a, i) for n, a, i in NEW]
    assert (life.position.outstanding, life.position.overdue, life.position.open[0][0].due) == (310_00, 0, day(40))
    assert [(a.amount, a.reason) for a in life.case.adjustments] == [(-100_00, "restructured")]


def test_what_was_paid_before_stays_paid():
    life = restructured(paid=30_00)
    assert (life.position.outstanding, [rest for _, rest in life.position.open]) == (280_00, [95_00, 93_00, 92_00])


def test_what_was_paid_ahead_stays_paid_too():
    life = restructured(n=-3, paid=150_00)
    assert (life.position.outstanding, [rest for _, rest in life.position.open]) == (160_00, [55_00, 53_00, 52_00])


def test_money_between_offer_and_answer_pays_the_new_schedule():
    life = debtor(6)
    offer = makes(life, "restructuring", *NEW)
    life.until(8).pays(50_00)
    says(life, offer)
    assert [rest for _, rest in life.position.open] == [55_00, 103_00, 102_00]


def test_a_restructured_case_is_not_closed_as_cured_but_followed_to_its_end():
    life = restructured()
    assert (life.outcome, life.why) == (None, "restructuring: 105.00 EUR by 10 Apr 2027")
    for n, amount, _ in NEW:
        life.until(n).pays(amount)
    assert (life.outcome, states(life), life.taken) == ("paid", ["fulfilled"], [t for t in life.taken if t.day == 5])


def test_when_a_new_schedule_breaks_the_old_terms_hold_and_what_was_paid_counts():
    life = restructured()
    life.until(40).pays(105_00)
    life.until(75)
    assert (states(life), life.position.outstanding, life.position.overdue) == (["broken"], 195_00, 195_00)
    assert [i.due for i in life.case.instalments] == [day(0), day(31), day(61)]


def test_where_nothing_of_a_new_schedule_is_paid_the_old_episode_goes_on():
    life = restructured().until(43)
    assert (life.case.episode, life.position.oldest_unpaid, life.case.stage) == (1, day(0), "out_of_court")


def test_a_new_schedule_may_stand_when_it_breaks():
    life = restructured("rest")
    assert (life.until(43).position.overdue, life.position.outstanding, states(life)) == (105_00, 310_00, ["broken"])


def test_when_all_falls_due_at_once_interest_of_months_to_come_is_not_asked_for():
    life = restructured("all_at_once").until(43)
    assert life.position.open[0][0].interest == 5_00
    assert (life.position.outstanding, life.position.overdue) == (308_00, 308_00)
