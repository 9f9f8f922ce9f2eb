"""What a case makes of what it hears: out of order, twice, too late, about the wrong task, after its end."""

import pytest

from models import events as e
from models.case import Case
from models.events import Channel, Heard
from policy.deciding.taking import apply
from policy.facts.fact_table import objection
from policy.steps.step_outcomes import base
from tests.policy.cases import Life, account, at, by_hand, day, owes

LADDER = by_hand(
    """
    - {id: sms, do: sms, text: first_reminder, fallback: [email, letter]}
    - {id: call, do: call, after_days: 3, times: 3, every_days: 2}
    - {id: offer, do: offer, text: offer_plan, channel: sms, fallback: [email], months: 3, valid_days: 9, after_days: 2}
    - {id: review, do: review, days: 5, ask_again_days: 7}
    - {id: diffida, do: formal_notice, mandatory: true, after_days: 5, proof_days: 20, notice_days: 15}
    - {id: package, do: legal_package, release: {by: lawyer, people: 2, ask_again_days: 14}}
    - {id: last_review, do: review}
    """
)
NOBODY = {"call": "no_answer"}


def on_the_way(n: int, **answers: str) -> Life:
    return Life(account(LADDER), LADDER).answering(**answers).until(n)


def at_step(step: str, **answers: str) -> Life:
    """A life that has just come to the step."""
    life = Life(account(LADDER), LADDER).answering(
        **{"call": "no_answer", "review": "done", "proof": "served"} | answers
    )
    life.answers[step] = None
    for n in range(1, 200):
        if step in life.until(n).steps:
            return life
    raise AssertionError(f"{step} never came: {life.diary}")


def pending_key(life: Life) -> str:
    assert life.case.pending is not None
    return life.case.pending.key


def failing_once():
    """A technical failure of the next step only."""
    left = ["OutOfPaper"]
    return lambda act: e.StepFailed(**base(act, "failed"), reason=left.pop()) if left else None


# --- once, twice, unreadable -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fact",
    [
        e.PaymentReceived(event_id="x", amount=10_00, currency="EUR"),
        e.PaymentReceived(event_id="x", amount=10_00, currency="USD"),
        e.PaymentReversed(event_id="x", payment="y"),
        e.PromiseToPay(event_id="x", amount=10_00, due=day(9)),
        e.PlanAgreed(event_id="x", instalments=(e.PlanInstalment(due=day(9), amount=120_00),)),
        e.ContactOutcome(event_id="x", outcome=e.Outcome.right_party, cause="job_loss"),
        e.Dispute(event_id="x"),
        e.Hardship(event_id="x", cause="illness"),
        e.Protection(event_id="x", reason="bankrupt"),
        e.OptOut(event_id="x", channel=Channel.sms),
        e.Hold(event_id="x", reason="ops", until=day(9)),
        e.Withdraw(event_id="x"),
        e.Unreadable(event_id="x", signal="hold", reason="until: date_parsing"),
    ],
    ids=lambda fact: fact.kind,
)
def test_the_same_fact_told_twice_changes_nothing(fact):
    once = apply(account(LADDER), Heard(event=fact, at=at(2)))
    assert apply(once, Heard(event=fact, at=at(5))) == once


def test_a_signal_that_could_not_be_read_is_left_for_a_person():
    life = on_the_way(2)
    life.take(e.Unreadable(event_id="u", signal="promise_to_pay", reason="due: missing"))
    assert life.case.flags[-1].why == "signal promise_to_pay could not be read: due: missing"


# --- outcomes --------------------------------------------------------------------------------------------------------


def test_an_outcome_without_a_task_is_that_of_the_open_call():
    life = on_the_way(4)
    life.says("right_party")
    assert life.results("call") == ["right_party"]


def test_a_late_outcome_replaces_the_overdue_one():
    life = on_the_way(4)
    key = pending_key(life)
    life.until(7)
    life.says("right_party", task=key)
    assert life.results("call") == ["right_party"]


def test_an_overdue_call_without_an_outcome_counts_as_an_attempt():
    assert on_the_way(30).results("call") == ["overdue", "overdue", "overdue"]


def test_an_outcome_of_an_unknown_task_is_left_for_a_person():
    life = on_the_way(4)
    life.says("right_party", task="nobody-knows")
    assert (life.results("call"), life.flags) == ([], ["event"])


def test_a_visit_that_nobody_planned_is_left_for_a_person():
    life = on_the_way(4)
    life.hears(e.VisitOutcome, outcome="not_home")
    assert life.flags == ["event"]


