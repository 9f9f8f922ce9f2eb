"""Does money of a payments file reach its case once, whatever comes twice, late, unplaced, or between two crashes?"""

import csv
import json
import signal
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, func, select

from desk.portfolios.payment_intake import record
from intake.payments_file import PaymentRow
from models.tables.accounts import Portfolio
from models.tables.arrivals import BankPayment
from models.tables.trail import Ledger
from store.database import Database
from store.payment_matching import Scope
from tests.commands.conftest import EXAMPLE, SENDER, House
from tests.intake.test_payments_camt import details, entry, part, statement
from tests.now import right_now, today


@pytest.fixture(scope="module")
def spring(house: House) -> House:
    """Twelve accounts of the example, started; and one that a second portfolio has too."""
    lines = EXAMPLE.read_text().splitlines()
    (house.directory / "spring.csv").write_text("\n".join(lines[:13]))
    (house.directory / "autumn.csv").write_text("\n".join([lines[0], lines[12]]))
    for name in ("spring", "autumn"):
        house.json(
            "starter", "start", f"{name}.csv", "--portfolio", name, "--client", name, "--fresh-hours", 1, *SENDER
        )
    return house


def database(house: House) -> Database:
    return Database(f"sqlite:///{house.directory / 'rientro.db'}")


def ask(house: House, statement: Any) -> list[Any]:
    with closing(database(house)) as opened, opened.reading() as session:
        return list(session.exec(statement).all())


def paid(house: House, *rows: tuple[str, str, str], name: str = "bank.csv", **more: str) -> Path:
    """A payments file: reference, account, amount."""
    columns = ("reference", "account", "amount", "currency", "value_date", *more)
    with (house.directory / name).open("w", newline="") as file:
        csv.writer(file).writerows([columns, *((*row, "EUR", today().isoformat(), *more.values()) for row in rows)])
    return house.directory / name


def account(house: House, word: str) -> Any:
    return house.json("auditor", "case", word)["account"]


def eventually(house: House, word: str, **expected: object) -> Any:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = account(house, word)
        if {name: found[name] for name in expected} == expected:
            return found
        time.sleep(0.2)
    raise AssertionError(f"{word} is {found}, expected {expected}")


def owed(house: House, word: str) -> int:
    return int(eventually(house, word, outcome=None)["outstanding"])


def ledger(house: House, word: str) -> list[tuple[str, int]]:
    rows = select(Ledger.key, Ledger.amount).where(Ledger.account == account(house, word)["id"])
    money = rows.where(col(Ledger.kind).in_(("payment", "reversal")))
    return [(key, -amount) for key, amount in ask(house, money.order_by(col(Ledger.id)))]


def took(house: House, word: str, key: str) -> None:
    deadline = time.monotonic() + 30
    while key not in [k for k, _ in ledger(house, word)]:
        assert time.monotonic() < deadline, f"{key} not within 30 s"
        time.sleep(0.2)


def test_a_file_pays_a_case_in_full_and_the_same_file_again_changes_nothing(spring: House) -> None:
    file = paid(spring, ("FULL-1", "IT-0004", f"{owed(spring, 'IT-0004') / 100:.2f}"))
    told = spring.json("starter", "payments", file)
    assert (told["payments"], told["new"], told["told"], told["known"]) == (1, 1, 1, 0)
    eventually(spring, "IT-0004", outcome="paid", outstanding=0)
    story = len(spring.json("auditor", "case", "IT-0004")["story"])
    again = spring.run("starter", "payments", file)
    assert (again.returncode, again.stdout) == (0, "1 payment: 0 told, 1 known already\n")
    assert [key for key, _ in ledger(spring, "IT-0004")] == ["bank:FULL-1"]
    assert len(spring.json("auditor", "case", "IT-0004")["story"]) == story


def test_payments_for_an_ended_case_are_posted_and_flagged(spring: House) -> None:
    assert spring.json("starter", "payments", paid(spring, ("LATE-1", "IT-0004", "7"), ("LATE-2", "IT-0004", "8")))
    took(spring, "IT-0004", "bank:LATE-2")
    assert ledger(spring, "IT-0004")[1:] == [("bank:LATE-1", 700), ("bank:LATE-2", 800)]
    eventually(spring, "IT-0004", outcome="paid")


