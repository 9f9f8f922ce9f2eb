"""A hundred steps for one person on ten accounts at the same instant: how many contacts come of them?"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from sqlmodel import select
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.attempt_frame import Effects
from activities.send_message import Contacting
from activities.vendors.outbox.outbox_send import Outbox
from engine import EmbeddedEngine, connect
from intake.pack_files import jurisdictions, strategy
from models.decisions import Act, StepInput
from models.events import Result
from models.tables.trail import Attempt
from policy.deciding.treatment import decide
from policy.steps.step_outcomes import step_input
from settings import HOUSE
from store.case_opening import load_cases
from store.database import Database
from tests.durability.machine import take
from tests.now import days_ago, right_now
from tests.workflows.houses import account_row
from writing.texts import load_texts

AT_ONCE = strategy(HOUSE / "tests" / "durability" / "strategy.yaml")
LAW = jurisdictions()
ACCOUNTS, STEPS = 10, 10


@workflow.defn
class AllAtOnce:
    """Takes all steps at the same instant."""

    @workflow.run
    async def run(self, steps: list[StepInput]) -> list[Any]:
        taken = [
            workflow.execute_activity(
                "send_message",
                step,
                result_type=cast(type, Result),
                start_to_close_timeout=timedelta(minutes=2),
            )
            for step in steps
        ]
        return [result.model_dump(mode="json") for result in await asyncio.gather(*taken)]


def steps(database: Database) -> list[StepInput]:
    """A letter a hundred times: ten of each of ten accounts, in two portfolios."""
    found = []
    for portfolio in ("north", "south"):
        rows = [
            account_row(f"{portfolio}-{n}", "cec", [(days_ago(40), 500_00)], customer="P-1")
            for n in range(ACCOUNTS // 2)
        ]
        take(database, portfolio, rows, AT_ONCE, lambda _: "papers")
        with database.reading() as session:
            cases = load_cases(session, portfolio, 0, ACCOUNTS, right_now())[0]
        for case in cases:
            now = right_now()
            act = decide(case, AT_ONCE.strategy, LAW["IT"], now).next
            assert isinstance(act, Act), act
            keys = [f"{act.key}:{n}" for n in range(STEPS)]
            found += [step_input(case, act.model_copy(update={"key": key}), now) for key in keys]
    return found


async def taken(client: Client, database: Database, directory: Path, asked: list[StepInput]) -> list[dict[str, Any]]:
    """What comes of the steps on a worker of its own."""
    contacting = Contacting(
        Effects(database, LAW, Outbox(directory / "outbox")), load_texts(HOUSE / "packs" / "letters")
    )

    @activity.defn
    def send_message(step: StepInput) -> Result:
        return contacting.send_message(step)

    queue = f"party-{uuid4().hex[:8]}"
    async with Worker(
        client,
        task_queue=queue,
        workflows=[AllAtOnce],
        activities=[send_message],
        activity_executor=ThreadPoolExecutor(32),
        max_concurrent_activities=32,
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        found: list[dict[str, Any]] = await client.execute_workflow(
            AllAtOnce.run, asked, id=queue, task_queue=queue, execution_timeout=timedelta(minutes=3)
        )
        return found


async def test_of_a_hundred_steps_for_one_party_the_cap_is_taken_and_the_rest_is_deferred(
    engine_server: EmbeddedEngine, database: Database, tmp_path: Path
) -> None:
    client, asked = await connect(engine_server.settings), steps(database)
    assert len({step.party for step in asked}) == 1
    assert len({step.account for step in asked}) == ACCOUNTS
    first = await taken(client, database, tmp_path, asked)
    assert sorted(result["kind"] for result in first) == ["message_sent"] + ["step_deferred"] * 99
    rest = [step for step, result in zip(asked, first, strict=True) if result["kind"] == "step_deferred"]
    put_off = [result for result in first if result["kind"] == "step_deferred"]
    assert {result["rule"].split(":")[0] for result in put_off} == {"HOUSE-1"}
    [until] = {datetime.fromisoformat(result["until"]) for result in put_off}
    later = [step.model_copy(update={"now": until}) for step in rest]
    second = await taken(client, database, tmp_path, later)
    assert sorted(result["kind"] for result in second) == ["message_sent"] + ["step_deferred"] * 98
    with database.reading() as session:
        log = session.exec(select(Attempt)).all()
    assert sorted(attempt.status for attempt in log) == ["sent", "sent"]
    assert len(list((tmp_path / "outbox").glob("*/*.txt"))) == 2
