"""What may be done while the period of an American validation notice runs, and what does the notice itemise?"""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import events as e
from models.case import Case, Charge
from policy.deciding.law_facts import first_contact
from policy.deciding.taking import apply
from policy.law.deadlines import validation_notice_by
from policy.law.may_contact import debtor_day
from policy.money.itemisation import itemised
from policy.money.position import position
from tests.policy.cases import Life, account, at, by_hand, day, owes

EARLY = """
- {id: letter, do: letter, text: validation_notice, mandatory: true}
- {id: call, do: call, after_days: 3, times: 2, every_days: 8}
- {id: plan, do: offer, text: offer_plan, months: 12}
- {id: notice, do: formal_notice, mandatory: true, notice_days: 1}
- {id: package, do: legal_package}
"""
ZONE = "America/New_York"


def american(**more: Any) -> Case:
    return account(by_hand(EARLY), country="US", zone=ZONE, currency="USD", **more)


def test_calls_go_on_while_the_period_runs_and_nothing_overshadows_it():
    life = Life(american(), by_hand(EARLY)).answering(call="no_answer", proof="served", release="yes").until(120)
    [until] = [h.until for h in life.case.holds if h.reason == "validation_period" and h.until]
    last = (debtor_day(until - timedelta(seconds=1), ZONE) - day(0)).days
    days = {taken.act.step: taken.day for taken in life.taken}
    assert [t.day for t in life.taken if t.act.step == "call"] == [4, 13]
    assert days["plan"] == last + 1
    assert last < days["notice"] < days["package"]


def test_court_waits_for_the_end_of_the_period():
    steps = EARLY.splitlines()[1] + "\n- {id: package, do: legal_package}"
    life = Life(american(), by_hand(steps)).answering(release="yes").until(20)
    assert life.steps == ["letter"]
    assert life.decisions[-1].next.why == "court is blocked by validation period until 8 Apr 2027"
    life.until(60)
    assert life.steps[-1] == "package"
    assert life.taken[-1].day > (day(0).replace(month=4, day=8) - day(0)).days


def test_a_dispute_within_the_period_stops_calls_too_and_outlives_it():
    life = Life(american(), by_hand(EARLY)).answering(call="no_answer").until(3)
    life.hears(e.Dispute)
    life.until(80)
    assert life.steps == ["letter"]
    assert [h.reason for h in life.case.holds if h.ended is None] == ["dispute"]


def test_without_the_notice_nothing_is_asked_after_the_fifth_day_and_a_person_is_told():
    steps = """
    - {id: letter, do: letter, text: first_letter}
    - {id: again, do: letter, text: account_update, after_days: 5}
    - {id: late, do: letter, text: second_letter, after_days: 1}
    - {id: notice, do: letter, text: validation_notice, mandatory: true}
    - {id: after, do: letter, text: account_update, after_days: 1}
    """
    life = Life(american(), by_hand(steps)).until(60)
    first = next(t for t in life.taken if t.act.step == "letter")
    allowed = [(t.act.step, t.day) for t in life.taken if isinstance(t.result, e.MessageSent)]
    assert allowed == [("letter", 1), ("again", 6), ("notice", 7), ("after", 8)]
    assert validation_notice_by(debtor_day(first.at, ZONE)) == day(6)
    [refused] = [t.result for t in life.taken if isinstance(t.result, e.StepRefused)]
    assert (refused.step, refused.person, refused.rule.split(":")[0]) == ("late", True, "US-C1")


def test_who_was_never_told_anything_has_no_first_contact():
    rings = by_hand("- {id: ring, do: call, times: 2, every_days: 8}")
    life = Life(american(), rings).answering(call="no_answer").until(20)
    assert first_contact("a1", [c._replace(level="attempt") for c in life.log], ZONE) is None
    assert first_contact("a1", life.log, ZONE).since == day(1)
    assert first_contact("a2", life.log, ZONE) is None


amounts = st.integers(1, 90_00)
paid = st.tuples(st.integers(0, 60), amounts, st.booleans())
charged = st.tuples(st.integers(0, 60), amounts, st.sampled_from(["cost", "late_fee", "interest"]))


@given(st.lists(paid, max_size=4), st.lists(charged, max_size=3), st.integers(0, 90), st.booleans())
def test_whatever_happened_the_itemisation_adds_up_to_what_is_owed(payments, charges, today, dated):
    known = tuple(Charge(id=f"c{n}", what=w, amount=a, day=day(on)) for n, (on, a, w) in enumerate(charges))
    contract = day(-200) if dated else None
    case = american(instalments=owes((0, 500_00), (30, 500_00)), contract_date=contract, charges=known)
    facts: list[Any] = []
    for n, (on, amount, back) in enumerate(payments):
        facts.append(e.PaymentReceived(event_id=f"m{n}", amount=amount, currency="USD", value_date=day(on)))
        facts += [e.PaymentReversed(event_id=f"r{n}", payment=f"m{n}")] if back else []
    for fact in facts:
        case = apply(case, e.Heard(event=fact, at=at(61, zone=ZONE)))
    sums = itemised(case, day(today))
    counted = [on for on, _, back in payments if not back and on <= today]
    if sums is None:
        assert not dated
        assert not counted
        return
    changes = sums.interest + sums.fees + sums.payments + sums.credits
    owed = position(case, day(today))
    assert sums.amount + changes == sums.current == owed.outstanding - owed.credit
    assert (sums.by, sums.day) == (("last_payment", day(max(counted))) if counted else ("transaction", day(-200)))
    assert sums.payments == 0, "none came after the last one"


@pytest.mark.parametrize(("sold", "since"), [(4, False), (5, False), (6, True)])
def test_who_was_owed_is_unknown_only_where_the_debt_was_sold_after_the_day_of_the_itemisation(sold: int, since: bool):
    told = e.Circumstance(event_id="s", name="transferred", since=day(sold))
    paid = e.PaymentReceived(event_id="p", amount=1, currency="USD", value_date=day(5))
    case = american()
    for event in (told, paid):
        case = apply(case, e.Heard(event=event, at=at(8, zone=ZONE)))
    sums = itemised(case, day(9))
    assert sums
    assert (sums.day, sums.sold_since) == (day(5), since)
