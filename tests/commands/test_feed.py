"""Does a portfolio that is loaded again tell each case once what is different, whatever is killed in between?"""

import csv
import json
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from desk.portfolios.feed_comparison import look
from desk.portfolios.portfolio_load import as_portfolio, read_file
from desk.portfolios.portfolio_start import HandingOver, take_over
from models.tables.accounts import Account
from models.tables.arrivals import FeedUpdate
from store.database import Database
from store.handover import opaque_id
from tests.commands.conftest import EXAMPLE, SENDER, House
from tests.now import right_now

WORDS = ("--portfolio", "spring", "--client", "bank", *SENDER)
Row = dict[str, str]


def example(*accounts: str) -> list[Row]:
    with EXAMPLE.open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["account"] in accounts]


def written(house: House, rows: list[Row], name: str = "spring.csv") -> Path:
    with (house.directory / name).open("w", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)))
        writer.writeheader()
        writer.writerows(rows)
    return house.directory / name


NAMES = ("IT-0003", "IT-0004", "IT-0005", "IT-0006", "IT-0007", "IT-0009")


@pytest.fixture(scope="module")
def spring(house: House) -> House:
    """Six accounts that run."""
    answer = house.json("starter", "start", written(house, example(*NAMES)), *WORDS)
    assert (answer["taken"], answer["changed"], answer["told"], answer["missing"]) == (6, 0, 0, [])
    assert house.run("starter", "follow", "spring", "--until-idle").returncode == 0
    return house


LENDER = {row["account"]: row for row in example(*NAMES)}
"""The lender's own books: what was changed once stays so in the next day's file."""


def changed(account: str, **cells: str) -> list[Row]:
    """The file after the lender changed an account."""
    LENDER[account] |= cells
    return list(LENDER.values())


def load(house: House, rows: list[Row], *more: str) -> Any:
    return house.json("starter", "start", written(house, rows), *WORDS, *more)


def ask(house: House, read: Callable[[Session], Any]) -> Any:
    with closing(Database(f"sqlite:///{house.directory / 'rientro.db'}")) as opened, opened.reading() as session:
        return read(session)


def story(house: House, account: str) -> list[str]:
    return [line["reason"] for line in house.json("auditor", "case", account)["story"]]


def hears(house: House, account: str, words: str, times: int = 1) -> None:
    """The case takes it in, as often as expected."""
    deadline = time.monotonic() + 30
    while (found := sum(words in line for line in story(house, account))) < times:
        assert time.monotonic() < deadline, f"{account} heard {words!r} {found} times"
        time.sleep(0.2)
    assert found == times


def stands(house: House, account: str, **expected: object) -> None:
    deadline = time.monotonic() + 30
    while True:
        found = house.json("auditor", "case", account)["account"]
        if {name: found[name] for name in expected} == expected:
            return
        assert time.monotonic() < deadline, f"{account} is {found}"
        time.sleep(0.2)


def test_the_same_file_again_brings_nothing(spring: House) -> None:
    before = [story(spring, name) for name in NAMES]
    answer = load(spring, list(LENDER.values()))
    assert [answer[n] for n in ("taken", "known", "changed", "told", "waiting", "rejected")] == [0, 6, 0, 0, [], 0]
    assert [story(spring, name) for name in NAMES] == before


def test_a_dry_run_shows_what_is_different_and_names_personal_details_only(spring: House) -> None:
    cells = {"score": "100", "phone": "+39 312 345 6999", "charges": "F-1:cost:2026-10-01:5"}
    other = [row for name, row in LENDER.items() if name not in ("IT-0003", "IT-0009")]
    written(spring, [LENDER["IT-0003"] | cells, *other, *example("IT-0010")])
    run = spring.run("starter", "start", "spring.csv", *WORDS, "--dry-run", "--json")
    told = json.loads(run.stdout)
    assert [tuple(d.values()) for d in told["differences"]] == [
        ("IT-0003", "score", "560", "100"),
        ("IT-0003", "cost F-1", "", "5.00 EUR from 2026-10-01"),
        ("IT-0003", "phone", "", "corrected"),
    ]
    assert (told["accounts"], told["known"], told["changed"], told["missing"]) == (1, 5, 1, ["IT-0009"])
    shown = spring.run("starter", "start", "spring.csv", *WORDS, "--dry-run")
    assert "6999" not in run.stdout + shown.stdout + shown.stderr
    assert "1 open account not in the file, left as they are: IT-0009" in shown.stderr
    assert "1 account would be taken, 0 rows rejected, 5 known already, 1 of them changed" in shown.stderr
    assert max(map(len, shown.stdout.splitlines())) <= 100
    assert load(spring, list(LENDER.values()))["known"] == 6


