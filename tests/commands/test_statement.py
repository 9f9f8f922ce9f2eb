"""Does `agent.py statement` hand out what is owed, keep what it handed out, and say plainly when it cannot?"""

import hashlib
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlmodel import select

from models.case import Case, Payment
from models.tables.accounts import Account, Portfolio
from models.tables.trail import Document
from policy.deciding.taking import end
from store.case_opening import load_cases
from store.database import Database
from store.handover import hand_over
from tests.commands.conftest import EXAMPLE, SENDER, Command, House
from tests.now import days_ago, right_now
from tests.workflows.houses import SENDER as WRITES
from tests.workflows.houses import account_row, pack


@pytest.fixture
def books(here: Path) -> Database:
    """A database in which case S-1 runs in no engine, S-2 has ended as paid, and S/3 was never started."""
    database = Database(f"sqlite:///{here / 'data' / 'rientro.db'}")
    database.migrate()
    cec = pack("cec")
    rows = [account_row(r, "cec", [(days_ago(40), 50_000), (days_ago(-20), 50_000)]) for r in ("S-1", "S-2", "S/3")]
    owner = Portfolio(id="p", client="c", source="test", created=right_now(), fed=right_now(), **WRITES)
    with database.session() as session:
        hand_over(session, owner, rows, lambda _: (cec.version, "out_of_court"), {cec.version: cec.text})
    with database.session() as session:
        cases = {case.account: case for case in load_cases(session, "p", 0, 10, days_ago(30))[0]}
        for account in session.exec(select(Account).where(Account.reference != "S/3")):
            account.started = days_ago(30)
            if account.reference == "S-2":
                account.outcome, account.closed = "paid", right_now()
                account.last_case = ended(cases[account.id]).model_dump(mode="json")
            session.add(account)
    return database


def ended(case: Case) -> Case:
    paid = Payment(event_id="e1", amount=101_000, value_date=days_ago(10).date(), heard=days_ago(10))
    return end(case.model_copy(update={"payments": (paid,)}), "paid", right_now())


def kept(database: Database) -> list[Document]:
    with database.reading() as session:
        return list(session.exec(select(Document).order_by(Document.made)))  # type: ignore[arg-type]


def text_of(content: bytes) -> str:
    found = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(found.replace("\u00a0", " ").split())


def test_a_case_that_ended_is_stated_without_an_engine(command: Command, books: Database, here: Path) -> None:
    run = command("agent", "statement", "S-2", "--out", here / "s2.pdf")
    assert run.exit_code == 0, run.stderr
    content = (here / "s2.pdf").read_bytes()
    assert run.stdout == f"{hashlib.sha256(content).hexdigest()}  {here / 's2.pdf'}\n"
    assert "Ha pagato 10,00 € in più del dovuto." in text_of(content)


def test_what_is_handed_out_is_kept_and_stands_in_the_story_once(command: Command, books: Database) -> None:
    first, again = (json.loads(command("agent", "statement", "S-2", "--json").stdout) for _ in range(2))
    assert first == again
    (document,) = kept(books)
    assert (document.key, document.sha256) == (first["document"], first["sha256"])
    assert document.key == f"statement:{first['account']}:{first['day']}:{first['sha256'][:12]}"
    story = json.loads(command("auditor", "case", "S-2", "--json").stdout)
    assert [(line["kind"], line["key"]) for line in story["story"]] == [("statement", document.key)]
    assert story["chain"]["whole"]


def test_as_data_it_says_the_same_and_names_nobody(command: Command, books: Database, here: Path) -> None:
    run = command("agent", "statement", "S-2", "--json")
    told = json.loads(run.stdout)
    entries = [(entry["kind"], entry["amount"], entry["balance"]) for entry in told["entries"]]
    assert entries[0] == ("principal", 100_000, 100_000)
    assert entries[-1] == ("payment", -101_000, -1_000)
    assert (told["owed"]["outstanding"], told["owed"]["paid"], told["owed"]["credit"]) == (0, 101_000, 1_000)
    assert Path(told["file"]).read_bytes().startswith(b"%PDF")
    assert [name for name in ("Щукина", "Via Roma") if name in run.stdout] == []


