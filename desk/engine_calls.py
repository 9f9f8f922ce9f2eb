"""How does a use case reach the engine, and a workflow that answers in time?

Apart from `connections`, so that who only reads the database never loads the engine's client.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from temporalio.client import Client, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

from desk.refused import Refused
from engine import EngineNotRunning, connect
from settings import Settings, load_settings

ANSWER_SECONDS = 20
NO_WORKER = "no worker answers: start one with `make worker`"
SILENT = (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.UNAVAILABLE, RPCStatusCode.CANCELLED)
Answer = TypeVar("Answer")


async def engine() -> tuple[Client, Settings]:
    """The engine that runs, and the settings by which it was found. Refused where none does."""
    settings = load_settings()
    try:
        return await connect(settings), settings
    except EngineNotRunning as fault:
        raise Refused(str(fault)) from None


async def answered(asked: Coroutine[Any, Any, Answer], doubt: str = "") -> Answer:
    """What a workflow answers; refused where no worker does. `doubt` says what may have happened all the same."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await asked
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        raise Refused(f"{NO_WORKER}{doubt}") from None
    except RPCError as fault:
        if fault.status in SILENT:
            raise Refused(f"{NO_WORKER}{doubt}") from None
        raise
