"""How a workflow waits for a step to be taken, and how news stop a message that has not left yet."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import cast

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from models import events as e
    from models.decisions import StepInput
    from workflows.engine_names import ACTIVITY_OF, VENDOR_CHANNELS, sending_queue

ACTING = timedelta(minutes=1)
TRYING = timedelta(hours=1)
"""A step that does not succeed within this time is a failed step: the policy says what follows."""
SENDING = timedelta(seconds=30)
"""The same for a message by a vendor, who has ten seconds to connect and ten to answer: then the worker is gone."""
QUEUEING = timedelta(hours=6)
"""As `TRYING`, for a message by a vendor: a portfolio's take hours at the vendor's rate."""
ACT_RETRY = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_interval=timedelta(minutes=5))
SEND_RETRY = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_interval=timedelta(seconds=10))
"""After a worker that died. Who could not send, or looks for what may have left, says by itself when to try again."""
SUMMARY_BYTES = 200


async def take_step(name: str, asked: StepInput) -> e.Result:
    """Take a step that nothing leaves the house by. Raises ActivityError."""
    return await _start(name, asked, TRYING, cancellation_type=workflow.ActivityCancellationType.TRY_CANCEL)


async def send(name: str, asked: StepInput, news: Callable[[], bool]) -> e.Result:
    """Send; news that come before it left stop it. What has left, or may have, is found out and told.

    Raises ActivityError when nothing left because it failed.
    """
    # Waiting for the end of a cancelled activity: one that already sends is not torn off, and its result counts.
    patient = workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED
    queue = _queue(name, asked)
    sending = _start(name, asked, QUEUEING if queue else TRYING, queue=queue, cancellation_type=patient)
    await workflow.wait_condition(lambda: sending.done() or news())
    # A result that came together with the news is taken first.
    await asyncio.sleep(0)
    stopped = not sending.done() and sending.cancel()
    try:
        result = await sending
    except ActivityError as failed:
        if is_cancelled_exception(failed) and not stopped:
            raise
        # It may have left all the same, and its worker died: the attempt's row knows.
        result = await _start(name, asked.model_copy(update={"overtaken": True}), None, cancellation_type=patient)
        if result.kind == "step_deferred" and not stopped:
            raise
    if workflow.cancellation_reason() is not None:
        raise asyncio.CancelledError
    return result


def _queue(name: str, asked: StepInput) -> str | None:
    channel = asked.act.channel
    if name != ACTIVITY_OF["sms"] or channel not in VENDOR_CHANNELS:
        return None
    return sending_queue(workflow.info().task_queue, channel)


def _start(
    name: str,
    asked: StepInput,
    within: timedelta | None,
    *,
    queue: str | None = None,
    cancellation_type: workflow.ActivityCancellationType,
) -> workflow.ActivityHandle[e.Result]:
    return workflow.start_activity(
        name,
        asked,
        task_queue=queue,
        result_type=cast(type, e.Result),
        start_to_close_timeout=SENDING if queue else ACTING,
        schedule_to_close_timeout=within,
        retry_policy=SEND_RETRY if queue else ACT_RETRY,
        cancellation_type=cancellation_type,
        summary=short(asked.act.why),
    )


def short(text: str) -> str:
    """A reason that fits a summary."""
    return text.encode()[:SUMMARY_BYTES].decode(errors="ignore")
