"""How does a command reach the database, the engine, and a workflow that answers in time?"""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.engine import make_url
from temporalio.client import Client, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

from cli.output import Refused
from engine import connect
from settings import Settings, load_settings
from store.database import Database, DatabaseNotMigrated

ANSWER_SECONDS = 20
NO_WORKER = "no worker answers: start one with `make worker`"
SILENT = (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.UNAVAILABLE, RPCStatusCode.CANCELLED)
Answer = TypeVar("Answer")


@contextmanager
def database(*, migrate: bool = False) -> Iterator[Database]:
    """The database of the settings, with the tables of this version."""
    opened = Database(load_settings().url)
    try:
        if migrate:
            opened.migrate()
        else:
            opened.check_migrated()
        yield opened
    finally:
        opened.close()


@contextmanager
def database_if_any(*, migrate: bool) -> Iterator[Database | None]:
    """The database, unless nothing was ever handed over: who only looks does not make one."""
    url = make_url(load_settings().url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        yield None
        return
    with ExitStack() as stack:
        try:
            opened: Database | None = stack.enter_context(database(migrate=migrate))
        except DatabaseNotMigrated:
            if migrate:
                raise
            opened = None
        yield opened


async def engine() -> tuple[Client, Settings]:
    """The engine that runs, and the settings by which it was found."""
    settings = load_settings()
    return await connect(settings), settings


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
