"""Which words of the debtor count, in which form, and when does a protection end by the law of the place?"""

from datetime import date, timedelta
from typing import Any

import pytest

from models import events as e
from models.case import Case
from models.contact import Fact, Facts, Party
from policy.deciding.law_facts import circumstances, personal
from policy.deciding.taking import apply
from policy.facts.fact_table import objection
from policy.law.deadlines import recovery_from
from policy.law.may_contact import Allow, Defer, may_contact
from policy.procedures.procedure_table import protected_until
from tests.policy.cases import LAW, Life, account, at, by_hand, day

SINCE = date(2026, 3, 2)


def told(country: str, *events: Any) -> Case:
    """A case of that country that was told these facts on its fourth day past due."""
    case = account().model_copy(update={"country": country})
    for event in events:
        case = apply(case, e.Heard(event=event, at=at(4)))
    return case


def circumstance(name: Any, n: int = 1, **fields: Any) -> e.Circumstance:
    return e.Circumstance(event_id=f"c-{n}", name=name, **fields)


@pytest.mark.parametrize(
    ("country", "reason", "until", "last"),
    [
        ("GB", "breathing_space", None, date(2026, 4, 30)),
        ("GB", "breathing_space", date(2026, 3, 20), date(2026, 3, 20)),
        ("GB", "adviser_plan", None, date(2026, 4, 1)),
        ("GB", "crisis_treatment", date(2026, 3, 20), date(2026, 4, 19)),
        ("GB", "crisis_treatment", None, None),
        ("RU", "moratorium", None, date(2026, 9, 1)),
        ("PT", "persi", None, None),
        ("IT", "breathing_space", None, None),
        ("GB", "bankrupt", None, None),
    ],
)
def test_a_protection_ends_by_the_law_of_the_place_where_that_has_an_end(country, reason, until, last):
    assert protected_until(country, reason, SINCE, until) == last


def test_breathing_space_holds_a_british_case_for_sixty_days_and_then_lets_it_go_on():
    [hold] = told("GB", e.Protection(event_id="b", reason="breathing_space")).holds
    assert hold.until is not None
    assert (hold.until - timedelta(minutes=1)).astimezone(hold.since.tzinfo).date() == day(4) + timedelta(days=59)


def test_persi_stops_court_and_assignment_and_lets_contact_go_on():
    [hold] = told("PT", e.Protection(event_id="b", reason="persi")).holds
    assert (hold.blocks, hold.until) == (("court", "assignment"), None)


@pytest.mark.parametrize("name", ["assignment_notice", "transfer_notice"])
def test_a_romanian_notice_of_assignment_holds_the_case_for_thirty_days(name):
    case = told("RO", circumstance(name))
    [hold] = case.holds
    assert (hold.reason, "contact" in hold.blocks, "court" in hold.blocks) == ("assignment_notice", True, True)
    assert hold.until is not None
    assert (hold.until - timedelta(minutes=1)).date() == day(4) + timedelta(days=30)
    assert told("IT", circumstance(name)).holds == ()
    assert told("RO", circumstance(name, since=day(4) - timedelta(days=60))).holds == ()


@pytest.mark.parametrize(
    ("country", "name", "form", "counts"),
    [
        ("RU", "refusal", "message", False),
        ("RU", "refusal", None, False),
        ("RU", "refusal", "statutory", True),
        ("RU", "third_party_consent", "oral", False),
        ("RU", "third_party_consent", "written", True),
        ("US", "cease", "oral", False),
        ("US", "cease", "message", True),
        ("US", "call_consent", "oral", True),
        ("IT", "refusal", None, True),
    ],
)
def test_a_word_counts_in_the_form_that_the_law_asks_for(country, name, form, counts):
    event = circumstance(name, form=form)
    assert (objection(told(country), event, at(4)) is None) == counts
    assert bool(told(country, event).known) == counts


def test_what_does_not_count_is_kept_for_a_person_and_says_what_to_tell_instead():
    [flag] = told("RU", circumstance("refusal", form="message")).flags
    assert "a stop on a channel is an opt_out" in flag.why


@pytest.mark.parametrize("country", ["US", "RU", "IT"])
def test_a_stop_on_a_channel_counts_in_any_form(country):
    assert told(country, e.OptOut(event_id="o", channel=e.Channel.sms, form="oral")).opt_outs == (e.Channel.sms,)


def test_a_consent_that_was_taken_back_is_none():
    given, back = circumstance("call_consent"), circumstance("call_consent", 2, ended=True)
    assert circumstances(told("US", given), at(4), LAW["US"]) == (Fact("call_consent", day(4)),)
    assert circumstances(told("US", given, back), at(4), LAW["US"]) == ()
    assert objection(told("US"), back, at(4)) == "no call consent is known that could end"


