"""How is what vendors tell kept before they hear that it was taken, however many tell at once?"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from desk.refused import Refused
from models.webhook import Arrival, Meaning
from store.database import Database, DatabaseFault
from store.webhook_log import keep

_MOST_AT_ONCE = 200
_TRIES = 3
_GATHER_SECONDS = 0.002
"""How long the first one waits for others: a disk takes as long for one as for a hundred."""
AGAIN = "it cannot be kept now: send it again"


class NotKept(Refused):
    """Nothing was kept, and whoever told it is to tell it again."""


class Keeper:
    """Keeps what several requests brought at once, in one transaction: that is what a disk can do often."""

    def __init__(self, database: Database, meaning: Meaning) -> None:
        self._database = database
        self._meaning = meaning
        self._waiting: asyncio.Queue[tuple[Sequence[Arrival], asyncio.Future[None]]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.news = asyncio.Event()
        """Set when something was kept that a case is to hear of."""

    async def keep(self, arrivals: Sequence[Arrival]) -> None:
        """Return when they are kept. Raises NotKept where that cannot be now."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((arrivals, kept))
        await kept

    def start(self) -> None:
        """Begin to keep what comes."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop; who still waits is told that nothing was kept."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        while not self._waiting.empty():
            _tell(self._waiting.get_nowait()[1], NotKept("closing: send it again"))

    async def _run(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            await asyncio.sleep(_GATHER_SECONDS)
            while len(batch) < _MOST_AT_ONCE and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._keep(batch)

    async def _keep(self, batch: list[tuple[Sequence[Arrival], asyncio.Future[None]]], tries: int = _TRIES) -> None:
        together = [arrival for arrivals, _ in batch for arrival in arrivals]
        try:
            await asyncio.to_thread(keep, self._database, self._meaning, together)
        except Exception as fault:
            if len(batch) == 1 and tries > 1 and isinstance(fault, DatabaseFault):
                # Another server may have kept the same at this very moment: then it is known now.
                await self._keep(batch, tries - 1)
                return
            if len(batch) == 1:
                _tell(batch[0][1], NotKept(AGAIN) if isinstance(fault, DatabaseFault) else fault)
                return
            # One that cannot be kept must not take the others with it.
            for one in batch:
                await self._keep([one])
            return
        for _, kept in batch:
            _tell(kept, None)
        self.news.set()


def _tell(kept: asyncio.Future[None], fault: Exception | None) -> None:
    if kept.done():
        return
    if fault:
        kept.set_exception(fault)
    else:
        kept.set_result(None)
