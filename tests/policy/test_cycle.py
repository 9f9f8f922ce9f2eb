"""Which step comes next and from which day: thresholds, stages, mandatory steps, episodes, conditions."""

import pytest

from models import events as e
from models.events import Channel
from tests.policy.cases import Life, account, at, by_hand, day, owes, staged

HARSHER = staged(
    {
        "early": (1, "- {id: sms, do: sms, text: first_reminder}"),
        "letters": (30, "- {id: letter, do: letter, text: first_letter, mandatory: true}\n- {id: call, do: call}"),
        "visits": (60, "- {id: visit, do: visit, days: 5, times: 9, every_days: 7}"),
    }
)
LOWERS = staged(
    {
        "early": (1, "- {id: sms, do: sms, text: first_reminder}"),
        "letters": (30, "- {id: letter, do: letter, text: first_letter}"),
        "visits": (60, "- {id: visit, do: visit, days: 5, times: 9, every_days: 7}"),
    },
    head="partial_payment: lowers_stage",
)
OLD_AND_NEW = owes((0, 50_00), (31, 50_00))


# --- thresholds: just under, equal, just over ------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "taken"), [(4, []), (5, [("sms", 5)]), (6, [("sms", 5)])])
def test_the_threshold_day_itself_counts(n, taken):
    step = by_hand("- {id: sms, do: sms, text: first_reminder, from_dpd: 5}")
    assert Life(account(step), step).until(n).diary == taken


@pytest.mark.parametrize(("n", "taken"), [(9, [("sms", 9)]), (10, [("sms", 10)]), (11, [])])
def test_the_last_day_of_a_step_itself_counts(n, taken):
    step = by_hand("- {id: sms, do: sms, text: first_reminder, until_dpd: 10}")
    assert Life(account(step, opened=at(n, "06:00")), step).until(n).diary == taken


@pytest.mark.parametrize(("n", "stage"), [(29, "early"), (30, "letters"), (31, "letters"), (60, "visits")])
def test_an_account_enters_at_the_stage_of_its_age(n, stage):
    life = Life(account(HARSHER, opened=at(n, "06:00")), HARSHER).until(n, "07:00")
    assert life.found(e.EpisodeStarted)[0].stage == stage


@pytest.mark.parametrize(("gap", "n"), [(0, 2), (1, 2), (3, 4)])
def test_a_gap_counts_from_the_step_before(gap, n):
    two = by_hand(
        f"- {{id: sms, do: sms, text: first_reminder}}\n- {{id: two, do: sms, text: first_reminder, after_days: {gap}}}"
    )
    assert Life(account(two), two).until(10).diary[1] == ("two", n)


def test_a_debtor_who_rings_every_week_does_not_put_off_the_next_step_for_ever():
    two = by_hand(
        "- {id: sms, do: sms, text: first_reminder}\n- {id: two, do: sms, text: first_reminder, after_days: 10}"
    )
    life = Life(account(two), two).until(6)
    life.says("right_party")
    assert life.until(20).diary[1] == ("two", 11)


def test_a_step_happens_as_often_as_the_strategy_says():
    calls = by_hand("- {id: call, do: call, times: 3, every_days: 2}\n- {id: sms, do: sms, text: first_reminder}")
    life = Life(account(calls), calls).answering(call="no_answer").until(30)
    assert life.steps == ["call", "call", "call", "sms"]


@pytest.mark.parametrize("outcome", ["right_party", "refused"])
def test_calls_end_when_the_debtor_was_reached(outcome):
    calls = by_hand("- {id: call, do: call, times: 3}\n- {id: sms, do: sms, text: first_reminder}")
    life = Life(account(calls), calls).answering(call=outcome).until(30)
    assert life.steps == ["call", "sms"]


# --- before the due date ---------------------------------------------------------------------------------------------

PREVENTS = staged(
    {
        "prevention": (
            -7,
            """
            - {id: education, do: email, text: financial_education, from_dpd: -7, until_dpd: -4}
            - {id: before_due, do: sms, text: reminder_before_due, from_dpd: -2, until_dpd: -1}
            - {id: due_today, do: sms, text: due_today, from_dpd: 0, until_dpd: 0}
            """,
        ),
        "early": (1, "- {id: sms, do: sms, text: first_reminder}"),
    },
    head="on_cure: prevention",
)


def prevented(n: int) -> Life:
    return Life(account(PREVENTS, opened=at(-20), instalments=owes((0, 50_00), (31, 50_00))), PREVENTS).until(n)


def test_steps_before_the_due_date_come_on_their_days():
    assert prevented(0).diary == [("education", -7), ("before_due", -2), ("due_today", 0)]


