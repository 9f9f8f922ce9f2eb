"""Whose payment is it, which one is known, and which demands wait for news? On both databases, without an engine."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from desk.actor import Actor
from desk.portfolios.feed_freshness import STALE, feeds
from desk.portfolios.payment_intake import Recorded, feed, record
from desk.tasks.unmatched_payments import unmatched
from intake.payments_file import PaymentRow
from models.tables.accounts import Account, Portfolio
from models.tables.arrivals import BankPayment
from policy.deciding.treatment import Feed
from store.database import Database
from store.handover import hand_over
from store.payment_matching import Scope, payment_event
from tests.now import days_ago
from tests.policy.cases import Life, account, at, by_hand
from tests.workflows.houses import account_row, pack

ANNA = Actor("anna", "operations")
DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
Records = Callable[..., Recorded]


def row(reference: str = "B-1", **changes: Any) -> PaymentRow:
    facts: dict[str, Any] = {"row": 2, "reference": reference, "amount": 1000, "currency": "EUR", "value_date": DAY}
    return PaymentRow(**(facts | changes))


def take(database: Database, portfolio: str, client: str, *references: str) -> None:
    cec = pack("cec")
    rows = [account_row(reference, "cec", [(days_ago(40), 50_000)]) for reference in references]
    owner = Portfolio(id=portfolio, client=client, source="test", created=NOW, fed=NOW)
    with database.session() as session:
        hand_over(session, owner, rows, lambda _: (cec.version, "out_of_court"), {cec.version: cec.text})


@pytest.fixture
def records(database: Database) -> Records:
    """Record rows of a file in a database where two clients have an account each, and share the name of a third."""
    take(database, "one", "c1", "ACC-1", "BOTH-1", "12")
    take(database, "two", "c2", "ACC-2", "BOTH-1")

    def go(*rows: PaymentRow, scope: Scope | None = None) -> Recorded:
        return record(database, rows, scope or Scope(file="f"))

    return go


def rows_of(database: Database) -> list[tuple[str, str, str | None, str | None]]:
    """Reference, status, account and why of everything that is kept."""
    with database.reading() as session:
        names = {account.id: f"{account.portfolio}/{account.reference}" for account in session.exec(select(Account))}
        kept = session.exec(select(BankPayment).order_by(BankPayment.id)).all()  # type: ignore[arg-type]
        return [(p.reference, p.status, names.get(p.account or ""), p.why) for p in kept]


@pytest.mark.parametrize(
    ("told", "whose", "why"),
    [
        ({"account": "ACC-1"}, "one/ACC-1", None),
        ({"account": "ACC-9"}, None, "there is no account ACC-9"),
        ({"account": "BOTH-1"}, None, "BOTH-1 is in several portfolios: one, two"),
        ({"text": "rata di novembre, ACC-1."}, "one/ACC-1", None),
        ({"text": "RIF/acc-2/NOV"}, "two/ACC-2", None),
        ({"payer": "Rossi ACC-1"}, "one/ACC-1", None),
        ({"text": "ACC-1 e ACC-2"}, None, "names several accounts"),
        ({"text": "ACC-1", "currency": "USD"}, None, "names no account that is known"),
        ({"text": "rata 12"}, None, "names no account that is known"),
        ({"account": "12"}, "one/12", None),
        ({"account": "ACC-1", "doubt": "odd"}, None, "odd"),
        ({}, None, "names no account that is known"),
    ],
)
def test_a_payment_is_of_the_account_it_names(
    records: Records, database: Database, told: dict[str, Any], whose: str | None, why: str | None
) -> None:
    records(row(**told))
    assert rows_of(database) == [("B-1", "received" if whose else "unmatched", whose, why)]


def test_with_a_portfolio_only_its_accounts_are_looked_at(records: Records, database: Database) -> None:
    records(row("B-1", account="BOTH-1"), row("B-2", account="ACC-2"), scope=Scope("c1", "one", "f"))
    assert [(r[1], r[2]) for r in rows_of(database)] == [("received", "one/BOTH-1"), ("unmatched", None)]


def test_the_same_payment_is_kept_once(records: Records, database: Database) -> None:
    assert records(row(account="ACC-1")).numbers["new"] == 1
    assert records(row(account="ACC-1")).numbers == {"new": 0, "known": 1, "unmatched": 0}
    assert len(rows_of(database)) == 1


def test_the_same_payment_is_known_with_and_without_its_portfolio(records: Records, database: Database) -> None:
    records(row(account="ACC-1"))
    records(row(account="ACC-1"), scope=Scope("c1", "one", "f"))
    assert len(rows_of(database)) == 1


def test_two_clients_banks_may_use_the_same_reference(records: Records, database: Database) -> None:
    records(row(account="ACC-1"), scope=Scope("c1", "one", "f"))
    found = records(row(account="ACC-2", amount=5), scope=Scope("c2", "two", "f"))
    assert (found.rejects, [r[2] for r in rows_of(database)]) == ([], ["one/ACC-1", "two/ACC-2"])


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"amount": 1001}, "amount"),
        ({"currency": "USD"}, "currency"),
        ({"value_date": DAY + timedelta(days=30)}, "value_date"),
        ({"account": "ACC-2"}, "account"),
    ],
)
def test_a_reference_told_otherwise_is_refused(
    records: Records, database: Database, changed: dict[str, Any], column: str
) -> None:
    records(row(account="ACC-1"))
    found = records(row(**({"account": "ACC-1"} | changed)))
    assert [reject.column for reject in found.rejects] == [column]
    assert [r[2] for r in rows_of(database)] == ["one/ACC-1"]


def test_a_case_is_not_told_one_reference_of_two_banks(records: Records) -> None:
    records(row(account="ACC-1"), scope=Scope("c1", "one", "f"))
    assert [reject.column for reject in records(row(account="ACC-1", amount=5)).rejects] == ["amount"]


def test_an_unmatched_payment_is_placed_when_its_account_has_come(records: Records, database: Database) -> None:
    records(row(account="ACC-9"))
    take(database, "one", "c1", "ACC-9")
    records(row(account="ACC-9"))
    assert rows_of(database) == [("B-1", "received", "one/ACC-9", None)]


def back(reference: str = "B-2", **changes: Any) -> PaymentRow:
    return row(reference, kind="reversal", **({"end_to_end": "E-1"} | changes))


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (back(), None),
        (back("B-1", end_to_end=None), None),
        (back(end_to_end="E-9"), "takes back a payment that is not known"),
        (back(amount=900), "takes back another amount than was paid"),
    ],
)
def test_a_reversal_takes_back_the_payment_of_its_reference(
    records: Records, database: Database, told: PaymentRow, why: str | None
) -> None:
    records(row(account="ACC-1", end_to_end="E-1"), told)
    assert rows_of(database)[1][2:] == (None if why else "one/ACC-1", why)
    with database.reading() as session:
        reverses = session.exec(select(BankPayment.reverses).where(BankPayment.kind == "reversal")).one()
    assert reverses == (None if why else payment_event("B-1"))


def test_one_payment_is_taken_back_once(records: Records, database: Database) -> None:
    records(row(account="ACC-1", end_to_end="E-1"), back("B-2"), back("B-3"))
    assert rows_of(database)[2][3] == "takes back a payment that was taken back before"


def test_a_reversal_of_what_nobody_placed_is_for_a_person(records: Records, database: Database) -> None:
    records(row(end_to_end="E-1"), back())
    assert rows_of(database)[1][3] == "takes back a payment whose account is not known"


def test_the_unmatched_are_listed_with_what_the_payer_wrote(records: Records, database: Database) -> None:
    records(row(payer="Rossi", text="rata"), row("B-2", account="ACC-1"))
    (listed,) = unmatched(database, "one", ANNA)
    assert (listed["reference"], listed["text"], listed["amount"]) == ("B-1", "Rossi / rata", 1000)


def test_the_file_of_one_client_is_not_listed_for_another(records: Records, database: Database) -> None:
    records(row(), scope=Scope("c1", "one", "f"))
    assert (len(unmatched(database, "one", ANNA)), unmatched(database, "two", ANNA)) == (1, [])


@pytest.mark.timeout(60)
def test_ten_thousand_payments_are_recorded_at_once(records: Records, database: Database) -> None:
    assert records(*(row(f"N-{n}", account="ACC-1") for n in range(10_000))).portfolios == {"one"}


def test_news_of_payments_reach_only_the_portfolios_they_are_of(records: Records, database: Database) -> None:
    assert records(row(account="ACC-1")).portfolios == {"one"}
    feed(database, {"one"}, NOW + timedelta(hours=2))
    with database.reading() as session:
        fed = {p.id: p.fed for p in session.exec(select(Portfolio))}
    assert fed == {"one": NOW + timedelta(hours=2), "two": NOW}


def test_a_feed_is_stale_after_its_last_hour_and_tells_how_many_demands_wait(
    records: Records, database: Database
) -> None:
    with database.session() as session:
        session.get_one(Portfolio, "one").fresh_hours = 24
        for account in session.exec(select(Account).where(Account.reference == "ACC-1")):
            account.why = f"{STALE} 24 hours"
    with database.reading() as session:
        fresh = feeds(session, NOW + timedelta(hours=24))
        stale = feeds(session, NOW + timedelta(hours=24, seconds=1))
    assert [(f["stale_since"], f["waiting"]) for f in fresh] == [(None, 1), (None, 0)]
    assert [f["stale_since"] for f in stale] == [NOW + timedelta(hours=24), None]


def test_the_policy_says_of_a_demand_that_waits_what_feed_status_counts() -> None:
    calls = by_hand("- {id: sms, do: sms, text: first_reminder}")
    life = Life(account(calls), calls, feed=Feed(at(-2), 24)).until(5)
    assert life.decisions[-1].next.why.startswith(STALE)
