"""Is what is forged, replayed, cut off, too large or mis-encoded refused with the right status, and changes nothing?"""

import json
import logging
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from twilio.request_validator import RequestValidator

from desk.delivery.hook_desk import HookDesk
from store.database import Database
from tests.now import right_now
from tests.web.conftest import (
    EMAIL,
    PAYMENT,
    PHONE,
    PUBLIC,
    TWILIO,
    Web,
    keys,
    listening,
    payment_headers,
    sendgrid_headers,
    shared_headers,
    token,
    twilio_headers,
    unchanged,
)
from web.hooks.hook_routes import LARGEST_BODY
from web.server import create_app

STATUS = f"/hooks/twilio/status/{token(1)}"
INBOUND = "/hooks/twilio/inbound"
EVENTS, PAYMENTS = "/hooks/sendgrid/events", "/hooks/payments"
FORM = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": PHONE}
TEXT = {"MessageSid": "SM1", "From": PHONE, "Body": "STOP"}
EVENT = json.dumps([{"event": "bounce", "email": EMAIL, "action_id": token(2), "timestamp": 1}]).encode()
PAID = json.dumps({"payments": [PAYMENT]}).encode()
Request = tuple[str, bytes, dict[str, str]]


def good() -> dict[str, Request]:
    """A request to every door, as its vendor would make it."""
    return {
        "status": (STATUS, urlencode(FORM).encode(), twilio_headers(STATUS, FORM)),
        "status, shared key": (STATUS, urlencode(FORM).encode(), shared_headers(STATUS, FORM)),
        "inbound": (INBOUND, urlencode(TEXT).encode(), twilio_headers(INBOUND, TEXT)),
        "events": (EVENTS, EVENT, sendgrid_headers(EVENT)),
        "payments": (PAYMENTS, PAID, payment_headers(PAID)),
    }


DOORS = sorted(good())
SIGNATURES = {
    "status": "X-Twilio-Signature",
    "status, shared key": "X-Twilio-Signature",
    "inbound": "X-Twilio-Signature",
    "events": "X-Twilio-Email-Event-Webhook-Signature",
    "payments": "Rientro-Signature",
}


@pytest.mark.parametrize("door", DOORS)
def test_what_the_vendor_signed_is_taken(web: Web, door: str) -> None:
    path, body, headers = good()[door]
    assert web.client.post(path, content=body, headers=headers).status_code in (202, 204)
    assert not unchanged(web)


@pytest.mark.parametrize("door", DOORS)
def test_a_signature_that_does_not_fit_is_refused(web: Web, door: str) -> None:
    path, body, headers = good()[door]
    for forged in ("", "x", "AAAA", "%%%", "=", "bm90IGEgc2lnbmF0dXJl", "a" * 5000, "not base64 é"):
        raw = {n.encode(): v.encode("latin-1") for n, v in (headers | {SIGNATURES[door]: forged}).items()}
        assert web.client.post(path, content=body, headers=raw).status_code == 403
    assert unchanged(web)


@pytest.mark.parametrize("door", DOORS)
def test_without_a_signature_it_is_refused(web: Web, door: str) -> None:
    path, body, headers = good()[door]
    headers.pop(SIGNATURES[door])
    assert web.client.post(path, content=body, headers=headers).status_code == 403
    assert unchanged(web)


@pytest.mark.parametrize("door", DOORS)
def test_a_body_that_was_changed_or_cut_after_it_was_signed_is_refused(web: Web, door: str) -> None:
    path, body, headers = good()[door]
    for other in (body[:-1], body + b" ", body.replace(b"1", b"2"), b""):
        assert web.client.post(path, content=other, headers=headers).status_code in (400, 403)
    assert unchanged(web)


@pytest.mark.parametrize("key", ["other-token", TWILIO.upper(), ""])
def test_another_key_is_refused(web: Web, key: str) -> None:
    for headers in (twilio_headers(STATUS, FORM, key), shared_headers(STATUS, FORM, key or "x")):
        assert web.client.post(STATUS, content=urlencode(FORM), headers=headers).status_code == 403
    assert web.client.post(PAYMENTS, content=PAID, headers=payment_headers(PAID, key=key)).status_code == 403
    assert unchanged(web)


def test_the_shared_key_does_not_sign_in_the_old_way_nor_the_token_in_the_new_one(web: Web) -> None:
    for headers in (shared_headers(STATUS, FORM, TWILIO), twilio_headers(STATUS, FORM, "shared-key-secret")):
        assert web.client.post(STATUS, content=urlencode(FORM), headers=headers).status_code == 403
    unknown = shared_headers(STATUS, FORM) | {"X-Twilio-Webhooks-Signature-Settings": "key=k,algorithm=MD5"}
    assert web.client.post(STATUS, content=urlencode(FORM), headers=unknown).status_code == 403
    assert unchanged(web)


