"""An offer is made, approved, accepted, refused, expired, fulfilled or broken; what is owed then is written in it."""

from decimal import Decimal
from typing import Any

import pytest

from models import events as e
from models.agreement_terms import Terms
from models.case import Case
from tests.policy.cases import Life, account, at, by_hand, day, owes

CHASE = by_hand(
    """
    - {id: sms, do: sms, text: first_reminder, from_dpd: 5}
    - {id: call, do: call, from_dpd: 10, times: 20, every_days: 2}
    """,
    head="""plan: {grace_days: 1, tolerance: 0}
offers: {plan: {}, deferral: {}, restructuring: {percent: 12}, settlement: {percent: 40, approve_above: 20}}""",
)
TERMS = Terms(
    offers=("plan", "deferral", "restructuring", "settlement"), waive_at_most=Decimal(40), approve_above=Decimal(20)
)


def debtor(n: int = 6, *due: tuple[int, int], **facts: Any) -> Life:
    """Three instalments of 100.00, the first two of which are overdue on day 40."""
    owed = owes(*(due or ((0, 100_00), (31, 100_00), (61, 100_00))))
    return Life(account(CHASE, instalments=owed, terms=TERMS, **facts), CHASE).until(n)


def makes(life: Life, what: str, *parts: tuple[int, ...], until: int | None = None, **fields: Any) -> str:
    """An offer comes; its id. Parts are day, amount, and of a new schedule the interest in it."""
    rows = tuple(e.PlanInstalment(due=day(n), amount=a, interest=sum(i)) for n, a, *i in parts)
    last = day(life.day + 10 if until is None else until)
    return life.hears(e.OfferMade, what=what, instalments=rows, until=last, **fields).event_id


def says(life: Life, offer: str, accepted: bool = True) -> Life:
    life.hears(e.OfferAnswered, offer=offer, accepted=accepted)
    return life


def less(life: Life, waived: int = 60_00, by: int = 16, **fields: Any) -> str:
    """A settlement of all that is open."""
    owed = life.position.outstanding
    return makes(life, "settlement", (by, owed - waived), waived=waived, **fields)


def states(life: Life) -> list[str]:
    return [offer.state for offer in life.case.offers]


# --- made, answered, expired -----------------------------------------------------------------------------------------


def test_while_the_debtor_thinks_about_an_offer_nobody_chases_the_debtor():
    life = debtor(4)
    makes(life, "plan", (20, 150_00), (50, 150_00))
    assert (life.until(14).taken, states(life)) == ([], ["made"])
    assert life.why == "the answer to the offer of a plan, open until 15 Mar 2027"


def test_an_offer_expires_by_itself_at_the_end_of_its_day_and_the_cycle_goes_on():
    life = debtor(4)
    makes(life, "plan", (20, 150_00), (50, 150_00))
    assert (states(life.until(14, "23:59")), states(life.until(15, "00:00"))) == (["made"], ["expired"])
    assert life.until(15).steps == ["sms"]


def test_an_accepted_offer_is_followed_up_and_holds_the_case():
    life = debtor(4)
    says(life, makes(life, "plan", (20, 150_00), (50, 150_00)))
    assert (life.until(20).taken, states(life), life.why) == ([], ["accepted"], "plan: 150.00 EUR by 21 Mar 2027")


def test_a_refused_offer_holds_nothing():
    life = debtor(4)
    says(life, makes(life, "plan", (20, 150_00), (50, 150_00)), accepted=False)
    assert (life.until(5).steps, states(life)) == (["sms"], ["refused"])


def test_what_is_accepted_takes_the_place_of_what_else_was_offered():
    life = debtor(4)
    first = makes(life, "plan", (20, 150_00), (50, 150_00))
    second = makes(life, "deferral", (30, 100_00))
    says(life, second)
    assert states(says(life, first)) == ["replaced", "accepted"]
    assert life.case.flags[-1].why.endswith("was replaced by what was agreed since")