def test_the_file_is_for_its_owner_only(command: Command, books: Database, here: Path) -> None:
    command("agent", "statement", "S-2", "--out", here / "s2.pdf")
    assert (here / "s2.pdf").stat().st_mode & 0o077 == 0


def test_a_running_case_without_its_engine_is_refused_plainly(command: Command, books: Database) -> None:
    run = command("agent", "statement", "S-1")
    assert run.exit_code == 1
    assert run.stderr.startswith("agent: no engine runs in ")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("S/3",), "the case of S/3 has not been started yet"),
        (("S-9",), "no account 'S-9' was handed over"),
        (("S-2", "--on", "2099-01-01"), "is more than a year ahead: nobody knows yet"),
        (("S-2", "--on", "2020-01-01"), "nothing was owed on 1 Jan 2020: the first entry is of"),
        (("S-2", "--out", "nowhere/s.pdf"), "nowhere/s.pdf cannot be written: No such file or directory"),
    ],
)
def test_what_cannot_be_stated_is_refused_with_its_reason_and_nothing_is_kept(
    command: Command, books: Database, words: tuple[str, ...], reason: str
) -> None:
    run = command("agent", "statement", *words)
    assert (run.exit_code, reason in run.stderr, kept(books)) == (1, True, [])


def test_a_statement_that_would_lack_what_the_law_demands_is_refused_by_the_rule(
    command: Command, books: Database
) -> None:
    with books.session() as session:
        session.get_one(Portfolio, "p").licence = None
    run = command("agent", "statement", "S-2")
    assert (run.exit_code, run.stderr) == (1, "agent: IT-R1: licence not known, portfolio p\n")
    assert kept(books) == []


def test_a_day_that_is_none_is_wrong_usage(command: Command, books: Database) -> None:
    assert command("agent", "statement", "S-2", "--on", "soon").exit_code == 2


def test_another_day_is_another_statement(command: Command, books: Database) -> None:
    now = right_now()
    later = now + timedelta(days=30)
    days = [
        json.loads(command("agent", "statement", "S-2", "--on", f"{d:%Y-%m-%d}", "--json").stdout) for d in (now, later)
    ]
    assert days[1]["day"] == f"{later:%Y-%m-%d}"
    assert [document.key for document in kept(books)] == [d["document"] for d in days]


# --- with a worker and the real engine -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def summer(house: House) -> House:
    """The example, handed over and started."""
    house.json("starter", "start", EXAMPLE, "--portfolio", "summer", "--client", "bank", *SENDER)
    return house


def statement(house: House, word: str, *words: object) -> Any:
    return house.json("agent", "statement", word, *words)


def test_a_running_case_is_stated_with_the_payment_it_was_told_a_moment_ago(summer: House) -> None:
    before = statement(summer, "IT-0005")["owed"]
    summer.json("agent", "tell", "IT-0005", "payment_received", "--amount", "26.82", "--event-id", "bank-1")
    after = statement(summer, "IT-0005")
    assert (after["owed"]["outstanding"], after["owed"]["paid"]) == (before["outstanding"] - 2_682, 2_682)
    assert [s["amount"] for s in after["entries"][-1]["served"]] == [2_682]


def test_a_running_promise_stands_in_it_and_the_story_stays_whole(summer: House) -> None:
    due = f"{days_ago(-3):%Y-%m-%d}"
    summer.json("agent", "tell", "IT-0004", "promise_to_pay", "--amount", "50", "--due", due)
    told = statement(summer, "IT-0004")
    assert told["agreements"] == [{"kind": "promise", "dues": [[due, 5_000]], "waived": 0}]
    story = summer.json("auditor", "case", "IT-0004")
    assert (story["chain"]["whole"], story["story"][-1]["kind"]) == (True, "statement")


@pytest.mark.parametrize("word", ["IT-0004", "RO-0001", "NL-0001", "RU-0001", "BR-0001"])
def test_every_debtor_of_the_example_reads_it_in_their_language(summer: House, word: str) -> None:
    told = statement(summer, word)
    text = text_of((summer.directory / told["file"]).read_bytes())
    words = {"it": "Tutti i movimenti", "ro": "Toate înregistrările", "nl": "Alle boekingen", "ru": "Все записи"}
    assert words.get(told["language"], "Todos os lançamentos" if told["language"] == "pt" else "Every entry") in text
