"""When does a Dutch cost of collecting enter the ledger, how much is it, and when never?"""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.pack_files import charges
from models import events as e
from models.case import Case, Charge
from models.decisions import Act
from models.ledger_entries import Entry
from models.tables.accounts import Portfolio
from policy.charging.costs import collection_cost
from policy.deciding.taking import apply, end
from policy.facts.fact_table import objection
from policy.law.deadlines import fee_allowed_from
from policy.law.may_contact import is_holiday
from policy.money.cost_letters import announced, nothing_to_announce
from policy.money.ledger import Book, entries
from policy.money.position import position
from policy.steps.notice_effects import notice_of
from policy.steps.step_outcomes import done, step_input
from tests.policy.cases import LAW, Life, account, at, by_hand, day, owes

ZONE = "Europe/Amsterdam"
NL = charges()["NL"]
LETTER: Any = "fourteen_day_letter"
POSTED = 10
"""11 March 2027, a Thursday: the 14 days end on Easter Saturday, so the last free day is Tuesday 30 March."""


def debt(*dues: tuple[int, int], **more: Any) -> Case:
    return account("alth", cycle="microloan", instalments=owes(*(dues or ((0, 1000_00),))), **more)


def lettered(case: Case, n: int = POSTED, key: str = "L1", vat: bool | None = None) -> Case:
    """The case after a 14-day letter left on day n; as it is where the letter has nothing to say."""
    now = at(n, zone=ZONE)
    if nothing_to_announce(case, LETTER, position(case, day(n)).open, day(n)):
        return case
    act = Act(
        why="due", step="free", round="e1", do="letter", channel=e.Channel.letter, key=key, attempt=1, text=LETTER
    )
    asked = step_input(case, act, now)
    notice = notice_of(asked, LAW["NL"], now, vat)
    return apply(case, e.Heard(event=done(asked, notice=notice), at=now))


def paid(case: Case, n: int, amount: int, key: str = "p1") -> Case:
    fact = e.PaymentReceived(event_id=key, amount=amount, currency="EUR", value_date=day(n))
    return apply(case, e.Heard(event=fact, at=at(max(n, 60), zone=ZONE)))


def costs(case: Case, n: int = 200) -> list[Entry]:
    return [entry for entry in entries(case, day(n)) if entry.kind == "cost"]


def first_cost_day(posted: int = POSTED) -> date:
    found = fee_allowed_from(day(posted), lambda d: is_holiday(LAW["NL"], d))
    assert found
    return found


def test_the_last_free_day_is_no_holiday():
    assert first_cost_day() == date(2027, 3, 31)


def test_the_cost_enters_on_the_first_day_after_the_term_and_says_how_it_was_computed():
    case = lettered(debt())
    [cost] = costs(case)
    assert (cost.day, cost.amount, cost.base) == (first_cost_day(), 150_00, 1000_00)
    assert cost.rule == "NL-L1, BW 6:96(5); BIK art. 2(1), 2(2)"
    assert [(line.what, line.percent, line.base) for line in cost.lines] == [("share", "15", 1000_00)]
    before = first_cost_day() - timedelta(days=1)
    assert (position(case, before).costs, position(case, first_cost_day()).costs) == (0, 150_00)


def test_without_a_letter_nothing_is_charged():
    assert costs(debt()) == []


def test_what_is_paid_on_the_last_free_day_costs_nothing_and_a_day_later_too_much_was_saved():
    last = (first_cost_day() - day(0)).days - 1
    assert costs(paid(lettered(debt()), last, 1000_00)) == []
    assert [cost.amount for cost in costs(paid(lettered(debt()), last + 1, 1000_00))] == [150_00]


def test_NL_L3_after_a_part_payment_in_time_it_is_the_cost_of_the_part_left_unpaid():
    last = first_cost_day() - timedelta(days=1)
    [cost] = costs(paid(lettered(debt()), 12, 600_00))
    assert cost.amount == collection_cost(NL, 400_00, "EUR", last).amount == 60_00


def test_money_in_time_that_is_told_late_takes_the_cost_back():
    case = lettered(debt())
    assert [cost.amount for cost in costs(case)] == [150_00]
    assert costs(paid(case, 12, 1000_00)) == []


def test_NL_L2_vat_comes_on_top_only_where_the_creditor_is_known_not_to_reclaim_it():
    found = {vat: costs(lettered(debt(), vat=vat))[0].amount for vat in (None, True, False)}
    assert found == {None: 150_00, True: 150_00, False: 181_50}
    assert Portfolio(id="p", client="c", source="s").vat_reclaimable is None


def test_the_letter_announces_what_is_charged():
    case = lettered(debt((0, 200_00), (30, 200_00), (60, 900_00)), 40)
    [letter] = case.letters
    assert (letter.instalments, letter.cost) == ((1, 2), 40_00)
    assert [cost.amount for cost in costs(case)] == [40_00]


