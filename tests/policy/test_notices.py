"""What does a message that left tell the law, and which term begins with it?"""

from datetime import date
from typing import Any

import pytest

from models import events as e
from models.case import Case
from models.contact import Fact
from models.decisions import Act
from policy.deciding.law_facts import circumstances
from policy.deciding.taking import apply
from policy.law.may_contact import end_of_day
from policy.procedures.hold_rules import shown
from policy.steps.notice_effects import notice_of
from policy.steps.step_outcomes import done, step_input
from tests.policy.cases import LAW, Life, account, at, by_hand, day

ZONES = {"NL": "Europe/Amsterdam", "US": "America/New_York", "RO": "Europe/Bucharest", "GB": "Europe/London"}


def living(country: str) -> Case:
    return account().model_copy(update={"country": country, "zone": ZONES[country]})


def letter(text: str, do: Any = "letter") -> Act:
    key = f"a1:test@0:e1:{text}:1"
    return Act(why="due", step=text, round="e1", do=do, channel=do, key=key, attempt=1, text=text)


def after(country: str, text: str, n: int = 4) -> Case:
    """A case of that country whose message with this text left on day n."""
    case, now = living(country), at(n, zone=ZONES[country])
    asked = step_input(case, letter(text), now)
    return apply(case, e.Heard(event=done(asked, notice=notice_of(asked, LAW[country], now)), at=now))


@pytest.mark.parametrize(
    ("country", "text", "since", "until", "reason"),
    [
        ("NL", "fourteen_day_letter", date(2026, 3, 2), date(2026, 3, 18), "fourteen_days"),
        ("NL", "fourteen_day_letter", date(2026, 12, 23), date(2027, 1, 12), "fourteen_days"),
        ("US", "validation_notice", date(2026, 3, 2), date(2026, 4, 8), "validation_period"),
        ("RO", "assignment_notice", date(2026, 3, 2), date(2026, 4, 1), "assignment_notice"),
        ("RO", "transfer_notice", date(2026, 3, 2), date(2026, 4, 1), "assignment_notice"),
    ],
)
def test_the_term_of_a_notice_runs_as_a_hold_through_its_last_day(country, text, since, until, reason):
    case = after(country, text, (since - day(0)).days)
    [hold] = case.holds
    assert (hold.reason, hold.until) == (reason, end_of_day(until, case.zone))
    assert [(k.name, k.since, k.until) for k in case.known] == [(text, since, None)], "a notice stays given"


def test_a_hold_of_a_notice_is_shown_with_its_day_and_what_it_leaves_allowed():
    [hold] = shown(after("NL", "fourteen_day_letter"), at(5))
    assert (hold.reason, hold.since, hold.blocks) == ("fourteen_days", day(4), ("fees", "court", "assignment"))
    assert "the steps of the cycle" in hold.leaves


def test_another_text_tells_nothing():
    case = after("NL", "first_letter")
    assert (case.known, case.holds) == ((), ())


def test_a_fourteen_day_letter_abroad_is_known_and_begins_no_term():
    case = after("GB", "fourteen_day_letter")
    assert ([k.name for k in case.known], case.holds) == (["fourteen_day_letter"], ())


def test_a_letter_that_came_back_told_nothing():
    case = after("NL", "fourteen_day_letter")
    back = e.DeliveryReport(event_id="r", message=case.records[-1].key, status="bounced")
    case = apply(case, e.Heard(event=back, at=at(9)))
    assert (case.known, case.holds) == ((), ())


def test_a_letter_that_arrived_tells_what_it_told_when_it_left():
    case = after("NL", "fourteen_day_letter")
    report = e.DeliveryReport(event_id="r", message=case.records[-1].key, status="delivered")
    arrived = apply(case, e.Heard(event=report, at=at(9)))
    assert arrived.known
    assert (arrived.known, arrived.holds) == (case.known, case.holds)


def test_of_a_letter_that_may_have_left_nothing_is_claimed():
    case, act = living("NL"), letter("fourteen_day_letter")
    unknown = e.OutcomeUnknown(
        event_id="u", step=act.step, round="e1", key=act.key, attempt=1, channel=e.Channel.letter
    )
    case = apply(case, e.Heard(event=unknown, at=at(4)))
    assert (case.known, case.holds) == ((), ())


