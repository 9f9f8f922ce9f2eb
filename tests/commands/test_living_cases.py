"""Do the three commands and a real worker on the real engine tell one story, from the file to the closed case?"""

import csv
import json
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, func, select

from models.tables.accounts import Account
from settings import HOUSE
from store.database import Database
from tests.commands.conftest import EXAMPLE, SENDER, House

NAMES = ("Ginevra", "Ornella", "Bozzelli", "+39")


@pytest.fixture(scope="module")
def spring(house: House) -> House:
    """The example, handed over and started."""
    told = house.json("starter", "start", EXAMPLE, "--portfolio", "spring", "--client", "bank", *SENDER)
    assert told["taken"] > 40
    return house


def account(house: House, word: str) -> Any:
    return house.json("auditor", "case", word)["account"]


def eventually(house: House, word: str, **expected: object) -> Any:
    """The account as soon as it stands as expected."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = account(house, word)
        if {name: found[name] for name in expected} == expected:
            return found
        time.sleep(0.3)
    raise AssertionError(f"{word} is {found}, expected {expected}")


def owed(house: House, word: str) -> str:
    return f"{account(house, word)['outstanding'] / 100:.2f}"


def reasons(house: House, word: str) -> list[str]:
    return [line["reason"] for line in house.json("auditor", "case", word)["story"]]


def test_rejected_rows_go_to_a_file_and_are_counted(spring: House) -> None:
    header, first, second, *_ = EXAMPLE.read_text().splitlines()
    (spring.directory / "mixed.csv").write_text("\n".join([header, first, second.replace("EUR", "ITL")]))
    run = spring.run("starter", "start", "mixed.csv", "--portfolio", "mixed", "--client", "other", *SENDER)
    assert run.stdout == "1 account taken, 0 known already, 1 rejected: see mixed-rejects.csv\n"
    rejects = (spring.directory / "mixed-rejects.csv").read_text("utf-8-sig").splitlines()
    assert rejects[0] == "row,account,column,value,reason"
    assert rejects[1].startswith("3,IT-0002,currency,ITL,")


def test_the_same_file_again_starts_nothing_twice(spring: House) -> None:
    told = spring.json("starter", "start", EXAMPLE, "--portfolio", "spring", "--client", "bank", *SENDER)
    assert (told["taken"], told["known"] > 40) == (0, True)


def test_a_payment_in_full_closes_the_case_as_paid_and_the_auditor_sees_it(spring: House) -> None:
    eventually(spring, "IT-0004", stage="out_of_court")
    told = spring.run("agent", "tell", "IT-0004", "payment_received", "--amount", owed(spring, "IT-0004"))
    assert (told.returncode, told.stderr) == (0, "")
    eventually(spring, "IT-0004", outcome="paid", outstanding=0)
    story = spring.run("auditor", "case", "IT-0004")
    assert story.returncode == 0
    assert "nothing is outstanding" in story.stdout
    assert max(map(len, story.stdout.splitlines())) <= 100


def test_a_payment_for_an_ended_case_is_posted_and_flagged_for_a_person(spring: House) -> None:
    spring.run("agent", "tell", "IT-0008", "payment_received", "--amount", owed(spring, "IT-0008"))
    eventually(spring, "IT-0008", outcome="paid")
    late = spring.json("agent", "tell", "IT-0008", "payment_received", "--amount", "10", "--event-id", "late-1")
    assert late["message"] == "payment_received taken for a case that had ended as paid"
    deadline = time.monotonic() + 20
    while not any("late:late-1" in t["key"] for t in spring.json("agent", "worklist")):
        assert time.monotonic() < deadline
        time.sleep(0.3)
    assert account(spring, "IT-0008")["outcome"] == "paid"


def test_what_a_person_looked_at_is_settled_and_stands_in_the_story(spring: House) -> None:
    settled = spring.run("agent", "settle", "late:late-1", "--by", "anna", "--note-code", "refunded")
    assert settled.returncode == 0, settled.stderr
    assert "settled by anna: payment for a closed case (refunded)" in reasons(spring, "IT-0008")
    assert spring.run("agent", "settle", "late:late-1", "--by", "anna").returncode == 1


def test_an_ended_case_takes_no_promise(spring: House) -> None:
    run = spring.run("agent", "tell", "IT-0004", "promise_to_pay", "--amount", "10", "--due", "+3")
    assert run.returncode == 1
    assert run.stderr.startswith("agent: the case of IT-0004 ended as paid on ")


def test_what_the_case_cannot_take_is_answered_at_once(spring: House) -> None:
    run = spring.run("agent", "tell", "IT-0003", "promise_to_pay", "--amount", "10", "--due", "2020-01-01")
    assert (run.returncode, run.stderr) == (1, "agent: the promised day 1 Jan 2020 is past\n")


def test_the_same_event_counts_once(spring: House) -> None:
    words = ("tell", "IT-0005", "payment_received", "--amount", "26.82", "--event-id", "bank-77")
    first, second = spring.json("agent", *words), spring.json("agent", *words)
    assert (first["taken"], second["taken"]) == (True, False) or first == second
    eventually(spring, "IT-0005", outstanding=278045 - 2682)


def test_new_details_are_kept_in_the_database_and_only_the_channels_are_told(spring: House) -> None:
    run = spring.run("agent", "tell", "IT-0004x", "contact_details", "--phone", "+39 312 345 6999")
    assert run.returncode == 1
    spring.json("agent", "tell", "IT-0009", "contact_details", "--phone", "+39 312 345 6999", "--unusable", "letter")
    eventually(spring, "IT-0009", outcome=None)
    (told,) = [r for r in reasons(spring, "IT-0009") if r.startswith("contact details")]
    assert "sms usable" in told
    assert "letter not usable" in told


@pytest.mark.parametrize(("named", "told_by"), [((), "rosa"), (("--by", "anna"), "anna")])
def test_tr5_who_told_a_fact_stands_in_the_story_by_their_login_unless_named(
    spring: House, monkeypatch: pytest.MonkeyPatch, named: tuple[str, ...], told_by: str
) -> None:
    monkeypatch.setenv("LOGNAME", "rosa")
    spring.json("agent", "tell", "IT-0010", "opt_out", "--channel", "visit", *named)
    (line,) = [line for line in spring.json("auditor", "case", "IT-0010")["story"] if told_by in line["reason"]]
    assert (line["reason"], line["detail"]["by"]) == (f"opt out: no more visit, by {told_by}", told_by)


def test_an_account_is_paused_resumed_and_withdrawn(spring: House) -> None:
    assert spring.run("starter", "pause", "IT-0007", "--by", "ops1").returncode == 0
    assert "ops pause" in eventually(spring, "IT-0007", next_at=None)["why"]
    assert spring.run("starter", "resume", "IT-0007").returncode == 0
    assert spring.run("starter", "withdraw", "IT-0007").stderr == "starter: this ends 1 case for good: say --yes\n"
    assert spring.run("starter", "withdraw", "IT-0007", "--yes").returncode == 0
    eventually(spring, "IT-0007", outcome="withdrawn")


def test_a_resume_of_what_is_not_paused_is_refused(spring: House) -> None:
    run = spring.run("starter", "resume", "IT-0010")
    assert (run.returncode, run.stderr) == (1, "starter: nothing here waits for a release of ops_pause\n")


def test_a_portfolio_is_paused_resumed_and_withdrawn(spring: House, tmp_path: Path) -> None:
    lines = EXAMPLE.read_text().splitlines()
    (tmp_path / "autumn.csv").write_text("\n".join(lines[:5]) + "\n")
    spring.json("starter", "start", tmp_path / "autumn.csv", "--portfolio", "autumn", "--client", "bank", *SENDER)
    spring.json("starter", "pause", "autumn")
    eventually(spring, "autumn/IT-0003", next_at=None)
    assert spring.json("starter", "status", "autumn")["portfolios"][0]["paused"]
    spring.json("starter", "resume", "autumn")
    assert not spring.json("starter", "status", "autumn")["portfolios"][0]["paused"]
    spring.json("starter", "withdraw", "autumn", "--yes")
    for word in ("autumn/IT-0003", "autumn/IT-0004"):
        eventually(spring, word, outcome="withdrawn")


def test_a_reference_in_two_portfolios_is_written_out(spring: House) -> None:
    run = spring.run("auditor", "case", "IT-0003")
    assert run.returncode == 1
    assert "autumn/IT-0003" in run.stderr
    assert "spring/IT-0003" in run.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("auditor", "case", "XX-1"),
        ("agent", "tell", "XX-1", "opt_out", "--channel", "sms"),
        ("agent", "settle", "XX-1", "--by", "anna"),
        ("starter", "pause", "XX-1"),
        ("starter", "status", "XX-1"),
        ("starter", "follow", "XX-1"),
    ],
)
def test_what_nobody_handed_over_is_not_found(spring: House, words: tuple[str, ...]) -> None:
    run = spring.run(*words)
    assert (run.returncode, run.stdout) == (1, "")
    assert len(run.stderr.splitlines()) == 1


def test_status_and_worklist_fit_and_status_names_nobody(spring: House) -> None:
    status, worklist = spring.run("starter", "status"), spring.run("agent", "worklist", "--all")
    assert max(len(line) for line in (status.stdout + worklist.stdout).splitlines()) <= 100
    told = spring.run("starter", "status", "--json").stdout + spring.run("auditor", "case", "IT-0006", "--json").stdout
    assert [name for name in NAMES if name in told] == []


@pytest.mark.parametrize("again", range(3))
def test_a_process_that_spoke_with_the_engine_ends_cleanly(spring: House, again: int) -> None:
    words = ("tell", "IT-0006", "opt_out", "--channel", "visit", "--event-id", f"opt-out-{again}")
    ran = spring.process("agent", *words)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_follow_ends_when_nothing_is_due(spring: House) -> None:
    run = spring.run("starter", "follow", "spring", "--until-idle", "--json")
    assert run.returncode == 0
    assert all(json.loads(line)["account"] for line in run.stdout.splitlines())


def test_a_changed_journal_is_proved_to_be_changed(spring: House, tmp_path: Path) -> None:
    other = House(tmp_path / "copy")
    other.directory.mkdir()
    script = (
        "import sqlite3, sys; source, target = map(sqlite3.connect, sys.argv[1:]); source.backup(target);"
        "names = target.execute(\"select name from sqlite_master where type = 'trigger'\").fetchall();"
        "[target.execute(f'drop trigger {name}') for name, in names];"
        "target.execute(\"update journal set reason = 'nothing' where seq = 2\"); target.commit()"
    )
    files = [str(house.directory / "rientro.db") for house in (spring, other)]
    subprocess.run([sys.executable, "-c", script, *files], check=True)
    run = other.run("auditor", "case", "IT-0006", "--verify")
    assert run.returncode == 1
    assert "the chain is broken at line 2" in run.stderr


def test_run_goes_on_where_it_stopped_and_leaves_nothing_running(tmp_path: Path) -> None:
    lone = House(tmp_path)
    shutil.copy(EXAMPLE, tmp_path / "portfolio.csv")
    first = lone.process("starter", "run", "portfolio.csv", "--once")
    assert first.returncode == 0, first.stderr
    sent = sorted(path.name for path in (tmp_path / "outbox").rglob("*"))
    second = lone.process("starter", "run", "portfolio.csv", "--once")
    assert second.returncode == 0, second.stderr
    assert "0 accounts taken" in second.stderr
    assert sorted(path.name for path in (tmp_path / "outbox").rglob("*")) == sent != []
    assert lone.process("starter", "pause", "portfolio").stderr.startswith("starter: no engine runs in ")


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_run_stays_up_until_it_is_told_to_stop(tmp_path: Path, sign: signal.Signals) -> None:
    process = House(tmp_path).spawn("starter", "run", EXAMPLE)
    assert any(line.startswith("Outbox: ") for line in iter(process.stdout.readline, ""))
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(sign)
    process.communicate(timeout=40)
    assert process.returncode == 0


def test_an_account_is_moved_to_another_version_of_its_strategy_on_purpose(spring: House, tmp_path: Path) -> None:
    newer = tmp_path / "newer.yaml"
    newer.write_text(
        (HOUSE / "packs" / "strategies" / "cec.yaml").read_text().replace("every_days: 3", "every_days: 4")
    )
    would = spring.json("starter", "move", "IT-0011", "--strategy", newer, "--dry-run")
    assert (would["moves"], would["told"]) == (1, 0)
    moved = spring.json("starter", "move", "IT-0011", "--strategy", newer)
    assert moved["told"] == 1
    eventually(spring, "IT-0011", strategy=moved["strategy"])
    assert any(reason.startswith("moved: to cec@") for reason in reasons(spring, "IT-0011"))
    assert spring.json("starter", "move", "IT-0011", "--strategy", newer)["stay"] == {"IT-0011": "is there already"}


def begun(database: Database) -> int:
    """How many cases have begun."""
    with database.reading() as session, suppress(OperationalError):
        return session.exec(select(func.count(col(Account.started)))).one()
    return 0


def test_a_run_that_was_killed_in_the_middle_goes_on_with_its_backlog(tmp_path: Path) -> None:
    many = tmp_path / "many.csv"
    with Path(EXAMPLE).open(encoding="utf-8", newline="") as example:
        rows = [row for row in csv.DictReader(example) if not row["guarantor_customer"]]
    with many.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        for n in range(8):
            copies = ({"account": f"{row['account']}-{n}", "customer": f"{row['customer']}-{n}"} for row in rows)
            writer.writerows(row | copy for row, copy in zip(rows, copies, strict=True))
    house = House(tmp_path)
    first = house.spawn("starter", "run", many)
    database = Database(f"sqlite:///{house.directory / 'rientro.db'}")
    while not begun(database):
        assert first.poll() is None
        time.sleep(0.2)
    first.kill()
    first.communicate()
    again = house.process("starter", "run", many, "--once")
    assert again.returncode == 0, again.stderr
    assert begun(database) == 8 * len(rows)


def test_other_money_under_a_known_event_id_is_refused(spring: House) -> None:
    told = ("agent", "tell", "RO-0002", "payment_received", "--event-id", "TWICE", "--amount")
    assert spring.run(*told, "3").returncode == 0
    again = spring.run(*told, "4")
    assert (again.returncode, "was told before with other content" in again.stderr) == (1, True)
    assert '"taken": false' in spring.run(*told, "3", "--json").stdout
