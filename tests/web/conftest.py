"""What do the tests of the web server run on? The application itself, real keys, callers who sign as the vendors do."""

import base64
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import uvicorn
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import col, select
from twilio.request_validator import HMAC_SHA256, RequestValidator

from desk.delivery.hook_desk import HookDesk
from intake.portfolio_file import AccountRow
from models.tables.accounts import Account, OptedOut, Portfolio
from models.tables.arrivals import BankPayment, Webhook
from models.tables.trail import Attempt
from settings import Settings, load_settings
from store.database import Database
from store.handover import hand_over
from tests.now import days_ago, right_now
from tests.workflows.houses import SENDER, account_row, pack
from web.hooks.payment_notifications import sign_payments
from web.server import create_app

PUBLIC = "https://rientro.example/in"
TWILIO, SHARED, BANK = "twilio-auth-token", "shared-key-secret", "a-secret-of-sixteen-or-more"
SENDGRID = ec.generate_private_key(ec.SECP256R1())
PAYMENT = {"reference": "R-1", "account": "client-1", "amount": "10.00", "currency": "EUR", "value_date": "2026-11-20"}
PHONE, EMAIL = "+393471234567", "debtor@example.org"


def public_key() -> str:
    """As SendGrid shows it: base64 of the bare key."""
    key = SENDGRID.public_key()
    return base64.b64encode(
        key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    ).decode()


def keys(database: Database, **more: Any) -> Settings:
    """Settings with every key there is."""
    known: dict[str, Any] = {
        "database_url": database.engine.url.render_as_string(hide_password=False),
        "public_url": PUBLIC,
        "twilio_auth_token": TWILIO,
        "twilio_webhook_key": SHARED,
        "sendgrid_verification_key": public_key(),
        "payment_secrets": {"client": BANK},
    }
    return load_settings(**(known | more))


def twilio_headers(path: str, form: dict[str, str], token: str = TWILIO) -> dict[str, str]:
    return {
        "X-Twilio-Signature": RequestValidator(token).compute_signature(PUBLIC + path, form),
        "Content-Type": "application/x-www-form-urlencoded",
    }


def shared_headers(path: str, form: dict[str, str], token: str = SHARED) -> dict[str, str]:
    signature = RequestValidator(token).compute_signature(PUBLIC + path, form, HMAC_SHA256)
    settings = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
    return twilio_headers(path, form) | {
        "X-Twilio-Signature": signature,
        "X-Twilio-Webhooks-Signature-Settings": settings,
    }


def sendgrid_headers(body: bytes, timestamp: str = "1795000000") -> dict[str, str]:
    signature = SENDGRID.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
        "Content-Type": "application/json",
    }


def payment_headers(body: bytes, at: float | None = None, key: str = BANK, client: str = "client") -> dict[str, str]:
    timestamp = str(int(right_now().timestamp() if at is None else at))
    return {
        "Rientro-Client": client,
        "Rientro-Timestamp": timestamp,
        "Rientro-Signature": sign_payments(key.encode(), timestamp, body),
        "Content-Type": "application/json",
    }


@dataclass
class Web:
    """The application on a database, called as the vendors call it."""

    client: TestClient
    database: Database

    def twilio(self, path: str, **form: str) -> Response:
        # Behind the proxy the application is reached under another address than the public one.
        return self.client.post(path, content=urlencode(form), headers=twilio_headers(path, form))

    def status(self, token: str, status: str, sid: str = "SM1", **more: str) -> Response:
        return self.twilio(f"/hooks/twilio/status/{token}", MessageSid=sid, MessageStatus=status, To=PHONE, **more)

    def inbound(self, body: str, sid: str = "SM-in", sender: str = PHONE, **more: str) -> Response:
        return self.twilio("/hooks/twilio/inbound", MessageSid=sid, From=sender, To="+39000", Body=body, **more)

    def sendgrid(self, *events: dict[str, Any]) -> Response:
        body = json.dumps(events).encode()
        return self.client.post("/hooks/sendgrid/events", content=body, headers=sendgrid_headers(body))

    def payments(self, *payments: dict[str, Any]) -> Response:
        body = json.dumps({"payments": payments}).encode()
        return self.client.post("/hooks/payments", content=body, headers=payment_headers(body))

    def kept(self) -> list[Webhook]:
        with self.database.reading() as session:
            return list(session.exec(select(Webhook).order_by(col(Webhook.id))))

    def attempt(self, key: str = "a1:s:e1:sms:1") -> Attempt:
        with self.database.reading() as session:
            return session.get_one(Attempt, key)

    def opted_out(self) -> list[tuple[str, str, bool]]:
        with self.database.reading() as session:
            rows = session.exec(select(OptedOut).order_by(OptedOut.party, OptedOut.channel))
            return [(row.party, row.channel, row.lifted is None) for row in rows]


def unchanged(web: Web) -> bool:
    """Whether nothing was kept at all."""
    with web.database.reading() as session:
        paid = session.exec(select(BankPayment)).all()
    return not web.kept() and not web.opted_out() and not paid


def token(n: int) -> str:
    return f"{n:032x}"


def attempt(n: int, party: str, account: str, channel: str = "sms", **more: Any) -> Attempt:
    """A message that left."""
    now = right_now()
    return Attempt(
        key=f"{account}:s:e1:{channel}:{n}",
        account=account,
        party=party,
        step=channel,
        attempt=1,
        channel=channel,
        local_day=now.date(),
        demand=True,
        status="sent",
        token=token(n),
        reserved=now,
        **more,
    )


@dataclass
class People:
    """Two clients' accounts of one person, and the messages that were sent to them."""

    account: str
    party: str
    other: str


@pytest.fixture
def people(sqlite_database: Database) -> People:
    return people_of(sqlite_database)


def people_of(database: Database) -> People:
    """Hand over one account, and one more of another client with the same number."""
    accounts: list[Account] = []
    for client in ("client", "other"):
        _take(database, client, account_row(f"{client}-1", "cec", [(days_ago(3), 50_000)], phone=PHONE, email=EMAIL))
        with database.reading() as session:
            accounts += session.exec(select(Account).where(Account.portfolio == client)).all()
    mine, theirs = accounts
    with database.session() as session:
        session.add(attempt(1, mine.party, mine.id))
        session.add(attempt(2, mine.party, mine.id, "email", provider_id="sg-message"))
    return People(mine.id, mine.party, theirs.party)


def _take(database: Database, client: str, row: AccountRow) -> None:
    now, cec = right_now(), pack("cec")
    with database.session() as session:
        portfolio = Portfolio(id=client, client=client, source="test", created=now, fed=now, **SENDER)
        hand_over(session, portfolio, [row], lambda row: (cec.version, "out_of_court"), {cec.version: cec.text})


@pytest.fixture
def web(sqlite_database: Database, people: People, tmp_path: Path) -> Iterator[Web]:
    """The application with all keys. No engine runs here: what is to be told waits."""
    yield from served(sqlite_database, tmp_path)


def served(database: Database, tmp_path: Path) -> Iterator[Web]:
    """The application on a database, for as long as somebody calls it."""
    app = create_app(HookDesk(database, keys(database, data_dir=tmp_path)))
    with TestClient(app, base_url="http://inner:8000") as client:
        yield Web(client, database)


def listening(app: FastAPI) -> Iterator[int]:
    """The application behind a real socket; its port."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    opened = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]})
    thread.start()
    yield opened.getsockname()[1]
    server.should_exit = True
    thread.join()
    opened.close()