def test_the_same_reference_told_otherwise_is_refused_and_shown(spring: House) -> None:
    paid(spring, ("LATE-1", "IT-0004", "9"), ("LATE-2", "IT-0003", "8"))
    run = spring.run("starter", "payments", "bank.csv")
    assert run.stdout == "0 payments: 0 told, 0 known already, 2 rejected: see bank-rejects.csv\n"
    assert "row 2, amount: '9.00 EUR' differs from what the bank told of LATE-1 before (7.00 EUR" in run.stderr
    assert "row 3, account: 'IT-0003' differs from what the bank told of LATE-2 before (IT-0004" in run.stderr
    rejects = (spring.directory / "bank-rejects.csv").read_text("utf-8-sig").splitlines()
    assert [line.split(",")[:3] for line in rejects[1:]] == [["2", "IT-0004", "amount"], ["3", "IT-0003", "account"]]


def test_what_nobody_can_place_is_listed_and_handed_over(spring: House) -> None:
    before = owed(spring, "IT-0005")
    file = paid(spring, ("LOST-1", "IT-9999", "5"), ("LOST 2", "", "6"), ("LOST-3", "IT-0012", "7"), text="rata")
    assert spring.json("starter", "payments", file)["unmatched"] == 3
    listed = {p["reference"]: p["why"] for p in spring.json("starter", "payments", "--unmatched")}
    assert listed == {
        "LOST-1": "there is no account IT-9999",
        "LOST 2": "names no account that is known",
        "LOST-3": "IT-0012 is in several portfolios: autumn, spring",
    }
    run = spring.run("starter", "payments", "--assign", "LOST 2", "IT-0005", "--by", "anna")
    assert (run.returncode, run.stdout) == (0, "payment LOST 2 handed to IT-0005 by anna\n")
    eventually(spring, "IT-0005", outstanding=before - 600)
    assert len(spring.json("starter", "payments", "--unmatched")) == 2
    assert spring.run("starter", "payments", "--assign", "LOST 2", "IT-0005", "--by", "anna").returncode == 1
    assert spring.json("starter", "payments", file)["unmatched"] == 2


def test_a_history_holds_the_hash_of_a_reference_that_may_be_a_name(spring: House) -> None:
    (key,) = [key for key, _ in ledger(spring, "IT-0005")]
    assert key.startswith("bank:sha256:")


def test_a_payment_is_placed_as_soon_as_a_file_says_for_which_portfolio(spring: House) -> None:
    file = paid(spring, ("LOST-3", "IT-0012", "7"), name="again.csv", text="rata")
    assert spring.json("starter", "payments", file, "--portfolio", "autumn")["told"] == 1
    took(spring, "autumn/IT-0012", "bank:LOST-3")
    assert ledger(spring, "spring/IT-0012") == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("NONE", "IT-0005", "--by", "anna"), "there is no payment 'NONE': see `starter.py payments --unmatched`"),
        (("LATE-1", "IT-0005", "--by", "anna"), "the payment 'LATE-1' is placed already"),
        (("LOST-1", "XX-1", "--by", "anna"), "no account 'XX-1' was handed over"),
    ],
)
def test_what_cannot_be_assigned_is_refused(spring: House, words: tuple[str, ...], why: str) -> None:
    run = spring.run("starter", "payments", "--assign", *words)
    assert (run.returncode, run.stderr) == (1, f"starter: {why}\n")


@pytest.mark.parametrize(
    "words", [(), ("x.csv", "--unmatched"), ("--assign", "R", "A"), ("--assign", "R", "A", "--by", "Anna Rossi")]
)
def test_wrong_usage_ends_with_2(spring: House, words: tuple[str, ...]) -> None:
    assert spring.run("starter", "payments", *words).returncode == 2


