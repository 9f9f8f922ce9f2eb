"""What a case costs at the least: a workflow with one local activity, one transaction, our attributes and one timer.

As a program: `python -m tests.bench.bare_case DATA_DIR QUEUE` is a worker for such cases.
"""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    from engine import connect
    from models.tables.accounts import Cause
    from settings import load_settings
    from store.database import Database
    from workflows.engine_names import NEXT_ACTION_AT, SEGMENT, STAGE

NAP = timedelta(days=3)


@workflow.defn
class BareCase:
    """Notes one row, says where it stands, sleeps."""

    @workflow.run
    async def run(self, account: str) -> None:
        await workflow.execute_local_activity("note", account, start_to_close_timeout=timedelta(seconds=30))
        until = workflow.now() + NAP
        words = [SEGMENT.value_set("bare"), STAGE.value_set("bare")]
        workflow.upsert_search_attributes([*words, NEXT_ACTION_AT.value_set(until)])
        await workflow.sleep(NAP)


async def _work(data_dir: Path, queue: str) -> None:
    settings = load_settings(data_dir=data_dir)
    database = Database(settings.url)

    @activity.defn
    def note(account: str) -> None:
        with database.session() as session:
            session.add(Cause(client=account, code="bare"))

    client, threads = await connect(settings), ThreadPoolExecutor(settings.max_activities)
    async with Worker(
        client,
        task_queue=queue,
        workflows=[BareCase],
        activities=[note],
        activity_executor=threads,
        max_cached_workflows=settings.max_cached_workflows,
        max_concurrent_workflow_tasks=settings.max_workflow_tasks,
    ):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_work(Path(sys.argv[1]), sys.argv[2]))