def test_what_was_signed_for_one_address_does_not_open_another(web: Web) -> None:
    headers = twilio_headers(STATUS, FORM)
    other = f"/hooks/twilio/status/{token(2)}"
    assert web.client.post(other, content=urlencode(FORM), headers=headers).status_code == 403
    assert web.client.post(f"{STATUS}?a=1", content=urlencode(FORM), headers=headers).status_code == 403
    assert unchanged(web)


def test_the_address_is_the_configured_one_whatever_the_caller_says_of_itself(web: Web) -> None:
    signature = RequestValidator(TWILIO).compute_signature(f"https://evil.example{STATUS}", FORM)
    lies = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    headers = twilio_headers(STATUS, FORM) | lies
    assert (
        web.client.post(
            STATUS, content=urlencode(FORM), headers=headers | {"X-Twilio-Signature": signature}
        ).status_code
        == 403
    )
    assert unchanged(web)
    assert web.client.post(STATUS, content=urlencode(FORM), headers=headers).status_code == 204
    assert PUBLIC not in str(lies)


# --- replayed ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", DOORS)
def test_what_is_replayed_changes_nothing_more(web: Web, door: str) -> None:
    path, body, headers = good()[door]
    first = web.client.post(path, content=body, headers=headers)
    kept, stopped = [w.model_dump() for w in web.kept()], web.opted_out()
    again = web.client.post(path, content=body, headers=headers)
    assert again.status_code == first.status_code
    assert ([w.model_dump() for w in web.kept()], web.opted_out()) == (kept, stopped)


@pytest.mark.parametrize("seconds", [-400, 400])
def test_an_old_notification_of_a_payment_is_refused(web: Web, seconds: int) -> None:
    headers = payment_headers(PAID, at=right_now().timestamp() + seconds)
    assert web.client.post(PAYMENTS, content=PAID, headers=headers).status_code == 403
    assert unchanged(web)


def test_a_timestamp_that_is_none_is_refused(web: Web) -> None:
    for timestamp in ("", "now", "1e9", "-1", "１７９５００００００", "9" * 40, "1795000000.0"):
        headers = {**payment_headers(PAID), "Rientro-Timestamp": timestamp}
        raw = {name.encode(): value.encode() for name, value in headers.items()}
        assert web.client.post(PAYMENTS, content=PAID, headers=raw).status_code == 403
    assert unchanged(web)


# --- too large, mis-encoded, of another kind --------------------------------------------------------------------------


@pytest.mark.parametrize("door", DOORS)
def test_what_is_too_large_is_refused_before_it_is_read(web: Web, door: str) -> None:
    path, _, headers = good()[door]
    large = b"x" * (LARGEST_BODY + 1)
    assert web.client.post(path, content=large, headers=headers).status_code == 413
    assert web.client.post(path, content=iter([large[:LARGEST_BODY], b"xx"]), headers=headers).status_code == 413
    assert unchanged(web)


def test_a_form_that_cannot_be_decoded_is_refused(web: Web) -> None:
    for body in (b"Body=\xff\xfe", b"Body=%ff", b"Body=%ED%A0%80", b"&".join([b"a=1"] * 600)):
        assert web.client.post(INBOUND, content=body, headers=twilio_headers(INBOUND, {})).status_code == 400
    assert unchanged(web)


NO_EVENTS = (
    *(b"", b"{", b"{}", b"null", b"[1]", b'["a"]', b"[" * 100_000, b'[{"event": NaN}]', b"\xef\xbb\xbf[]"),
    *(b'[{"a":"\\ud800"}]', b"\xff\xfe[\x00]\x00", b"[\xc3\x28]"),
)


def test_events_that_are_no_array_of_objects_in_utf_8_are_refused_though_signed(web: Web) -> None:
    for body in NO_EVENTS:
        answer = web.client.post(EVENTS, content=body, headers=sendgrid_headers(body))
        assert (answer.status_code, body) == (400, body)
    assert unchanged(web)


OTHERS = (
    *({"Content-Type": "text/plain"}, {"Content-Type": ""}, {"Content-Encoding": "gzip"}),
    {"Content-Type": "application/json; charset=utf-16"},
)


