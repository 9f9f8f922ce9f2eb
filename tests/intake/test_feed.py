"""What does a portfolio say differently when it is loaded again, what is refused, and what is kept for the cases?"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from intake.feed_differences import Compared, compare
from intake.lender_entries import Entry
from intake.portfolio_columns import KNOWN
from intake.portfolio_file import AccountRow, GuarantorRow
from models.case import Case, Instalment
from models.events import AccountUpdated, Heard
from models.tables.accounts import Account, InstalmentDue, Party, Portfolio
from models.tables.arrivals import FeedUpdate
from policy.charging.contract_tariff import NONE
from policy.deciding.taking import apply
from store.case_opening import load_cases
from store.database import Database
from store.feed_changes import Source, keep
from store.handover import hand_over, opaque_id
from tests.now import days_ago
from tests.workflows.houses import account_row, pack

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
ALL = frozenset(KNOWN)
DAY = date(2026, 10, 1)
COST = Entry("F-1", "cost", 500, DAY)
CREDIT = Entry("C-1", "credit", -2500, DAY)
BACK = Entry("reversal:C-1", "credit_reversal", 2500, DAY)
A1 = account_row("A1", "cec", [(days_ago(40), 50_000), (days_ago(10), 50_000)], contract_date=date(2024, 3, 15))
A2 = replace(A1, account="A2")
"""Another account of the same person."""


class Feed:
    """A client's portfolios in a database, and files that are loaded."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def portfolio(self, name: str) -> Portfolio:
        return Portfolio(id=name, client="bank", source="p.csv", created=NOW, fed=NOW)

    def take(self, *rows: AccountRow, name: str = "spring") -> None:
        cec = pack("cec")
        with self.database.session() as session:
            choose = lambda row: (cec.version, "out_of_court")  # noqa: E731
            hand_over(session, self.portfolio(name), rows, choose, {cec.version: cec.text})

    def look(self, *rows: AccountRow, name: str = "spring", columns: Iterable[str] = ALL) -> Compared:
        with self.database.reading() as session:
            return compare(session, self.portfolio(name), rows, frozenset(columns))

    def load(self, *rows: AccountRow, name: str = "spring", columns: Iterable[str] = ALL) -> int:
        with self.database.session() as session:
            return keep(session, rows, Source(self.portfolio(name), frozenset(columns), "p.csv", NOW))

    def kept(self, account: str = "A1", name: str = "spring") -> list[AccountUpdated]:
        mine = select(FeedUpdate).where(FeedUpdate.account == opaque_id(name, account)).order_by(col(FeedUpdate.number))
        with self.database.reading() as session:
            return [AccountUpdated.model_validate(row.fact) for row in session.exec(mine)]

    def party(self, reference: str = "P-A1") -> Party:
        with self.database.reading() as session:
            return session.get_one(Party, opaque_id("bank", reference))

    def case(self, account: str = "A1", name: str = "spring") -> Case:
        with self.database.reading() as session:
            cases = load_cases(session, name, 0, 100, NOW)[0]
        return next(case for case in cases if case.account == opaque_id(name, account))


@pytest.fixture
def feed(sqlite_database: Database) -> Feed:
    found = Feed(sqlite_database)
    found.take(A1, A2)
    return found


def later(row: AccountRow, *dues: tuple[int, int]) -> AccountRow:
    """The row with this schedule: days ago, amount."""
    instalments = tuple(Instalment(number=n, due=days_ago(d).date(), amount=a) for n, (d, a) in enumerate(dues, 1))
    return replace(row, instalments=instalments)


EVERYTHING = replace(
    later(A1, (40, 50_000), (9, 50_000), (-20, 7_000)),
    entries=(COST, CREDIT, BACK),
    score=300,
    profile="late",
    legal_status="terminated",
    tariff="it_legal",
    phone="+393471234599",
    time_zone="Europe/Vatican",
)


def test_the_same_file_again_brings_nothing(feed: Feed) -> None:
    found = feed.look(A1, A2)
    assert (len(found.known), found.changes, found.people, found.rejects) == (2, [], [], [])
    assert feed.load(A1, A2) == 0


def test_all_differences_of_an_account_are_one_fact(feed: Feed) -> None:
    assert feed.load(EVERYTHING) == 2
    (fact,) = feed.kept()
    assert fact.event_id == "feed:1"
    assert [(n, i.amount) for n, i in fact.instalments] == [(2, 50_000), (3, 7_000)]
    assert [(c.id, c.what, c.amount) for c in fact.charges] == [("lender:F-1", "cost", 500)]
    assert [(a.id, a.amount, a.reason) for a in fact.adjustments] == [
        ("lender:C-1", -2500, "credit"),
        ("lender-reversal:C-1", 2500, "credit_reversal"),
    ]
    assert (fact.score, fact.profile, fact.legal_status, fact.zone) == (300, "late", "terminated", "Europe/Vatican")
    assert fact.tariff
    assert fact.tariff.name == "it_legal"
    assert fact.usable == {"sms": True, "call": True}