def test_a_statement_pays_and_takes_back_and_a_reversal_may_come_later(spring: House) -> None:
    before = owed(spring, "IT-0003")
    text = "<TxDtls><Refs><EndToEndId>SDD-1</EndToEndId></Refs><RmtInf><Ustrd>rata IT-0003.</Ustrd></RmtInf></TxDtls>"
    credit = entry(amount="50.00", more=details(text), reference="C-1")
    (spring.directory / "one.xml").write_text(statement(credit).replace("2026-11-20", today().isoformat()))
    assert spring.json("starter", "payments", "one.xml")["told"] == 1
    eventually(spring, "IT-0003", outstanding=before - 5000)
    back = entry("DBIT", "50.00", "<RvslInd>true</RvslInd>" + details(part("SDD-1", "50.00")), "C-2")
    lost = entry("DBIT", "50.00", "<RvslInd>true</RvslInd>" + details(part("SDD-9", "50.00")), "C-3")
    (spring.directory / "two.xml").write_text(statement(credit, back, lost).replace("2026-11-20", today().isoformat()))
    told = spring.json("starter", "payments", "two.xml")
    assert (told["told"], told["known"], told["unmatched"]) == (1, 1, 1)
    eventually(spring, "IT-0003", outstanding=before)
    took(spring, "IT-0003", "bank-reversal:C-2")
    assert spring.json("starter", "payments", "two.xml")["told"] == 0
    assert "C-3" in spring.run("starter", "payments", "--unmatched").stdout


def test_a_reversal_that_nobody_could_place_is_assigned_to_the_last_payment_of_its_amount(spring: House) -> None:
    refused = spring.run("starter", "payments", "--assign", "C-3", "IT-0003", "--by", "anna")
    assert refused.stderr == "starter: IT-0003 has no payment of 50.00 EUR that could be taken back\n"
    before = owed(spring, "IT-0003")
    spring.json("starter", "payments", paid(spring, ("MORE-1", "IT-0003", "50")))
    eventually(spring, "IT-0003", outstanding=before - 5000)
    spring.json("starter", "payments", "--assign", "C-3", "IT-0003", "--by", "anna")
    eventually(spring, "IT-0003", outstanding=before)


def test_a_hostile_statement_is_refused_and_nothing_of_it_is_taken(spring: House) -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    (spring.directory / "bomb.xml").write_text(statement(entry(reference="BOMB"), start=bomb))
    run = spring.run("starter", "payments", "bomb.xml")
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith("starter: bomb.xml: it has a DOCTYPE or an entity, which no bank writes")
    assert ask(spring, select(BankPayment).where(BankPayment.reference == "BOMB")) == []


def test_a_dry_run_shows_the_numbers_and_leaves_nothing_behind(spring: House) -> None:
    file = paid(spring, ("DRY-1", "IT-0005", "1"), ("DRY-2", "", "1"), ("LATE-1", "IT-0004", "9"), name="dry.csv")
    run = spring.run("starter", "payments", file, "--dry-run")
    assert run.stdout.startswith("2 payments: 2 new, 0 known already, 1 unmatched")
    assert run.stdout.endswith("1 rejected\n")
    assert run.stderr.endswith("nothing was done\n")
    assert ask(spring, select(BankPayment).where(col(BankPayment.reference).startswith("DRY"))) == []
    assert not (spring.directory / "dry-rejects.csv").exists()


def test_a_dry_run_knows_that_a_statement_takes_back_what_it_brings(spring: House) -> None:
    text = "<TxDtls><Refs><EndToEndId>S-5</EndToEndId></Refs><RmtInf><Ustrd>IT-0003</Ustrd></RmtInf></TxDtls>"
    back = entry("DBIT", "5", "<RvslInd>true</RvslInd>" + details(part("S-5", "5")), "D-2")
    both = statement(entry(amount="5", more=details(text), reference="D-1"), back)
    (spring.directory / "both.xml").write_text(both.replace("2026-11-20", today().isoformat()))
    told = spring.json("starter", "payments", "both.xml", "--dry-run")
    assert (told["new"], told["unmatched"]) == (2, 0)


