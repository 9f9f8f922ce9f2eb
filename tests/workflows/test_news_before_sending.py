"""Does a payment that comes between decision and send stop the message, and is nothing that left forgotten?"""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from activities.attempt_frame import Effects
from activities.decide import Deciding
from activities.instructed import by_instruction
from activities.open_task import Worklist
from activities.send_message import Contacting
from engine import EmbeddedEngine, connect
from models.case import Case
from models.events import PaymentReceived
from models.tables.trail import Journal
from settings import load_settings
from store.database import Database
from tests.durability.machine import until
from tests.now import right_now
from tests.standin.vendors import Script, Vendors, vendors
from tests.vendors.post import LAW, REMINDERS, TEXTS, by_vendors, row
from tests.workflows.houses import House
from worker import RUNNER
from workflows.account_recovery import AccountRecoveryWorkflow
from workflows.engine_names import sending_queue

pytestmark = pytest.mark.real_clock

PAID = PaymentReceived(event_id="all", amount=50_000, currency="USD")


class Desk:
    """A house of which nobody sends yet: the queue of SMS has no worker until the test says so."""

    def __init__(self, client: Client, database: Database, standin: Vendors, directory: Path) -> None:
        self.queue = f"rientro-{uuid4().hex[:8]}"
        self.house = House(database, client, self.queue, f"p{uuid4().hex[:8]}", directory / "outbox")
        effects = Effects(database, LAW, by_vendors(standin, directory, patience=timedelta(seconds=8)))
        self._contacting, self._worklist = Contacting(effects, TEXTS), Worklist(effects)
        self._deciding, self._database = Deciding(database, LAW), database

    def worker(self) -> Worker:
        deciding = self._deciding
        steps = [
            by_instruction(self._database, take) for take in (self._contacting.send_message, self._worklist.open_task)
        ]
        activities: list[Any] = [deciding.decide, deciding.hear, deciding.set_aside, *steps]
        workflows = [AccountRecoveryWorkflow]
        more: dict[str, Any] = {"activity_executor": ThreadPoolExecutor(4), "workflow_runner": RUNNER}
        return Worker(self.house.client, task_queue=self.queue, workflows=workflows, activities=activities, **more)

    def sender(self) -> Worker:
        queue = sending_queue(self.queue, "sms")
        send = [by_instruction(self._database, self._contacting.send_message)]
        return Worker(self.house.client, task_queue=queue, activities=send, activity_executor=ThreadPoolExecutor(4))

    async def begin(self) -> tuple[Case, WorkflowHandle[Any, str]]:
        [case] = self.house.take([row("A1")], REMINDERS, "sms", right_now())
        return case, await self.house.start(case)

    def effects(self, account: str) -> list[str]:
        return [str(line.detail["event"]) for line in self.house.story(account) if line.kind == "effect"]

    def decided(self, account: str) -> bool:
        story: list[Journal] = self.house.story(account)
        return any(line.kind == "decision" for line in story)


@asynccontextmanager
async def a_desk(database: Database, directory: Path, *behaviours: Any) -> AsyncIterator[tuple[Desk, Vendors]]:
    async with EmbeddedEngine(load_settings(data_dir=directory / "engine")) as engine:
        client = await connect(engine.settings)
        with vendors(plan=Script(*behaviours), hang_seconds=6.0) as standin:
            desk = Desk(client, database, standin, directory)
            async with desk.worker():
                yield desk, standin


async def test_a_payment_while_the_message_waits_in_its_queue_stops_it(
    sqlite_database: Database, tmp_path: Path
) -> None:
    async with a_desk(sqlite_database, tmp_path) as (desk, standin):
        case, handle = await desk.begin()
        await until(lambda: desk.decided(case.account))
        await handle.signal("payment_received", PAID)
        assert await handle.result() == "paid"
        async with desk.sender():
            pass
    assert standin.requests == []
    assert desk.effects(case.account) == ["step_deferred"]
    assert [attempt.status for attempt in desk.house.attempts()] == ["withdrawn"]


async def test_a_message_that_already_leaves_is_told_although_a_payment_comes(
    sqlite_database: Database, tmp_path: Path
) -> None:
    async with a_desk(sqlite_database, tmp_path, "hang") as (desk, standin), desk.sender():
        case, handle = await desk.begin()
        await until(lambda: len(standin.taken) == 1)
        await handle.signal("payment_received", PAID)
        assert await handle.result() == "paid"
    assert len(standin.taken) == 1
    assert desk.effects(case.account) == ["message_sent"]
    assert [attempt.status for attempt in desk.house.attempts()] == ["sent"]


async def test_a_message_of_unknown_outcome_is_found_out_although_a_payment_comes(
    sqlite_database: Database, tmp_path: Path
) -> None:
    async with a_desk(sqlite_database, tmp_path, "only_500") as (desk, standin), desk.sender():
        case, handle = await desk.begin()
        await until(lambda: standin.answers["only_500"] == 1)
        await handle.signal("payment_received", PAID)
        assert await handle.result() == "paid"
    assert desk.effects(case.account) == ["outcome_unknown"]
    assert [attempt.status for attempt in desk.house.attempts()] == ["unknown"]
    assert standin.taken == []


@pytest.mark.parametrize("told", ["payment_received", "dispute"])
async def test_whatever_comes_is_decided_about_before_anything_leaves(
    sqlite_database: Database, tmp_path: Path, told: str
) -> None:
    fact = {"payment_received": PAID, "dispute": {"event_id": "d"}}[told]
    async with a_desk(sqlite_database, tmp_path) as (desk, standin):
        case, handle = await desk.begin()
        await until(lambda: desk.decided(case.account))
        await handle.signal(told, fact)
        await until(lambda: any(line.key.startswith("event:") for line in desk.house.story(case.account)))
        async with desk.sender():
            history = await handle.fetch_history()
    kinds = [event.event_type for event in history.events]
    assert EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED in kinds
    assert standin.requests == []
