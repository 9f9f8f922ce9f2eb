"""What do the days of a Portuguese PERSI ask of people, what ends it, and what does it keep from court?"""

from typing import Any

import pytest

from models import events as e
from models.case import Case
from policy.deciding.taking import apply
from policy.facts.fact_table import objection
from policy.law.may_contact import end_of_day
from policy.procedures.pt_persi import PRODUCTS, duties
from tests.policy.cases import Life, account, at, by_hand, day

ZONE = "Europe/Lisbon"
SUIT = "- {id: suit, do: legal_package, release: {by: lawyer, people: 2}, from_dpd: 70}"


def bank(**more: Any) -> Case:
    return account(by_hand(SUIT), country="PT", zone=ZONE, **more)


def lived(case: Case | None = None) -> Life:
    return Life(case or bank(), by_hand(SUIT))


def persi_flags(life: Life) -> list[str]:
    return [flag.about.split(":")[1] for flag in life.case.flags if flag.kind == "duty"]


def enter(life: Life, **fields: Any) -> e.Event:
    return life.hears(e.Protection, reason="persi", evidence="PERSI-1", **fields)


def letter(of: str = "persi", n: int | None = None, **fields: Any) -> e.Release:
    when = None if n is None else at(n, zone=ZONE)
    return e.Release(event_id="end", of=of, by="anna", at=when, **fields)


def in_persi(entered: int = 40) -> Case:
    fact = e.Protection(event_id="in", reason="persi")
    return apply(bank(), e.Heard(event=fact, at=at(entered, zone=ZONE)))


def test_the_days_before_persi_are_put_before_a_person_when_they_pass():
    life = lived().until(15)
    assert persi_flags(life) == []
    life.until(16)
    assert persi_flags(life) == ["PT-T1"], "nobody wrote or spoke to the client in fifteen days"
    life.until(60)
    assert persi_flags(life) == ["PT-T1"]
    life.until(61)
    assert persi_flags(life) == ["PT-T1", "PT-T2"]


@pytest.mark.parametrize("result", ["no_answer", "busy", "voicemail", "third_party", "wrong_number"])
def test_a_call_that_the_client_did_not_take_told_them_nothing(result: str):
    life = lived().until(14)
    life.says(result)
    assert persi_flags(life.until(16)) == ["PT-T1"]


def test_a_guarantor_is_told_within_fifteen_days():
    life = lived(bank(guarantors=1)).until(16)
    assert persi_flags(life) == ["PT-T1", "PT-G2"]
    told = lived(bank(guarantors=1)).until(10)
    told.hears(e.Circumstance, name="guarantor_informed")
    assert persi_flags(told.until(16)) == ["PT-T1"]


def test_the_days_inside_persi_are_the_letter_of_entry_the_proposal_and_its_answer():
    life = lived().until(40)
    enter(life)
    assert persi_flags(life.until(45)) == ["PT-T1"]
    assert persi_flags(life.until(46)) == ["PT-T1", "PT-T3"]
    assert persi_flags(life.until(71)) == ["PT-T1", "PT-T3", "PT-T5"]


def test_what_was_done_in_time_is_asked_of_nobody():
    life = lived().until(14)
    life.says("right_party")
    enter(life.until(40))
    life.hears(e.Circumstance, name="persi_entry_letter")
    life.until(60).hears(e.Circumstance, name="persi_proposal")
    assert persi_flags(life.until(75)) == []
    assert persi_flags(life.until(76)) == ["PT-T6"]


@pytest.mark.parametrize(("spoken", "rules"), [(0, ["PT-T1", "PT-T2"]), (1, ["PT-T2"])])
def test_who_was_spoken_to_before_the_delay_was_not_told_of_it(spoken: int, rules: list[str]):
    call = e.ContactOutcome(event_id="o", outcome=e.Outcome.right_party, channel=e.Channel.call)
    case = apply(bank(), e.Heard(event=call, at=at(spoken, zone=ZONE)))
    assert [duty.rule for duty in duties(case, day(0))] == rules


@pytest.mark.parametrize(("country", "product"), [("IT", "consumer_loan"), ("PT", "invoice"), ("PT", "utility")])
def test_a_debt_that_is_no_portuguese_credit_has_no_such_days(country: str, product: str):
    assert not list(duties(account("cec", country=country, zone=ZONE, product=product), day(0)))
    assert "mortgage" in PRODUCTS


