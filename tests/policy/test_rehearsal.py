"""The rehearsal: the same story each time, in order, the same as lived; and each shipped cycle goes to its own end."""

from datetime import timedelta
from timeit import default_timer

import pytest

from models import events as e
from models.decisions import Line
from models.events import Outcome
from policy.deciding.rehearsal import Scripted, rehearse
from policy.deciding.treatment import Feed
from tests.policy.cases import HOMES, LAW, SHIPPED, Life, account, at, day, owes

GROUPS = [pytest.param(n, c.name, c.ends, id=f"{n}: {c.name}") for n, s in SHIPPED.items() for c in s.cycles]
HELPFUL = {
    "call": "no_answer",
    "visit": "not_home",
    "trace": "not_found",
    "review": "done",
    "release": "yes",
    "proof": "served",
}


def story(*cases, script=(), days=400, feeds=None) -> list[Line]:
    strategies = {c.strategy: SHIPPED[c.strategy.split("@")[0]] for c in cases}
    return list(rehearse(cases, strategies, LAW, script, until=at(days), feeds=feeds))


def crowd(n: int) -> list:
    names = list(HOMES)
    due = [owes((i % 30, 1000_00), (60, 500_00)) for i in range(n)]
    return [account(names[i % 5], account=f"a{i}", party=f"d{i * 2 // 3}", instalments=due[i]) for i in range(n)]


def events(cases) -> list[Scripted]:
    paid = [
        Scripted(c.account, at(20 + i % 50), e.PaymentReceived(event_id=f"p{i}", amount=700_00, currency=c.currency))
        for i, c in enumerate(cases)
        if i % 3 == 0
    ]
    called = [
        Scripted(c.account, at(9 + i % 9), e.ContactOutcome(event_id=f"c{i}", outcome=Outcome.right_party))
        for i, c in enumerate(cases)
    ]
    return paid + called


# --- the rehearsal itself --------------------------------------------------------------------------------------------


def test_two_rehearsals_are_the_same_to_the_byte():
    cases = crowd(25)
    told = [[line.model_dump_json() for line in story(*cases, script=events(cases))] for _ in "ab"]
    assert told[0] == told[1]


def test_an_account_is_rehearsed_by_the_law_of_its_own_region_where_it_has_one():
    case = account("crecerto", account="a1")
    strategies = {case.strategy: SHIPPED["crecerto"]}
    by_country = list(rehearse([case], strategies, LAW, until=at(60)))
    by_region = list(rehearse([case], strategies, {**LAW, "a1": LAW["IT"]}, until=at(60)))
    effects = [[line.time for line in found if line.kind == "effect"] for found in (by_country, by_region)]
    assert effects[0]
    assert effects[0] != effects[1], "they open at other hours"


def test_the_order_in_which_the_accounts_are_named_changes_no_account_of_its_own_party():
    cases = [account("kruk", account=f"a{i}", party=f"d{i}") for i in range(6)]
    told = [sorted(story(*order), key=lambda line: (line.account, line.time)) for order in (cases, cases[::-1])]
    assert told[0] == told[1]


def test_a_rehearsal_tells_in_the_order_of_time():
    cases = crowd(25)
    times = [line.time for line in story(*cases, script=events(cases))]
    assert times == sorted(times)


def test_no_line_is_told_twice():
    cases = crowd(25)
    keys = [(line.account, line.key) for line in story(*cases, script=events(cases))]
    assert len(keys) == len(set(keys))


def test_a_rehearsal_ends_where_it_is_told_to():
    assert max(line.time for line in story(*crowd(5), days=40)) < at(40)


def test_a_person_with_two_accounts_hears_from_us_once_a_day():
    two = [account("kruk", account=a, party="d1") for a in ("a1", "a2")]
    days = [
        line.time.date() for line in story(*two) if line.kind == "effect" and line.detail["event"] == "message_sent"
    ]
    assert len(days) == len(set(days)) > 4


def test_a_stale_feed_is_rehearsed_too():
    told = story(account("kruk"), feeds={"p1": Feed(at(-2), 24)}, days=30)
    assert [line.step for line in told if line.kind == "effect"] == []


def test_an_event_for_an_account_that_is_not_there_is_left_aside():
    stray = Scripted("nobody", at(3), e.Withdraw(event_id="w"))
    assert story(account("cec"), script=[stray]) == story(account("cec"))


def test_an_event_told_before_the_account_was_opened_is_heard_at_its_opening():
    early = Scripted("a1", at(-5), e.PaymentReceived(event_id="p", amount=120_00, currency="EUR"))
    assert story(account("cec"), script=[early])[-1].detail["outcome"] == "paid"


def test_money_for_a_case_that_ended_is_told():
    paid = [Scripted("a1", at(n), e.PaymentReceived(event_id=f"p{n}", amount=120_00, currency="EUR")) for n in (5, 9)]
    told = [line.reason for line in story(account("cec"), script=paid) if line.time > at(6)]
    assert told[0] == "payment received: 120.00 EUR"


def test_a_reversal_wakes_a_case_that_was_paid():
    paid = Scripted("a1", at(5), e.PaymentReceived(event_id="p", amount=120_00, currency="EUR"))
    back = Scripted("a1", at(9), e.PaymentReversed(event_id="r", payment="p"))
    told = [line.step for line in story(account("cec"), script=[paid, back]) if line.kind == "effect"]
    assert told[:2] == ["first_letter", "specialist_call"]


