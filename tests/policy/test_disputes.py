"""What is disputed pauses and the rest goes on; an answer is a document, and who is right owes less at once."""

from typing import Any

import pytest

from models import events as e
from models.case import Adjustment, Charge, Disputed
from policy.case.holds import disputed_parts
from policy.facts.fact_table import objection
from tests.policy.cases import Life, account, at, by_hand, day, owes
from tests.policy.test_promises import CHASE, chased

COURT = by_hand(
    """
    - {id: sms, do: sms, text: first_reminder, from_dpd: 5}
    - {id: package, do: legal_package, from_dpd: 8, release: {by: lawyer, people: 2}}
    """
)
TWO = {"instalments": owes((0, 80_00), (3, 40_00))}
BOTH = "name the instalments and charges that are disputed, or an amount, not both"
COST = Charge(id="C-1", what="cost", amount=5_00, day=day(2))


def disputing(n: int = 4, **fields: object) -> Life:
    """A debtor with two instalments overdue who disputes something on day `n`."""
    life = Life(account(CHASE, **TWO), CHASE).until(n)
    life.hears(e.Dispute, **fields)
    return life


def before_court() -> Life:
    """A debtor who was sent an SMS before the package, which a lawyer releases a day after being asked."""
    return Life(account(COURT, **TWO), COURT).answering(release="yes").until(4)


def answers(life: Life, status: Any, **fields: Any) -> str | None:
    """What is said against this answer."""
    return objection(life.case, e.Dispute(event_id="a", status=status, **fields), life.now)


# --- opened ----------------------------------------------------------------------------------------------------------


def test_a_dispute_about_everything_pauses_everything():
    assert disputing().until(60).steps == []


def test_a_dispute_about_everything_stops_all_but_interest():
    assert disputing().case.holds[0].blocks == ("contact", "fees", "court", "assignment")


@pytest.mark.parametrize("part", [{"instalments": (2,)}, {"amount": 40_00}])
def test_while_a_part_is_disputed_the_rest_is_asked_for(part):
    assert disputing(**part).until(10).steps == ["sms", "call"]


def test_days_on_which_only_a_part_is_disputed_count():
    life = disputing(instalments=(2,)).until(10)
    assert life.last.days_that_count == life.last.days_past_due == 10


@pytest.mark.parametrize("part", [{"instalments": (2,)}, {"amount": 40_00}])
def test_when_the_rest_is_paid_the_case_waits_for_the_disputed_part(part):
    life = disputing(**part)
    life.pays(80_00)
    assert (life.until(60).steps, life.why) == ([], "the rest is paid; the disputed part waits")


def test_when_the_rest_is_paid_the_open_call_leaves_the_worklist():
    life = disputing(instalments=(2,)).until(10)
    life.pays(80_00)
    assert (life.case.pending, life.results("call")) == (None, ["withdrawn"])


def test_when_the_rest_is_below_what_is_chased_the_case_waits_and_does_not_close():
    least = by_hand("- {id: sms, do: sms, text: first_reminder, from_dpd: 5}", head="worth_chasing: {EUR: 10}")
    life = Life(account(least, **TWO), least).until(4)
    life.hears(e.Dispute, instalments=(2,))
    life.pays(75_00)
    assert (life.outcome, life.why) == (None, "the rest is below what is chased; the disputed part waits")


def test_an_instalment_that_comes_due_is_asked_for_though_an_earlier_one_is_disputed():
    life = Life(account(CHASE, instalments=owes((0, 80_00), (20, 40_00))), CHASE).until(4)
    life.hears(e.Dispute, instalments=(1,))
    assert (life.until(24).steps, life.until(25).steps) == ([], ["sms"])


def test_no_episode_begins_for_what_is_disputed():
    life = Life(account(CHASE, opened=at(-5), instalments=owes((0, 80_00), (90, 40_00))), CHASE).until(-4)
    life.hears(e.Dispute, instalments=(1,))
    assert (life.until(30).case.episode, life.outcome) == (0, None)


