"""Does a case live as the design says, on the real server and virtual time?"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from activities import journal
from models.database import Database
from tests.workflows.houses import House, a_house
from tests.workflows.lives import LIVES, lead


@pytest_asyncio.fixture(loop_scope="session")
async def house(temporal_env: WorkflowEnvironment, sqlite_database: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(temporal_env.client, sqlite_database, tmp_path) as found:
        yield found


@pytest.mark.parametrize("name", LIVES)
async def test_a_case_comes_to_its_end_and_its_story_is_whole(
    temporal_env: WorkflowEnvironment, house: House, name: str
) -> None:
    live, strategy, cycle, changes = LIVES[name]
    led = await lead(temporal_env, house, strategy, cycle, **changes)
    await live(led)
    story = house.story(led.case.account)
    assert journal.broken_at(story) is None
    assert [task for task in house.tasks(led.case.account) if task.status == "open" and task.kind != "attention"] == []
