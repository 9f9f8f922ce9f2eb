"""Promises are decided by clock and ledger, at the end of the debtor's day plus grace; until then nobody is chased."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models import events as e
from models.agreement_terms import PromiseRules
from models.case import Case, Promise
from policy.agreeing.promises import deadline, verdicts
from tests.policy.cases import DUE, Life, account, at, by_hand, day

CHASE = by_hand(
    """
    - {id: sms, do: sms, text: first_reminder, from_dpd: 5}
    - {id: call, do: call, from_dpd: 10, times: 20, every_days: 2}
    """,
    head="promise: {grace_days: 1, tolerance: 0.05, max_days: 30}",
    cycle="on_broken_promise: [{id: reaction, do: sms, text: broken_promise}, "
    "{id: reaction_call, do: call, after_days: 2}]",
)


def chased(n: int = 10) -> Life:
    """A debtor who was called first on day 10."""
    return Life(account(CHASE), CHASE).until(n)


def verdict(life: Life, n: int = 0) -> str:
    return life.case.promises[n].verdict


# --- while it runs ---------------------------------------------------------------------------------------------------


def test_while_a_promise_runs_nobody_is_chased():
    life = chased(4)
    life.promises(50_00, by=20)
    assert life.until(21).taken == []


def test_the_wait_for_a_promise_says_what_was_promised():
    life = chased(4)
    life.promises(50_00, by=20)
    assert life.why == "promise of 50.00 EUR by 21 Mar 2027"


def test_a_promise_takes_the_open_call_off_the_worklist():
    life = chased(10)
    life.promises(50_00, by=20)
    assert (life.case.pending, life.results("call")) == (None, ["withdrawn"])


def test_a_call_that_was_taken_back_is_made_later():
    life = chased(10)
    life.promises(50_00, by=12)
    life.pays(50_00)
    assert life.until(13).steps.count("call") == 2


def test_an_hour_before_the_deadline_the_promise_still_runs():
    life = chased()
    life.promises(50_00, by=20)
    assert verdict(life.until(21, "23:00")) == "running"


# --- kept, partly kept, broken ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paid", "found"),
    [(0, "broken"), (1, "partly_kept"), (95_00 - 1, "partly_kept"), (95_00, "kept"), (95_01, "kept"), (100_00, "kept")],
)
def test_a_promise_is_kept_when_no_more_than_the_tolerance_is_missing(paid, found):
    life = chased()
    life.promises(100_00, by=20)
    if paid:
        life.pays(paid)
    assert verdict(life.until(22)) == found


@pytest.mark.parametrize(
    ("n", "clock", "found"), [(21, "23:59", "kept"), (22, "00:00", "broken"), (22, "00:01", "broken")]
)
def test_the_day_of_grace_counts_to_its_last_minute(n, clock, found):
    life = chased()
    life.promises(100_00, by=20)
    life.until(n, clock)
    life.pays(100_00)
    assert verdict(life) == found


def test_a_promise_is_decided_by_itself_when_its_time_is_over():
    life = chased()
    life.promises(100_00, by=20)
    assert life.until(22, "00:00").found(e.PromiseSettled)[0].verdict == "broken"


def test_money_that_came_before_the_promise_does_not_keep_it():
    life = chased()
    life.pays(50_00)
    life.until(10, "20:30").promises(50_00, by=20)
    assert verdict(life.until(22)) == "broken"


def test_money_that_reached_the_bank_in_time_keeps_the_promise_though_the_news_was_late():
    life = chased()
    life.promises(50_00, by=20)
    life.until(23)
    life.pays(50_00, value_date=day(20))
    assert verdict(life) == "kept"


def test_money_that_reached_the_bank_too_late_does_not_keep_the_promise():
    life = chased()
    life.promises(50_00, by=20)
    life.until(23)
    life.pays(50_00, value_date=day(22))
    assert verdict(life) == "broken"


def test_a_kept_promise_is_taken_back_with_its_money():
    life = chased()
    life.promises(50_00, by=20)
    paid = life.pays(50_00)
    life.until(25)
    life.hears(e.PaymentReversed, payment=paid.event_id)
    assert verdict(life) == "broken"


def test_a_kept_promise_whose_money_is_taken_back_in_time_runs_again():
    life = chased()
    life.promises(50_00, by=20)
    paid = life.pays(50_00)
    life.hears(e.PaymentReversed, payment=paid.event_id)
    assert (verdict(life), life.why) == ("running", "promise of 50.00 EUR by 21 Mar 2027")


def test_after_a_kept_promise_the_rest_is_chased_again():
    life = chased()
    life.promises(50_00, by=20)
    life.pays(50_00)
    assert life.until(14).steps.count("call") == 2


# --- several promises ------------------------------------------------------------------------------------------------


def test_promises_are_served_first_in_first_out():
    life = chased()
    life.promises(40_00, by=15)
    life.promises(60_00, by=20)
    life.pays(50_00)
    assert [p.verdict for p in life.until(22).case.promises] == ["kept", "partly_kept"]


def test_the_same_money_does_not_keep_two_promises():
    life = chased()
    life.promises(50_00, by=15)
    life.promises(50_00, by=20)
    life.pays(50_00)
    assert [p.verdict for p in life.until(22).case.promises] == ["kept", "broken"]


def test_money_too_late_for_the_first_promise_serves_the_second():
    life = chased()
    life.promises(50_00, by=12)
    life.promises(50_00, by=20)
    life.until(16)
    life.pays(50_00)
    assert [p.verdict for p in life.until(22).case.promises] == ["broken", "kept"]


def test_what_keeps_the_case_quiet_is_the_promise_that_still_runs():
    life = chased()
    life.promises(50_00, by=12)
    life.promises(50_00, by=20)
    assert "reaction" not in life.until(21).steps


# --- what a broken promise brings ------------------------------------------------------------------------------------


def test_a_broken_promise_brings_its_reaction_the_next_morning():
    life = chased()
    life.promises(50_00, by=20)
    assert ("reaction", 22) in life.until(30).diary


def test_the_steps_of_the_reaction_keep_their_gap():
    life = chased()
    life.promises(50_00, by=20)
    assert ("reaction_call", 24) in life.until(30).diary


def test_a_broken_promise_brings_its_reaction_once():
    life = chased()
    life.promises(50_00, by=20)
    assert life.until(60).steps.count("reaction") == 1


def test_each_broken_promise_brings_its_own_reaction():
    life = chased()
    life.promises(50_00, by=15)
    life.until(30)
    life.promises(50_00, by=35)
    assert life.until(50).steps.count("reaction") == 2


def test_promises_that_break_in_another_order_than_they_were_made_each_bring_a_reaction():
    life = chased()
    life.promises(50_00, by=20)
    life.promises(50_00, by=15)
    assert life.until(50).steps.count("reaction") == 2


def test_a_partly_kept_promise_brings_a_reaction_too():
    life = chased()
    life.promises(50_00, by=20)
    life.pays(10_00)
    assert "reaction" in life.until(30).steps


def test_a_promise_made_before_the_due_date_brings_its_reaction_when_it_breaks():
    life = Life(account(CHASE, opened=at(-5)), CHASE).until(-2)
    life.promises(120_00, by=3)
    assert ("reaction", 5) in life.until(8).diary


def test_after_the_reaction_the_cycle_goes_on():
    life = chased()
    life.promises(50_00, by=20)
    assert [s for s, d in life.until(40).diary if d > 24][:1] == ["call"]


def test_a_promise_taken_back_with_its_money_brings_its_reaction():
    life = chased()
    life.promises(50_00, by=20)
    paid = life.pays(50_00)
    life.until(25)
    life.hears(e.PaymentReversed, payment=paid.event_id)
    assert "reaction" in life.until(30).steps


# --- what cannot be promised -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("by", "taken"), [(9, False), (10, True), (40, True), (41, False)])
def test_a_promise_is_for_today_up_to_the_longest_time(by, taken):
    life = chased()
    life.promises(50_00, by=by)
    assert bool(life.case.promises) == taken


@pytest.mark.parametrize(("amount", "taken"), [(119_99, True), (120_00, True), (120_01, False)])
def test_no_more_is_promised_than_is_owed(amount, taken):
    life = chased()
    life.promises(amount, by=20)
    assert bool(life.case.promises) == taken


def test_a_promise_that_cannot_be_taken_is_left_for_a_person_with_the_reason():
    life = chased()
    life.promises(50_00, by=9)
    assert "the promised day 10 Mar 2027 is past" in life.case.flags[-1].why


def test_more_promises_than_the_strategy_takes_are_answered_with_what_to_do_instead():
    life = Life(account(CHASE, promises_at_most=2), CHASE).until(4)
    for by in (10, 11, 12):
        life.promises(10_00, by=by)
    assert len(life.case.promises) == 2
    assert life.case.flags[-1].why.endswith(
        "2 promises were given, the most by the strategy: offer or agree a plan instead"
    )


def test_a_promise_keeps_how_and_by_whom_it_was_given():
    life = chased(4)
    life.hears(e.PromiseToPay, amount=10_00, due=day(10), channel=e.Channel.call, by="anna")
    assert (life.case.promises[0].channel, life.case.promises[0].by) == (e.Channel.call, "anna")


# --- the edge of the debtor's day ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "due", "late"),
    [
        ("Europe/Rome", date(2027, 3, 26), "2027-03-27T23:00Z"),
        ("Europe/Rome", date(2027, 3, 27), "2027-03-28T22:00Z"),
        ("Europe/Rome", date(2027, 3, 28), "2027-03-29T22:00Z"),
        ("Europe/Rome", date(2027, 10, 30), "2027-10-31T23:00Z"),
        ("America/New_York", date(2027, 3, 13), "2027-03-15T04:00Z"),
        ("America/New_York", date(2027, 11, 6), "2027-11-08T05:00Z"),
        ("Pacific/Kiritimati", date(2027, 3, 1), "2027-03-02T10:00Z"),
        ("Pacific/Pago_Pago", date(2027, 3, 1), "2027-03-03T11:00Z"),
    ],
)
def test_the_deadline_is_the_end_of_the_debtors_own_day_plus_grace(zone, due, late):
    assert deadline(due, PromiseRules(grace_days=1), zone) == datetime.fromisoformat(late)


@pytest.mark.parametrize(("zone", "found"), [("America/New_York", "running"), ("Europe/Rome", "broken")])
def test_one_instant_is_late_in_rome_and_in_time_in_new_york(zone, found):
    made = at(0)
    case: Case = account(CHASE, zone=zone)
    case = case.model_copy(update={"promises": (Promise(event_id="p", amount=100, due=day(3), made=made),)})
    now = datetime.combine(DUE + timedelta(days=5), datetime.min.time(), UTC)
    assert next(verdicts(case, PromiseRules(grace_days=1), now)).verdict == found


def test_on_the_day_the_clocks_go_forward_money_in_its_last_hour_is_in_time():
    life = Life(account(CHASE, zone="Europe/Rome"), CHASE).until(20)
    life.promises(100_00, by=26)
    life.until(27, "23:30")
    life.pays(100_00)
    assert verdict(life) == "kept"
