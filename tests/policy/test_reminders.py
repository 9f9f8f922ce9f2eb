"""Before an agreed day a courtesy, once, where the strategy has it, and only while nothing else holds the case."""

from datetime import UTC

from models import events as e
from models.decisions import Act
from policy.deciding.treatment import Feed
from policy.steps.step_outcomes import base
from tests.policy.cases import Life, account, at, by_hand, day

KIND = by_hand(
    "- {id: sms, do: sms, text: first_reminder, from_dpd: 5}",
    head="promise: {grace_days: 1, reminder: {channel: sms, fallback: [email], days_before: 2}}",
)


def kind(n: int = 3) -> Life:
    return Life(account(KIND), KIND).until(n)


def reminded(life: Life) -> list[int]:
    return [n for step, n in life.diary if step == "promise_reminder"]


def test_a_promise_is_reminded_of_once_before_its_day_where_the_strategy_has_it():
    life = kind()
    life.promises(50_00, by=12)
    assert (reminded(life.until(13)), life.steps) == ([10], ["promise_reminder"])


def test_each_promise_is_reminded_of_by_itself():
    life = kind()
    life.promises(50_00, by=12)
    life.promises(50_00, by=18)
    assert reminded(life.until(18)) == [10, 16]


def test_a_reminder_of_a_sunday_comes_at_the_next_lawful_hour():
    life = kind()
    life.promises(50_00, by=15)
    # Day 13 is a Sunday.
    assert reminded(life.until(15)) == [14]
    assert life.taken[0].at.astimezone(UTC).hour >= 8


def test_who_promised_a_moment_ago_is_not_reminded():
    life = kind()
    life.promises(50_00, by=5)
    assert reminded(life.until(6)) == []


def test_a_promise_that_is_kept_already_is_not_reminded_of():
    life = kind()
    life.promises(50_00, by=12)
    life.until(5).pays(50_00)
    assert reminded(life.until(13)) == []


def test_no_reminder_is_sent_while_something_else_holds_the_case():
    life = kind()
    life.promises(50_00, by=12)
    life.hears(e.Hardship, until=day(13))
    assert reminded(life.until(14)) == []


def test_a_reminder_that_fails_is_tried_again_and_given_up_silently():
    trouble = {"left": 2}

    def out_of_paper(act: Act) -> e.Result | None:
        trouble["left"] -= 1
        return e.StepFailed(**base(act, "step_failed"), reason="OutOfPaper") if trouble["left"] >= 0 else None

    life = Life(account(KIND), KIND, trouble=out_of_paper).until(3)
    life.promises(50_00, by=12)
    assert (life.until(13).results("promise_reminder"), life.flags) == (["failed", "failed", "sent"], [])


def test_a_reminder_that_lacks_what_the_law_demands_goes_once_a_person_says_again():
    known = {"phone": False}

    def lacking(act: Act) -> e.Result | None:
        refused = base(act, "step_refused:sms") | {"channel": act.channel, "rule": "RU-C2: phone not known"}
        return None if known["phone"] else e.StepRefused(**refused, person=True, incomplete=True)

    life = Life(account(KIND), KIND, trouble=lacking).until(3)
    life.promises(50_00, by=12)
    assert life.until(10).results("promise_reminder") == ["rejected"]
    assert life.flags == ["stuck"]
    known["phone"] = True
    life.hears(e.Release, of="promise_reminder", by="anna")
    assert life.until(12).results("promise_reminder") == ["rejected", "again", "sent"]


def test_a_reminder_waits_for_fresh_information_on_payments():
    life = Life(account(KIND), KIND, feed=Feed(at(1), 24)).until(3)
    life.promises(50_00, by=12)
    assert reminded(life.until(13)) == []