def test_an_offer_that_is_answered_too_late_is_not_taken():
    life = debtor(4)
    offer = makes(life, "plan", (20, 150_00), (50, 150_00))
    says(life.until(15), offer)
    assert (life.case.plans, "has expired" in life.case.flags[-1].why) == ((), True)


def test_money_that_came_since_the_offer_counts_for_it():
    life = debtor(4)
    offer = makes(life, "plan", (20, 150_00), (50, 150_00))
    life.until(6).pays(50_00)
    says(life.until(8), offer)
    assert life.why == "plan: 100.00 EUR by 21 Mar 2027"


def test_money_that_came_before_the_offer_does_not_count_for_it_even_at_the_same_instant():
    life = debtor(4)
    life.pays(50_00)
    says(life, makes(life, "plan", (20, 150_00), (50, 100_00)))
    assert life.why == "plan: 150.00 EUR by 21 Mar 2027"


@pytest.mark.parametrize(
    ("what", "parts", "more", "reason"),
    [
        ("plan", [(20, 299_99)], {}, "the plan sums to 299.99 EUR, 300.00 EUR is owed"),
        ("plan", [(3, 300_00)], {}, "its first instalment is due in the past"),
        ("plan", [(20, 100_00), (20, 200_00)], {}, "two instalments are due on one day"),
        ("plan", [(20, 290_00)], {"waived": 10_00}, "a plan waives nothing"),
        ("plan", [(20, 300_00)], {"if_broken": "old_terms"}, "if_broken old_terms is for a restructuring only"),
        ("plan", [(20, 300_00)], {"until": 3}, "it would be good until 4 Mar 2027, which is past"),
        ("deferral", [(20, 300_01)], {}, "the deferral sums to 300.01 EUR, 300.00 EUR is owed"),
        ("deferral", [(20, 100_00), (30, 100_00)], {}, "a deferral has one new day"),
        ("restructuring", [(20, 310_00, 9_00)], {}, "sums to 301.00 EUR without interest, 300.00 EUR is owed"),
        ("settlement", [(20, 300_00)], {}, "a settlement waives something"),
        ("settlement", [(20, 179_99)], {"waived": 120_01, "by": "anna"}, "it waives 120.01 EUR, 120.00 EUR at most"),
        ("settlement", [(20, 239_99)], {"waived": 60_01}, "somebody else must approve it: say who makes it (by)"),
    ],
)
def test_an_offer_that_cannot_be_is_left_for_a_person_with_its_reason(what, parts, more, reason):
    life = debtor(4)
    makes(life, what, *parts, **more)
    assert (life.case.offers, life.case.flags[-1].why.endswith(reason)) == ((), True)


def test_a_strategy_that_offers_only_plans_says_so():
    life = Life(account("cec", terms=Terms(offers=("plan",)))).until(4)
    makes(life, "deferral", (30, 120_00))
    assert life.case.flags[-1].why.endswith("the strategy offers no deferral; it offers plan")


# --- approval --------------------------------------------------------------------------------------------------------


def approves(life: Life, offer: str, by: str, granted: bool = True) -> str:
    life.hears(e.OfferApproved, offer=offer, by=by, granted=granted)
    return life.case.offers[-1].state


def test_more_than_the_limit_is_approved_by_somebody_else():
    life = debtor(4)
    offer = makes(life, "settlement", (16, 200_00), waived=100_00, by="Anna")
    told = [approves(life, offer, "anna"), approves(life, offer, "bruno")]
    assert told == ["to_approve", "made"]
    assert "anna made the offer: somebody else must approve it" in life.case.flags[-1].why


def test_what_waits_for_approval_stands_on_the_worklist_and_holds_nothing():
    life = debtor(4)
    offer = makes(life, "settlement", (16, 200_00), waived=100_00, by="anna")
    assert (life.until(5).steps, life.flags) == (["sms"], ["approve"])
    approves(life, offer, "bruno")
    assert life.flags == []


def test_what_is_not_approved_cannot_be_accepted():
    life = debtor(4)
    offer = makes(life, "settlement", (16, 200_00), waived=100_00, by="anna")
    says(life, offer)
    assert (life.case.plans, states(life)) == ((), ["to_approve"])


