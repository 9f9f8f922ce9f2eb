"""The web server: webhooks in, and behind them a loop that tells the cases what was kept, also after a restart."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client
from temporalio.service import RPCError

from desk.catalogue.answer_words import answer_words
from desk.delivery.fact_delivery import tell_payments
from desk.delivery.webhook_delivery import tell_webhooks
from desk.refused import Refused
from engine import EngineNotRunning, connect
from settings import Settings
from store.database import Database, DatabaseNotMigrated
from store.webhook_log import Keeper, Rules
from web.hooks.arrivals import load_vendors
from web.hooks.hook_routes import Hooks, add_refusals
from web.hooks.signatures import Signatures

LOOK_SECONDS = 5.0
"""How often what waits is tried again: an engine that was away, a case that was not started yet."""
QUIET_SECONDS = 0.05
"""What comes together is told together."""
READY_SECONDS = 3
BACKLOG = 2048
log = logging.getLogger("rientro.web")


def create_app(database: Database, settings: Settings) -> FastAPI:
    """The web application on a database."""
    signatures = Signatures(settings)
    rules = Rules(answer_words(), load_vendors())
    keeper = Keeper(database, rules)
    teller = Teller(database, settings, keeper.news)

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        keeper.start()
        telling = asyncio.create_task(teller.run())
        try:
            yield
        finally:
            await keeper.stop()
            telling.cancel()
            with suppress(asyncio.CancelledError):
                await telling

    # No pages that fetch scripts from elsewhere: the description itself is at /openapi.json.
    app = FastAPI(title="Rientro", version="1", docs_url=None, redoc_url=None, lifespan=living)
    app.include_router(Hooks(database, rules, signatures, keeper).router())
    add_refusals(app)
    _add_health(app, database, teller)
    return app


def _add_health(app: FastAPI, database: Database, teller: "Teller") -> None:
    @app.get("/healthz", tags=["health"])
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["health"], responses={503: {"description": "the database or the engine is away"}})
    async def readyz() -> Response:
        """Database and engine answer too."""
        found = {"database": await asyncio.to_thread(_has_tables, database), "engine": await teller.reaches_engine()}
        return JSONResponse(found, 200 if all(found.values()) else 503)


def _has_tables(database: Database) -> bool:
    try:
        database.check_migrated()
    except (DatabaseNotMigrated, SQLAlchemyError):
        return False
    return True


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
            except (Refused, EngineNotRunning, RPCError, SQLAlchemyError) as fault:
                self._say(fault)
            except Exception as fault:
                # The loop must outlive a row that nobody thought of; its text may hold what is not for a log.
                self._say(fault)
            if self._trouble:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._news.wait()
            await asyncio.sleep(QUIET_SECONDS)

    async def tell(self) -> None:
        """Everything that is to be told now."""
        self._news.clear()
        client = await self._connected()
        await tell_payments(self._database, client)
        await tell_webhooks(self._database, client)

    async def reaches_engine(self) -> bool:
        """Whether the engine answers."""
        try:
            async with asyncio.timeout(READY_SECONDS):
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
            log.warning("cases are not told now: %s", trouble)
        self._trouble = trouble


def doors(settings: Settings) -> str:
    """Which webhooks are taken, in a line."""
    found = Signatures(settings).open_doors()
    return ", ".join(f"{name} {'on' if open_ else 'off (no key)'}" for name, open_ in found.items())


def listening(settings: Settings) -> socket.socket:
    """The socket of the web server. Raises Refused where another program has it."""
    family = socket.AF_INET6 if ":" in settings.web_host else socket.AF_INET
    found = socket.socket(family)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((settings.web_host, settings.web_port))
        found.listen(BACKLOG)
    except OSError as fault:
        found.close()
        where = f"{settings.web_host}:{settings.web_port}"
        raise Refused(f"cannot listen on {where} ({fault.strerror}): set RIENTRO_WEB_PORT") from None
    return found


def serve(database: Database, settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    app = create_app(database, settings)
    opened = listening(settings)
    # Its own log of addresses would hold the names of messages; ours says what was refused.
    config = uvicorn.Config(app, access_log=False, log_level="warning", server_header=False, timeout_keep_alive=30)
    for sign in (signal.SIGINT, signal.SIGTERM):
        # The server raises again what ended it; that is how it is meant to end.
        signal.signal(sign, lambda *_: sys.exit(0))
    print(f"Web: http://{settings.web_host}:{settings.web_port}, webhooks: {doors(settings)}", flush=True)
    uvicorn.Server(config).run(sockets=[opened])
