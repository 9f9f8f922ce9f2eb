"""What keeps a step from being taken: a hold, a channel that is gone, the law, a technical failure."""

from datetime import timedelta

import pytest

from models import events as e
from models.events import Channel
from policy.steps.step_outcomes import base
from tests.policy.cases import Life, account, at, by_hand, day
from tests.policy.test_treatment import PLAIN, plain

# --- holds -----------------------------------------------------------------------------------------------------------


def test_the_last_day_of_a_hold_still_belongs_to_it():
    life = plain(2)
    life.hears(e.Hold, reason="ops", until=day(10))
    assert (life.until(10, "23:59").steps, life.until(11).steps) == (["sms"], ["sms", "call"])


def test_a_hold_ends_by_itself_and_the_story_says_so():
    life = plain(2)
    life.hears(e.Hold, reason="ops", until=day(10))
    assert life.until(11).found(e.HoldEnded)[0].reason == "ops"


def test_of_two_holds_the_longer_one_counts():
    life = plain(2)
    life.hears(e.Hold, reason="ops", until=day(20))
    life.hears(e.Hardship, until=day(10))
    assert (life.until(20).steps, life.until(21).steps) == (["sms"], ["sms", "call"])


def test_a_hold_takes_the_open_call_back_and_it_is_made_afterwards():
    life = plain(4)
    life.hears(e.Hold, reason="ops", until=day(10))
    assert (life.results("call"), life.until(11).diary[-1]) == (["withdrawn"], ("call", 11))


def test_a_protected_party_is_left_in_peace_for_as_long_as_it_takes():
    life = plain(2)
    life.hears(e.Protection, reason="moratorium", until=day(1500))
    assert life.until(1500).steps == ["sms"]


def test_the_wait_says_what_holds_the_case_and_until_when():
    life = plain(2)
    life.hears(e.Hold, reason="ops_pause", until=day(10))
    assert life.why == "ops pause until 11 Mar 2027"


def test_a_hold_stops_the_action_and_not_the_calendar():
    life = plain(2)
    life.hears(e.Hold, reason="ops", until=day(10))
    life.until(11)
    assert (life.last.days_past_due, life.last.days_that_count) == (11, 2)


def test_days_held_twice_are_left_out_once():
    life = plain(2)
    life.hears(e.Hold, reason="ops", until=day(10))
    life.hears(e.Hardship, until=day(8))
    assert life.until(11).last.days_that_count == 2


def test_a_hold_that_was_released_early_counts_to_that_day():
    life = plain(2)
    life.hears(e.Hold, reason="ops", until=day(30))
    life.until(5)
    life.hears(e.Release, of="ops", by="anna")
    assert life.until(10, "12:00").until(12).last.days_that_count == life.last.days_past_due - 4


@pytest.mark.parametrize(("count", "n"), [("past_due", 11), ("that_count", 19)])
def test_a_strategy_goes_by_the_day_count_it_names(count, n):
    counted = by_hand("- {id: sms, do: sms, text: first_reminder, from_dpd: 10}", head=f"count_days: {count}")
    life = Life(account(counted), counted).until(1)
    life.hears(e.Hold, reason="ops", until=day(9 if count == "that_count" else 10))
    assert life.until(60).diary == [("sms", n)]


# --- channels --------------------------------------------------------------------------------------------------------


def test_who_opted_out_of_calls_is_not_called_though_a_call_was_planned():
    life = plain(4)
    life.hears(e.OptOut, channel=Channel.call)
    assert (life.case.pending, life.results("call")) == (None, ["withdrawn", "passed"])


def test_who_opted_out_of_one_channel_is_reached_on_the_next():
    life = plain(0)
    life.hears(e.OptOut, channel=Channel.sms)
    assert life.until(1).taken[0].act.channel is Channel.email


def test_a_channel_the_law_refuses_is_replaced_by_the_next():
    def no_sms(act):
        return e.StepRefused(**base(act, "no"), channel=act.channel, rule="X-1") if act.channel == "sms" else None

    life = Life(account(PLAIN), PLAIN, trouble=no_sms).until(1)
    assert [t.act.channel for t in life.taken] == [Channel.sms, Channel.email]


