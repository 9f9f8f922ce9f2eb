"""Records the histories that tests/workflows/test_replay.py replays: every life of lives.py, on the real server."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from engine import executable
from models.portfolio_orders import Order, PortfolioState
from store.database import Database
from tests.conftest import VIRTUAL_TIME
from tests.now import days_ago
from tests.workflows.houses import House, a_house, account_row, pack
from tests.workflows.lives import LIVES, lead
from tests.workflows.test_replay import HISTORIES
from workflows.engine_names import SEARCH_ATTRIBUTES, portfolio_id


async def record() -> None:
    """Lead every life and save its last run's history."""
    env = await WorkflowEnvironment.start_time_skipping_v2(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=executable(),
        dev_server_extra_args=VIRTUAL_TIME,
        search_attributes=SEARCH_ATTRIBUTES,
    )
    with tempfile.TemporaryDirectory() as directory:
        database = Database(f"sqlite:///{directory}/rientro.db")
        database.migrate()
        async with a_house(env.client, database, Path(directory)) as house:
            for name, (live, strategy, cycle, changes) in LIVES.items():
                led = await lead(env, house, strategy, cycle, **changes)
                await live(led)
                await save(name, led.handle)
            await save("portfolio", await a_portfolio(env, house))
    await env.shutdown()
    await asyncio.sleep(0.3)


async def a_portfolio(env: WorkflowEnvironment, house: House) -> WorkflowHandle[Any, Any]:
    """A portfolio that is started, paused, resumed and withdrawn."""
    rows = [account_row(f"B{n}", "cec", [(days_ago(3), 10_000)]) for n in range(5)]
    house.take(rows, pack("cec"), "out_of_court", days_ago(0))
    with env.with_time_skipping_disabled():
        state = PortfolioState(portfolio=house.portfolio, page=2)
        handle = await house.client.start_workflow(
            "PortfolioIntakeWorkflow", state, id=portfolio_id(house.portfolio), task_queue=house.task_queue
        )
        await _quiet(handle)
        for what in ("pause", "resume", "withdraw"):
            await handle.signal("order", Order(order=what, what=what, by="ops"))
            await _quiet(handle)
    return handle


async def _quiet(handle: WorkflowHandle[Any, Any]) -> None:
    while (progress := await handle.query("progress"))["orders_open"] or not progress["cursor"]:
        await asyncio.sleep(0.1)


async def save(name: str, handle: WorkflowHandle[Any, Any]) -> None:
    """The history as JSON, as `temporal workflow show --output json` prints it."""
    HISTORIES.mkdir(exist_ok=True)
    history = await handle.fetch_history()
    (HISTORIES / f"{name}.json").write_text(history.to_json() + "\n")
    print(f"{name}: {len(history.events)} events")


if __name__ == "__main__":
    asyncio.run(record())
