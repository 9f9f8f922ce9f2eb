"""Does a protection that is told to one running case reach the person's others, and does its end?"""

import asyncio
from typing import Any

from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from desk.delivery.webhook_delivery import tell_webhooks
from models.decisions import CaseView
from models.events import Protection, Release
from tests.durability.machine import until
from tests.now import days_ago, right_now
from tests.workflows.houses import House, account_row, pack


async def two_cases(house: House) -> list[WorkflowHandle[Any, str]]:
    rows = [account_row(name, "cec", [(days_ago(40), 500_00)], customer="P-1") for name in ("A1", "A2")]
    cases = house.take(rows, pack("cec"), "out_of_court", right_now())
    handles = [await house.start(case) for case in cases]
    await until(lambda: all(house.account(case.account).why for case in cases))
    return handles


async def held(house: House, told: WorkflowHandle[Any, str], other: WorkflowHandle[Any, str], fact: Any) -> list[str]:
    """The reasons for which the other case holds after one was told."""
    await told.execute_update("record", fact)
    await tell_webhooks(house.database, house.client)
    before = await reasons(other)
    for _ in range(50):
        if (now := await reasons(other)) != before:
            break
        await asyncio.sleep(0.1)
    return now


async def reasons(handle: WorkflowHandle[Any, str]) -> list[str]:
    view: CaseView = await handle.query("case", result_type=CaseView)
    return [hold.reason for hold in view.case.holds if hold.ended is None]


async def test_PE1_a_protection_told_to_one_case_holds_the_other_until_its_end_is_told_to_any(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    with temporal_env.with_time_skipping_disabled():
        first, second = await two_cases(house)
        assert "deceased" in await held(house, first, second, Protection(event_id="b-1", reason="deceased"))
        assert "deceased" not in await held(house, second, first, Release(event_id="r-1", of="deceased", by="anna"))
