"""A house whose post is slow: a message leaves when the test says so."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from uuid import uuid4

from temporalio.client import Client
from temporalio.worker import Worker

from activities.attempt_frame import Effects
from activities.decide import Deciding
from activities.instructed import by_instruction
from activities.open_task import Worklist
from activities.send_message import Contacting
from activities.vendors.outbox.outbox_send import Outbox
from intake.pack_files import jurisdictions
from models.message import Message
from settings import HOUSE
from store.database import Database
from tests.workflows.houses import House
from worker import RUNNER
from workflows.account_recovery import AccountRecoveryWorkflow
from writing.texts import load_texts


class SlowOutbox(Outbox):
    """An outbox that says when it was asked to send, and waits for the word to do it."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.asked, self.word = Event(), Event()

    def send(self, message: Message) -> str:
        self.asked.set()
        assert self.word.wait(60), "nobody gave the word"
        return super().send(message)


@asynccontextmanager
async def a_slow_house(client: Client, database: Database, directory: Path) -> AsyncIterator[tuple[House, SlowOutbox]]:
    """A house with a worker of its own, and its slow post."""
    queue, post = f"rientro-{uuid4().hex[:8]}", SlowOutbox(directory / "outbox")
    packs = jurisdictions()
    deciding, effects = Deciding(database, packs), Effects(database, packs, post)
    contacting, worklist = Contacting(effects, load_texts(HOUSE / "packs" / "letters")), Worklist(effects)
    steps = [by_instruction(database, take) for take in (contacting.send_message, worklist.open_task)]
    worker = Worker(
        client,
        task_queue=queue,
        workflows=[AccountRecoveryWorkflow],
        activities=[deciding.decide, deciding.hear, deciding.set_aside, *steps],
        activity_executor=ThreadPoolExecutor(8),
        workflow_runner=RUNNER,
    )
    async with worker:
        try:
            yield House(database, client, queue, f"p{uuid4().hex[:8]}", post.directory), post
        finally:
            post.word.set()
