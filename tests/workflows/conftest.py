"""What do the tests of the workflows run on? A house of their own on the shared server with virtual time."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from store.database import Database
from tests.workflows.houses import House, a_house


@pytest_asyncio.fixture(loop_scope="session")
async def house(temporal_env: WorkflowEnvironment, sqlite_database: Database, tmp_path: Path) -> AsyncIterator[House]:
    """A database, a worker and an outbox for one test."""
    async with a_house(temporal_env.client, sqlite_database, tmp_path) as found:
        yield found