@pytest.mark.parametrize("door", DOORS)
def test_another_type_or_encoding_is_refused(web: Web, door: str) -> None:
    path, body, headers = good()[door]
    for other in OTHERS:
        assert web.client.post(path, content=body, headers=headers | other).status_code == 415
    assert unchanged(web)


@pytest.mark.parametrize(
    "form", [{"MessageSid": "SM1"}, {"MessageStatus": "sent"}, {"MessageSid": "", "MessageStatus": ""}]
)
def test_a_signed_form_without_what_it_is_about_is_refused(web: Web, form: dict[str, str]) -> None:
    for path in (STATUS, INBOUND):
        headers = twilio_headers(path, form)
        assert web.client.post(path, content=urlencode(form), headers=headers).status_code == 400
    assert unchanged(web)


@pytest.mark.parametrize(
    "path", ["/hooks/twilio/status/x", "/hooks/twilio/status/..%2f..", f"/hooks/twilio/status/{token(1).upper()}z"]
)
def test_an_address_that_was_given_to_nobody_is_none(web: Web, path: str) -> None:
    assert web.client.post(path, content=urlencode(FORM), headers=twilio_headers(path, FORM)).status_code in (404, 422)
    assert unchanged(web)


# --- not configured, not there, not told in a log ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("missing", "doors"),
    [
        ({"twilio_auth_token": None, "twilio_webhook_key": None}, ("status", "inbound")),
        ({"public_url": None}, ("status", "inbound")),
        ({"sendgrid_verification_key": None}, ("events",)),
        ({"payment_secrets": {}}, ("payments",)),
    ],
)
def test_without_a_key_a_door_is_closed(
    web: Web, tmp_path: Path, missing: dict[str, Any], doors: tuple[str, ...]
) -> None:
    app = create_app(HookDesk(web.database, keys(web.database, data_dir=tmp_path, **missing)))
    with TestClient(app) as client:
        for door in doors:
            path, body, headers = good()[door]
            assert client.post(path, content=body, headers=headers).status_code == 503
    assert unchanged(web)


def test_a_refusal_is_logged_with_door_and_reason_and_nothing_it_held(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = {"MessageSid": "SM-secret", "From": PHONE, "Body": "my daughter is ill"}
    web.client.post(f"{INBOUND}?who=Ginevra", content=urlencode(secret), headers=twilio_headers(INBOUND, secret))
    web.payments(PAYMENT | {"amount": "Ginevra", "payer": "Ginevra Bozzelli"})
    web.client.post(EVENTS, content=EVENT, headers=sendgrid_headers(EVENT[:-1]))
    mine = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("rientro"))
    assert "webhook refused: /hooks/twilio/inbound: 403 the signature does not fit" in mine
    assert "webhook refused: /hooks/payments: 422 its content" in mine
    told = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("httpx"))
    assert [word for word in (PHONE, EMAIL, "Ginevra", "daughter", "SM-secret") if word in told] == []


@pytest.fixture
def port(web: Web, tmp_path: Path) -> Iterator[int]:
    """The application behind a real socket."""
    yield from listening(create_app(HookDesk(web.database, keys(web.database, data_dir=tmp_path))))


def raw(
    port: int, request: bytes, then: Callable[[socket.socket], None] = lambda s: s.shutdown(socket.SHUT_WR)
) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        then(connection)
        return connection.makefile("rb").readline()


def test_a_body_that_breaks_off_is_no_webhook_and_the_server_lives_on(web: Web, port: int) -> None:
    headers = "".join(f"{name}: {value}\r\n" for name, value in twilio_headers(INBOUND, TEXT).items())
    start = f"POST {INBOUND} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {len(urlencode(TEXT))}\r\n\r\n"
    assert b" 2" not in raw(port, start.encode() + urlencode(TEXT)[:20].encode())
    assert b" 4" in raw(port, b"POST /hooks/payments HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
    assert b" 400 " in raw(port, b"\x16\x03\x01\x02\x00nonsense\r\n\r\n")
    assert b" 200 " in raw(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert unchanged(web)


def test_a_database_that_is_away_is_told_as_such_and_the_vendor_sends_it_again(
    tmp_path: Path, sqlite_database: Database
) -> None:
    app = create_app(HookDesk(sqlite_database, keys(sqlite_database, data_dir=tmp_path)))
    with sqlite_database.engine.connect() as connection:
        connection.exec_driver_sql("DROP TABLE webhook")
        connection.commit()
    with TestClient(app, raise_server_exceptions=False) as client:
        path, body, headers = good()["inbound"]
        assert client.post(path, content=body, headers=headers).status_code == 503
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["engine"]) == (503, False)
