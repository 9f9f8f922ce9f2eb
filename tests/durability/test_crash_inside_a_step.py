"""Does a message leave once when its worker dies between writing the attempt, sending, and telling the story?"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import select
from temporalio.testing import ActivityEnvironment

from activities.attempt_frame import Effects
from activities.decide import Deciding
from activities.issue_document import Issuing
from activities.open_task import Worklist
from activities.send_message import Contacting
from activities.vendors.outbox.outbox_send import Outbox
from activities.vendors.vendor import SentTwice
from intake.pack_files import jurisdictions, strategy
from models.case import Case
from models.decisions import Act, DecideInput, StepInput, Turn
from models.events import Channel, Heard, PaymentReceived, PaymentReversed, StepDeferred
from models.message import Message
from models.tables.trail import Attempt, Document, Journal, Ledger, Task
from policy.deciding.taking import apply
from policy.deciding.treatment import decide
from policy.steps.step_outcomes import step_input
from settings import HOUSE
from store import journal
from store.attempts import Step
from store.case_opening import load_cases
from store.database import Database
from tests.activities.telling import told
from tests.durability.machine import take
from tests.now import days_ago, right_now
from tests.workflows.houses import account_row
from writing.texts import load_texts

AT_ONCE = strategy(Path(__file__).with_name("strategy.yaml"))
LAW = jurisdictions()
TEXTS = load_texts(HOUSE / "packs" / "letters")


class PowerCut(Exception):
    """The worker is gone."""


class CutBefore(Outbox):
    """An outbox whose worker dies once before anything is written."""

    cut = False

    def send(self, message: Message) -> str:
        if not self.cut:
            self.cut = True
            raise PowerCut
        return super().send(message)


class CutAfter(Outbox):
    """An outbox whose worker dies once when the message is out, before anybody knows."""

    cut = False

    def send(self, message: Message) -> str:
        sent = super().send(message)
        if not self.cut:
            self.cut = True
            raise PowerCut
        return sent


class TwoAtOnce(Outbox):
    """An outbox that two workers look into at the same moment: neither finds the message."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.both_looked = Barrier(2, timeout=30)

    def find(self, message: Message, since: datetime | None = None) -> list[str]:
        found = super().find(message, since)
        if not found:
            self.both_looked.wait()
        return found


class Desk:
    """One account at its first step, and the real activities around an outbox."""

    def __init__(self, database: Database, outbox: Outbox, cycle: str) -> None:
        self.database, self.outbox = database, outbox
        self.effects = Effects(database, LAW, outbox)
        take(database, "p", [account_row("A1", "cec", [(days_ago(40), 50_000)])], AT_ONCE, lambda _: cycle)
        with database.reading() as session:
            self.case: Case = load_cases(session, "p", 0, 1, right_now())[0][0]

    def step(self, at: datetime | None = None) -> StepInput:
        """What the case asks to be done first."""
        now = at or right_now()
        act = decide(self.case, AT_ONCE.strategy, LAW["IT"], now).next
        assert isinstance(act, Act)
        return step_input(self.case, act, now)

    def activity(self, asked: StepInput) -> Callable[[StepInput], Any]:
        issuing = Issuing(self.effects, TEXTS)
        match asked.act.do:
            case "letter":
                return Contacting(self.effects, TEXTS).send_message
            case "placement":
                return issuing.place_account
            case "formal_notice":
                return issuing.issue_notice
        return Worklist(self.effects).open_task

    def run(self, asked: StepInput) -> Any:
        """Run the step's activity once, as a worker would."""
        return ActivityEnvironment().run(self.activity(asked), asked)

    def all(self, table: Any) -> list[Any]:
        with self.database.reading() as session:
            return list(session.exec(select(table)))

    def files(self) -> list[Path]:
        return sorted(self.outbox.directory.glob("*/*.txt"))

    def trail(self, kind: str) -> list[str]:
        return [row.key for row in self.all(Journal) if row.kind == kind]

    def whole(self) -> bool:
        with self.database.reading() as session:
            return journal.broken_at(journal.read(session, self.case.account)) is None


CUTS = pytest.mark.parametrize("outbox", [CutBefore, CutAfter])


@CUTS
@pytest.mark.parametrize("cycle", ["papers", "notices"])
def test_a_step_cut_in_two_is_done_once(database: Database, tmp_path: Path, outbox: type[Outbox], cycle: str) -> None:
    desk = Desk(database, outbox(tmp_path / "outbox"), cycle)
    asked = desk.step()
    with pytest.raises(PowerCut):
        desk.run(asked)
    assert [attempt.status for attempt in desk.all(Attempt)] == ["sending"]
    assert desk.trail("effect") == []
    result = desk.run(asked)
    assert len(desk.files()) == 1
    assert [attempt.status for attempt in desk.all(Attempt)] == ["sent"]
    assert desk.trail("effect") == [f"effect:{result.event_id}"]
    assert desk.whole()


