"""Does a case live as the design says, on the real server and virtual time?"""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest
from temporalio.testing import WorkflowEnvironment

from models import events as e
from models.tables.trail import FOR_A_PERSON
from store import journal
from tests.now import ahead, days_ago, right_now
from tests.workflows.houses import House, pack
from tests.workflows.lives import LIVES, OUTCOMES, lead
from workflows.engine_names import NEXT_ACTION_AT, PORTFOLIO, SEGMENT, STAGE

TIME_WAS_SKIPPED = 60
"""The type of an event that only virtual time writes."""


@pytest.mark.parametrize("name", LIVES)
async def test_a_case_comes_to_its_end_and_its_story_is_whole(
    temporal_env: WorkflowEnvironment, house: House, name: str
) -> None:
    live, strategy, cycle, changes = LIVES[name]
    led = await lead(temporal_env, house, strategy, cycle, **changes)
    await live(led)
    assert house.account(led.case.account).outcome == OUTCOMES.get(name, name)
    story = house.story(led.case.account)
    assert journal.broken_at(story) is None
    assert [
        task for task in house.tasks(led.case.account) if task.status == "open" and task.kind not in FOR_A_PERSON
    ] == []


async def test_the_engine_alone_tells_the_story(temporal_env: WorkflowEnvironment, house: House) -> None:
    led = await lead(temporal_env, house, "cec", "out_of_court")
    await led.days(15)
    history = await led.handle.fetch_history()
    said = {
        kind: [bytes(event.user_metadata.summary.data) for event in history.events if event.HasField(kind)]
        for kind in ("activity_task_scheduled_event_attributes", "timer_started_event_attributes")
    }
    assert all(len(said[kind]) > 1 and all(said[kind]) for kind in said), "every activity and timer has a summary"


async def test_a_step_takes_no_more_than_fifteen_events(temporal_env: WorkflowEnvironment, house: House) -> None:
    led = await lead(temporal_env, house, "cec", "out_of_court")
    await led.days(40)
    events = [e for e in (await led.handle.fetch_history()).events if e.event_type != TIME_WAS_SKIPPED]
    fired = [n for n, event in enumerate(events) if event.HasField("timer_fired_event_attributes")]
    steps = [
        after - before
        for before, after in pairwise(fired)
        if any(event.HasField("activity_task_scheduled_event_attributes") for event in events[before:after])
    ]
    assert len(steps) > 1
    assert max(steps) <= 15


async def test_the_search_attributes_say_where_the_case_stands(temporal_env: WorkflowEnvironment, house: House) -> None:
    led = await lead(temporal_env, house, "cec", "out_of_court")
    await led.days(2)
    found = (await led.handle.describe()).typed_search_attributes
    assert (found[PORTFOLIO], found[STAGE], found[SEGMENT]) == (house.portfolio, "out_of_court", "out_of_court")
    assert found[NEXT_ACTION_AT] == (await led.view()).next_at