def test_a_consent_is_about_its_channels():
    event = circumstance("text_consent", channels=(e.Channel.sms,), since=day(2), until=day(40))
    assert circumstances(told("US", event), at(4), LAW["US"]) == (Fact("text_consent", day(2), day(40), ("sms",)),)


def test_what_is_said_again_is_known_once():
    twice = told("US", circumstance("number_checked", since=day(1)), circumstance("number_checked", 2))
    assert circumstances(twice, at(4), LAW["US"]) == (Fact("number_checked", day(4)),)


def test_a_dispute_is_the_debts_and_a_lawyer_the_persons():
    case = told("US", e.Dispute(event_id="d"), e.Protection(event_id="l", reason="lawyer"))
    assert [(fact.name, personal(fact)) for fact in circumstances(case, at(4), LAW["US"])] == [
        ("dispute", False),
        ("lawyer", True),
    ]


def test_a_dispute_about_a_part_lets_the_rest_be_asked_for():
    assert circumstances(told("US", e.Dispute(event_id="d", amount=100)), at(4), LAW["US"]) == ()


def test_what_was_released_or_is_over_is_not_known_any_more():
    case = told("US", e.Protection(event_id="l", reason="lawyer", until=day(10)))
    assert [fact.until for fact in circumstances(case, at(4), LAW["US"])] == [day(10)]
    assert circumstances(case, at(11), LAW["US"]) == ()
    assert (
        circumstances(
            apply(case, e.Heard(event=e.Release(event_id="r", of="lawyer", by="a"), at=at(5))), at(6), LAW["US"]
        )
        == ()
    )


def test_what_begins_later_is_told_on_its_day():
    against = objection(told("US"), circumstance("call_consent", since=day(5)), at(4))
    assert against is not None
    assert "still to come" in against


def test_a_second_breathing_space_within_twelve_months_is_not_taken_and_a_person_looks():
    first = e.Protection(event_id="b1", reason="breathing_space")
    case = told("GB", first)
    again = e.Protection(event_id="b2", reason="breathing_space")
    says = objection(case, again, at(300))
    assert says == "the last breathing space began on 5 Mar 2027: not before 6 Mar 2028 (UK-P1)"
    assert objection(case, again, at(4 + 366)) == says
    assert objection(case, again, at(4 + 367)) is None
    after = apply(case, e.Heard(event=again, at=at(300)))
    assert (len(after.holds), after.flags[-1].id) == (1, "event:b2")


def test_an_open_objection_keeps_a_romanian_case_closed_after_its_thirty_days():
    steps = by_hand("- {id: letter, do: letter, text: first_letter, times: 3, every_days: 2}")
    life = Life(account(steps, country="RO", zone="Europe/Bucharest", currency="RON"), steps).until(0)
    life.hears(e.Circumstance, name="assignment_notice", since=day(0))
    life.until(20).hears(e.Dispute)
    life.until(45)
    assert (life.steps, recovery_from(day(0), objection_open=True)) == ([], None)
    assert "dispute" in life.why
    life.hears(e.Dispute, status="answered", evidence="D-1")
    assert life.until(46).steps == ["letter"]


def test_without_an_objection_a_romanian_case_goes_on_on_day_31():
    steps = by_hand("- {id: letter, do: letter, text: first_letter}")
    life = Life(account(steps, country="RO", zone="Europe/Bucharest", currency="RON"), steps).until(0)
    life.hears(e.Circumstance, name="assignment_notice", since=day(0))
    life.until(40)
    assert [life.diary[0][0], day(life.diary[0][1])] == ["letter", recovery_from(day(0))]


@pytest.mark.parametrize("name", ["assignment_notice", "transfer_notice"])
def test_LW8_a_romanian_notice_begins_thirty_days_on_the_other_accounts_of_the_person_too(name):
    known = tuple(fact for fact in circumstances(told("RO", circumstance(name)), at(5), LAW["RO"]) if personal(fact))
    party, other = Party("d1", ("Europe/Bucharest",)), Facts("another account", known=known)
    answers = [may_contact(party, "letter", at(n, zone="Europe/Bucharest"), [], other, LAW["RO"]) for n in (34, 35)]
    assert [type(answer) for answer in answers] == [Defer, Allow]
    assert "RO-C1" in answers[0].rules


def test_LW8_a_notice_of_a_transfer_lifts_a_ban_for_its_own_debt_alone():
    assert not personal(Fact("transfer_notice", day(4)))
