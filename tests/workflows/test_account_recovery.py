"""Does a case live as the design says, on the real server and virtual time?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from models import events as e
from models.database import Database
from models.decisions import CaseView
from tests.workflows.houses import House, a_house, account_row, days_ago, pack


@pytest_asyncio.fixture(loop_scope="session")
async def house(temporal_env: WorkflowEnvironment, sqlite_database: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(temporal_env.client, sqlite_database, tmp_path) as found:
        yield found


async def test_a_silent_debtor_is_led_from_the_first_letter_to_a_persons_decision(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    [case] = house.take(
        [account_row("A1", "cec", [(days_ago(3), 50_000)])], pack("cec"), "out_of_court", datetime.now(UTC)
    )
    with temporal_env.with_time_skipping_disabled():
        handle = await house.start(case)
    await temporal_env.fast_forward(handle, timedelta(days=200))
    steps = [row.step for row in house.story(case.account) if row.kind == "decision"]
    print(steps)
    for r in house.story(case.account):
        print(r.at, r.kind, r.step, r.reason)
    assert steps[0] == "first_letter"