def test_each_coming_instalment_has_its_own_steps():
    life = prevented(0)
    life.pays(50_00)
    assert life.until(31).diary[3:] == [("education", 24), ("before_due", 29), ("due_today", 31)]


def test_who_pays_before_the_due_date_is_not_reminded():
    life = prevented(-3)
    life.pays(50_00)
    assert life.until(20).steps == ["education"]


def test_on_the_due_date_nothing_is_overdue_and_no_episode_begins():
    assert prevented(0).case.episode == 0


def test_the_day_after_the_due_date_the_episode_begins():
    assert prevented(1).found(e.EpisodeStarted)[0].since == day(0)


# --- paying older debts, partial payments ----------------------------------------------------------------------------


def test_paying_the_older_debt_may_delay_a_step_and_skips_none():
    life = Life(account(HARSHER, instalments=OLD_AND_NEW), HARSHER).answering(call="no_answer").until(29)
    life.pays(20_00)
    life.until(34)
    life.pays(30_00)
    assert life.until(100).steps[:4] == ["sms", "letter", "call", "visit"]


def test_a_step_that_was_near_is_delayed_to_its_day_of_the_next_debt():
    life = Life(account(HARSHER, instalments=owes((0, 50_00), (10, 50_00))), HARSHER).until(29)
    life.pays(50_00)
    assert life.until(50).diary == [("sms", 1), ("letter", 40), ("call", 42)]


def test_the_stage_is_kept_when_the_strategy_keeps_it():
    life = Life(account(HARSHER, instalments=owes((0, 50_00), (40, 50_00))), HARSHER).answering(call="no_answer")
    life.until(45)
    life.pays(50_00)
    assert (life.last.stage, life.last.days_past_due) == ("letters", 5)


def test_the_stage_is_lowered_when_the_strategy_lowers_it():
    life = Life(account(LOWERS, instalments=owes((0, 50_00), (40, 50_00))), LOWERS).until(45)
    life.pays(50_00)
    assert life.found(e.StageChanged)[-1].stage == "early"


def test_a_lowered_stage_repeats_nothing_and_waits_for_its_day():
    life = Life(account(LOWERS, instalments=owes((0, 50_00), (40, 50_00))), LOWERS).until(45)
    life.pays(50_00)
    assert life.until(101).diary == [("sms", 1), ("letter", 30), ("visit", 100)]


def test_steps_are_not_repeated_because_arrears_fell_and_rose_again():
    life = Life(account(HARSHER, instalments=owes((0, 50_00), (20, 50_00), (50, 50_00))), HARSHER)
    life.answering(call="no_answer", visit="not_home").until(31)
    life.pays(50_00)
    life.until(85)
    life.pays(50_00)
    life.until(115)
    assert [life.steps.count(s) for s in ("sms", "letter", "call")] == [1, 1, 1]


# --- mandatory -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 35, 70, 400])
def test_a_mandatory_step_is_never_skipped_however_late_the_account_comes(n):
    life = Life(account(HARSHER, opened=at(n, "06:00")), HARSHER).answering(call="no_answer").until(n + 70)
    assert "letter" in life.steps[: life.steps.index("visit")]


def test_what_is_not_mandatory_is_left_out_by_an_account_that_comes_late():
    life = Life(account(HARSHER, opened=at(70, "06:00")), HARSHER).until(73)
    assert life.steps == ["letter", "visit"]


def test_a_worker_that_slept_through_a_mandatory_step_takes_it_first():
    life = Life(account(HARSHER), HARSHER).answering(call="no_answer").until(2)
    life.now = at(90)
    life.turn()
    assert life.until(99).steps[:3] == ["sms", "letter", "call"]


def test_a_mandatory_step_is_taken_again_when_it_bounced():
    post = by_hand(
        "- {id: letter, do: letter, text: first_letter, fallback: [email], mandatory: true}\n- {id: call, do: call}"
    )
    life = Life(account(post), post).until(1)
    life.hears(e.DeliveryReport, message=life.taken[0].act.key, status="bounced")
    assert life.until(2).diary == [("letter", 1), ("letter", 2)]


# --- conditions ------------------------------------------------------------------------------------------------------


def asked(condition: str, **more: object) -> Life:
    step = by_hand(f"- {{id: first, do: call}}\n- {{id: asked, do: sms, text: first_reminder, if: {{{condition}}}}}")
    return Life(account(step, **more), step)