def test_who_pays_what_is_overdue_is_cured_whatever_is_disputed():
    life = Life(account(CHASE, instalments=owes((0, 80_00), (90, 40_00))), CHASE).until(4)
    life.hears(e.Dispute, amount=30_00)
    life.pays(80_00)
    assert life.outcome == "cured"


def test_a_dispute_about_a_part_keeps_the_account_from_court_and_says_why():
    life = before_court()
    life.hears(e.Dispute, instalments=(2,))
    assert (life.until(40).steps, life.why) == (["sms"], "court is blocked by dispute until released")


def test_after_the_answer_the_account_goes_to_court():
    life = before_court()
    life.hears(e.Dispute, instalments=(2,))
    life.until(40).hears(e.Dispute, status="rejected")
    assert (life.until(42).steps, life.outcome) == (["sms", "package?", "package"], "legal")


def test_a_cycle_that_is_done_does_not_end_while_a_part_is_disputed():
    once = by_hand("- {id: sms, do: sms, text: first_reminder, from_dpd: 5}")
    life = Life(account(once, **TWO), once).until(4)
    life.hears(e.Dispute, instalments=(2,))
    life.until(40)
    assert (life.outcome, life.why) == (None, "the cycle is done; its end waits for dispute until released")


def test_a_dispute_about_a_part_ends_by_itself_at_the_end_of_its_last_day():
    life = before_court()
    life.hears(e.Dispute, instalments=(2,), until=day(20))
    assert (life.until(20, "23:59").steps, life.until(21).steps) == (["sms"], ["sms", "package?"])


def test_that_end_is_noted_at_midnight_though_the_next_step_is_days_away():
    life = Life(account(CHASE, **TWO), CHASE).until(1)
    life.hears(e.Dispute, instalments=(2,), until=day(2))
    assert life.until(3, "00:00").found(e.HoldEnded)[0].reason == "dispute"


def test_a_person_is_told_what_is_disputed():
    life = Life(account(CHASE, charges=(COST,), **TWO), CHASE).until(4)
    life.hears(e.Dispute, instalments=(2, 1, 2), charges=("C-1",))
    assert life.case.flags[0].why == "dispute about instalments 1, 2 and charge C-1 to be answered"


def test_the_document_of_the_debtor_is_kept_with_the_hold():
    assert disputing(evidence="LETTER-7").case.holds[0].evidence == "LETTER-7"


@pytest.mark.parametrize(
    ("part", "why"),
    [
        ({"instalments": (3,)}, "there is no instalment 3 on this account; there are: 1, 2"),
        ({"charges": ("C-9",)}, "there is no charge C-9 on this account; there are: C-1"),
        ({"amount": 125_01}, "125.01 EUR disputed, 125.00 EUR is open"),
        ({"amount": 125_00}, None),
        (
            {"amount": 5_00, "charges": ("C-1",)},
            "name the instalments and charges that are disputed, or an amount, not both",
        ),
        ({"instalments": (1, 2), "charges": ("C-1",)}, None),
        ({"dispute": "f1"}, "a dispute that is opened answers no other"),
    ],
)
def test_what_does_not_exist_cannot_be_disputed(part, why):
    case = account(CHASE, charges=(COST,), **TWO)
    assert objection(case, e.Dispute(event_id="x", **part), at(4)) == why


def test_an_account_without_charges_says_so():
    assert objection(account(CHASE), e.Dispute(event_id="x", charges=("C-1",)), at(4)).endswith("there are: none")


# --- answered --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [{"status": "answered", "evidence": "CONTRACT-1"}, {"status": "rejected"}])
def test_an_answered_dispute_ends_its_hold(answer):
    life = disputing()
    life.until(20).hears(e.Dispute, **answer)
    assert (life.until(21).steps, life.flags) == (["sms"], [])


def test_only_a_document_answers_a_dispute():
    life = disputing()
    assert answers(life, "answered") == "a dispute is answered by a document: name its number as evidence"


def test_an_answer_to_no_dispute_is_left_for_a_person():
    life = chased(4)
    life.hears(e.Dispute, status="rejected")
    assert life.flags == ["event"]


def test_a_dispute_that_is_upheld_leaves_the_debtor_in_peace_until_a_person_has_released_it():
    life = disputing()
    life.until(8).hears(e.Dispute, status="upheld")
    assert (life.until(30).steps, "upheld" in life.flags) == ([], True)


