"""A reader in each of the five organisations finds the own procedure in the shipped file, step by step."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.tariff import Rate, Tariff
from policy.law.deadlines import overdue_notice_by
from policy.parsing.pack_reading import read_strategy
from tests.policy.cases import Life, account, day, owes
from writing.texts import text_names

FILES = sorted(Path("packs/strategies").glob("*.yaml"))


def load(name: str) -> Any:
    return read_strategy(
        Path(f"packs/strategies/{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml", text_names()
    )


def cycle(name: str, which: str) -> Any:
    return next(found for found in load(name).cycles if found.name == which)


def ids(found: Any, stage: str | None = None) -> list[str]:
    return [step.id for s in found.stages for step in s.steps if stage in (None, s.name)]


def kinds(found: Any) -> str:
    return " ".join(step.do for stage in found.stages for step in stage.steps)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_strategy_is_sound_and_named_like_its_file(path):
    assert load(path.stem).strategy == path.stem


def test_five_organisations_are_shipped_and_one_for_the_united_states():
    assert [path.stem for path in FILES] == ["alth", "cec", "crecerto", "kruk", "mfo", "us_agency"]


def test_an_american_account_begins_with_the_notice_of_the_debt():
    steps = [step for stage in cycle("us_agency", "third_party").stages for step in stage.steps]
    assert (steps[0].text, steps[0].mandatory) == ("validation_notice", True)
    assert kinds(cycle("us_agency", "third_party")) == (
        "letter call email call letter offer call offer formal_notice review legal_package"
    )


def test_cec_goes_from_first_letter_to_certificate_and_only_then_looks_at_court():
    assert kinds(cycle("cec", "out_of_court")) == (
        "letter call trace call letter visit formal_notice certificate review legal_package"
    )


def test_cec_appoints_a_specialist_who_makes_the_calls():
    calls = [s for s in cycle("cec", "out_of_court").stages[0].steps if s.do == "call"]
    assert {call.assignee for call in calls} == {"specialist"}
    assert load("cec").specialists


def test_cec_traces_only_whom_neither_letter_nor_phone_reached():
    trace = next(s for s in cycle("cec", "out_of_court").stages[0].steps if s.do == "trace")
    assert (trace.when.reached, trace.when.reacted) == (False, False)


def test_cec_uses_found_details_before_the_second_letter():
    steps = ids(cycle("cec", "out_of_court"))
    assert steps.index("trace") < steps.index("call_found") < steps.index("second_letter")


def test_cec_gives_fifteen_days_with_the_diffida():
    diffida = next(s for s in cycle("cec", "out_of_court").stages[0].steps if s.id == "diffida")
    assert (diffida.mandatory, diffida.notice_days) == (True, 15)


def test_cec_begins_every_account_at_its_opening_however_old_it_is():
    assert len(cycle("cec", "out_of_court").stages) == 1


def kruk_table() -> list[tuple[str, int, int, int]]:
    """The counts as the head of the file tells them to its reader."""
    head = Path("packs/strategies/kruk.yaml").read_text(encoding="utf-8").split("format:")[0]
    rows = re.findall(r"^#  (\w+) {2,}.*? {2,}(\d+) +(\d+) +(\d+) +\w", head, re.MULTILINE)
    return [(name, int(calls), int(letters), int(visits)) for name, calls, letters, visits in rows]


@pytest.mark.parametrize("row", kruk_table(), ids=lambda row: row[0])
def test_kruk_counts_calls_letters_and_visits_for_each_group(row):
    steps = [step for stage in cycle("kruk", row[0]).stages for step in stage.steps]
    counted = [sum(step.times for step in steps if step.do == kind) for kind in ("call", "letter", "visit")]
    assert tuple(counted) == row[1:]


def test_kruk_tells_its_reader_about_every_cycle():
    assert [row[0] for row in kruk_table()] == [found.name for found in load("kruk").cycles]


def test_kruk_before_litigation_is_amicable_first_and_ends_before_a_lawyer():
    assert kinds(cycle("kruk", "before_litigation")) == (
        "sms letter call offer visit letter formal_notice review legal_package"
    )


def test_kruk_looks_for_the_debtor_again_after_a_failed_enforcement():
    assert kinds(cycle("kruk", "after_failed_enforcement")) == (
        "trace letter call offer sms visit letter call letter certificate"
    )


def test_alth_has_four_phases():
    assert [stage.name for stage in cycle("alth", "microloan").stages] == [
        "prevention",
        "early",
        "intermediate",
        "judicial",
    ]


def test_alth_goes_from_education_to_the_right_procedure():
    assert kinds(cycle("alth", "microloan")) == (
        "email call sms sms "  # prevention
        "sms call email offer "  # early
        "offer call letter offer "  # intermediate
        "letter letter formal_notice review legal_package"  # judicial: the second letter is the one before any cost
    )


def test_alth_keeps_a_cured_client_in_prevention():
    assert load("alth").on_cure == "prevention"


def test_mfo_clarifies_then_writes_then_visits_then_goes_to_court():
    assert kinds(cycle("mfo", "calls_letters_visits_court")) == (
        "call sms email "  # prevention
        "sms call email offer "  # clarify
        "letter offer call review review letter "  # letters
        "trace sms visit "  # visits
        "letter formal_notice review legal_package"  # court
    )


def test_mfo_looks_at_guarantors_and_collateral_where_there_are_any():
    steps = {s.id: s for stage in cycle("mfo", "calls_letters_visits_court").stages for s in stage.steps}
    assert steps["guarantor_review"].when.guarantor
    assert steps["collateral_review"].when.collateral


def test_mfo_passes_a_debt_that_no_court_is_worth_to_collectors():
    assert cycle("mfo", "small_debt").ends == "placement"


def test_mfo_calls_at_most_twice_in_any_seven_days():
    calls = [s for found in load("mfo").cycles for stage in found.stages for s in stage.steps if s.do == "call"]
    assert all(call.times == 1 or call.every_days >= 4 for call in calls)


def test_crecerto_analyses_before_it_negotiates_and_then_places_for_a_time():
    assert kinds(cycle("crecerto", "microcredit")) == (
        "sms sms "  # prevention
        "sms call email "  # analyse
        "offer call offer offer letter "  # negotiate
        "review placement"  # specialised services
    )


def test_crecerto_takes_the_account_back_after_placement():
    placement = cycle("crecerto", "microcredit").stages[-1].steps[-1]
    assert placement.days == 180


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_broken_promise_is_answered_in_every_cycle_that_chases(path):
    silent = [found.name for found in load(path.stem).cycles if not found.on_broken_promise]
    assert silent in ([], ["in_court"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_calls_and_visits_leave_a_day_between_them(path):
    steps = [s for found in load(path.stem).cycles for stage in found.stages for s in stage.steps]
    assert all(s.every_days >= 2 for s in steps if s.times > 1)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_case_that_ends_before_a_lawyer_was_warned_formally_or_has_its_title(path):
    for found in load(path.stem).cycles:
        if found.ends == "legal" and found.name != "with_title":
            notices = [s for stage in found.stages for s in stage.steps if s.do == "formal_notice"]
            assert notices, found.name
            assert all(notice.mandatory for notice in notices)


# --- Money ------------------------------------------------------------------------------------------------------------


def test_mfo_takes_money_in_the_order_of_the_law():
    assert load("mfo").allocation == ("interest", "principal", "late_fee", "cost")


@pytest.mark.parametrize("which", ["small_debt", "calls_letters_visits_court"])
def test_mfo_tells_of_the_delay_in_time_whatever_the_news_of_payments(which):
    reminder = next(s for stage in cycle("mfo", which).stages for s in stage.steps if s.id == "reminder")
    assert (reminder.text, reminder.from_dpd, reminder.by_law) == ("first_reminder", 1, True)
    assert day(reminder.from_dpd) <= overdue_notice_by(day(0))


@pytest.mark.parametrize(
    ("name", "left"),
    [("alth", "waive"), ("cec", "small_claim"), ("crecerto", "waive"), ("kruk", "go_on"), ("mfo", "waive")],
)
def test_each_organisation_says_what_becomes_of_charges_when_the_principal_is_paid(name, left):
    assert load(name).charges_left == left


@pytest.mark.parametrize(("name", "outcome"), [("alth", "paid"), ("mfo", "paid"), ("crecerto", "paid"), ("kruk", None)])
def test_who_paid_the_principal_owes_humane_lenders_no_charges(name, outcome):
    tariff = Tariff(name="t", interest=(Rate(since=date(2020, 1, 1), percent=Decimal(100)),))
    life = Life(
        account(
            name,
            tariff=tariff,
            instalments=owes((0, 1000_00)),
            allocation=("principal", "interest", "late_fee", "cost"),
        )
    )
    life.until(30)
    life.pays(1000_00)
    assert life.outcome == outcome
