"""Act, wait or close: in the order of thinking, with its reason, on the debtor's own day."""

from datetime import timedelta

import pytest

from models import events as e
from models.decisions import Wait
from policy.deciding.treatment import Feed
from tests.policy.cases import SHIPPED, Life, account, at, by_hand, day, owes, staged

CALLS = """
- {id: sms, do: sms, text: first_reminder, fallback: [email]}
- {id: call, do: call, after_days: 3, times: 10, every_days: 3}
- {id: letter, do: letter, text: first_letter, mandatory: true, after_days: 3}
"""
PLAIN = by_hand(CALLS)
PREVENTS = staged(
    {
        "prevention": (-3, "- {id: before_due, do: sms, text: reminder_before_due, from_dpd: -3, until_dpd: -1}"),
        "early": (1, "- {id: sms, do: sms, text: first_reminder}\n- {id: call, do: call, after_days: 3, times: 9}"),
    },
    head="on_cure: prevention",
)


def plain(n: int, **more: object) -> Life:
    return Life(account(PLAIN, **more), PLAIN).until(n)


# --- closed by position ----------------------------------------------------------------------------------------------


def test_who_has_paid_everything_is_done():
    life = plain(4)
    life.pays(120_00)
    assert (life.outcome, life.why) == ("paid", "nothing is outstanding")


def test_a_paid_case_never_acts_again():
    life = plain(4)
    life.pays(120_00)
    assert life.until(400).steps == ["sms", "call"]


def test_a_payment_takes_the_open_call_off_the_worklist():
    life = plain(4)
    life.pays(120_00)
    assert life.results("call") == ["withdrawn"]


def test_nothing_overdue_any_more_ends_a_case_as_cured():
    life = plain(4, instalments=owes((0, 60_00), (31, 60_00)))
    life.pays(60_00)
    assert life.outcome == "cured"


def test_nothing_overdue_any_more_leads_back_to_prevention_where_the_strategy_says_so():
    life = Life(account(PREVENTS, instalments=owes((0, 60_00), (31, 60_00))), PREVENTS).until(4)
    life.pays(60_00)
    assert (life.outcome, life.until(29).diary[-1]) == (None, ("before_due", 29))


def test_a_cured_debtor_is_not_called_though_the_case_goes_on():
    life = Life(account(PREVENTS, instalments=owes((0, 60_00), (31, 60_00))), PREVENTS).until(4)
    life.pays(60_00)
    assert (life.case.pending, life.results("call")) == (None, ["withdrawn"])


def test_a_call_about_an_instalment_that_was_paid_before_its_day_is_taken_back():
    early = staged(
        {
            "prevention": (-7, "- {id: capacity, do: call, from_dpd: -7, until_dpd: -2}"),
            "early": (1, "- {id: sms, do: sms, text: first_reminder}"),
        }
    )
    life = Life(account(early, opened=at(-10), instalments=owes((0, 60_00), (31, 60_00))), early).until(-7)
    life.pays(60_00)
    assert (life.steps, life.case.pending) == (["capacity"], None)


def test_a_partial_payment_hides_nothing_of_the_rest():
    life = plain(4)
    life.pays(60_00)
    assert (life.outcome, life.last.overdue, life.until(9).steps) == (None, 60_00, ["sms", "call", "call"])


# --- reversals -------------------------------------------------------------------------------------------------------


def test_a_paid_case_whose_money_is_taken_back_goes_on_where_it_was():
    life = plain(4)
    paid = life.pays(120_00)
    life.until(6)
    life.hears(e.PaymentReversed, payment=paid.event_id)
    assert (life.outcome, life.until(12).steps) == (None, ["sms", "call", "call", "call"])


def test_a_cured_case_whose_money_is_taken_back_goes_on_where_it_was():
    life = plain(4, instalments=owes((0, 60_00), (90, 60_00)))
    paid = life.pays(60_00)
    life.until(6)
    life.hears(e.PaymentReversed, payment=paid.event_id)
    assert (life.outcome, life.until(12).steps.count("sms")) == (None, 1)


def test_the_story_tells_that_a_case_was_opened_again():
    life = plain(4)
    paid = life.pays(120_00)
    life.hears(e.PaymentReversed, payment=paid.event_id)
    assert life.found(e.Reopened)[0].was == "paid"


def test_a_case_that_waited_for_a_proof_when_it_was_paid_can_go_on():
    notice = by_hand("- {id: diffida, do: formal_notice, mandatory: true}\n- {id: sms, do: sms, text: first_reminder}")
    life = Life(account(notice), notice).until(2)
    paid = life.pays(120_00)
    life.hears(e.PaymentReversed, payment=paid.event_id)
    life.until(5)
    assert len({t.act.key for t in life.taken}) == len(life.taken) == 2


def test_a_new_debt_after_the_cure_begins_at_the_beginning():
    life = Life(account(PREVENTS, instalments=owes((0, 60_00), (31, 60_00))), PREVENTS).until(4)
    life.pays(60_00)
    assert life.until(36).diary[-3:] == [("before_due", 29), ("sms", 32), ("call", 35)]