@pytest.mark.parametrize("cycle", ["papers", "notices", "traces"])
def test_a_step_whose_answer_was_lost_is_done_once(database: Database, tmp_path: Path, cycle: str) -> None:
    desk = Desk(database, Outbox(tmp_path / "outbox"), cycle)
    asked = desk.step()
    assert desk.run(asked) == desk.run(asked)
    assert len(desk.files()) == (0 if cycle == "traces" else 1)
    assert len(desk.all(Task)) == (1 if cycle == "traces" else 0)
    assert len(desk.all(Attempt)) == len(desk.trail("effect")) == 1


def test_a_notice_cut_in_two_leaves_with_the_bytes_that_were_kept(sqlite_database: Database, tmp_path: Path) -> None:
    desk = Desk(sqlite_database, CutAfter(tmp_path / "outbox"), "notices")
    act = desk.step().act.model_copy(
        update={
            "step": "notice",
            "do": "formal_notice",
            "channel": Channel.letter,
            "due": days_ago(-40),
            "notice_days": 15,
            "text": "formal_notice",
        }
    )
    asked = step_input(desk.case, act, desk.step().now)
    with pytest.raises(PowerCut):
        desk.run(asked)
    result = desk.run(asked.model_copy(update={"now": asked.now + timedelta(days=1)}))
    [document], [letter] = desk.all(Document), desk.outbox.directory.glob("*/*.pdf")
    assert (result.sha256, letter.read_bytes()) == (document.sha256, document.content)
    assert len(desk.files()) == 1


@CUTS
def test_a_repetition_on_the_next_day_keeps_its_day(
    sqlite_database: Database, tmp_path: Path, outbox: type[Outbox]
) -> None:
    desk = Desk(sqlite_database, outbox(tmp_path / "outbox"), "papers")
    asked = desk.step()
    with pytest.raises(PowerCut):
        desk.run(asked)
    desk.run(asked.model_copy(update={"now": asked.now + timedelta(days=1)}))
    [attempt], [file] = desk.all(Attempt), desk.files()
    assert file.parent.name == f"{attempt.local_day:%Y-%m-%d}"


def test_of_two_workers_that_send_the_same_at_once_one_sends(sqlite_database: Database, tmp_path: Path) -> None:
    desk = Desk(sqlite_database, TwoAtOnce(tmp_path / "outbox"), "papers")
    asked = desk.step()
    with ThreadPoolExecutor(2) as workers:
        ends = [workers.submit(desk.run, asked).exception for _ in range(2)]
    assert sorted(str(type(end())) for end in ends) == sorted(map(str, (type(None), SentTwice)))
    desk.run(asked)
    assert len(desk.files()) == 1
    assert len(desk.trail("effect")) == 1


def number(turn: Turn) -> list[int]:
    return [event.number for event in turn.events if event.kind == "decided"]


def test_two_workers_at_the_same_step_do_not_defer_each_other(database: Database, tmp_path: Path) -> None:
    desk = Desk(database, Outbox(tmp_path / "outbox"), "papers")
    asked, start = desk.step(), Barrier(4, timeout=30)

    def begin() -> Any:
        start.wait()
        with database.session() as session:
            return Step(database, session, asked, asked.now).begin(LAW)

    with ThreadPoolExecutor(4) as workers:
        answers = [worker.result() for worker in [workers.submit(begin) for _ in range(4)]]
    assert [answer for answer in answers if isinstance(answer, StepDeferred)] == []
    assert len(desk.all(Attempt)) == 1


def test_a_decision_lost_with_its_worker_stands_beside_the_one_that_counts(database: Database, tmp_path: Path) -> None:
    desk = Desk(database, Outbox(tmp_path / "outbox"), "papers")
    deciding, now = Deciding(database, LAW), right_now()
    lost = ActivityEnvironment().run(deciding.decide, DecideInput(case=desk.case, now=now))
    payment = PaymentReceived(event_id="all", amount=50_000, currency="EUR")
    again = DecideInput(case=desk.case, told=told([payment], now), now=now)
    counts = ActivityEnvironment().run(deciding.decide, again)
    ActivityEnvironment().run(deciding.decide, again)
    assert (lost.next.kind, counts.next.kind, number(lost)) == ("act", "close", number(counts))
    assert [row.key for row in desk.all(Ledger) if row.kind == "payment"] == ["all"]
    assert desk.trail("event") == ["event:all"]
    assert len(desk.trail("decision")) == len(desk.trail("close")) == 1
    assert desk.whole()


def test_a_task_that_a_lost_decision_withdrew_stands_on_the_worklist_again(
    sqlite_database: Database, tmp_path: Path
) -> None:
    desk = Desk(sqlite_database, Outbox(tmp_path / "outbox"), "traces")
    deciding, now = Deciding(sqlite_database, LAW), right_now()
    opened = apply(desk.case, Heard(event=desk.run(desk.step()), at=now))
    payment = PaymentReceived(event_id="all", amount=50_000, currency="EUR")
    back = PaymentReversed(event_id="back", payment="all")
    lost = ActivityEnvironment().run(deciding.decide, DecideInput(case=opened, told=told([payment], now), now=now))
    both = DecideInput(case=opened, told=told([payment, back], now), now=now)
    counts = ActivityEnvironment().run(deciding.decide, both)
    assert (lost.next.kind, counts.next.kind, number(counts)) == ("close", "wait", number(lost))
    assert [(task.kind, task.status) for task in desk.all(Task)] == [("trace", "open")]
