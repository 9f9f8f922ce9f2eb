"""What does a case do when its debtor writes back, stops a channel, wants it again, or stays out of reach?"""

from models import events as e
from models.events import Channel
from tests.policy.cases import Life, account, by_hand
from tests.policy.test_treatment import plain

THREE = """
- {id: one, do: sms, text: first_reminder, fallback: [email]}
- {id: two, do: sms, text: second_reminder, fallback: [email], after_days: 2}
- {id: three, do: sms, text: second_reminder, fallback: [email], after_days: 2}
- {id: four, do: sms, text: second_reminder, fallback: [email], after_days: 2}
"""


def taken_by(life: Life) -> list[tuple[str, Channel | None]]:
    return [(t.act.step, t.act.channel) for t in life.taken]


def test_who_writes_is_read_by_a_person_before_the_cycle_goes_on():
    life = plain(2)
    life.hears(e.ContactOutcome, outcome="callback", channel="sms")
    life.until(3)
    assert "answer" in life.why
    assert [f.why for f in life.case.flags] == ["the debtor answered by sms: read it and reply"]


def test_an_answer_that_nobody_read_does_not_stop_the_cycle_for_ever():
    silent, answered = plain(2), plain(2)
    answered.hears(e.ContactOutcome, outcome="callback", channel="sms")
    assert set(silent.until(12).steps) == set(answered.until(12).steps)


def test_a_person_who_replied_lets_the_cycle_go_on():
    life = plain(2)
    life.hears(e.ContactOutcome, outcome="callback", channel="sms")
    life.hears(e.Release, of="answer", by="anna")
    assert all(hold.ended for hold in life.case.holds)


def test_a_written_answer_is_not_the_outcome_of_an_open_call():
    life = plain(4)
    assert life.case.pending
    life.hears(e.ContactOutcome, outcome="callback", channel="sms")
    assert life.results("call") in ([], ["withdrawn"])


def test_an_answer_is_a_reaction():
    life = plain(2)
    life.hears(e.ContactOutcome, outcome="callback", channel="sms")
    (answer,) = [r for r in life.case.records if r.step == "contact"]
    assert (answer.channel, answer.result) == (Channel.sms, "callback")


def test_a_channel_that_was_stopped_and_is_wanted_again_is_used_again():
    life = plain(0)
    life.hears(e.OptOut, channel="sms")
    assert life.case.opt_outs == (Channel.sms,)
    life.hears(e.OptOut, channel="sms", status="lifted")
    assert life.case.opt_outs == ()


def test_a_message_that_failed_goes_out_otherwise_and_the_next_one_tries_the_channel_again():
    steps = by_hand(THREE)
    life = Life(account(steps), steps).until(1)
    life.hears(e.DeliveryReport, message=life.taken[0].act.key, status="failed")
    life.until(5)
    assert taken_by(life) == [("one", "sms"), ("one", "email"), ("two", "sms")]


def test_a_channel_on_which_three_messages_failed_is_not_tried_a_fourth_time():
    # Far enough apart for the limits of a week.
    steps = by_hand(THREE.replace("after_days: 2", "after_days: 8"))
    life = Life(account(steps), steps).until(1)
    for last_day in (10, 20, 30):
        life.hears(
            e.DeliveryReport, message=[t.act for t in life.taken if t.act.channel == "sms"][-1].key, status="failed"
        )
        life.until(last_day)
    assert taken_by(life.until(40))[-1] == ("four", "email")
    assert Channel.sms not in life.case.reach


def test_a_message_that_bounced_takes_its_channel_away_for_good():
    steps = by_hand(THREE)
    life = Life(account(steps), steps).until(1)
    life.hears(e.DeliveryReport, message=life.taken[0].act.key, status="bounced")
    life.until(5)
    assert taken_by(life) == [("one", "sms"), ("one", "email"), ("two", "email")]
