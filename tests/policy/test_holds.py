"""What each hold stops and leaves allowed, from when, until when, and that it ends by itself."""

from pathlib import Path

import pytest

from models import events as e
from models.case import BLOCKS, Plan, Promise
from models.vocabulary import CAUSES
from policy.case.holds import blocked_days
from policy.facts.fact_table import objection
from policy.procedures.hold_rules import ALWAYS, GATES, HOLDS, leaves, rule_of, shown
from policy.telling.story import tell
from tests.policy.cases import Life, account, at, by_hand, day, owes, staged
from tests.policy.test_promises import CHASE

COURT = by_hand(
    """
    - {id: sms, do: sms, text: first_reminder, from_dpd: 5}
    - {id: agency, do: placement, agency: nord, from_dpd: 6, days: 10}
    - {id: package, do: legal_package, release: {by: lawyer, people: 2}, after_days: 1}
    """
)
PAGE = Path("docs/holds.md").read_text(encoding="utf-8").splitlines()
PROTECTIONS = e.Protection.model_fields["reason"].annotation.__args__


def chased(n: int = 4) -> Life:
    return Life(account(CHASE), CHASE).until(n)


def to_court(n: int = 4) -> Life:
    return Life(account(COURT), COURT).answering(release="yes").until(n)


# --- what each stops -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [reason for reason in PROTECTIONS if reason != "persi"])
def test_every_protection_stops_contact_and_court_for_a_reason_of_its_own(reason):
    assert {"contact", "court"} <= {*HOLDS[reason].blocks}


@pytest.mark.parametrize(
    "reason", ["deceased", "bankrupt", "moratorium", "breathing_space", "over_indebted", "debt_help"]
)
def test_what_settles_all_debts_together_stops_everything(reason):
    life = chased()
    life.hears(e.Protection, reason=reason)
    assert life.case.holds[0].blocks == BLOCKS


def test_a_hold_of_our_own_lets_interest_and_fees_run():
    assert rule_of("client_request").blocks == ("contact", "court", "assignment")


@pytest.mark.parametrize("reason", HOLDS)
def test_what_stops_contact_stops_court_and_assignment_too(reason):
    assert "contact" not in HOLDS[reason].blocks or {"court", "assignment"} <= {*HOLDS[reason].blocks}


def test_a_hold_may_name_what_it_stops():
    life = chased()
    life.hears(e.Hold, reason="audit", blocks=("interest",))
    assert (life.case.holds[0].blocks, life.until(5).steps) == (("interest",), ["sms"])


def test_a_hold_that_stops_nothing_is_refused():
    against = objection(account(CHASE), e.Hold(event_id="x", reason="audit", blocks=()), at(4))
    assert against == "a hold that blocks nothing holds nothing"


def test_a_hold_keeps_its_document():
    life = chased()
    life.hears(e.Protection, reason="bankrupt", evidence="COURT-77")
    assert life.case.holds[0].evidence == "COURT-77"


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        (BLOCKS, ALWAYS),
        (("contact",), f"interest accrues, fees are charged, {ALWAYS}"),
        (("court",), f"the steps of the cycle, interest accrues, fees are charged, placement with an agency, {ALWAYS}"),
    ],
)
def test_what_is_left_allowed_is_said_in_words(blocks, words):
    assert leaves(blocks) == words


def test_the_story_says_what_a_hold_stops():
    told = e.Protection(event_id="x", reason="lawyer", evidence="MANDATE-1", until=day(9))
    assert tell(told, "EUR") == "lawyer, until 10 Mar 2027, document MANDATE-1: stops contact, court, assignment"


# --- steps that wait for a hold that lets the cycle go on -------------------------------------------------------------


def test_a_hold_on_court_and_agency_lets_the_cycle_go_on_to_that_step_and_no_further():
    life = to_court()
    life.hears(e.Hold, reason="audit", blocks=("assignment",))
    assert (life.until(60).steps, life.why) == (["sms"], "assignment is blocked by audit until released")


def test_a_step_that_waits_is_not_passed_over_and_taken_afterwards():
    life = to_court()
    life.hears(e.Hold, reason="audit", blocks=("court", "assignment"), until=day(30))
    life.until(30, "23:59")
    assert (life.found(e.StepPassed), life.until(31).steps) == ([], ["sms", "agency"])


def test_not_even_a_step_whose_time_runs_out_is_passed_over_while_it_waits():
    soon = staged(
        {
            "early": (1, "- {id: sms, do: sms, text: first_reminder, from_dpd: 5}"),
            "agency": (6, "- {id: agency, do: placement, agency: nord, until_dpd: 12}\n- {id: call, do: call}"),
        }
    )
    life = Life(account(soon), soon).until(4)
    life.hears(e.Hold, reason="audit", blocks=("assignment",), until=day(20))
    life.until(20, "23:59")
    assert (life.steps, life.found(e.StepPassed), life.case.stage) == (["sms"], [], "early")
    assert (life.until(21).steps, len(life.found(e.StepPassed))) == (["sms", "call"], 1)


def test_a_lawyer_is_not_asked_to_release_what_may_not_go_to_court():
    life = to_court()
    life.hears(e.Hold, reason="audit", blocks=("court",), until=day(30))
    assert (life.until(30).steps, life.until(31).steps) == (["sms", "agency"], ["sms", "agency", "package?"])