def test_an_announcement_is_known_of_the_person():
    assert Fact("visit_announced", day(4)) in circumstances(after("GB", "visit_announcement"), at(5), LAW["GB"])


def test_a_notice_that_somebody_else_sent_runs_to_the_day_that_was_told():
    told = e.Circumstance(event_id="c", name="fourteen_day_letter", since=day(1), until=day(18))
    [hold] = apply(living("NL"), e.Heard(event=told, at=at(4))).holds
    assert (hold.reason, hold.until) == ("fourteen_days", end_of_day(day(18), ZONES["NL"]))


def test_a_term_that_is_over_when_it_is_told_holds_nothing():
    told = e.Circumstance(event_id="c", name="fourteen_day_letter", since=day(1), until=day(18))
    case = apply(living("NL"), e.Heard(event=told, at=end_of_day(day(18), ZONES["NL"])))
    assert ([known.name for known in case.known], case.holds) == (["fourteen_day_letter"], ())


@pytest.mark.parametrize(("country", "wanted", "given"), [("IT", 1, 15), ("IT", 20, 20), ("GB", 1, 14), ("NL", 1, 1)])
def test_a_formal_notice_gives_the_days_of_the_strategy_and_no_fewer_than_the_law(country, wanted, given):
    steps = f"- {{id: notice, do: formal_notice, mandatory: true, notice_days: {wanted}}}"
    zone = ZONES.get(country, "Europe/Rome")
    life = Life(account(by_hand(steps), country=country, zone=zone), by_hand(steps)).until(3)
    assert [taken.act.notice_days for taken in life.taken] == [given]


VISITS = """
- {id: announcement, do: letter, text: visit_announcement}
- {id: visit, do: visit, assignee: field_agents, after_days: 7, times: 2, every_days: 30}
"""


def test_a_british_visit_is_made_after_its_announcement_and_not_without():
    case = account(by_hand(VISITS), country="GB", zone="Europe/London", currency="GBP")
    life = Life(case, by_hand(VISITS)).answering(visit="not_home").until(60)
    assert life.steps[:2] == ["announcement", "visit"]
    bare = Life(case, by_hand(VISITS.splitlines()[2])).until(20)
    refused = [t.result.rule for t in bare.taken if isinstance(t.result, e.StepRefused)]
    assert ("visit" in bare.steps, [rule.split(":")[0] for rule in refused]) == (False, ["UK-V1"])


def test_an_announcement_serves_the_visits_of_thirty_days():
    case = account(by_hand(VISITS), country="GB", zone="Europe/London", currency="GBP")
    life = Life(case, by_hand(VISITS)).answering(visit="not_home").until(60)
    assert life.steps == ["announcement", "visit"], "the second visit would come 37 days after it"
    assert [t.result.rule[:5] for t in life.taken if isinstance(t.result, e.StepRefused)] == ["UK-V1"]


def test_a_second_notice_that_comes_back_leaves_the_first_one_given():
    case, now = after("US", "validation_notice"), at(20, zone=ZONES["US"])
    again = step_input(case, letter("validation_notice").model_copy(update={"key": "second"}), now)
    case = apply(case, e.Heard(event=done(again, notice=notice_of(again, LAW["US"], now)), at=now))
    back = e.DeliveryReport(event_id="r", message="second", status="bounced")
    case = apply(case, e.Heard(event=back, at=at(22, zone=ZONES["US"])))
    assert [(k.name, k.since) for k in case.known] == [("validation_notice", day(4))]
    assert len(case.holds) == 1


def test_a_notice_that_is_taken_back_takes_its_term_with_it():
    told = e.Circumstance(event_id="c", name="assignment_notice", since=day(1))
    case = apply(living("RO"), e.Heard(event=told, at=at(2)))
    assert [hold.reason for hold in shown(case, at(3))] == ["assignment_notice"]
    back = e.Circumstance(event_id="d", name="assignment_notice", ended=True)
    case = apply(case, e.Heard(event=back, at=at(4)))
    assert (shown(case, at(4)), case.known) == ((), ())
