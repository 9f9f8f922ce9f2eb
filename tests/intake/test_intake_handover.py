"""Is a portfolio taken whole or not at all, once, on both databases, even by two at the same time?"""

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, func, select

from intake.portfolio_file import AccountRow, read_portfolio
from models.tables.accounts import Account, Guarantor, InstalmentDue, Party, Portfolio, StrategyText
from store.handover import HandOver, HandOverRefused, hand_over, opaque_id

EXAMPLE = Path(__file__).parents[2] / "examples" / "portfolio.csv"
COUNTRIES = frozenset({"IT", "RO", "NL", "RU", "BR", "GB"})
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ROWS = read_portfolio(EXAMPLE, COUNTRIES, date(2026, 11, 21)).rows


def choose(row: AccountRow) -> tuple[str, str]:
    return "cec@0123456789ab", f"cycle_{row.product}"


def portfolio(name: str = "spring-2026", client: str = "bank") -> Portfolio:
    return Portfolio(id=name, client=client, source="portfolio.csv", created=NOW, fed=NOW)


def take(database: Any, rows: Iterable[AccountRow] = ROWS, **whose: str) -> HandOver:
    with database.session() as session:
        return hand_over(session, portfolio(**whose), list(rows), choose, {"cec@0123456789ab": "text"})


def count(database: Any, table: Any) -> int:
    with database.session() as session:
        return int(session.exec(select(func.count()).select_from(table)).one())


def test_everything_of_the_example_is_written(database: Any) -> None:
    assert take(database) == HandOver(new=60, known=0)
    assert [count(database, table) for table in (Portfolio, StrategyText, Account)] == [1, 1, 60]
    bonds = [row for row in ROWS if row.guarantor]
    assert count(database, Guarantor) == len(bonds)
    assert count(database, Party) == len({row.customer for row in ROWS}) + len(bonds)
    assert count(database, InstalmentDue) == sum(len(row.instalments) for row in ROWS)


def test_an_account_is_written_as_it_was_read(database: Any) -> None:
    take(database)
    with database.session() as session:
        account = session.get(Account, opaque_id("spring-2026", "RU-0005"))
        party = session.get(Party, account.party)
        bond = session.exec(select(Guarantor).where(Guarantor.account == account.id)).one()
        guarantor = session.get(Party, bond.party)
    assert (account.principal, account.currency, account.cycle) == (4800000, "RUB", "cycle_consumer_loan")
    assert (party.id, party.zone) == (opaque_id("bank", "RU-C005"), "Asia/Vladivostok")
    assert (guarantor.name, guarantor.zone, guarantor.language) == ("Пробная Нелли Сергеевна", "Asia/Vladivostok", "ru")


def test_taking_the_same_file_again_changes_nothing(database: Any) -> None:
    take(database)
    changed = [replace(row, principal=row.principal + 1) for row in ROWS]
    assert take(database, changed) == HandOver(new=0, known=60)
    with database.session() as session:
        assert session.get(Account, opaque_id("spring-2026", "IT-0001")).principal == 400


def test_numbers_go_on_from_the_highest(database: Any) -> None:
    take(database, ROWS[:10])
    assert take(database, ROWS[5:20]) == HandOver(new=10, known=5)
    with database.session() as session:
        numbers = session.exec(select(Account.number).order_by(col(Account.number))).all()
    assert numbers == list(range(1, 21))


def test_a_person_of_two_portfolios_of_one_client_is_one_party(database: Any) -> None:
    take(database, ROWS[:5], name="first")
    take(database, ROWS[:5], name="second")
    assert (count(database, Account), count(database, Party)) == (10, 5)
    take(database, ROWS[:5], name="third", client="other")
    assert count(database, Party) == 10


def test_a_guarantor_who_is_a_debtor_elsewhere_is_known_as_the_debtor(database: Any) -> None:
    bond = next(row for row in ROWS if row.guarantor)
    assert bond.guarantor
    debtor = replace(ROWS[0], customer=bond.guarantor.customer, street="Via del Debitore 1")
    take(database, [bond, debtor])
    with database.session() as session:
        party = session.get(Party, opaque_id("bank", bond.guarantor.customer))
    assert party.street == "Via del Debitore 1"