def test_NL_L4_a_small_instalment_in_the_window_costs_only_what_the_sum_adds():
    case = lettered(debt((0, 200_00), (30, 200_00)))
    case = lettered(case, 40, "L2")
    assert [letter.instalments for letter in case.letters] == [(1,), (2,)]
    assert [(cost.amount, cost.rule[:5]) for cost in costs(case) if cost.rule] == [(40_00, "NL-L1"), (20_00, "NL-L4")]


def test_NL_L4_what_an_earlier_letter_cost_is_taken_off_without_its_vat():
    case = lettered(debt((0, 200_00), (30, 200_00)), vat=False)
    case = lettered(case, 40, "L2", vat=False)
    assert [letter.cost for letter in case.letters] == [48_40, 24_20]
    assert [cost.amount for cost in costs(case)] == [48_40, 24_20]


def test_NL_L4_no_letter_is_written_that_would_announce_nothing():
    case = lettered(debt((0, 100_00), (30, 100_00)))
    said = nothing_to_announce(case, LETTER, position(case, day(40)).open, day(40))
    assert said == "the small instalments share one cost, which earlier letters brought (NL-L4)"


def test_an_instalment_is_never_charged_twice():
    case = lettered(lettered(debt()), 60, "L2")
    assert len(case.letters) == 1
    assert len(costs(case)) == 1


def test_nothing_is_charged_while_a_hold_stops_fees_and_then_on_what_is_left():
    case = lettered(debt())
    hardship = e.Hardship(event_id="h", until=day(90))
    case = apply(case, e.Heard(event=hardship, at=at(15, zone=ZONE)))
    assert costs(case, 90) == []
    case = paid(case, 50, 600_00)
    [cost] = costs(case)
    assert (cost.day, cost.amount) == (day(91), 60_00)


def test_a_disputed_instalment_costs_nothing_and_the_others_their_own():
    case = lettered(debt((0, 1000_00), (2, 500_00)))
    case = apply(case, e.Heard(event=e.Dispute(event_id="d", instalments=(1,)), at=at(15, zone=ZONE)))
    [cost] = costs(case)
    assert (cost.base, cost.amount) == (500_00, 75_00)


@pytest.mark.parametrize(("disputed", "base"), [(300_00, 1200_00), (600_00, 900_00), (1500_00, None)])
def test_an_amount_that_is_disputed_costs_nothing(disputed, base):
    case = lettered(debt((0, 1000_00), (2, 500_00)))
    case = apply(case, e.Heard(event=e.Dispute(event_id="d", amount=disputed), at=at(15, zone=ZONE)))
    assert [cost.base for cost in costs(case)] == ([base] if base else [])


def test_a_letter_that_came_back_costs_nothing():
    case = lettered(debt())
    back = e.DeliveryReport(event_id="r", message="L1", status="bounced")
    assert costs(apply(case, e.Heard(event=back, at=at(14, zone=ZONE)))) == []


def test_a_case_that_ended_within_the_term_owes_no_cost():
    case, last = lettered(debt()), (first_cost_day() - day(0)).days - 1
    assert costs(end(case, "closed", at(last, zone=ZONE))) == []
    assert [cost.amount for cost in costs(end(case, "closed", at(last + 1, zone=ZONE)))] == [150_00]


def test_of_two_letters_the_one_that_came_back_late_costs_nothing():
    case = lettered(lettered(debt((0, 1000_00), (30, 500_00))), 40, "L2")
    assert [cost.amount for cost in costs(case)] == [150_00, 75_00]
    back = e.DeliveryReport(event_id="r", message="L1", status="bounced")
    assert [cost.amount for cost in costs(apply(case, e.Heard(event=back, at=at(80, zone=ZONE))))] == [75_00]


def test_a_person_who_finds_our_letters_void_takes_their_costs_back():
    case = lettered(lettered(debt((0, 1000_00), (30, 500_00))), 40, "L2")
    void = e.Circumstance(event_id="c", name=LETTER, ended=True)
    assert objection(case, void, at(80, zone=ZONE)) is None
    case = apply(case, e.Heard(event=void, at=at(80, zone=ZONE)))
    assert (costs(case), case.known, case.letters) == ([], (), ())


def test_the_cost_of_the_lender_is_not_owed_without_its_letter_and_a_person_looks():
    charge = Charge(id="C-1", what="cost", amount=150_00, day=day(40))
    life = Life(debt(charges=(charge,))).until(41)
    assert (costs(life.case, 50), life.position.costs) == ([], 0)
    [flag] = [flag for flag in life.case.flags if flag.id == "not_owed:C-1"]
    assert "NL-C1" in flag.why


