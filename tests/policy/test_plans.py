"""A plan is kept instalment by instalment, by clock and ledger; while it runs nobody is chased."""

import pytest

from models import events as e
from tests.policy.cases import Life, day
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
