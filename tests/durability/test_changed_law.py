"""What happens to a thousand cases that run when a pack of law changes?"""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlmodel import col, select
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle
from temporalio.worker import Replayer

from engine import EmbeddedEngine, connect
from intake.pack_files import Pack
from models.events import Channel, ContactDetails, Hold, Release
from models.tables.accounts import Account
from models.tables.trail import LawText
from policy.parsing.pack_reading import read_strategy, strategy_version
from settings import HOUSE, Settings, load_settings
from store.database import Database
from tests.durability.machine import until
from tests.now import days_ago
from tests.workflows.houses import House, account_row
from worker import RUNNER, create_worker
from workflows.account_recovery import AccountRecoveryWorkflow

CASES, LETTERS, REPLAYED = 1_000, 100, 60
AT_ONCE, SECONDS = 50, 300
ROME = ZoneInfo("Europe/Rome")
CHANGE = "# Calls from 11:00 to 13:00 only, not on the day of a decree, no letters in the first forty days"
RING = """
format: 1
strategy: ring
title: A letter at once for those who owe much, a call on the twentieth day
cycles:
  - name: calls
    ends: closed
    stages:
      - name: overdue
        from_dpd: 1
        steps:
          - {id: write, do: letter, text: first_reminder, if: {outstanding: {min: 1000}}}
          - {id: ring, do: call, from_dpd: 20}
"""
BAN = """bans:
  - id: IT-D26
    says: no letters in the first forty days
    channels: [letter]
    when: [{fact: overdue, days: 40}]
    level: statute
    article: a decree of tomorrow
    source: tests
    checked: 2026-11-21
    conf: H
"""
Done = TypeVar("Done")


def stricter(directory: Path, decreed: date) -> Path:
    """The packs with an Italian one that was changed: other hours, one more holiday, one more ban."""
    folder = Path(shutil.copytree(HOUSE / "packs" / "jurisdictions", directory / "law"))
    file = folder / "it.yaml"
    text = re.sub(r'from: "\d\d:\d\d", to: "\d\d:\d\d"', 'from: "11:00", to: "13:00"', file.read_text(encoding="utf-8"))
    text = text.replace("  country: IT\n", f"  country: IT\n  extra: [{decreed}]\n").replace("bans:\n", BAN)
    file.write_text(f"{CHANGE}\n{text}", encoding="utf-8")
    return folder


async def all_of(calls: Iterable[Awaitable[Done]]) -> list[Done]:
    """What all of them bring, so many at once."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(call: Awaitable[Done]) -> Done:
        async with room:
            return await call

    return await asyncio.gather(*(one(call) for call in calls))


class Street:
    """A thousand Italian cases, and where they stand by the tables that their decisions keep."""

    def __init__(self, house: House, settings: Settings, handles: list[WorkflowHandle[Any, str]]) -> None:
        self.house, self.settings, self.handles = house, settings, handles
        self.letters = handles[:LETTERS]
        """Those that would write at once, but for a hold of ops."""

    def calls(self) -> list[datetime]:
        """When the others mean to call, in Rome."""
        with self.house.database.reading() as session:
            rings = session.exec(select(Account.next_at).where(Account.next_step == "ring"))
            return [at.astimezone(ROME) for at in rings if at]

    def waits(self, word: str) -> int:
        """How many wait for something that has this word in it."""
        with self.house.database.reading() as session:
            return len(session.exec(select(Account.id).where(col(Account.why).contains(word))).all())

    async def news(self, turn: int, handles: Iterable[WorkflowHandle[Any, str]]) -> None:
        """Tell each a fact that changes nothing but makes it decide."""
        fact = ContactDetails(event_id=f"c-{turn}", usable={Channel.visit: True})
        await all_of(handle.signal("contact_details", fact) for handle in handles)

    async def running(self) -> int:
        counted = await self.house.client.count_workflows(
            f"RientroPortfolio = '{self.house.portfolio}' AND ExecutionStatus = 'Running'"
        )
        return counted.count


@pytest_asyncio.fixture
async def street(engine_server: EmbeddedEngine, sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Street]:
    """All decided once by the law as it is; some told more than others, so that their histories differ in length."""
    client = await connect(engine_server.settings)
    settings = load_settings(data_dir=tmp_path, task_queue=f"law-{uuid4().hex[:8]}", max_cached_workflows=CASES)
    house = House(sqlite_database, client, settings.task_queue, f"p{uuid4().hex[:8]}", settings.outbox)
    pack = Pack(read_strategy(RING, "ring.yaml"), strategy_version(RING, "ring"), RING)
    owed = [2_000_00 if n < LETTERS else 500_00 for n in range(CASES)]
    rows = [account_row(f"A{n}", "cec", [(days_ago(19), amount)]) for n, amount in enumerate(owed)]
    cases = house.take(rows, pack, "calls", days_ago(0))
    street = Street(house, settings, await all_of(house.start(case) for case in cases))
    strike = Hold(event_id="strike", reason="strike")
    await all_of(handle.signal("hold", strike) for handle in street.letters)
    async with create_worker(client, sqlite_database, settings):
        for turn in range(5):
            await street.news(turn, street.handles[: 10 * (turn + 1)] + street.handles[-10 * (turn + 1) :])
        await until(lambda: (len(street.calls()), street.waits("strike")) == (CASES - LETTERS, LETTERS), SECONDS)
    yield street


@pytest.mark.timeout(SECONDS * 2)
async def test_a_thousand_cases_decide_by_the_new_edition_and_their_histories_replay(
    street: Street, tmp_path: Path
) -> None:
    before = street.calls()
    [decreed] = {at.date() for at in before}
    assert {at.hour for at in before} <= {8, 9, 10}
    client, database = street.house.client, street.house.database
    # Nothing is left of a case in a worker that starts: each is replayed before it decides again.
    async with create_worker(client, database, street.settings, stricter(tmp_path, decreed)):
        over = Release(event_id="over", of="strike", by="ops")
        await all_of(handle.signal("release", over) for handle in street.letters)
        await street.news(5, street.handles[LETTERS:])
        await until(lambda: all(at.date() > decreed for at in street.calls()), SECONDS)
        await until(lambda: street.waits("IT-D26:") == LETTERS, SECONDS)
    after = street.calls()
    assert (len(after), {at.hour for at in after}) == (CASES - LETTERS, {11, 12})
    assert await street.running() == CASES
    assert street.house.sent() == []
    await replayed(street, [*street.handles[: REPLAYED // 2], *street.handles[-REPLAYED // 2 :]])
    with database.reading() as session:
        kept = session.exec(select(LawText).where(col(LawText.version).startswith("IT@"))).all()
    assert sorted(text.text.startswith(CHANGE) for text in kept) == [False, True]


async def replayed(street: Street, handles: Iterable[WorkflowHandle[Any, str]]) -> None:
    """These histories, which are of several lengths, hold no failed task and replay by the code of today."""
    histories = await all_of(handle.fetch_history() for handle in handles)
    assert len({len(history.events) for history in histories}) >= 5
    failed = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    assert not any(event.event_type == failed for history in histories for event in history.events)
    converter = street.house.client.data_converter
    replayer = Replayer(workflows=[AccountRecoveryWorkflow], workflow_runner=RUNNER, data_converter=converter)
    for history in histories:
        await replayer.replay_workflow(history)