def test_what_was_kept_is_no_difference_any_more(feed: Feed) -> None:
    feed.load(EVERYTHING)
    assert feed.load(EVERYTHING) == 0
    assert len(feed.kept()) == 1


def test_a_case_that_begins_later_is_as_if_it_had_heard_of_it(feed: Feed) -> None:
    before = feed.case()
    feed.load(EVERYTHING)
    (fact,) = feed.kept()
    told, begun = apply(before, Heard(event=fact, at=NOW)), feed.case()
    assert begun == told.model_copy(update={"reach": begun.reach})
    assert set(begun.reach) == set(told.reach)
    assert apply(begun, Heard(event=fact, at=NOW)) == begun


def test_every_account_of_a_person_hears_of_new_details_and_nobody_of_the_name(feed: Feed) -> None:
    feed.take(replace(A1, account="B1"), name="autumn")
    phone = replace(A1, phone=None, name="Ștefania Nouă")
    assert feed.load(phone) == 3
    told = [feed.kept(*whose)[0].usable for whose in (("A1", "spring"), ("A2", "spring"), ("B1", "autumn"))]
    assert told == [{"sms": False, "call": False}] * 3
    assert (feed.party().name, feed.party().phone) == ("Ștefania Nouă", None)
    assert feed.load(replace(phone, name="Ștefania")) == 0
    assert feed.party().name == "Ștefania"


def test_an_account_that_is_new_may_correct_a_person(feed: Feed) -> None:
    third = replace(A1, account="A3", email="new@example.org")
    feed.take(third)
    assert feed.load(third) == 3
    assert feed.party().email == "new@example.org"


def test_what_an_agent_found_out_is_no_difference(feed: Feed) -> None:
    with feed.database.session() as session:
        session.get_one(Party, feed.party().id).phone = "+393470000001"
    assert feed.load(A1) == 0
    assert feed.party().phone == "+393470000001"


def test_what_an_agent_found_out_stays_when_the_lender_knows_nothing_any_more(feed: Feed) -> None:
    with feed.database.session() as session:
        session.get_one(Party, feed.party().id).phone = "+393470000001"
    assert feed.load(replace(A1, phone=None)) == 0
    assert feed.party().phone == "+393470000001"
    assert feed.load(replace(A1, phone="+393470000002")) == 2
    assert feed.party().phone == "+393470000002"


def test_a_column_that_is_left_out_says_nothing(feed: Feed) -> None:
    silent = replace(A1, phone=None, street=None, city=None, postal_code=None, collateral=True)
    assert feed.load(silent, columns=ALL - {"phone", "postal_code", "collateral"}) == 0
    assert feed.party().phone == A1.phone


def test_a_region_that_the_file_names_or_corrects_is_kept_with_the_person(feed: Feed) -> None:
    feed.load(replace(A1, region="RM"))
    assert feed.party().region == "RM"
    feed.load(replace(A1, region="MI"))
    assert feed.party().region == "MI"
    assert feed.load(replace(A1, region=None), columns=ALL - {"region"}) == 0
    assert feed.party().region == "MI"


def test_two_portfolios_that_disagree_are_each_compared_with_their_own_file(feed: Feed) -> None:
    other = replace(A1, account="B1", phone="+393470000009")
    feed.take(other, name="autumn")
    assert [feed.load(A1), feed.load(other, name="autumn"), feed.load(A1)] == [0, 0, 0]
    assert feed.party().phone == A1.phone


def test_a_guarantor_is_corrected_and_a_blank_cell_takes_nothing_from_him(feed: Feed) -> None:
    bond = GuarantorRow(customer="G-1", name="Amedeo Garante", language="it", phone="+393470000003")
    row = replace(A1, account="A4", guarantor=bond)
    feed.take(row)
    feed.load(replace(row, guarantor=replace(bond, phone=None)))
    assert feed.party("G-1").phone == "+393470000003"
    feed.load(replace(row, guarantor=replace(bond, phone="+393470000004")))
    assert feed.party("G-1").phone == "+393470000004"
    assert feed.party().phone == A1.phone


def test_blank_terms_say_nothing_new(feed: Feed) -> None:
    feed.load(replace(A1, score=300, profile="late", tariff="it_legal"))
    assert feed.load(A1) == 0


