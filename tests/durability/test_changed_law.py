"""What happens to cases that run when a pack of law changes?"""

import asyncio
import re
import shutil
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from temporalio.client import WorkflowHandle
from temporalio.worker import Replayer

from engine import EmbeddedEngine, connect
from intake.packs import HOUSE, Pack
from models.database import Database
from models.decisions import CaseView
from models.events import Channel, ContactDetails
from models.tables import LawText
from policy.packs import read_strategy, strategy_version
from settings import load_settings
from tests.workflows.houses import House, account_row, days_ago
from worker import RUNNER, create_worker
from workflows.account_recovery import AccountRecoveryWorkflow

CASES = 100
ROME = ZoneInfo("Europe/Rome")
CHANGE = "# Italians are called from 11:00 to 13:00 only"
RING = """
format: 1
strategy: ring
title: A call on the twentieth day
cycles:
  - name: calls
    ends: closed
    stages:
      - name: overdue
        from_dpd: 1
        steps:
          - {id: ring, do: call, from_dpd: 20}
"""


def stricter(directory: Path) -> Path:
    """The packs with an Italian one that was changed."""
    folder = Path(shutil.copytree(HOUSE / "jurisdictions", directory / "law"))
    file = folder / "it.yaml"
    text = re.sub(r'from: "\d\d:\d\d", to: "\d\d:\d\d"', 'from: "11:00", to: "13:00"', file.read_text(encoding="utf-8"))
    file.write_text(f"{CHANGE}\n{text}", encoding="utf-8")
    return folder


async def aimed_at(handle: WorkflowHandle[Any, str], heard: int) -> int:
    """At which hour in Rome the case means to call, once it heard so many facts and decided."""
    while True:
        view = await handle.query("case", result_type=CaseView)
        if view.next_at and len(view.case.seen) == heard and view.case.decisions > heard:
            return view.next_at.astimezone(ROME).hour
        await asyncio.sleep(0.1)


async def test_cases_that_run_decide_by_the_new_edition_and_their_histories_replay(
    engine_server: EmbeddedEngine, sqlite_database: Database, tmp_path: Path
) -> None:
    client = await connect(engine_server.settings)
    settings = load_settings(data_dir=tmp_path, task_queue=f"law-{uuid4().hex[:8]}")
    house = House(sqlite_database, client, settings.task_queue, f"p{uuid4().hex[:8]}", settings.outbox)
    pack = Pack(read_strategy(RING, "ring.yaml"), strategy_version(RING, "ring"), RING)
    rows = [account_row(f"A{n}", "cec", [(days_ago(3), 500_00)]) for n in range(CASES)]
    cases = house.take(rows, pack, "calls", days_ago(0))
    async with create_worker(client, sqlite_database, settings):
        handles = await asyncio.gather(*(house.start(case) for case in cases))
        before = await asyncio.gather(*(aimed_at(handle, 0) for handle in handles))
    async with create_worker(client, sqlite_database, settings, stricter(tmp_path)):
        for n, handle in enumerate(handles):
            await handle.signal("contact_details", ContactDetails(event_id=f"c-{n}", usable={Channel.visit: True}))
        after = await asyncio.gather(*(aimed_at(handle, 1) for handle in handles))
    assert set(before) <= {8, 9, 10}
    assert set(after) == {11, 12}, "spread over the new window, none at its closing"
    replayer = Replayer(
        workflows=[AccountRecoveryWorkflow], workflow_runner=RUNNER, data_converter=client.data_converter
    )
    for handle in handles[:5]:
        await replayer.replay_workflow(await handle.fetch_history())
    with sqlite_database.reading() as session:
        kept = session.exec(select(LawText).where(col(LawText.version).startswith("IT@"))).all()
    assert sorted(text.text.startswith(CHANGE) for text in kept) == [False, True]