def test_two_who_must_approve_are_two_people():
    life = debtor(4)
    offer = makes(life, "settlement", (16, 200_00), waived=100_00, by="anna", needs=2)
    told = [approves(life, offer, by) for by in ("bruno", "BRUNO", "carla")]
    assert told == ["to_approve", "to_approve", "made"]


def test_one_no_ends_an_offer():
    life = debtor(4)
    offer = makes(life, "settlement", (16, 200_00), waived=100_00, by="anna")
    assert (approves(life, offer, "anna", granted=False), life.flags) == ("refused", [])


def test_who_says_that_nobody_need_approve_is_not_believed():
    life = debtor(4)
    makes(life, "settlement", (16, 239_99), waived=60_01, by="anna", needs=0)
    assert states(life) == ["to_approve"]


# --- offers of the cycle ---------------------------------------------------------------------------------------------

OFFERS = by_hand(
    """
    - {id: new_terms, do: offer, text: offer_plan, months: 3, valid_days: 10, from_dpd: 5}
    - {id: discount, do: offer, text: offer_discount, discount_percent: 20, valid_days: 10, after_days: 1}
    - {id: call, do: call, after_days: 1}
    """
)


def cycle(n: int = 6) -> Life:
    return Life(account(OFFERS), OFFERS).until(n)


def the(case: Case) -> tuple[str, str, str | None]:
    offer = case.offers[-1]
    return offer.what, offer.state, offer.step


def test_a_step_that_offers_makes_an_offer_with_its_terms():
    life = cycle()
    assert the(life.case) == ("plan", "made", "a1:test@0:e1:new_terms:1")
    assert life.case.offers[0].instalments == tuple((d, 40_00) for d in (day(36), day(66), day(97)))


def test_a_steps_offer_that_is_accepted_ends_its_wait():
    life = cycle()
    says(life, life.case.offers[0].id)
    assert (the(life.case)[1], life.results("new_terms"), life.case.pending) == ("accepted", ["accepted"], None)


def test_a_steps_offer_that_is_refused_lets_the_cycle_go_on():
    life = says(cycle(), "a1:test@0:e1:new_terms:1", accepted=False)
    assert (life.until(8).steps, states(life)) == (["new_terms", "discount"], ["refused", "made"])


def test_who_refuses_on_the_phone_refuses_the_steps_offer():
    life = cycle()
    life.says("refused")
    assert states(life) == ["refused"]


def test_a_steps_offer_expires_with_its_wait():
    assert states(cycle(17)) == ["expired", "made"]


def test_a_plan_with_terms_of_its_own_replaces_what_was_offered():
    life = cycle()
    life.hears(e.PlanAgreed, instalments=(e.PlanInstalment(due=day(20), amount=120_00),))
    assert (states(life), life.results("new_terms")) == (["replaced"], ["accepted"])


def test_a_discount_of_the_cycle_that_is_paid_settles_the_account():
    life = cycle(18)
    life.pays(96_00)
    assert (life.outcome, the(life.case)[:2], life.results("discount")) == (
        "paid",
        ("settlement", "fulfilled"),
        ["accepted"],
    )


def test_an_offer_over_a_restart_is_the_same_offer():
    life = cycle(18)
    assert Case.model_validate_json(life.case.model_dump_json()) == life.case


def test_an_answer_to_an_unknown_offer_names_those_that_wait():
    life = debtor(4)
    offer = makes(life, "plan", (20, 150_00), (50, 150_00))
    says(life, "another")
    assert life.case.flags[-1].why.endswith(f"there is no offer another; open: {offer}")


def test_the_last_day_of_an_offer_ends_with_the_debtors_day():
    life = debtor(4, zone="America/New_York", opened=at(1, "06:00", "America/New_York"))
    makes(life, "plan", (20, 150_00), (50, 150_00))
    assert (states(life.until(14, "23:59")), states(life.until(15, "00:01"))) == (["made"], ["expired"])