def test_each_difference_is_told_once_and_nothing_is_started_again(spring: House) -> None:
    rows = changed("IT-0003", score="100", charges="F-1:cost:2026-10-01:5", credits="C-1:2026-10-01:2")
    answer = load(spring, rows)
    assert [answer[n] for n in ("taken", "known", "changed", "told", "waiting")] == [0, 6, 1, 1, []]
    hears(spring, "IT-0003", "account updated: cost 5.00 EUR, credit -2.00 EUR, score 100")
    assert load(spring, rows)["told"] == 0
    hears(spring, "IT-0003", "account updated", times=1)
    assert sum(line.startswith("strategy cec") for line in story(spring, "IT-0003")) == 1


def test_a_new_instalment_raises_what_is_owed(spring: House) -> None:
    before = spring.json("auditor", "case", "IT-0004")["account"]["outstanding"]
    [row] = example("IT-0004")
    load(spring, changed("IT-0004", instalments=f"{row['instalments']}|D+85:10.00"))
    stands(spring, "IT-0004", outstanding=before + 1000)


def test_a_credit_is_taken_back_and_an_adjustment_has_its_sign(spring: House) -> None:
    load(spring, changed("IT-0003", adjustments="A-1:2026-10-02:-3", credit_reversals="C-1:2026-10-03"))
    hears(spring, "IT-0003", "account updated: adjustment -3.00 EUR, credit reversal 2.00 EUR")


def test_a_phone_that_is_taken_away_and_given_again_is_heard_by_the_case(spring: House) -> None:
    load(spring, changed("IT-0005", phone=""))
    hears(spring, "IT-0005", "account updated: sms not usable, call not usable")
    load(spring, changed("IT-0005", phone="+39 312 345 6998"))
    hears(spring, "IT-0005", "account updated: sms usable, call usable")
    assert not any("6998" in line for line in story(spring, "IT-0005"))


def test_what_cannot_be_taken_is_refused_by_row_and_the_rest_is_taken(spring: House) -> None:
    rows = [row | {"currency": "CHF"} if row["account"] == "IT-0004" else row for row in changed("IT-0006", score="7")]
    answer = load(spring, rows)
    assert [answer[n] for n in ("known", "changed", "told", "rejected", "missing")] == [5, 1, 1, 1, []]
    rejects = list(csv.reader((spring.directory / "spring-rejects.csv").read_text("utf-8-sig").splitlines()))
    assert [reject[1:3] for reject in rejects[1:]] == [["IT-0004", "currency"]]
    hears(spring, "IT-0006", "account updated: score 7")
    strict = spring.run("starter", "start", written(spring, rows), *WORDS, "--strict")
    assert (strict.returncode, strict.stderr.splitlines()[-1]) == (
        1,
        "starter: nothing was taken: 1 row of 6 cannot be taken",
    )


def test_a_row_that_fits_no_strategy_any_more_is_no_reject_while_its_case_runs(spring: House) -> None:
    rows = changed("IT-0007", score="8")
    kruk = ("--strategy", "kruk")
    assert (
        "0 accounts would be taken, 0 rows rejected, 6 known"
        in spring.run("starter", "start", written(spring, rows), *WORDS, *kruk, "--dry-run").stderr
    )
    answer = load(spring, rows, *kruk)
    assert [answer[n] for n in ("known", "told", "rejected")] == [6, 1, 0]
    hears(spring, "IT-0007", "account updated: score 8")
    assert load(spring, [*rows, *example("IT-0010")], *kruk)["rejected"] == 1