def test_the_cost_of_the_lender_is_owed_after_the_term_of_its_letter_and_ours_is_not_added():
    charge = Charge(id="C-1", what="cost", amount=150_00, day=day(40))
    told = e.Circumstance(event_id="c", name=LETTER, since=day(5), until=day(25))
    case = apply(debt(charges=(charge,)), e.Heard(event=told, at=at(41, zone=ZONE)))
    assert [cost.amount for cost in costs(case)] == [150_00]
    said = nothing_to_announce(case, LETTER, position(case, day(45)).open, day(45))
    assert said == "every overdue instalment had its 14-day letter (NL-C1)"
    too_early = case.model_copy(update={"charges": (charge.model_copy(update={"day": day(25)}),)})
    assert costs(too_early) == [], "the last day of the term is free"


def test_a_cost_of_the_lender_that_names_no_instalment_is_for_those_that_were_overdue():
    charge = Charge(id="C-1", what="cost", amount=150_00, day=day(40))
    told = e.Circumstance(event_id="c", name=LETTER, since=day(5), until=day(25))
    case = apply(debt((0, 1000_00), (40, 500_00), charges=(charge,)), e.Heard(event=told, at=at(41, zone=ZONE)))
    assert announced(case) == {1}


def test_a_letter_of_the_lender_is_told_with_its_last_free_day():
    told = e.Circumstance(event_id="c", name=LETTER, since=day(5))
    assert objection(debt(), told, at(41, zone=ZONE)) == (
        "a 14-day letter is told with its last free day (NL-C1): name it with --until"
    )


def test_a_letter_of_the_lender_with_too_short_a_term_is_none():
    told, short = (e.Circumstance(event_id="c", name=LETTER, since=day(5), until=day(n)) for n in (19, 18))
    assert objection(debt(), told, at(41, zone=ZONE)) is None
    says = str(objection(debt(), short, at(41, zone=ZONE)))
    assert says.startswith(f"the term of a 14-day letter ends on {day(19).day} ")
    charge = Charge(id="C-1", what="cost", amount=150_00, day=day(40))
    case = apply(debt(charges=(charge,)), e.Heard(event=short, at=at(41, zone=ZONE)))
    assert costs(case) == []


def test_in_another_country_the_lenders_cost_is_owed_as_it_was_told():
    charge = Charge(id="C-1", what="cost", amount=5_00, day=day(4))
    assert [cost.amount for cost in costs(account("cec", charges=(charge,)))] == [5_00]


STEPS = "- {id: free, do: letter, text: fourteen_day_letter, mandatory: true, times: 2, every_days: 40}"


def test_a_case_wakes_when_the_term_is_over_and_the_letter_is_not_written_twice_for_one_instalment():
    strategy = by_hand(STEPS)
    life = Life(account(strategy, country="NL", zone=ZONE, instalments=owes((0, 1000_00))), strategy).until(60)
    assert life.steps == ["free"]
    assert [hold.reason for hold in life.case.holds] == ["fourteen_days"]
    [letter] = life.case.letters
    decided = {d.at.astimezone(at(0).tzinfo).date() for d in life.decisions}
    assert {letter.last_free_day, letter.last_free_day + timedelta(days=1)} & decided
    assert life.case.outcome == "closed"


def test_the_letter_is_passed_over_where_another_law_holds():
    strategy = by_hand(STEPS)
    life = Life(account(strategy), strategy).until(20)
    assert [passed.why for passed in life.found(e.StepPassed)] == ["the 14-day letter is for NL, in EUR (NL-C1)"]


DUES = st.lists(st.tuples(st.integers(-30, 60), st.integers(1, 900_00)), min_size=1, max_size=5)
PAYMENTS = st.lists(st.tuples(st.integers(-10, 150), st.integers(1, 700_00)), max_size=5)


@settings(deadline=None)
@given(
    DUES, st.lists(st.integers(1, 100), min_size=1, max_size=3, unique=True), PAYMENTS, st.sampled_from([None, False])
)
def test_no_cost_is_early_above_the_scale_or_charged_twice(dues, letters, payments, vat):
    case = debt(*dues)
    for n in sorted(letters):
        case = lettered(case, n, f"L{n}", vat)
    for n, (when, amount) in enumerate(payments):
        case = paid(case, when, amount, f"p{n}")
    charged = {entry.key: entry for entry in costs(case, 300)}
    numbers = [number for letter in case.letters for number in letter.instalments]
    assert len(numbers) == len(set(numbers))
    assert len(charged) <= len(case.letters)
    for letter in case.letters:
        cost = charged.get(f"cost:{min(letter.instalments)}")
        book = Book(case, letter.last_free_day)
        rests = [rest for n, rest in book.unpaid_principal(letter.since) if n in letter.instalments]
        left = sum(rests)
        if cost is None:
            shares = len(Book(case, letter.last_free_day + timedelta(days=1)).missed) > len(rests)
            assert left == 0 or shares, "only what was paid, or shares the cost of earlier ones, is free"
            continue
        allowed = fee_allowed_from(letter.since, lambda d: is_holiday(LAW["NL"], d))
        assert allowed is not None
        assert cost.day >= allowed
        assert cost.base == left
        assert 0 < cost.amount <= collection_cost(NL, left, "EUR", cost.day, vat is not False).amount
        assert cost.amount <= letter.cost