@pytest.mark.parametrize(
    ("told", "country", "holds"),
    [("it_legal", "IT", "it_legal"), (None, "NL", NONE)],
    ids=["a tariff", "the law alone"],
)
def test_a_contract_date_may_be_told_later_and_decides_about_the_tariff_again(
    feed: Feed, told: str | None, country: str, holds: str
) -> None:
    undated = replace(A1, account="A5", customer="P-A5", country=country, contract_date=None, tariff=told)
    feed.take(undated)
    assert feed.load(replace(undated, contract_date=DAY)) == 1
    (fact,) = feed.kept("A5")
    assert fact.contract_date == DAY
    assert fact.tariff
    assert fact.tariff.name == holds
    assert feed.case("A5").contract_date == DAY


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"currency": "CHF"}, "currency", "was EUR before; a file cannot change it"),
        ({"principal": 1}, "principal", "was 1000.00 EUR before, and stays as lent"),
        ({"product": "invoice"}, "product", "was consumer_loan before"),
        ({"creditor": "Altra Banca"}, "creditor", "was Banca Esempio before"),
        ({"collateral": True}, "collateral", "was False before"),
        ({"customer": "P-B1"}, "customer", "is another customer than before"),
        ({"country": "RO"}, "country", "was IT before, where another law holds"),
        ({"contract_date": DAY}, "contract_date", "was 2024-03-15 before"),
        ({"instalments": A1.instalments[:1]}, "instalments", "are fewer than the 2 that were told before"),
        ({"guarantor": GuarantorRow(customer="G", name="G", language="it")}, "guarantor_customer", "was no guarantor"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_rest_of_its_row(
    feed: Feed, change: dict[str, Any], column: str, reason: str
) -> None:
    found = feed.look(replace(A1, score=1, phone=None, **change), replace(A2, score=2))
    assert [(r.row, r.account, r.column) for r in found.rejects] == [(2, "A1", column)]
    assert reason in found.rejects[0].reason
    assert [change.account for change in found.changes] == [opaque_id("spring", "A2")]
    assert found.people == []


@pytest.mark.parametrize(
    "other",
    [
        COST._replace(amount=501),
        COST._replace(kind="late_fee"),
        COST._replace(day=DAY + timedelta(days=1)),
        COST._replace(instalment=1),
    ],
)
def test_an_entry_that_is_told_otherwise_is_refused(feed: Feed, other: Entry) -> None:
    feed.load(replace(A1, entries=(COST,)))
    (reject,) = feed.look(replace(A1, entries=(other,))).rejects
    assert (reject.column, reject.value) == ("charges", "F-1")
    assert reject.reason.startswith("was told before as cost of 5.00 EUR from 2026-10-01: it stays so")


def test_an_entry_that_disappears_is_not_taken_back(feed: Feed) -> None:
    feed.load(replace(A1, entries=(COST, CREDIT)))
    assert feed.load(A1) == 0
    assert feed.load(replace(A1, entries=(COST, CREDIT))) == 0


def test_days_that_count_from_the_hand_over_are_not_compared(feed: Feed) -> None:
    example = replace(A1, account="A6", relative=True, entries=(COST,))
    feed.take(example)
    moved = later(example, (39, 50_000), (9, 50_000))
    tomorrow = replace(moved, entries=(COST._replace(day=DAY + timedelta(days=1)),), contract_date=DAY)
    assert feed.load(tomorrow) == 0
    feed.load(replace(tomorrow, instalments=later(example, (39, 50_000), (9, 60_000)).instalments))
    ((number, instalment),) = feed.kept("A6")[0].instalments
    assert (number, instalment.due, instalment.amount) == (2, A1.instalments[1].due, 60_000)


def test_rows_and_fact_are_kept_together_on_both_databases(database: Database) -> None:
    feed = Feed(database)
    feed.take(A1)
    feed.load(EVERYTHING)
    feed.load(replace(EVERYTHING, score=200))
    assert [fact.event_id for fact in feed.kept()] == ["feed:1", "feed:2"]
    with database.reading() as session:
        account = session.get_one(Account, opaque_id("spring", "A1"))
        dues = session.exec(select(InstalmentDue).where(InstalmentDue.account == account.id)).all()
    assert (account.score, account.updates, account.legal_status) == (200, 2, "terminated")
    assert account.tariff
    assert account.tariff["name"] == "it_legal"
    assert sorted((due.number, due.amount) for due in dues) == [(1, 50_000), (2, 50_000), (3, 7_000)]


def test_an_error_keeps_neither_rows_nor_fact(feed: Feed) -> None:
    with pytest.raises(RuntimeError), feed.database.session() as session:
        keep(session, [EVERYTHING], Source(feed.portfolio("spring"), ALL, "p.csv", NOW))
        raise RuntimeError
    assert (feed.kept(), feed.party().phone) == ([], A1.phone)