@pytest.mark.parametrize(
    ("event", "rule"),
    [
        (letter(), "PT-T8"),
        (letter(ground="17-1-c"), "PT-T8"),
        (letter(reasons="no_agreement"), "PT-T8"),
        (letter(n=130, ground="17-1-c", reasons="no_agreement"), "PT-T7"),
        (letter(n=131, ground="17-1-c", reasons="no_agreement"), None),
        (letter(n=50, ground="17-2-d", reasons="papers_not_sent"), None),
    ],
)
def test_a_persi_ends_by_a_letter_with_ground_and_reasons_and_by_time_from_the_91st_day(event: Any, rule: str | None):
    found = objection(in_persi(), event, at(150, zone=ZONE))
    assert (found or "").endswith(f"({rule})" if rule else "")
    assert bool(found) == bool(rule)


def test_an_unsound_letter_told_as_a_signal_leaves_the_persi_as_it_is_and_a_flag():
    case = apply(in_persi(), e.Heard(event=letter(ground="17-1-c"), at=at(150, zone=ZONE)))
    assert [hold.until for hold in case.holds] == [None]
    assert "PT-T8" in case.flags[-1].why


def test_the_day_of_the_letter_still_belongs_to_the_persi():
    sound = letter(n=131, ground="17-1-c", reasons="no_agreement")
    case = apply(in_persi(), e.Heard(event=sound, at=at(133, zone=ZONE)))
    assert [hold.until for hold in case.holds] == [end_of_day(day(131), ZONE)]


@pytest.mark.parametrize(("oldest", "rules"), [(131, []), (132, ["PT-T1", "PT-T2"])])
def test_a_persi_is_for_the_delay_it_was_entered_for_and_a_later_one_asks_for_its_own(oldest: int, rules: list[str]):
    sound = letter(n=131, ground="17-1-c", reasons="no_agreement")
    case = apply(in_persi(), e.Heard(event=sound, at=at(133, zone=ZONE)))
    assert [duty.rule for duty in duties(case, day(oldest))] == rules


def test_what_was_told_in_an_earlier_persi_was_not_told_in_this_one():
    early = e.Circumstance(event_id="c", name="persi_entry_letter", since=day(10))
    case = apply(in_persi(40), e.Heard(event=early, at=at(41, zone=ZONE)))
    assert [duty.rule for duty in duties(case, day(0))] == ["PT-T3", "PT-T5"]


def test_days_before_the_account_came_to_us_are_the_creditors_but_the_entry_is_asked_for():
    case = bank(opened=at(20, zone=ZONE), guarantors=1)
    assert [duty.rule for duty in duties(case, day(0))] == ["PT-T2"]
    assert [duty.rule for duty in duties(case, day(-90))] == ["PT-T2"]


def test_a_persi_has_no_last_day_of_its_own():
    fact = e.Protection(event_id="in", reason="persi", until=day(200))
    assert "PT-T8" in (objection(bank(), fact, at(40, zone=ZONE)) or "")


def test_a_suit_without_any_persi_waits_for_a_person_with_the_rule():
    life = lived().until(90)
    assert life.steps == []
    [stuck] = [flag for flag in life.case.flags if flag.id.startswith("stuck:")]
    assert "PT-G1" in stuck.why
    life.hears(e.Release, of="suit", by="anna")
    assert life.until(95).steps == ["suit?"], "a person said again: then it is asked for by two as ever"


def test_a_suit_waits_while_a_persi_runs_and_goes_on_after_its_letter():
    life = lived().until(40)
    enter(life)
    life.until(140)
    assert (life.steps, "persi" in life.why) == ([], True)
    life.hears(e.Release, of="persi", by="anna", ground="17-1-c", reasons="no_agreement")
    assert life.steps == [], "the day of the letter still belongs to it"
    life.until(141)
    assert life.steps == ["suit?"]


def test_a_suit_for_an_invoice_needs_no_persi():
    assert lived(bank(product="invoice")).until(71).steps == ["suit?"]


def test_a_letter_from_before_the_entry_ends_no_persi():
    case, told = in_persi(40), letter(n=39, ground="17-2-a", reasons="D-1")
    assert "does not end a PERSI that was entered on" in str(objection(case, told, at(60, zone=ZONE)))
    heard = apply(case, e.Heard(event=told, at=at(60, zone=ZONE)))
    assert [hold.until for hold in heard.holds] == [None]
    assert objection(case, letter(n=40, ground="17-2-a", reasons="D-1"), at(60, zone=ZONE)) is None