def test_a_portfolio_of_another_client_is_refused(database: Any) -> None:
    take(database, ROWS[:1])
    with pytest.raises(HandOverRefused, match="is of client 'bank', not of 'thief'"):
        take(database, ROWS[:2], client="thief")
    assert count(database, Account) == 1


@pytest.mark.parametrize("name", ["", "Spring", "-x", "a b", "x" * 41, "a\n"])
def test_a_name_that_is_none_is_refused(sqlite_database: Any, name: str) -> None:
    with pytest.raises(HandOverRefused, match="cannot name a portfolio"):
        take(sqlite_database, name=name)


def test_a_client_without_a_name_is_refused(sqlite_database: Any) -> None:
    with pytest.raises(HandOverRefused, match="client"):
        take(sqlite_database, client=" ")


def test_nothing_is_left_when_one_account_fits_no_cycle(database: Any) -> None:
    def no_cycle_for_the_last(row: AccountRow) -> tuple[str, str]:
        if row is ROWS[-1]:
            raise LookupError("no cycle")
        return choose(row)

    with database.session() as session:
        with pytest.raises(LookupError):
            hand_over(session, portfolio(), ROWS, no_cycle_for_the_last, {"x@1": "text"})
        session.commit()  # Even a caller who goes on keeps nothing of it.
    assert [count(database, t) for t in (Portfolio, StrategyText, Party, Account)] == [0, 0, 0, 0]


def test_an_account_that_comes_twice_is_written_once(database: Any) -> None:
    assert take(database, [ROWS[0], ROWS[0]]) == HandOver(new=1, known=1)


def test_the_largest_amount_fits(database: Any) -> None:
    largest = replace(ROWS[0], principal=10**15)
    take(database, [largest])
    with database.session() as session:
        assert session.exec(select(Account.principal)).one() == 10**15


def test_progress_is_told_a_thousand_accounts_at_a_time(sqlite_database: Any) -> None:
    rows = [replace(ROWS[0], account=f"A-{n}") for n in range(2001)]
    heard: list[int] = []
    with sqlite_database.session() as session:
        hand_over(session, portfolio(), rows, choose, progress=heard.append)
    assert heard == [1000, 2000, 2001]


def test_two_who_start_the_same_portfolio_at_once_take_each_account_once(database: Any) -> None:
    answers: list[HandOver] = []
    both = threading.Barrier(2)

    def start(rows: list[AccountRow]) -> None:
        both.wait()
        answers.append(take(database, rows))

    threads = [threading.Thread(target=start, args=(rows,)) for rows in (ROWS[:40], ROWS[:19:-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.new + answer.known for answer in answers) == [40, 40]
    assert sum(answer.new for answer in answers) == count(database, Account) == 60


def test_two_portfolios_with_the_same_people_do_not_block_each_other(database: Any) -> None:
    threads = [
        threading.Thread(target=take, args=(database, rows), kwargs={"name": name})
        for name, rows in (("first", ROWS), ("second", ROWS[::-1]))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(database, Account) == 120


def test_an_id_tells_nothing_and_stays_the_same() -> None:
    assert opaque_id("spring-2026", "A-1") == opaque_id("spring-2026", "A-1")
    assert opaque_id("a", "bc") != opaque_id("ab", "c")
    assert len(opaque_id("x")) == 16


def test_what_is_said_again_of_the_sender_and_the_creditors_holds_and_a_blank_says_nothing(database: Any) -> None:
    first = [replace(row, creditor_address="Old Street 1", creditor_number="N-1") for row in ROWS[:2]]
    take(database, first)
    again = [replace(first[0], creditor_address="New Street 2", creditor_number=None), first[1]]
    with database.session() as session:
        said = portfolio()
        said.phone, said.licence = "0800 123 456", "Lic. 7"
        assert hand_over(session, said, again, choose) == HandOver(new=0, known=2)
    with database.session() as session:
        hand_over(session, portfolio(), again, choose)
    with database.session() as session:
        accounts = session.exec(select(Account).order_by(col(Account.number))).all()
        owner = session.get_one(Portfolio, "spring-2026")
        told = [(account.creditor_address, account.creditor_number) for account in accounts]
    assert told == [("New Street 2", "N-1"), ("Old Street 1", "N-1")]
    assert (owner.phone, owner.licence, owner.complaints) == ("0800 123 456", "Lic. 7", None)
