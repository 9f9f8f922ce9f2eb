"""A plan is kept instalment by instalment, by clock and ledger; while it runs nobody is chased."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import events as e
from models.events import Channel
from policy.steps.step_outcomes import step_input
from tests.policy.cases import DUE, Life, account, by_hand, day, owes
from tests.policy.test_promises import chased


def plan(life: Life, *parts: tuple[int, int]) -> Life:
    instalments = tuple(e.PlanInstalment(due=day(n), amount=amount) for n, amount in parts)
    life.hears(e.PlanAgreed, instalments=instalments)
    return life


def test_while_a_plan_runs_nobody_is_chased():
    assert plan(chased(4), (20, 60_00), (50, 60_00)).until(21).taken == []


def test_a_plan_that_is_paid_ends_as_paid():
    life = plan(chased(4), (20, 60_00), (50, 60_00)).until(20)
    life.pays(60_00)
    life.until(50)
    life.pays(60_00)
    assert (life.case.plans[0].verdict, life.outcome) == ("fulfilled", "paid")


def test_a_plan_breaks_when_an_instalment_does_not_come_and_the_cycle_goes_on():
    life = plan(chased(4), (20, 60_00), (50, 60_00)).until(22)
    assert (life.case.plans[0].verdict, life.steps) == ("broken", ["sms"])


def test_a_plan_that_is_paid_ahead_of_time_does_not_break_early():
    life = plan(chased(4), (20, 60_00), (50, 60_00)).until(10)
    life.pays(115_00)
    assert life.until(45).case.plans[0].verdict == "running"


def test_a_second_instalment_that_does_not_come_breaks_the_plan():
    life = plan(chased(4), (20, 60_00), (50, 60_00)).until(20)
    life.pays(60_00)
    assert (life.until(51, "23:00").steps, life.until(52).steps) == ([], ["sms"])


@pytest.mark.parametrize("parts", [((9, 120_00),), ((20, 119_00),), ((20, 121_00),)])
def test_a_plan_that_begins_in_the_past_or_does_not_sum_to_what_is_owed_is_left_for_a_person(parts):
    life = plan(chased(), *parts)
    assert (life.case.plans, life.flags) == ((), ["event"])


def test_a_new_plan_takes_the_place_of_the_one_that_runs():
    life = plan(plan(chased(4), (20, 60_00), (50, 60_00)).until(10), (40, 120_00))
    life.until(30)
    assert ([p.verdict for p in life.case.plans], life.steps) == (["replaced", "running"], [])


# --- catching up, reminders ------------------------------------------------------------------------------------------

CATCH_UP = by_hand(
    "- {id: sms, do: sms, text: first_reminder, from_dpd: 5}",
    head="plan: {grace_days: 1, tolerance: 0, on_missed: catch_up, catch_up_days: 7, "
    "reminder: {days_before: 3, fallback: [email]}}",
)
HALVES = ((20, 60_00), (50, 60_00))


def catching_up(n: int, *parts: tuple[int, int], **facts: Any) -> Life:
    return plan(Life(account(CATCH_UP, **facts), CATCH_UP).until(4), *(parts or HALVES)).until(n)


def reminded(life: Life) -> list[int]:
    return [n for step, n in life.diary if step == "plan_reminder"]


def test_a_missed_sum_that_is_made_good_in_time_lets_the_plan_go_on():
    life = catching_up(28)
    assert life.why == "plan: 60.00 EUR missed on 21 Mar 2027, to be made good by 29 Mar 2027"
    life.pays(60_00)
    assert (life.until(45).case.plans[0].verdict, life.why) == ("running", "plan: 60.00 EUR by 20 Apr 2027")


def test_a_missed_sum_that_is_not_made_good_breaks_the_plan_at_the_end_of_its_last_day():
    life = catching_up(28).until(28, "23:59")
    assert (life.case.plans[0].verdict, life.until(29, "00:00").case.plans[0].verdict) == ("running", "broken")


def test_each_instalment_is_reminded_of_once_some_days_before():
    life = catching_up(20)
    life.pays(60_00)
    assert reminded(life.until(49)) == [17, 47]


def test_an_instalment_that_is_paid_already_is_not_reminded_of():
    life = catching_up(10)
    life.pays(60_00)
    assert reminded(life.until(46)) == []


def test_a_reminder_says_what_was_agreed_for_when():
    life = catching_up(17)
    asked = step_input(life.case, life.taken[-1].act, life.now)
    assert (asked.promise_amount, asked.promise_due, life.taken[-1].act.text) == (60_00, day(20), "agreed_reminder")


@pytest.mark.parametrize("reason", ["ops_pause", "dispute", "protection"])
def test_while_something_else_holds_the_case_no_reminder_is_sent(reason):
    life = catching_up(10)
    kinds: dict[str, tuple[type[e.Event], dict[str, Any]]] = {
        "ops_pause": (e.Hold, {"reason": "ops_pause"}),
        "dispute": (e.Dispute, {}),
        "protection": (e.Protection, {"reason": "lawyer"}),
    }
    kind, fields = kinds[reason]
    life.hears(kind, **fields)
    assert reminded(life.until(20)) == []


def test_a_reminder_keeps_the_lawful_hours_and_goes_by_another_channel_where_the_first_is_not_wanted():
    life = catching_up(10, (13, 60_00), (50, 60_00))
    life.hears(e.OptOut, channel=Channel.sms)
    # Day 20 is a Sunday: three days before day 23.
    life = plan(life, (23, 60_00), (50, 60_00)).until(22)
    sent = life.taken[-1]
    assert (sent.day, sent.act.channel) == (21, Channel.email)


def test_who_cannot_be_reached_before_the_day_is_not_reminded_after_it():
    life = catching_up(19, reach=(Channel.call,)).until(19, "20:30")
    life.hears(e.ContactDetails, usable={Channel.sms: True})
    # Day 20, the agreed one, is a Sunday; the day after it would be too late.
    assert reminded(life.until(28)) == []


def test_a_plan_over_a_leap_day_is_due_at_the_end_of_that_day():
    leap = (date(2028, 2, 29) - DUE).days
    life = catching_up(10, (leap, 120_00)).until(leap + 1, "23:59")
    assert (life.case.plans[0].verdict, life.why[:4]) == ("running", "plan")
    assert "missed on 29 Feb 2028" in life.until(leap + 2, "00:00").why


@pytest.mark.parametrize(("paid", "found"), [(57_00, "running"), (56_99, "broken")])
def test_a_plan_bears_the_share_that_may_be_missing(paid, found):
    life = plan(chased(4), (20, 60_00), (50, 60_00)).until(20)
    life.pays(paid)
    assert life.until(22).case.plans[0].verdict == found


def test_a_fulfilled_plan_is_taken_back_with_its_money():
    life = plan(chased(4), (20, 120_00)).until(20)
    paid = life.pays(120_00)
    assert life.outcome == "paid"
    life.until(30)
    life.hears(e.PaymentReversed, payment=paid.event_id)
    assert (life.case.plans[0].verdict, life.outcome) == ("broken", None)


def test_late_news_of_money_in_time_lets_a_broken_plan_run_again():
    life = plan(chased(4), (20, 60_00), (50, 60_00)).until(23)
    assert life.case.plans[0].verdict == "broken"
    life.pays(60_00, value_date=day(20))
    assert (life.case.plans[0].verdict, life.why) == ("running", "plan: 60.00 EUR by 20 Apr 2027")


def test_a_plan_that_runs_keeps_a_case_open_that_is_not_overdue_any_more():
    two = by_hand("- {id: sms, do: sms, text: first_reminder, from_dpd: 5}")
    life = Life(account(two, instalments=owes((0, 60_00), (61, 60_00))), two).until(4)
    plan(life, (20, 60_00), (50, 60_00)).until(20).pays(60_00)
    assert (life.position.overdue, life.outcome) == (0, None)


@settings(deadline=None, max_examples=40)
@given(
    st.permutations(["a", "b", "c", "-a", "-c"]),
    st.tuples(st.integers(1, 60_00), st.integers(1, 60_00), st.integers(1, 60_00)),
)
def test_any_order_of_the_same_payments_and_reversals_ends_in_the_same_verdicts(order, amounts):
    def told(words: Sequence[str]) -> list[str]:
        life = chased(4)
        life.promises(40_00, by=12)
        plan(life, (20, 60_00), (50, 60_00)).until(8)
        money = dict(zip("abc", amounts, strict=True))
        life.take(
            *(
                e.PaymentReversed(event_id=f"back{word}", payment=word[1:])
                if word.startswith("-")
                else e.PaymentReceived(event_id=word, amount=money[word], currency="EUR")
                for word in words
            )
        )
        life.until(60)
        return [p.verdict for p in life.case.promises] + [p.verdict for p in life.case.plans]

    assert told(order) == told(["a", "b", "c", "-a", "-c"])