def test_a_debt_that_falls_due_on_the_day_of_the_cure_begins_at_the_beginning():
    life = Life(account(PREVENTS, instalments=owes((0, 60_00), (4, 60_00))), PREVENTS).until(4)
    life.pays(60_00)
    assert [step for step, n in life.until(9).diary if n > 4] == ["sms", "call"]


# --- catching up -----------------------------------------------------------------------------------------------------


def test_after_a_long_sleep_the_steps_are_caught_up_one_a_day_and_three_a_week():
    steps = "\n".join(f"- {{id: s{n}, do: sms, text: first_reminder, from_dpd: {n}}}" for n in range(1, 5))
    late = by_hand(steps)
    life = Life(account(late, opened=at(21, "06:00")), late).until(30)
    # Day 28 is Easter Monday.
    assert life.diary == [("s1", 21), ("s2", 22), ("s3", 23), ("s4", 29)]


def test_two_accounts_of_one_person_get_one_demand_a_day():
    both = by_hand("- {id: sms, do: sms, text: first_reminder}")
    first = Life(account(both), both).until(1)
    second = Life(account(both, account="a2"), both, log=first.log).until(3)
    assert (first.diary, second.diary) == ([("sms", 1)], [("sms", 2)])


def test_two_steps_that_are_due_on_one_day_are_taken_on_two():
    two = by_hand("- {id: one, do: sms, text: first_reminder}\n- {id: two, do: email, text: first_reminder}")
    assert Life(account(two), two).until(5).diary == [("one", 1), ("two", 2)]


# --- release, stale feed, threshold ----------------------------------------------------------------------------------


def test_a_stale_payment_feed_stops_demands():
    feed = Feed(at(-2), 24)
    assert Life(account(PLAIN), PLAIN, feed=feed).until(20).taken == []


def test_a_stale_payment_feed_is_looked_at_again_the_next_morning_and_demands_go_on_when_it_is_fresh():
    life = Life(account(PLAIN), PLAIN, feed=Feed(at(-2), 24)).until(5)
    life.feed = Feed(at(7, "07:00"), 24)
    assert life.until(7).diary == [("sms", 7)]


@pytest.mark.parametrize(("seconds", "steps"), [(-1, ["sms"]), (0, ["sms"]), (1, [])], ids=["under", "equal", "over"])
def test_a_feed_is_stale_only_after_its_hours(seconds, steps):
    moment = plain(1).taken[0].at
    feed = Feed(moment - timedelta(hours=24, seconds=seconds), 24)
    assert Life(account(PLAIN), PLAIN, feed=feed).until(1).steps == steps


def test_a_mandatory_step_too_waits_for_the_feed():
    letter = by_hand("- {id: letter, do: letter, text: first_letter, mandatory: true}")
    assert Life(account(letter), letter, feed=Feed(at(-2), 24)).until(9).steps == []


BELOW = by_hand(
    "- {id: sms, do: sms, text: first_reminder}\n- {id: call, do: call, after_days: 3, times: 9, if: {reacted: false}}",
    head="worth_chasing: {EUR: 10}",
)


def test_who_owes_less_than_is_chased_is_not_called():
    life = Life(account(BELOW), BELOW).until(4)
    life.pays(115_00)
    assert (life.case.pending, life.results("call")) == (None, ["withdrawn"])


def test_below_the_threshold_no_step_is_passed_over():
    life = Life(account(BELOW, instalments=owes((0, 50_00), (31, 50_00))), BELOW).until(2)
    life.pays(45_00)
    assert life.until(20).found(e.StepPassed) == []


def test_below_the_threshold_the_reason_says_so():
    life = Life(account(BELOW), BELOW).until(2)
    life.pays(115_00)
    assert life.why == "5.00 EUR overdue is below what is chased"


# --- the answer itself -----------------------------------------------------------------------------------------------


def test_every_wait_lies_ahead():
    life = plain(60)
    waits = [(d.at, d.next.until) for d in life.decisions if isinstance(d.next, Wait) and d.next.until]
    assert waits
    assert all(until > told for told, until in waits)


def test_a_step_is_taken_in_the_debtors_morning():
    life = plain(1, country="US", zone="America/New_York")
    assert at(1, "08:00", "America/New_York") <= life.taken[0].at < at(1, "11:00", "America/New_York")


def test_the_reason_of_a_step_says_why_now():
    assert plain(4).taken[-1].act.why == "call 1, 3 days after sms"


def test_a_reason_fits_into_a_summary():
    life = plain(4)
    for n in range(30):
        life.hears(e.Hold, reason=f"a_very_long_reason_{n}", until=day(60))
    assert len(life.why.encode()) <= 200


def test_the_specialist_of_the_account_makes_its_calls():
    life = Life(account("cec")).until(11)
    assert life.taken[-1].act.assignee == "specialist_nord"


@pytest.mark.parametrize("name", SHIPPED)
def test_the_same_question_has_the_same_answer(name):
    lives = [Life(account(name, instalments=owes((0, 100_00)))).answering(call="no_answer").until(60) for _ in "ab"]
    assert lives[0].decisions == lives[1].decisions
