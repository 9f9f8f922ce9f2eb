"""The web server: webhooks in, and behind them a loop that tells the cases what was kept, also after a restart."""

import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

from desk.delivery.hook_desk import HookDesk
from desk.refused import Refused
from settings import Settings
from web.hooks.doors import doors
from web.hooks.hook_routes import Hooks, add_refusals

BACKLOG = 2048


def create_app(desk: HookDesk) -> FastAPI:
    """The web application on a desk."""

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        desk.start()
        try:
            yield
        finally:
            await desk.stop()

    # No pages that fetch scripts from elsewhere: the description itself is at /openapi.json.
    app = FastAPI(title="Rientro", version="1", docs_url=None, redoc_url=None, lifespan=living)
    app.include_router(Hooks(desk, doors(desk.settings)).router())
    add_refusals(app)
    _add_health(app, desk)
    return app


def _add_health(app: FastAPI, desk: HookDesk) -> None:
    @app.get("/healthz", tags=["health"])
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["health"], responses={503: {"description": "the database or the engine is away"}})
    async def readyz() -> Response:
        """Database and engine answer too."""
        found = await desk.ready()
        return JSONResponse(found, 200 if all(found.values()) else 503)


def _open_doors(settings: Settings) -> str:
    """Which webhooks are taken, in a line."""
    found = doors(settings)._asdict()
    return ", ".join(f"{name} {'on' if door.open else 'off (no key)'}" for name, door in found.items())


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


def serve(desk: HookDesk) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    settings = desk.settings
    app = create_app(desk)
    opened = listening(settings)
    # Its own log of addresses would hold the names of messages; ours says what was refused.
    config = uvicorn.Config(app, access_log=False, log_level="warning", server_header=False, timeout_keep_alive=30)
    for sign in (signal.SIGINT, signal.SIGTERM):
        # The server raises again what ended it; that is how it is meant to end.
        signal.signal(sign, lambda *_: sys.exit(0))
    print(f"Web: http://{settings.web_host}:{settings.web_port}, webhooks: {_open_doors(settings)}", flush=True)
    uvicorn.Server(config).run(sockets=[opened])