def test_a_contact_between_two_tasks_is_kept_as_a_contact():
    life = on_the_way(2)
    life.says("right_party", cause="job_loss")
    assert (life.case.records[-1].step, life.case.causes[-1]) == ("contact", "job_loss")


def test_a_call_nobody_answered_does_not_let_a_review_go_on():
    life = at_step("review")
    life.says("no_answer")
    assert life.case.pending.step == "review"


def test_a_review_that_was_answered_with_no_word_of_its_own_is_asked_again():
    life = at_step("review")
    life.says("no_answer", task=pending_key(life))
    assert life.until(life.day + 2).steps.count("review") == 2


def test_a_call_nobody_answered_is_no_answer_to_an_offer():
    life = at_step("offer")
    life.says("no_answer")
    assert life.case.pending.step == "offer"


def test_who_refuses_an_offer_is_not_waited_for():
    life = at_step("offer")
    life.says("refused")
    assert life.results("offer") == ["refused"]


def test_who_agrees_on_a_plan_has_accepted_the_offer():
    life = at_step("offer")
    life.hears(e.PlanAgreed, instalments=(e.PlanInstalment(due=day(60), amount=120_00),))
    assert life.results("offer") == ["accepted"]


def test_a_wrong_number_takes_away_calls_and_texts():
    life = on_the_way(4)
    life.says("wrong_number")
    assert life.case.reach == (Channel.email, Channel.letter, Channel.visit)


def test_new_details_bring_a_channel_back():
    life = on_the_way(4)
    life.says("wrong_number")
    life.hears(e.ContactDetails, usable={Channel.call: True})
    assert Channel.call in life.case.reach


# --- delivery --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["bounced", "failed"])
def test_a_message_that_was_not_delivered_goes_out_on_the_next_channel(status):
    life = on_the_way(1)
    life.hears(e.DeliveryReport, message=life.taken[0].act.key, status=status)
    life.until(2)
    assert [t.act.channel for t in life.taken] == [Channel.sms, Channel.email]


def test_a_message_that_bounced_on_every_channel_is_passed_over():
    life = on_the_way(1)
    for n in range(3):
        life.hears(e.DeliveryReport, message=life.taken[-1].act.key, status="bounced")
        life.until(2 + n)
    assert life.results("sms") == ["bounced", "bounced", "bounced", "passed"]


def test_a_report_that_comes_before_its_message_counts():
    life = Life(account(LADDER), LADDER)
    key = "a1:test@0:e1:sms:1"
    life.case = apply(life.case, Heard(event=e.DeliveryReport(event_id="r", message=key, status="bounced"), at=at(1)))
    assert life.until(2).results("sms") == ["bounced", "sent"]


def test_a_delivered_message_is_not_sent_again():
    life = on_the_way(1)
    life.hears(e.DeliveryReport, message=life.taken[0].act.key, status="delivered")
    assert life.until(5).steps == ["sms", "call"]


def test_an_offer_that_bounced_goes_out_on_the_next_channel():
    life = at_step("offer")
    life.hears(e.DeliveryReport, message=pending_key(life), status="bounced")
    life.until(life.day + 1)
    assert [t.act.channel for t in life.taken if t.act.step == "offer"] == [Channel.sms, Channel.email]


def test_a_bounce_that_is_reported_before_its_offer_counts():
    offer = by_hand("- {id: offer, do: offer, text: offer_plan, channel: sms, fallback: [email], months: 3}")
    life = Life(account(offer), offer)
    life.hears(e.DeliveryReport, message="a1:test@0:e1:offer:1", status="bounced")
    assert [t.act.channel for t in life.until(2).taken] == [Channel.sms, Channel.email]


def test_a_message_that_failed_left_and_bounced_goes_out_on_the_next_channel():
    life = Life(account(LADDER), LADDER, trouble=failing_once()).until(1)
    life.hears(e.DeliveryReport, message=life.taken[-1].act.key, status="bounced")
    assert [t.act.channel for t in life.until(2).taken] == [Channel.sms, Channel.sms, Channel.email]


def test_a_late_outcome_of_a_call_that_failed_first_is_one_attempt():
    life = on_the_way(2)
    life.trouble = failing_once()
    key = pending_key(life.until(4))
    life.until(7)
    life.says("no_answer", task=key)
    assert life.results("call") == ["failed", "no_answer"]