def test_what_was_recorded_before_a_crash_is_told_by_the_next_run(spring: House) -> None:
    before = owed(spring, "IT-0006")
    (currency,) = {account(spring, "IT-0006")["currency"]}
    row = PaymentRow(row=2, reference="HALF-1", account="IT-0006", amount=100, currency=currency, value_date=today())
    with closing(database(spring)) as opened:
        record(opened, [row], Scope(file="half.csv"))
    assert spring.json("starter", "payments", paid(spring, ("HALF-1", "IT-0006", "1")))["told"] == 1
    eventually(spring, "IT-0006", outstanding=before - 100)


def test_a_run_that_is_killed_loses_nothing_and_tells_nothing_twice(spring: House) -> None:
    words = ("IT-0007", "IT-0009", "IT-0010")
    before = {word: owed(spring, word) for word in words}
    rows = [(f"KILL-{n}", words[n % 3], "0.01") for n in range(300)]
    paid(spring, *rows, name="many.csv")
    process = spring.spawn("starter", "payments", "many.csv")
    mine = select(func.count()).select_from(BankPayment).where(col(BankPayment.reference).startswith("KILL"))
    deadline = time.monotonic() + 30
    while ask(spring, mine) == [0] and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert spring.run("starter", "payments", "many.csv").returncode == 0
    assert ask(spring, mine.where(BankPayment.status == "told")) == [300]
    for word in words:
        eventually(spring, word, outstanding=before[word] - 100)
        assert len(ledger(spring, word)) == len(set(ledger(spring, word))) == 100


def test_a_payment_for_a_case_that_was_not_started_waits_and_is_told_later(spring: House) -> None:
    (spring.directory / "late.csv").write_text(
        (spring.directory / "autumn.csv").read_text().replace("IT-0012", "IT-0099")
    )
    spring.json("starter", "pause", "autumn")
    spring.json("starter", "start", "late.csv", "--portfolio", "autumn", "--client", "autumn", *SENDER)
    file = paid(spring, ("EARLY-1", "IT-0099", "1"), name="early.csv")
    run = spring.run("starter", "payments", file)
    assert "1 not told yet: run it again" in run.stdout
    assert "not told yet, EARLY-1: the case of IT-0099 has not been started yet" in run.stderr
    spring.json("starter", "resume", "autumn")
    eventually(spring, "IT-0099", stage=eventually(spring, "autumn/IT-0012", outcome=None)["stage"])
    assert spring.json("starter", "payments", file)["told"] == 1
    took(spring, "IT-0099", "bank:EARLY-1")


def test_every_file_makes_the_news_of_its_portfolios_fresh(spring: House) -> None:
    old = right_now() - timedelta(hours=30)
    with closing(database(spring)) as opened, opened.session() as session:
        for portfolio in session.exec(select(Portfolio)):
            portfolio.fed = old
    stale = {feed["portfolio"]: feed["stale_since"] for feed in spring.json("starter", "feed-status")}
    assert stale == dict.fromkeys(("autumn", "spring"), (old + timedelta(hours=1)).isoformat())
    assert "stale since" in spring.run("starter", "feed-status").stdout
    spring.json("starter", "payments", paid(spring, ("FRESH-1", "IT-0005", "1")))
    fresh = {feed["portfolio"]: feed["stale_since"] is None for feed in spring.json("starter", "feed-status")}
    assert fresh == {"autumn": False, "spring": True}


def test_a_statement_without_payments_is_news_for_the_portfolio_that_is_named(spring: House) -> None:
    (spring.directory / "empty.xml").write_text(statement())
    assert spring.json("starter", "payments", "empty.xml", "--portfolio", "autumn")["payments"] == 0
    assert all(feed["stale_since"] is None for feed in spring.json("starter", "feed-status"))


def test_the_tables_fit_100_columns(spring: House) -> None:
    shown = spring.run("starter", "payments", "--unmatched").stdout + spring.run("starter", "feed-status").stdout
    assert max(map(len, shown.splitlines())) <= 100


def test_answers_in_json_are_json_alone(spring: House) -> None:
    run = spring.process("starter", "payments", "again.csv", "--portfolio", "autumn", "--json")
    assert (run.returncode, json.loads(run.stdout)["known"]) == (0, 1)
