"""What do those who call us over HTTP get done: their news kept, told to the cases, and whether all is up?"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from desk.actor import Actor
from desk.catalogue.answer_words import answer_words
from desk.delivery.telling_loop import Teller
from desk.delivery.webhook_intake import Keeper
from desk.portfolios.payment_notices import Noted, note
from intake.payments_file import PaymentRow
from models.webhook import Arrival
from settings import Settings
from store.database import Database, DatabaseFault, DatabaseNotMigrated


class HookDesk:
    """The desk behind the doors: it keeps at once, and tells in a loop of its own."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.settings = settings
        self._database = database
        self._keeper = Keeper(database, answer_words().meaning)
        self._teller = Teller(database, settings, self._keeper.news)
        self._telling: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to keep and to tell."""
        self._keeper.start()
        self._telling = asyncio.create_task(self._teller.run())

    async def stop(self) -> None:
        """What was kept and not told is told after the next start."""
        await self._keeper.stop()
        if self._telling:
            self._telling.cancel()
            with suppress(asyncio.CancelledError):
                await self._telling

    async def keep(self, arrivals: Sequence[Arrival]) -> None:
        """Return when they are kept. Raises NotKept."""
        await self._keeper.keep(arrivals)

    async def note(self, by: Actor, client: str, rows: list[PaymentRow]) -> Noted:
        """Keep payments that a client notifies of. Raises NotKept."""
        noted = await asyncio.to_thread(note, by, self._database, client, rows)
        self._keeper.news.set()
        return noted

    async def ready(self) -> dict[str, bool]:
        """Whether database and engine answer."""
        return {
            "database": await asyncio.to_thread(self._has_tables),
            "engine": await self._teller.reaches_engine(),
        }

    def _has_tables(self) -> bool:
        try:
            self._database.check_migrated()
        except (DatabaseNotMigrated, DatabaseFault):
            return False
        return True