def test_that_release_answers_everything_that_stood_before_a_person():
    life = disputing()
    life.hears(e.Dispute, status="upheld")
    life.hears(e.Release, of="dispute", by="anna")
    assert (life.flags, life.until(6).steps) == ([], ["sms"])


@pytest.mark.parametrize("part", [{}, {"instalments": (2,)}, {"amount": 60_00}])
def test_what_is_upheld_in_part_lowers_the_debt_at_once_and_the_rest_goes_on(part):
    life = disputing(**part)
    upheld = life.hears(e.Dispute, status="upheld", amount=30_00)
    number = 2 if "instalments" in part else None
    on = day(3) if number else day(4)
    entry = Adjustment(id=upheld.event_id, amount=-30_00, day=on, reason="dispute_upheld", instalment=number)
    assert (life.case.adjustments, life.position.outstanding) == ((entry,), 90_00)
    assert (life.flags, life.until(6).steps) == ([], ["sms"])


@pytest.mark.parametrize(
    ("part", "most"),
    [({}, 125_00), ({"instalments": (2,)}, 40_00), ({"amount": 60_00}, 60_00), ({"charges": ("C-1",)}, 5_00)],
)
def test_no_more_is_upheld_than_is_disputed(part, most):
    life = Life(account(CHASE, charges=(COST,), **TWO), CHASE).until(4)
    life.hears(e.Dispute, **part)
    assert answers(life, "upheld", amount=most) is None
    assert answers(life, "upheld", amount=most + 1).endswith("is disputed")


def test_what_was_paid_already_can_be_upheld():
    life = disputing(instalments=(1,))
    life.pays(70_00)
    assert answers(life, "upheld", amount=80_00) is None


@pytest.mark.parametrize("status", ["answered", "rejected"])
def test_an_amount_goes_with_no_other_answer(status):
    why = answers(disputing(), status, amount=1_00, evidence="CONTRACT-1")
    assert why == f"no amount goes with a dispute that is {status}"


def test_a_part_is_named_when_it_is_disputed_and_not_afterwards():
    why = answers(disputing(), "upheld", instalments=(1,))
    assert why == "what is disputed is named when a dispute is opened, not when it is answered"


def test_a_dispute_that_ended_by_itself_can_still_be_answered():
    life = disputing(until=day(6)).until(20)
    life.hears(e.Dispute, status="upheld", amount=30_00)
    assert (len(life.case.adjustments), life.flags) == (1, [])


# --- several ---------------------------------------------------------------------------------------------------------


def two_disputes() -> tuple[Life, str, str]:
    life = Life(account(CHASE, **TWO), CHASE).until(4)
    one = life.hears(e.Dispute, instalments=(2,))
    other = life.hears(e.Dispute, amount=10_00)
    return life, one.event_id, other.event_id


def test_of_several_disputes_one_is_answered_by_its_id():
    life, one, other = two_disputes()
    life.hears(e.Dispute, status="rejected", dispute=one)
    assert [(h.id, h.ended is None) for h in life.case.holds] == [(one, False), (other, True)]
    assert [f.id for f in life.case.flags] == [f"dispute:{other}"]


def test_without_an_id_all_of_them_are_answered():
    life, _, _ = two_disputes()
    life.hears(e.Dispute, status="rejected")
    assert (disputed_parts(life.case, life.today), life.flags) == (Disputed(), [])


def test_which_of_several_is_upheld_must_be_said():
    life, one, other = two_disputes()
    assert answers(life, "upheld", amount=1_00) == f"several disputes are open: name one of {one}, {other}"
    assert answers(life, "upheld", amount=1_00, dispute=other) is None


def test_an_unknown_one_is_refused_with_those_that_are_open():
    life, one, other = two_disputes()
    assert answers(life, "rejected", dispute="f99") == f"no dispute f99 is open; there is {one}, {other}"


def test_all_parts_together_are_disputed():
    life, _, _ = two_disputes()
    assert disputed_parts(life.case, life.today) == Disputed(instalments=(2,), amount=10_00)
