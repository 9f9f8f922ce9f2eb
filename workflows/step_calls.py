"""How a workflow waits for a step to be taken, and how news stop a message that has not left yet."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from models.decisions import Call, StepCall
    from workflows.engine_names import sending_queue

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
Result = dict[str, Any]
"""What a step brought, as plain data: the policy reads it."""
News = Callable[[], bool]


async def take_step(account: str, call: Call, news: News) -> Result:
    """Take a step that nothing leaves the house by. Raises ActivityError."""
    return await _start(account, call, TRYING, cancellation_type=workflow.ActivityCancellationType.TRY_CANCEL)


async def send(account: str, call: Call, news: News) -> Result:
    """Send; news that come before it left stop it. What has left, or may have, is found out and told.

    Raises ActivityError when nothing left because it failed.
    """
    # Waiting for the end of a cancelled activity: one that already sends is not torn off, and its result counts.
    patient = workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED
    sending = _start(account, call, QUEUEING if call.queue else TRYING, cancellation_type=patient)
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
        result = await _start(account, call, None, overtaken=True, cancellation_type=patient)
        if result["kind"] == "step_deferred" and not stopped:
            raise
    if workflow.cancellation_reason() is not None:
        raise asyncio.CancelledError
    return result


def _start(
    account: str,
    call: Call,
    within: timedelta | None,
    *,
    overtaken: bool = False,
    cancellation_type: workflow.ActivityCancellationType,
) -> workflow.ActivityHandle[Result]:
    queue = call.queue if not overtaken else None
    return workflow.start_activity(
        call.activity,
        StepCall(account=account, key=call.key, overtaken=overtaken),
        task_queue=sending_queue(workflow.info().task_queue, queue) if queue else None,
        result_type=cast(type, Result),
        start_to_close_timeout=SENDING if queue else ACTING,
        schedule_to_close_timeout=within,
        retry_policy=SEND_RETRY if queue else ACT_RETRY,
        cancellation_type=cancellation_type,
        summary=short(call.why),
    )


def short(text: str) -> str:
    """A reason that fits a summary."""
    return text.encode()[:SUMMARY_BYTES].decode(errors="ignore")
