"""Do interest and late fees go together with what is agreed, disputed, waived or taken back?"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from models import events as e
from models.tariff import LateFee, Rate, Tariff
from policy.money.ledger import entries
from tests.policy.cases import Life, account, by_hand, day, owes

DEAR = Tariff(
    name="dear",
    interest=(Rate(since=date(2020, 1, 1), percent=Decimal("0.1"), per="day"),),
    late_fees=(LateFee(since=date(2020, 1, 1), percent=Decimal(2)),),
)
CALLS = "- {id: call, do: call, from_dpd: 5, times: 20, every_days: 3}"
OFFERS = "offers: {plan: {}, deferral: {}, restructuring: {percent: 12}, settlement: {percent: 50, approve_above: 30}}"


def debtor(n: int = 10, *due: tuple[int, int], rule: str = "go_on") -> Life:
    """Owes 1000.00 since day 0: on day 10 also 10.00 interest and a fee of 20.00."""
    strategy = by_hand(CALLS, head=f"charges_left: {rule}\n{OFFERS}")
    return Life(account(strategy, instalments=owes(*due or ((0, 1000_00),)), tariff=DEAR), strategy).until(n)


def agrees(life: Life, what: str, *parts: tuple[int, int], **fields: Any) -> Life:
    """An offer on this day, accepted five days later."""
    rows = tuple(e.PlanInstalment(due=day(n), amount=amount) for n, amount in parts)
    fields = {"until": day(life.day + 10), "by": "anna"} | fields
    offer = life.hears(e.OfferMade, what=what, instalments=rows, **fields)
    life.until(life.day + 5).hears(e.OfferAnswered, offer=offer.event_id, accepted=True)
    return life


def owed(life: Life) -> tuple[int, int, int, int]:
    """Outstanding, principal, interest, late fees; the ledger's entries sum to the same."""
    found = life.position
    assert sum(entry.amount for entry in entries(life.case, life.today)) == found.outstanding - found.credit
    return found.outstanding, found.principal, found.interest, found.late_fees


# --- while it is kept ------------------------------------------------------------------------------------------------


def test_who_pays_a_plan_as_agreed_owes_nothing_more():
    life = agrees(debtor(), "plan", (20, 500_00), (50, 530_00))
    life.until(20).pays(500_00)
    life.until(50).pays(530_00)
    assert (life.outcome, owed(life), life.taken[-1].day) == ("paid", (0, 0, 0, 0), 10)


def test_instalments_of_the_contract_that_fall_due_while_a_plan_is_kept_cost_no_late_fee():
    life = debtor(10, (0, 1000_00), (31, 1000_00))
    assert owed(life)[0] == 2030_00
    agrees(life, "plan", (40, 1000_00), (70, 1030_00))
    life.until(40).pays(1000_00)
    life.until(70).pays(1030_00)
    assert life.outcome == "paid"


def test_when_a_plan_breaks_interest_is_owed_as_if_it_had_never_been_agreed():
    life = agrees(debtor(), "plan", (20, 500_00), (50, 530_00))
    assert owed(life.until(21)) == (1030_00, 1000_00, 10_00, 20_00)
    assert owed(life.until(30)) == (1050_00, 1000_00, 30_00, 20_00)


def test_a_deferral_costs_nothing_when_it_is_kept_and_all_when_it_is_not():
    assert owed(agrees(debtor(), "deferral", (40, 1030_00)).until(40)) == (1030_00, 1000_00, 10_00, 20_00)
    assert owed(agrees(debtor(), "deferral", (40, 1030_00)).until(45)) == (1065_00, 1000_00, 45_00, 20_00)


def test_a_new_schedule_sums_to_what_was_offered_though_interest_accrued_since():
    life = debtor(10, (0, 500_00), (31, 500_00))
    agrees(life, "restructuring", (40, 500_00), (70, 515_00), if_broken="old_terms")
    assert (life.day, owed(life)) == (15, (1015_00, 1015_00, 0, 0))


# --- when it is taken back -------------------------------------------------------------------------------------------


def test_a_discount_that_is_taken_back_leaves_no_interest_on_interest():
    life = agrees(debtor(), "settlement", (30, 824_00), waived=206_00, if_broken="full_debt")
    payment = life.until(30).pays(824_00)
    assert (life.outcome, owed(life)) == ("paid", (0, 0, 0, 0))
    life.until(33).hears(e.PaymentReversed, payment=payment.event_id)
    assert (life.outcome, owed(life)) == (None, (1053_00, 1000_00, 33_00, 20_00))
    assert [a.amount for a in life.case.adjustments] == [-206_00, 206_00]


def test_the_old_terms_bring_back_the_old_days_past_due_and_interest():
    life = debtor(10, (0, 500_00), (31, 500_00))
    agrees(life, "restructuring", (40, 500_00), (70, 515_00), if_broken="old_terms").until(42)
    assert (owed(life), life.position.days_past_due) == ((1046_50, 1000_00, 26_50, 20_00), 42)


@pytest.mark.parametrize("rule", ["small_claim", "go_on"])
def test_a_principal_that_is_owed_again_is_chased_though_charges_waited_for_a_person(rule):
    life = debtor(rule=rule)
    payment = life.pays(1020_00, instalment=1)
    life.until(12).hears(e.PaymentReversed, payment=payment.event_id)
    assert (life.flags, owed(life), life.until(20).steps.count("call") > 2) == (
        [],
        (1032_00, 1000_00, 12_00, 20_00),
        True,
    )


def test_charges_that_are_left_again_wait_for_a_person_again():
    life = debtor(rule="small_claim")
    payment = life.pays(1020_00, instalment=1)
    life.until(12).hears(e.PaymentReversed, payment=payment.event_id)
    life.until(14).pays(1020_00, instalment=1)
    assert (life.flags, life.why) == (["left"], "charges left until released")


# --- disputes, the lender's changes ----------------------------------------------------------------------------------


def test_who_was_right_about_an_instalment_owes_no_interest_and_no_fee_for_it():
    life = debtor(10, (0, 500_00), (31, 500_00))
    life.hears(e.Dispute, instalments=(1,))
    life.until(20).hears(e.Dispute, status="upheld", amount=500_00)
    assert owed(life) == (500_00, 500_00, 0, 0)


def test_the_lenders_file_cannot_change_a_schedule_that_took_the_place_of_his():
    life = debtor(10, (0, 500_00), (31, 500_00))
    agrees(life, "restructuring", (40, 500_00), (70, 515_00), if_broken="rest")
    before = life.case.instalments
    life.hears(
        e.AccountUpdated,
        instalments=(
            (2, e.PlanInstalment(due=day(31), amount=600_00)),
            (3, e.PlanInstalment(due=day(62), amount=1_00)),
        ),
        score=700,
    )
    assert (life.case.instalments, life.flags, life.case.score) == (before, ["schedule"], 700)


def test_once_the_old_terms_hold_again_the_lenders_file_changes_them():
    life = debtor(10, (0, 500_00), (31, 500_00))
    agrees(life, "restructuring", (40, 500_00), (70, 515_00), if_broken="old_terms").until(42)
    life.hears(e.AccountUpdated, instalments=((3, e.PlanInstalment(due=day(62), amount=100_00)),))
    assert (life.position.open[-1][1], life.flags) == (100_00, [])