def test_an_offer_that_was_delivered_still_waits_for_its_answer():
    life = at_step("offer")
    life.hears(e.DeliveryReport, message=pending_key(life), status="delivered")
    assert life.case.pending.step == "offer"


def test_a_delivery_report_does_not_unmake_a_notice_that_was_served():
    life = at_step("diffida")
    key = pending_key(life)
    life.hears(e.NoticeServed, served_on=life.today, proof="R1")
    life.hears(e.DeliveryReport, message=key, status="delivered")
    assert life.results("diffida") == ["served"]


# --- after the end ---------------------------------------------------------------------------------------------------


def ended() -> Life:
    """An account that was certified as uncollectible."""
    life = Life(account("cec")).answering(call="no_answer", visit="not_home", proof="served", release="yes")
    assert life.until(120).outcome == "uncollectible"
    return life


def test_a_payment_for_a_certified_case_is_counted_and_flagged():
    life = ended()
    life.pays(20_00)
    assert (life.position.outstanding, life.flags, life.outcome) == (100_00, ["late"], "uncollectible")


def test_a_certified_case_that_is_paid_in_full_stays_certified_and_is_flagged():
    life = ended()
    life.pays(120_00)
    assert (life.outcome, life.flags) == ("uncollectible", ["late"])


def test_a_reversal_after_a_certificate_goes_to_a_person_and_opens_nothing():
    life = ended()
    paid = life.pays(120_00)
    life.hears(e.PaymentReversed, payment=paid.event_id)
    assert (life.outcome, life.flags, life.until(200).day) == ("uncollectible", ["late", "late"], 200)


def test_a_payment_for_a_case_that_is_certified_but_open_is_flagged():
    life = Life(account("cec", instalments=owes((0, 5000_00))))
    life.answering(call="no_answer", visit="not_home", proof="served", release="yes").until(95)
    life.pays(20_00)
    assert ("court_review" in life.steps, life.flags) == (True, ["late"])


def test_a_reversal_for_a_case_that_is_certified_but_open_is_flagged():
    life = Life(account("cec", instalments=owes((0, 5000_00))))
    paid = life.pays(20_00)
    life.answering(call="no_answer", visit="not_home", proof="served", release="yes").until(80)
    life.hears(e.PaymentReversed, payment=paid.event_id)
    assert ("court_review" in life.steps, life.flags) == (True, ["late"])


def test_a_payment_for_a_paid_case_is_flagged():
    life = on_the_way(2)
    life.pays(120_00)
    life.pays(5_00)
    assert life.flags == ["late", "overpaid"]


@pytest.mark.parametrize(
    "fact",
    [
        e.PromiseToPay(event_id="x", amount=10_00, due=day(125)),
        e.PlanAgreed(event_id="x", instalments=(e.PlanInstalment(due=day(125), amount=120_00),)),
    ],
    ids=lambda fact: fact.kind,
)
def test_a_promise_to_a_case_that_ended_is_refused_with_the_reason(fact):
    life = ended()
    assert objection(life.case, fact, life.now) == "the case ended as uncollectible"


def test_a_withdrawn_account_ends_at_once_with_its_call_taken_back():
    life = on_the_way(4)
    life.hears(e.Withdraw)
    assert (life.outcome, life.results("call")) == ("withdrawn", ["withdrawn"])


def test_a_case_keeps_its_whole_self_when_it_is_carried_over():
    life = at_step("diffida")
    life.hears(e.NoticeServed, served_on=life.today, proof="R1")
    life.promises(10_00, by=life.day + 3)
    assert Case.model_validate_json(life.case.model_dump_json()) == life.case


def test_money_under_a_known_id_that_is_not_the_same_money_is_put_before_a_person():
    life = Life(account())
    life.hears(e.PaymentReceived, event_id="x", amount=10_00, currency="EUR")
    life.hears(e.PaymentReceived, event_id="x", amount=20_00, currency="EUR")
    assert (life.flags, [p.amount for p in life.case.payments]) == (["reused"], [10_00])


def test_money_that_counts_only_later_is_kept_but_not_counted_yet():
    life = Life(account())
    life.hears(e.PaymentReceived, amount=10_00, currency="EUR", value_date=day(400))
    assert (life.flags, life.case.payments) == (["event"], ())


def test_a_reversal_of_a_payment_that_nobody_told_of_is_put_before_a_person():
    life = Life(account())
    life.hears(e.PaymentReversed, payment="nosuch")
    assert life.flags == ["unknown"]