async def test_a_promise_in_the_past_is_refused_at_once_and_changes_nothing(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    led = await lead(temporal_env, house, "cec", "out_of_court")
    refused = await led.record(e.PromiseToPay, amount=1_000, due=days_ago(3).date())
    assert (refused.became, "is past" in str(refused.why)) == ("refused", True)
    assert (await led.view()).case.promises == ()


async def test_while_a_promise_runs_the_open_call_leaves_the_worklist(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    led = await lead(temporal_env, house, "cec", "out_of_court")
    await led.until("specialist_call")
    await led.record(e.PromiseToPay, amount=1_000, due=await led.today() + timedelta(days=7))
    await led.days(1)
    assert [task.status for task in house.tasks(led.case.account)] == ["withdrawn"]
    assert (await led.view()).why.startswith("promise of 10.00 EUR by ")


@pytest.mark.any_day
async def test_su1_the_server_too_lives_on_the_day_of_the_test(temporal_env: WorkflowEnvironment, house: House) -> None:
    led = await lead(temporal_env, house, "mfo", "small_debt")
    # Its first decision: a moment later the server may have skipped to the next lawful morning already.
    while not (first := [row.at for row in house.story(led.case.account) if row.key == "decision:1"]):
        await asyncio.sleep(0.02)
    # No server goes back: where the day of the test is over, it lives on the real one.
    there = right_now() - min(ahead(), timedelta(0))
    assert abs(first[0] - there) < timedelta(hours=1)


@pytest.mark.any_day
async def test_a_broken_promise_is_followed_up_by_itself(temporal_env: WorkflowEnvironment, house: House) -> None:
    led = await lead(temporal_env, house, "cec", "out_of_court")
    await led.days(3)
    await led.tell(e.PromiseToPay, amount=1_000, due=await led.today() + timedelta(days=2))
    await led.days(6)
    story = [row.step for row in house.story(led.case.account) if row.kind == "decision"]
    assert story == ["first_letter", "broken_promise"]


async def test_continue_as_new_carries_the_whole_case(temporal_env: WorkflowEnvironment, house: House) -> None:
    led = await lead(temporal_env, house, "cec", "out_of_court")
    await led.days(15)
    before = await led.view()
    await led.handle.signal("renew")
    await led.days(0.01)
    led.handle = house.client.get_workflow_handle(led.handle.id)
    assert (await led.handle.describe()).run_id != led.handle.result_run_id
    after = await led.view()
    assert after.case.records[: len(before.case.records)] == before.case.records
    assert (after.next_step, after.next_at) == (before.next_step, before.next_at)


async def test_the_journal_cannot_be_changed_unseen(temporal_env: WorkflowEnvironment, house: House) -> None:
    led = await lead(temporal_env, house, "cec", "out_of_court")
    await led.days(2)
    story = house.story(led.case.account)
    story[2].reason = "another reason"
    assert journal.broken_at(story) == 3


async def test_a_case_is_moved_to_another_strategy_and_repeats_no_step(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    led = await lead(temporal_env, house, "cec", "out_of_court")
    await led.until("specialist_call")
    text = pack("cec").text.replace("id: second_letter, do: letter", "id: final_letter, do: letter")
    version = house.keeps(text.replace("after_days: 10, times: 4", "after_days: 10, times: 1"))
    await led.tell(e.Moved, strategy=version, cycle="out_of_court", promise_days=30, by="ops")
    await led.days(60)
    story = house.story(led.case.account)
    assert [row.step for row in story if row.kind == "decision"][:4] == [
        "first_letter",
        "specialist_call",
        "trace",
        "final_letter",
    ]
    [entered] = [row.reason for row in story if row.detail.get("event") == "stage_entered"]
    assert entered.startswith(f"stage entered: out_of_court, moved to {version} at day ")
    assert house.account(led.case.account).strategy == version


async def test_what_holds_a_case_is_shown_by_its_query_and_told_by_its_journal(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    led = await lead(temporal_env, house, "cec", "out_of_court", amounts=[200_000, 100_000], dpd=40)
    await led.days(1)
    last = await led.today() + timedelta(days=9)
    await led.record(e.Protection, reason="hospital", evidence="CLINIC-1", until=last)
    await led.record(e.Dispute, event_id="d1", instalments=(2,), evidence="LETTER-7")
    found = {hold.reason: hold for hold in await led.holds()}
    assert (found["hospital"].until, found["hospital"].evidence) == (last, "CLINIC-1")
    assert (found["dispute"].about, found["dispute"].blocks) == ("instalment 2", ("court", "assignment"))
    await led.days(11)
    assert [hold.reason for hold in await led.holds()] == ["dispute"]
    await led.record(e.Dispute, status="upheld", dispute="d1", amount=100_000)
    await led.days(0.01)
    view = await led.view()
    assert (await led.holds(), view.outstanding) == ((), 200_000)
    story = [
        row.reason for row in house.story(led.case.account) if row.detail.get("event") in ("protection", "dispute")
    ]
    assert story[0].endswith(", document CLINIC-1: stops contact, fees, court, assignment")
    assert story[1:] == [
        "dispute: opened about instalment 2, document LETTER-7: stops court, assignment",
        "dispute: upheld d1, 1000.00 EUR less is owed",
    ]
