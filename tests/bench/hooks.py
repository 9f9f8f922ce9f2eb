"""How many webhooks a second does the web server take, against a bare route that only verifies the same signature?"""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Request, Response
from twilio.request_validator import RequestValidator

from models.tables.trail import Attempt
from settings import HOUSE, load_settings
from store.database import Database
from tests.now import right_now

PUBLIC, TOKEN = "https://rientro.example", "bench-token"
PORTS = (18_431, 18_432)
MESSAGES, ROUNDS, AT_ONCE = 600, 5, 64
STATUSES = ("sent", "delivered")

bare = FastAPI(docs_url=None, redoc_url=None)


@bare.post("/hooks/twilio/status/{token}", status_code=204)
async def verified(request: Request, token: str) -> Response:
    """What verifying alone costs, written as anybody would write it."""
    form, signature = await request.form(), request.headers.get("X-Twilio-Signature", "")
    fits = RequestValidator(TOKEN).validate(f"{PUBLIC}{request.url.path}", form, signature)
    return Response(status_code=204 if fits else 403)


async def hooks() -> tuple[float, str]:
    """Ours over the bare route, and how it was measured: both behind real sockets, in turns."""
    with tempfile.TemporaryDirectory() as directory:
        settings = load_settings(data_dir=Path(directory))
        database = Database(settings.url)
        database.migrate()
        environment = {
            "RIENTRO_DATA_DIR": directory,
            "RIENTRO_WEB_PORT": str(PORTS[0]),
            "PUBLIC_URL": PUBLIC,
            "TWILIO_AUTH_TOKEN": TOKEN,
        }
        ours, plain = [str(HOUSE / "starter.py"), "serve"], ["-m", "tests.bench.hooks"]
        with _server(ours, PORTS[0], environment), _server(plain, PORTS[1], {}):
            rates = [await _round(database, n) for n in range(ROUNDS)]
        database.close()
    mine, theirs = median(r[0] for r in rates), median(r[1] for r in rates)
    how = f"{MESSAGES * len(STATUSES)} signed statuses, {AT_ONCE} at once, {ROUNDS} rounds in turns, SQLite: "
    return median(a / b for a, b in rates), f"{how}{mine:.0f}/s to {theirs:.0f}/s"


async def _round(database: Database, n: int) -> tuple[float, float]:
    names = [f"{n:08x}{message:024x}" for message in range(MESSAGES)]
    with database.session() as session:
        session.add_all(_attempt(name) for name in names)
    requests = [_request(name, status) for status in STATUSES for name in names]
    order = (0, 1) if n % 2 else (1, 0)
    rates = {which: await _rate(PORTS[which], requests) for which in order}
    return rates[0], rates[1]


def _attempt(name: str) -> Attempt:
    now = right_now()
    return Attempt(
        key=f"bench:{name}",
        account="bench",
        party="bench",
        step="sms",
        attempt=1,
        channel="sms",
        local_day=now.date(),
        demand=True,
        status="sent",
        token=name,
        reserved=now,
    )


def _request(name: str, status: str) -> bytes:
    form = {"AccountSid": "AC0", "From": "+390000", "To": "+393471234567", "MessageSid": f"SM{name}"}
    form |= {"MessageStatus": status, "SmsSid": f"SM{name}", "SmsStatus": status, "ApiVersion": "2010-04-01"}
    path, body = f"/hooks/twilio/status/{name}", urlencode(form)
    head = [f"POST {path} HTTP/1.1", "Host: inner", "Content-Type: application/x-www-form-urlencoded"]
    head += [f"X-Twilio-Signature: {RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)}"]
    return "\r\n".join([*head, f"Content-Length: {len(body)}", "", body]).encode()


async def _rate(port: int, requests: Sequence[bytes]) -> float:
    """Requests a second over connections that stay open; every one must be answered with 204."""

    async def call(mine: Sequence[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in mine:
            writer.write(request)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 204"), answer
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(call(requests[n::AT_ONCE]) for n in range(AT_ONCE)))
    return len(requests) / (time.perf_counter() - begun)


@contextmanager
def _server(command: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, *command], env=os.environ | environment, cwd=HOUSE, stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 60
        while not _answers(port):
            assert process.poll() is None, f"{command} ended"
            assert time.monotonic() < deadline, f"{command} does not listen"
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    uvicorn.run(bare, port=PORTS[1], log_level="error", access_log=False)