def test_a_step_the_law_refuses_on_every_channel_is_put_before_a_person_and_the_cycle_goes_on():
    def no_messages(act):
        no = act.channel in ("sms", "email")
        return e.StepRefused(**base(act, "no"), channel=act.channel, rule="X-1") if no else None

    life = Life(account(PLAIN), PLAIN, trouble=no_messages).until(9)
    assert [(f.id, f.why) for f in life.case.flags] == [
        (f"law:e1:{PLAIN.cycles[0].stages[0].steps[0].id}", "sms is refused by law on sms and email")
    ]
    assert [f.why for f in life.found(e.StepPassed)] == ["refused by law on sms and email"]
    assert "call" in life.steps


def test_a_mandatory_step_that_no_channel_can_carry_goes_to_a_person():
    letter = by_hand("- {id: letter, do: letter, text: first_letter, mandatory: true}\n- {id: call, do: call}")
    life = Life(account(letter, reach=(Channel.call,)), letter).until(100)
    assert (life.steps, life.why) == ([], "a person's decision about letter")


def test_a_mandatory_step_the_law_refuses_goes_to_a_person():
    def refused(act):
        return e.StepRefused(**base(act, "no"), channel=None, rule="X-1") if act.step == "letter" else None

    letter = by_hand("- {id: letter, do: letter, text: first_letter, mandatory: true}\n- {id: call, do: call}")
    life = Life(account(letter), letter, trouble=refused).until(100)
    assert (life.steps, life.flags) == ([], ["stuck"])


def test_new_details_free_a_mandatory_step_that_was_stuck():
    letter = by_hand("- {id: letter, do: letter, text: first_letter, mandatory: true}\n- {id: call, do: call}")
    life = Life(account(letter, reach=(Channel.call,)), letter).until(10)
    life.hears(e.ContactDetails, usable={Channel.letter: True})
    assert life.until(11).steps[0] == "letter"


def test_a_step_that_is_not_mandatory_and_reaches_nobody_is_passed_over_with_the_reason():
    life = plain(10, reach=(Channel.letter,))
    passed = [f.why for f in life.found(e.StepPassed)]
    assert passed == ["cannot be reached by sms or email", "cannot be reached by call"]


# --- trouble ---------------------------------------------------------------------------------------------------------


def broken(act):
    return e.StepFailed(**base(act, "failed"), reason="OutOfPaper")


def test_a_step_that_fails_is_tried_again_an_hour_later():
    life = Life(account(PLAIN), PLAIN, trouble=broken).until(1, "11:00")
    assert [t.at - life.taken[0].at for t in life.taken] == [timedelta(0), timedelta(hours=1)]


def test_a_step_that_fails_too_often_goes_to_a_person_and_stops():
    life = Life(account(PLAIN), PLAIN, trouble=broken).until(30)
    assert (len(life.taken), life.case.flags[-1].why) == (5, "a person decides: sms failed 5 times")


def test_that_person_can_have_it_tried_again():
    life = Life(account(PLAIN), PLAIN, trouble=broken).until(30)
    life.trouble = lambda act: None
    life.hears(e.Release, of="sms", by="anna")
    assert life.until(31).steps[0] == "sms"


def test_that_person_can_give_it_up_and_the_cycle_goes_on():
    life = Life(account(PLAIN), PLAIN, trouble=broken).until(30)
    life.trouble = lambda act: None
    life.hears(e.Release, of="sms", by="anna", granted=False)
    assert life.until(40).steps[0] == "call"


def test_a_deferred_step_is_taken_when_the_deferral_ends():
    moment = at(3, "15:00")
    life = Life(account(PLAIN), PLAIN)
    life.trouble = lambda act: (
        e.StepDeferred(**base(act, "later"), until=moment, rule="HOUSE-1") if life.now < moment else None
    )
    assert life.until(3).taken[-1].at == moment