def test_what_was_kept_before_a_kill_is_told_by_the_next_run(spring: House) -> None:
    rows, now = changed("IT-0009", score="9"), right_now()
    file = written(spring, rows)
    with closing(Database(f"sqlite:///{spring.directory / 'rientro.db'}")) as opened:
        portfolio = as_portfolio("spring", "bank", file)
        looked = look(opened, portfolio, read_file(file, "bank", "automatic", now))
        assert take_over(opened, HandingOver(file, looked, portfolio, None))["changed"] > 0
    assert any(told is False for told in ask(spring, lambda s: s.exec(select(FeedUpdate.told)).all()))
    answer = load(spring, rows)
    assert (answer["changed"], answer["told"] > 0) == (0, True)
    hears(spring, "IT-0009", "account updated: score 9")


def test_a_difference_that_is_told_twice_counts_once(spring: House) -> None:
    def forget(opened: Database) -> None:
        with opened.session() as session:
            for update in session.exec(select(FeedUpdate)):
                update.told = False

    with closing(Database(f"sqlite:///{spring.directory / 'rientro.db'}")) as opened:
        forget(opened)
    before = {name: story(spring, name) for name in NAMES}
    assert load(spring, list(LENDER.values()))["told"] >= 8
    load(spring, changed("IT-0003", score="55"))
    hears(spring, "IT-0003", "score 55")
    told = [line for line in story(spring, "IT-0003") if "account updated" in line]
    assert told[:-1] == [line for line in before["IT-0003"] if "account updated" in line]


def owed(house: House, account: str) -> str:
    return f"{house.json('auditor', 'case', account)['account']['outstanding'] / 100:.2f}"


def pay(house: House, account: str) -> None:
    house.json("agent", "tell", account, "payment_received", "--amount", owed(house, account), "--currency", "EUR")
    stands(house, account, outcome="paid", outstanding=0)


def test_a_case_that_was_paid_is_opened_again_by_a_new_instalment(spring: House) -> None:
    pay(spring, "IT-0005")
    [row] = example("IT-0005")
    assert load(spring, changed("IT-0005", score="11"))["told"] == 0
    assert load(spring, changed("IT-0005", instalments=f"{row['instalments']}|D-20:30.00"))["told"] == 2
    stands(spring, "IT-0005", outcome=None, outstanding=3000)
    hears(spring, "IT-0005", "score 11")


def test_a_case_that_was_withdrawn_stays_so_and_a_person_looks(spring: House) -> None:
    spring.json("starter", "withdraw", "IT-0006", "--yes")
    stands(spring, "IT-0006", outcome="withdrawn")
    load(spring, changed("IT-0006", charges="F-9:cost:2026-10-01:5"))
    hears(spring, "IT-0006", "cost 5.00 EUR")
    stands(spring, "IT-0006", outcome="withdrawn")
    flags = [task for task in spring.json("agent", "worklist") if task["account"] == "IT-0006"]
    assert [task["why"] for task in flags] == ["the lender changed a debt that ended as withdrawn"]


def test_an_account_that_has_not_begun_begins_with_what_was_said_last(spring: House) -> None:
    spring.json("starter", "pause", "spring")
    (LENDER["IT-0012"],) = example("IT-0012")
    load(spring, list(LENDER.values()))
    rows = changed("IT-0012", score="12", charges="F-2:cost:2026-10-01:5")
    assert load(spring, rows)["waiting"] == ["IT-0012: the case of IT-0012 has not been started yet"]
    spring.json("starter", "resume", "spring")
    deadline = time.monotonic() + 30
    while ask(spring, lambda s: s.get_one(Account, opaque_id("spring", "IT-0012")).started) is None:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert load(spring, rows)["waiting"] == []
    assert not any("account updated" in line for line in story(spring, "IT-0012"))


def test_a_portfolio_of_another_client_shows_nothing(spring: House) -> None:
    run = spring.run("starter", "start", written(spring, example("IT-0003")), "--portfolio", "spring", "--client", "x")
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == "starter: portfolio 'spring' is of client 'bank', not of 'x'\n"
