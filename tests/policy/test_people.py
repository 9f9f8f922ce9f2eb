"""What only a person or a proof can end: a notice, a release, a dispute, a hold without an end."""

import pytest

from models import events as e
from tests.policy.cases import Life, account, by_hand, day
from tests.policy.test_apply import LADDER, at_step, on_the_way, pending_key

# --- formal notice ---------------------------------------------------------------------------------------------------


def test_a_notice_without_proof_is_not_done_and_goes_to_a_person():
    life = at_step("diffida")
    life.until(life.day + 60)
    assert (life.steps.count("diffida"), life.why, life.flags) == (1, "a person's decision about diffida", ["stuck"])


def test_the_notice_period_runs_from_the_day_it_was_served():
    life = at_step("diffida")
    n = life.day
    life.until(n + 6)
    life.hears(e.NoticeServed, served_on=day(n + 2), proof="R1")
    assert (life.until(n + 17).steps[-1], life.until(n + 18).steps[-1]) == ("diffida", "package?")


def test_a_late_proof_counts():
    life = at_step("diffida")
    key = pending_key(life)
    life.until(life.day + 40)
    life.hears(e.NoticeServed, served_on=life.today, proof="R1", task=key)
    assert life.until(life.day + 16).steps[-1] == "package?"


def test_a_person_can_have_the_notice_tried_again():
    life = at_step("diffida")
    life.until(life.day + 40)
    life.hears(e.Release, of="diffida", by="p1")
    assert life.until(life.day + 1).steps.count("diffida") == 2


def test_a_late_proof_of_the_first_notice_counts_while_the_second_is_on_its_way():
    life = at_step("diffida")
    key = pending_key(life)
    life.until(life.day + 40)
    life.hears(e.Release, of="diffida", by="p1")
    life.until(life.day + 1)
    life.hears(e.NoticeServed, served_on=life.today, proof="R1", task=key)
    assert life.until(life.day + 16).steps[-1] == "package?"


def test_a_person_cannot_release_a_notice_instead_of_its_proof():
    life = at_step("diffida")
    life.hears(e.Release, of="diffida", by="p1")
    assert (life.case.pending.waits_for, life.flags) == ("proof", ["event"])


@pytest.mark.parametrize("ahead", [1, 30])
def test_a_proof_from_the_future_is_not_taken(ahead):
    life = at_step("diffida")
    life.hears(e.NoticeServed, served_on=day(life.day + ahead), proof="R1")
    assert life.case.pending.waits_for == "proof"


def test_a_proof_for_no_notice_is_not_taken():
    life = on_the_way(2)
    life.hears(e.NoticeServed, served_on=day(1), proof="R1")
    assert life.flags == ["event"]


# --- release ---------------------------------------------------------------------------------------------------------


def asked() -> Life:
    """A life in which the package waits for two lawyers."""
    life = Life(account(LADDER), LADDER).answering(call="no_answer", review="done", proof="served")
    for n in range(1, 200):
        if "package?" in life.until(n).steps:
            return life
    raise AssertionError(life.diary)


def yes(life: Life, by: str, granted: bool = True) -> Life:
    life.hears(e.Release, of="package", by=by, granted=granted)
    return life


def test_two_different_people_let_a_package_go():
    assert yes(yes(asked(), "anna"), "bruno").results("package") == ["released", "issued"]


def test_the_same_person_twice_is_one_person():
    assert yes(yes(asked(), "anna"), "anna").results("package") == []


def test_one_no_is_enough():
    assert yes(yes(asked(), "anna"), "bruno", granted=False).results("package") == ["not_released"]


def test_a_refused_release_is_asked_again_when_the_strategy_says():
    life = yes(asked(), "anna", granted=False)
    n = life.day
    assert (life.until(n + 13).steps.count("package?"), life.until(n + 14).steps.count("package?")) == (1, 2)


def test_a_yes_from_before_a_no_does_not_count_when_it_is_asked_again():
    life = yes(yes(asked(), "anna"), "bruno", granted=False)
    yes(life.until(life.day + 14), "carla")
    assert life.results("package") == ["not_released"]


def test_a_release_nobody_answers_is_not_a_yes():
    life = asked()
    life.until(life.day + 30)
    assert set(life.results("package")) == {"not_answered"}


def test_a_release_nobody_answers_is_asked_again():
    life = asked()
    assert life.until(life.day + 30).steps.count("package?") > 1


def test_a_release_of_nothing_is_left_for_a_person():
    life = on_the_way(2)
    life.hears(e.Release, of="package", by="anna")
    assert life.flags == ["event"]


def test_a_call_that_waits_for_its_outcome_is_released_by_nobody():
    life = on_the_way(4)
    life.hears(e.Release, of="call", by="anna")
    assert (life.results("call"), life.case.pending.step, life.flags) == ([], "call", ["event"])


def test_a_refusal_that_is_not_asked_again_goes_to_a_person():
    once = by_hand("- {id: package, do: legal_package, release: {by: lawyer, people: 2}}")
    life = Life(account(once), once).answering(release="no").until(30)
    assert (life.steps, life.why) == (["package?"], "a person's decision about package")


@pytest.mark.parametrize(("granted", "steps"), [(True, ["package?", "package?"]), (False, ["package?"])])
def test_that_person_has_it_asked_again_or_passes_it_over(granted, steps):
    once = by_hand("- {id: package, do: legal_package, release: {by: lawyer, people: 2}}")
    life = Life(account(once), once).answering(release="no").until(10)
    life.hears(e.Release, of="package", by="chief", granted=granted)
    assert life.until(11, "10:00").steps == steps


# --- holds, disputes, protection -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "fields", "of"),
    [
        (e.Dispute, {}, "dispute"),
        (e.Hardship, {}, "hardship"),
        (e.Protection, {"reason": "hospital"}, "hospital"),
        (e.Hold, {"reason": "ops"}, "ops"),
    ],
    ids=["dispute", "hardship", "protection", "hold"],
)
def test_a_hold_without_an_end_lasts_until_a_person_releases_it(kind, fields, of):
    life = on_the_way(2)
    life.hears(kind, **fields)
    quiet = life.until(300).steps
    life.hears(e.Release, of=of, by="anna")
    assert (quiet, life.until(301).steps) == (["sms"], ["sms", "call"])


@pytest.mark.parametrize(("until", "taken"), [(1, False), (2, True), (732, True), (733, False)])
def test_a_hold_ends_today_at_the_earliest_and_in_two_years_at_the_latest(until, taken):
    life = on_the_way(2)
    life.hears(e.Hold, reason="ops", until=day(until))
    assert bool(life.case.holds) == taken


@pytest.mark.parametrize("kind", [e.Dispute, e.Protection, e.Hardship], ids=["dispute", "protection", "hardship"])
def test_a_person_looks_at_what_only_a_person_can_end(kind):
    life = on_the_way(2)
    life.hears(kind, **({"reason": "deceased"} if kind is e.Protection else {}))
    assert len(life.flags) == 1