@pytest.mark.parametrize(
    ("condition", "call", "taken"),
    [
        ("reached: true", "right_party", True),
        ("reached: true", "no_answer", False),
        ("reached: false", "no_answer", True),
        ("reached: false", "callback", False),
        ("reacted: true", "refused", True),
        ("reacted: false", "no_answer", True),
        ("last: {first: [no_answer]}", "no_answer", True),
        ("last: {first: [busy]}", "no_answer", False),
        ("unreachable: [call]", "wrong_number", True),
        ("reachable: [email]", "wrong_number", True),
        ("reachable: [call]", "wrong_number", False),
    ],
)
def test_a_condition_looks_at_what_the_call_brought(condition, call, taken):
    life = asked(condition).answering(call=call)
    if call == "wrong_number":
        life.until(2, "12:00").hears(e.ContactDetails, usable={Channel.sms: True})
    assert ("asked" in life.until(10).steps) == taken


@pytest.mark.parametrize(
    ("condition", "facts", "taken"),
    [
        ("outstanding: {min: 120}", {}, True),
        ("outstanding: {min: 120.01}", {}, False),
        ("outstanding: {max: 119.99}", {}, False),
        ("score: {max: 40}", {"score": 40}, True),
        ("score: {max: 40}", {"score": 41}, False),
        ("score: {max: 40}", {}, False),
        ("guarantor: true", {"guarantors": 1}, True),
        ("guarantor: true", {}, False),
        ("collateral: false", {}, True),
        ("product: [mortgage]", {}, False),
        ("legal_status: [amicable]", {}, True),
        ("broken_promises: {max: 0}", {}, True),
    ],
)
def test_a_condition_looks_at_the_account(condition, facts, taken):
    assert ("asked" in asked(condition, **facts).answering(call="no_answer").until(10).steps) == taken


def test_a_step_that_is_passed_over_says_which_condition_did_not_hold():
    life = asked("reached: true").answering(call="no_answer").until(10)
    assert life.found(e.StepPassed)[0].why == "condition not met: reached"


def test_a_refused_review_is_no_conversation():
    step = by_hand(
        "- {id: look, do: review, days: 3}\n- {id: asked, do: sms, text: first_reminder, if: {reached: true}}"
    )
    assert Life(account(step), step).answering(review="refused").until(10).steps == ["look"]


def test_a_review_that_was_refused_is_asked_again_when_the_strategy_says():
    step = by_hand("- {id: look, do: review, days: 3, ask_again_days: 10}\n- {id: sms, do: sms, text: first_reminder}")
    life = Life(account(step), step).answering(review="refused").until(15)
    assert life.diary == [("look", 1), ("look", 12)]


# --- the end ---------------------------------------------------------------------------------------------------------


def test_the_end_says_legal_only_when_the_package_was_made():
    court = staged(
        {
            "court": (
                1,
                "- {id: package, do: legal_package, if: {outstanding: {min: 1000}}, release: {by: lawyer, people: 2}}",
            )
        },
        ends="legal",
    )
    assert Life(account(court), court).until(5).outcome == "closed"


def test_the_end_says_legal_when_the_package_was_made():
    court = staged({"court": (1, "- {id: package, do: legal_package, release: {by: lawyer, people: 2}}")}, ends="legal")
    assert Life(account(court), court).answering(release="yes").until(5).outcome == "legal"


def test_a_placed_account_comes_back_after_its_days():
    placed = staged(
        {"out": (1, "- {id: agency, do: placement, agency: collectors, days: 30}\n- {id: look, do: review}")},
        ends="placement",
    )
    life = Life(account(placed), placed).until(40)
    assert life.diary[:2] == [("agency", 1), ("look", 32)]


def test_a_recalled_account_comes_back_at_once():
    placed = staged(
        {"out": (1, "- {id: agency, do: placement, agency: collectors, days: 300}\n- {id: look, do: review}")},
        ends="placement",
    )
    life = Life(account(placed), placed).until(9)
    life.hears(e.Release, of="placement", by="anna")
    assert life.until(10).diary == [("agency", 1), ("look", 9)]


def test_days_count_again_as_soon_as_a_plan_is_broken():
    life = Life(account(HARSHER), HARSHER).until(4)
    life.hears(e.PlanAgreed, instalments=tuple(e.PlanInstalment(due=day(10 + 30 * n), amount=10_00) for n in range(12)))
    life.until(60)
    assert life.case.plans[0].verdict == "broken"
    assert life.decisions[-1].days_that_count > 40


def test_what_is_left_below_the_threshold_ends_the_case_where_nothing_more_comes_due():
    strategy = by_hand("- {id: sms, do: sms, text: first_reminder, after_days: 30}", head="worth_chasing: {EUR: 10}")
    life = Life(account(strategy, instalments=owes((0, 5_00))), strategy).until(3)
    assert life.outcome == "closed"