@pytest.mark.timeout(600)
def test_a_thousand_accounts_for_a_year(capsys):
    cases = crowd(1000)
    began = default_timer()
    told = story(*cases, script=events(cases), days=365)
    with capsys.disabled():
        print(f"\n1,000 accounts, a year: {len(told)} lines in {default_timer() - began:.1f} s")
    assert {line.account for line in told} == {case.account for case in cases}


# --- every strategy, every cycle -------------------------------------------------------------------------------------


def lived(name: str, cycle: str, **answers: str) -> Life:
    rich = account(name, cycle=cycle, instalments=owes((0, 5000_00)))
    return Life(rich).answering(**answers).until(700)


@pytest.mark.parametrize(("name", "cycle", "ends"), GROUPS)
def test_a_debtor_who_never_answers_is_led_to_the_cycles_own_end(name, cycle, ends):
    expected = "legal" if name == "cec" else ends
    assert lived(name, cycle, **HELPFUL).outcome == expected


@pytest.mark.parametrize(("name", "cycle", "ends"), GROUPS)
def test_where_people_do_not_answer_either_the_case_ends_or_stands_before_a_person(name, cycle, ends):
    life = lived(name, cycle)
    asked = life.case.pending is not None and life.case.pending.waits_for in ("release", "outcome")
    assert life.outcome == "closed" or asked or "stuck" in life.flags


@pytest.mark.parametrize(("name", "cycle", "ends"), GROUPS)
def test_every_step_of_a_cycle_is_taken_or_passed_over_with_a_reason(name, cycle, ends):
    life = lived(name, cycle, **HELPFUL)
    stages = next(c for c in SHIPPED[name].cycles if c.name == cycle).stages
    known = {step.id for stage in stages if not stage.prevention for step in stage.steps}
    assert known == {r.step for r in life.case.records}


@pytest.mark.parametrize(("name", "cycle", "ends"), GROUPS)
def test_the_rehearsal_lives_the_same_life(name, cycle, ends):
    life = lived(name, cycle, **HELPFUL)
    case = account(name, cycle=cycle, instalments=owes((0, 5000_00)))
    told = story(case, script=life.told, days=700)
    assert [line.step for line in told if line.kind == "effect"] == [t.act.step for t in life.taken]


@pytest.mark.parametrize(("name", "cycle", "ends"), GROUPS)
@pytest.mark.parametrize("n", [3, 20, 45, 80])
def test_payment_ends_every_cycle_at_any_point(name, cycle, ends, n):
    rich = account(name, cycle=cycle, instalments=owes((0, 5000_00)))
    life = Life(rich).answering(**HELPFUL).until(n)
    if life.outcome is None:
        life.pays(5000_00)
        taken = len(life.taken)
        assert (life.outcome, len(life.until(700).taken)) == ("paid", taken)


@pytest.mark.parametrize(("name", "cycle", "ends"), GROUPS)
@pytest.mark.parametrize("n", [3, 20, 45, 80])
def test_a_plan_suspends_every_cycle_at_any_point(name, cycle, ends, n):
    rich = account(name, cycle=cycle, instalments=owes((0, 5000_00)))
    life = Life(rich).answering(**HELPFUL).until(n)
    if life.outcome is None:
        life.hears(e.PlanAgreed, instalments=(e.PlanInstalment(due=day(n + 40), amount=5000_00),))
        taken = len(life.taken)
        assert {t.act.step for t in life.until(n + 40).taken[taken:]} <= {"plan_reminder"}


@pytest.mark.parametrize("name", HOMES)
def test_every_reason_is_a_sentence_without_a_gap(name):
    told = story(account(name, instalments=owes((0, 5000_00))), script=lived(name, SHIPPED[name].cycles[-1].name).told)
    assert all(line.reason and "None" not in line.reason and line.time - at(0) < timedelta(days=700) for line in told)


# --- what is the person's --------------------------------------------------------------------------------------------


def two_of_one(**more) -> list:
    due = owes((-60, 400_00))
    return [account("cec", account=name, party="d1", client="c1", instalments=due, **more) for name in ("a1", "a2")]


def asked(lines: list[Line], name: str, start: int, end: int) -> list[str]:
    words = ("message sent", "task opened")
    mine = [line for line in lines if line.account == name and at(start) < line.time < at(end)]
    return [line.reason for line in mine if line.kind == "effect" and line.reason.startswith(words)]


def test_PE1_who_died_is_asked_on_no_account_until_the_protection_is_released_on_any():
    died = Scripted("a1", at(4), e.Protection(event_id="b1", reason="deceased"))
    error = Scripted("a2", at(40), e.Release(event_id="r1", of="deceased", by="anna"))
    lines = story(*two_of_one(), script=[died, error], days=80)
    assert [asked(lines, name, 4, 40) for name in ("a1", "a2")] == [[], []]
    assert all(asked(lines, name, 40, 80) for name in ("a1", "a2"))


def test_PE1_an_account_that_starts_later_begins_with_the_protection_of_its_person():
    first, second = two_of_one()
    died = Scripted("a1", at(4), e.Protection(event_id="b1", reason="deceased"))
    lines = story(first, second.model_copy(update={"opened": at(20)}), script=[died], days=200)
    assert asked(lines, "a2", 0, 200) == []