def test_a_yes_from_before_the_hold_lets_the_package_go_after_it():
    life = Life(account(COURT), COURT).until(18)
    assert life.steps == ["sms", "agency", "package?"]
    life.hears(e.Hold, reason="audit", blocks=("court",), until=day(30))
    life.take(*(life.tell(e.Release, of="package", by=by) for by in ("lawyer", "chief")))
    assert (life.until(30).steps[-1], life.until(31).steps[-1]) == ("package?", "package")


def test_a_hold_on_interest_alone_lets_a_case_go_to_court_and_end():
    life = to_court()
    life.hears(e.Hold, reason="audit", blocks=("interest", "fees"))
    assert life.until(60).outcome == "legal"


def test_every_gated_step_is_one_that_gives_the_account_away():
    assert GATES == {"legal_package": "court", "placement": "assignment"}


# --- from when until when --------------------------------------------------------------------------------------------


def test_a_hold_begins_when_it_happened_not_when_we_heard():
    life = chased(9)
    life.hears(e.Protection, reason="moratorium", at=at(6))
    assert blocked_days(life.case, "interest") == [(day(6), None)]


def test_a_hold_does_not_begin_in_the_future():
    life = chased(9)
    life.hears(e.Hold, reason="ops", at=at(30))
    assert blocked_days(life.case, "contact") == [(day(9), None)]


@pytest.mark.parametrize(("n", "steps"), [(27, []), (28, []), (29, ["sms"])])
def test_a_hold_that_ends_on_the_day_the_clocks_change_lasts_through_it(n, steps):
    # Day 27 is 28 March 2027, on which Rome has 23 hours.
    life = chased()
    life.hears(e.Hold, reason="ops", until=day(28))
    assert life.until(n).steps == steps


def test_several_holds_end_each_on_its_own_day():
    life = chased()
    life.hears(e.Protection, reason="hospital", until=day(10))
    life.hears(e.Protection, reason="lawyer", until=day(15))
    life.hears(e.Hold, reason="audit", blocks=("fees",), until=day(8))
    life.until(16)
    assert [f.reason for f in life.found(e.HoldEnded)] == ["audit", "hospital", "lawyer"]


def test_of_several_holds_one_is_released_and_the_others_stay():
    life = chased()
    life.hears(e.Protection, reason="minor")
    life.hears(e.Protection, reason="lawyer")
    life.hears(e.Release, of="minor", by="anna")
    assert (life.why, life.until(30).steps) == ("lawyer until released", [])


def test_a_hold_released_after_its_end_was_over_at_its_end():
    life = chased()
    life.hears(e.Hold, reason="ops", until=day(6))
    life.now = at(20)
    life.hears(e.Release, of="ops", by="anna")
    assert blocked_days(life.case, "contact") == [(day(4), day(6))]
    assert life.case.holds[0].ended == at(7, "00:00")


# --- shown -----------------------------------------------------------------------------------------------------------


def test_what_holds_a_case_is_shown_with_what_it_stops_and_leaves():
    life = Life(account(CHASE, instalments=owes((0, 80_00), (3, 40_00))), CHASE).until(4)
    life.hears(e.Protection, reason="moratorium", evidence="COURT-1", until=day(30))
    life.hears(e.Dispute, instalments=(2,))
    life.hears(e.Hold, reason="audit", blocks=("fees",))
    rows = [(h.reason, h.since, h.until, h.evidence, h.about, h.blocks) for h in shown(life.case, life.now)]
    assert rows == [
        ("moratorium", day(4), day(30), "COURT-1", None, BLOCKS),
        ("dispute", day(4), None, None, "instalment 2", ("court", "assignment")),
        ("audit", day(4), None, None, None, ("fees",)),
    ]
    assert [h.why for h in shown(life.case, life.now)][2] == "as told"


def test_what_is_over_is_shown_no_more():
    life = chased()
    life.hears(e.Hold, reason="ops", until=day(6))
    assert (len(shown(life.case, at(6, "23:59"))), shown(life.case, at(7, "00:00"))) == (1, ())


def test_a_running_promise_and_plan_are_shown_among_the_holds():
    promise = Promise(event_id="p", amount=1, due=day(9), made=at(4))
    plan = Plan(event_id="q", instalments=((day(9), 1), (day(40), 1)), made=at(4))
    found = shown(account(CHASE, promises=(promise,), plans=(plan,)), at(5))
    assert [(h.reason, h.until) for h in found] == [("promise", day(9)), ("plan", day(40))]


# --- hardship --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "kept"), [(200_00, 200_00), (0, 0), (None, 50_00)])
def test_what_is_left_a_month_follows_the_last_budget(left, kept):
    life = Life(account(CHASE, monthly_left=50_00), CHASE).until(4)
    life.hears(e.Hardship, left=left)
    assert life.case.monthly_left == kept


def test_hardship_stops_contact_fees_court_and_agency_and_lets_interest_run():
    life = chased()
    life.hears(e.Hardship, until=day(30), evidence="BUDGET-1")
    assert (blocked_days(life.case, "fees"), blocked_days(life.case, "interest")) == ([(day(4), day(30))], [])


# --- what is written about them --------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [*HOLDS, "client_request"])
def test_the_page_on_holds_says_what_each_reason_stops_and_why(reason):
    rule = rule_of(reason)
    stops = "everything" if rule.blocks == BLOCKS else ", ".join(rule.blocks)
    named = [line for line in PAGE if f"`{reason}`" in line.split(" | ")[0] and line.count(" | ") == 2]
    line = named[0]
    assert line.split(" | ")[1:] == [stops, f"{rule.why} |"]


def test_the_page_on_holds_lists_every_cause():
    assert [code for code, words in CAUSES.items() if f"| `{code}` | {words} |" not in PAGE] == []
