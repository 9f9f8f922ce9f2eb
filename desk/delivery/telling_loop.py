"""What tells the cases what was kept: at once when something came, and again until it is told, also after a restart?"""

import asyncio
import logging
from contextlib import suppress

from temporalio.client import Client
from temporalio.service import RPCError

from desk.delivery.fact_delivery import tell_payments
from desk.delivery.webhook_delivery import tell_webhooks
from desk.refused import Refused
from engine import EngineNotRunning, connect
from settings import Settings
from store.database import Database

_LOOK_SECONDS = 5.0
"""How often what waits is tried again: an engine that was away, a case that was not started yet."""
_QUIET_SECONDS = 0.05
"""What comes together is told together."""
_READY_SECONDS = 3
_log = logging.getLogger("rientro.web")


class Teller:
    """Tells the cases what was kept: at once when something came, and again every few seconds."""

    def __init__(self, database: Database, settings: Settings, news: asyncio.Event) -> None:
        self._database = database
        self._settings = settings
        self._news = news
        self._client: Client | None = None
        self._trouble = ""

    async def run(self) -> None:
        """Until it is cancelled. Trouble is said once, and what could not be told is told later."""
        while True:
            try:
                await self.tell()
                self._trouble = ""
            except Exception as fault:
                # Engine or database may be away, and the loop must outlive a row that nobody thought of; its text may
                # hold what is not for a _log.
                self._say(fault)
            if self._trouble:
                await asyncio.sleep(_LOOK_SECONDS)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._news.wait()
            await asyncio.sleep(_QUIET_SECONDS)

    async def tell(self) -> None:
        """Everything that is to be told now."""
        self._news.clear()
        client = await self._connected()
        await tell_payments(self._database, client)
        await tell_webhooks(self._database, client)

    async def reaches_engine(self) -> bool:
        """Whether the engine answers."""
        try:
            async with asyncio.timeout(_READY_SECONDS):
                client = await self._connected()
                return await client.service_client.check_health()
        except (EngineNotRunning, RPCError, TimeoutError):
            return False

    async def _connected(self) -> Client:
        if self._client is None:
            self._client = await connect(self._settings)
        return self._client

    def _say(self, fault: Exception) -> None:
        # The embedded engine may come back at another address.
        self._client = None
        trouble = str(fault) if isinstance(fault, Refused | EngineNotRunning) else type(fault).__name__
        if trouble != self._trouble:
            _log.warning("cases are not told now: %s", trouble)
        self._trouble = trouble
