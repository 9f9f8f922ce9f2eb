"""How much of a debt is disputed, and what becomes of it in the ledger when the debtor was right."""

from decimal import Decimal

import pytest

from models import events as e
from models.tariff import Rate, Tariff
from policy.case.holds import disputed_parts
from policy.money.ledger import entries
from policy.money.position import position
from tests.policy.cases import Life, account, day, owes
from tests.policy.test_disputes import TWO, disputing
from tests.policy.test_promises import CHASE

DEAR = Tariff(name="dear", interest=(Rate(since=day(-400), percent=Decimal("0.1"), per="day"),))


@pytest.mark.parametrize(
    ("part", "much"),
    [({"instalments": (2,)}, 40_00), ({"amount": 30_00}, 30_00), ({"instalments": (1, 2)}, 120_00)],
)
def test_what_is_disputed_of_the_overdue_is_told_apart(part, much):
    assert disputing(**part).position.disputed == much


def test_never_more_is_disputed_than_is_overdue():
    life = disputing(instalments=(2,))
    life.hears(e.Dispute, amount=100_00)
    assert life.position.disputed == life.position.overdue == 120_00


@pytest.mark.parametrize(("n", "much"), [(3, 0), (4, 40_00), (9, 40_00), (10, 0)])
def test_the_day_of_the_dispute_belongs_to_it_and_the_day_of_its_answer_does_not(n, much):
    life = disputing(4, instalments=(1,))
    life.until(10).hears(e.Dispute, status="rejected")
    assert position(life.case, day(n)).disputed == 2 * much


@pytest.mark.parametrize(("n", "parts"), [(8, (2,)), (9, ())])
def test_the_last_day_of_a_dispute_that_ends_by_itself_belongs_to_it(n, parts):
    life = disputing(4, instalments=(2,), until=day(8)).until(20)
    assert disputed_parts(life.case, day(n)).instalments == parts


def test_what_is_not_yet_due_is_not_overdue_though_it_is_disputed():
    life = Life(account(CHASE, instalments=owes((0, 80_00), (20, 40_00))), CHASE).until(4)
    life.hears(e.Dispute, instalments=(2,))
    assert (life.position.overdue, life.position.disputed) == (80_00, 0)


def test_days_past_due_go_by_what_is_not_disputed():
    first, second = disputing(9, instalments=(1,)), disputing(9, instalments=(2,))
    assert (first.last.days_past_due, second.last.days_past_due) == (6, 9)


@pytest.mark.parametrize("part", [{"instalments": (2,)}, {"amount": 40_00}])
def test_interest_that_grows_on_the_disputed_part_alone_is_not_asked_for(part):
    life = Life(account(CHASE, tariff=DEAR, **TWO), CHASE).until(4)
    life.hears(e.Dispute, **part)
    life.pays(80_00, instalment=1)
    assert (life.until(60).steps, life.why) == ([], "the rest is paid; the disputed part waits")
    assert life.position.interest > 0


@pytest.mark.parametrize(("number", "rest"), [(1, [(2, 40_00)]), (2, [(1, 80_00)])])
def test_what_was_wrong_is_what_is_lowered(number, rest):
    life = disputing(instalments=(number,))
    life.hears(e.Dispute, status="upheld", amount={1: 80_00, 2: 40_00}[number])
    assert [(i.number, still) for i, still in life.position.open] == rest


def test_who_was_right_about_all_that_is_left_is_done():
    life = disputing(instalments=(2,))
    life.pays(80_00)
    life.hears(e.Dispute, status="upheld", amount=40_00)
    assert (life.outcome, life.position.outstanding) == ("paid", 0)


def test_what_was_paid_and_need_not_have_been_is_paid_back():
    life = disputing(instalments=(2,))
    life.pays(100_00)
    life.hears(e.Dispute, status="upheld", amount=40_00)
    assert (life.outcome, life.position.credit, life.flags) == ("paid", 20_00, ["overpaid"])


def test_the_ledger_says_why_less_is_owed():
    life = disputing(instalments=(2,))
    life.hears(e.Dispute, status="upheld", amount=30_00)
    (entry,) = [entry for entry in entries(life.case, life.today) if entry.kind == "adjustment"]
    assert (entry.amount, entry.reason, entry.instalment) == (-30_00, "dispute_upheld", 2)
