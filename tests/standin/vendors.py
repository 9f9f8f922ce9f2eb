"""A stand-in for Twilio and SendGrid on one port of this machine: it keeps what it took, and answers as badly as told.

Its requests and replies are checked against the vendors' own descriptions, where those are at hand.
"""

import json
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Literal
from uuid import uuid4

from openapi_core import OpenAPI
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest, WerkzeugOpenAPIResponse
from openapi_core.exceptions import OpenAPIError
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from tests.conftest import SHARED
from tests.now import right_now
from tests.standin.callbacks import Callbacks

ACCOUNT, AUTH_TOKEN, SERVICE = "AC" + "0" * 32, "a-token-of-the-stand-in", "MG" + "0" * 32
API_KEY = "SG.key-of-the-stand-in"
SPECS = {"twilio": "twilio_messages.json", "sendgrid": "sendgrid_mail.json"}
OF_TWILIO = "/2010-04-01/"

Behaviour = Literal["take", "drop", "take_500", "only_500", "busy", "hang", "hang_first", "cut"] | int
"""How a message is answered: taken and told so; taken and the reply dropped, a 500, nothing for long, or half a reply;
not taken and a 500, or a 429; `hang_first`: nothing for long, then it is not taken; a number: refused by this code."""
STATUS_OF = {20003: 401, 21408: 400, 401: 401, 403: 403, 400: 400, 413: 413}


@dataclass(frozen=True)
class Taken:
    """A message that the stand-in took: it is delivered."""

    vendor: str
    token: str
    to: str
    body: str
    reference: str
    at: datetime


def specification(vendor: str) -> OpenAPI | None:
    """The vendor's own description, or None where it is not at hand."""
    path = SHARED / "specs" / SPECS[vendor]
    if not path.is_file():
        return None
    spec: dict[str, Any] = json.loads(path.read_text())
    for part in (spec, *spec["paths"].values()):
        part["servers"] = [{"url": "/"}]
    return OpenAPI.from_dict(spec)


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        return


@dataclass
class Vendors:
    """Both vendors. `plan` says how each message is answered; what it took stands in `taken`."""

    plan: Callable[[str, str], Behaviour] = lambda vendor, to: "take"
    callbacks: Callbacks = field(default_factory=Callbacks)
    checked: bool = True
    hang_seconds: float = 3.0
    retry_after: str = "1"
    latency_seconds: float = 0.0
    taken: list[Taken] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    lookups_fail: bool = False
    port: int = 0

    def __post_init__(self) -> None:
        self._lock = Lock()
        self._server: BaseWSGIServer | None = None
        self._specs = {vendor: specification(vendor) for vendor in SPECS} if self.checked else {}
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen, on the port it had before."""
        self._server = make_server("127.0.0.1", self.port, self._app, threaded=True, request_handler=_Silent)
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self.port = self._server.port
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """Be away: connections are refused, what was taken is remembered."""
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()
        # Some kernels still let one in for a moment.
        deadline = time.monotonic() + 10
        while self._listens():
            assert time.monotonic() < deadline, "the port stays open"
            time.sleep(0.01)

    def _listens(self) -> bool:
        with socket.socket() as knock:
            knock.settimeout(1)
            return knock.connect_ex(("127.0.0.1", self.port)) == 0

    def delivered(self) -> dict[str, int]:
        """How often each message reached its debtor, by its token."""
        with self._lock:
            return Counter(taken.token for taken in self.taken)

    # --- answering -------------------------------------------------------------------------------------------------

    def _app(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        request.get_data(cache=True)
        if self.latency_seconds:
            time.sleep(self.latency_seconds)
        vendor = "twilio" if request.path.startswith(OF_TWILIO) else "sendgrid"
        response = self._twilio(request) if vendor == "twilio" else self._sendgrid(request)
        self._check(vendor, request, response)
        return response(environ, start_response)

    def _check(self, vendor: str, request: Request, response: Response) -> None:
        spec = self._specs.get(vendor)
        with self._lock:
            self.requests.append(request)
        # Twilio's description names no refusals at all.
        if spec is None or response.status_code >= 400:
            return
        try:
            asked = WerkzeugOpenAPIRequest(request)
            spec.validate_request(asked)
            spec.validate_response(asked, WerkzeugOpenAPIResponse(response))
        except OpenAPIError as fault:
            self.violations.append(f"{vendor}: {fault!r} {fault.__cause__!r}")

    def _answer(self, request: Request, taken: Taken, yes: Response) -> Response:
        behaviour = self.plan(taken.vendor, taken.to)
        with self._lock:
            self.answers[str(behaviour)] += 1
        if behaviour == "busy":
            return _refused(429, 20429, {"Retry-After": self.retry_after})
        if behaviour == "only_500":
            return _refused(500, 20500)
        if isinstance(behaviour, int):
            return _refused(STATUS_OF.get(behaviour, 400), behaviour)
        if behaviour == "hang_first":
            time.sleep(self.hang_seconds)
            return _refused(503, 20503)
        with self._lock:
            self.taken.append(taken)
        self.callbacks.taken(taken.vendor, taken.token, taken.reference, request.form.get("StatusCallback"))
        if behaviour == "hang":
            time.sleep(self.hang_seconds)
        if behaviour in ("drop", "cut"):
            _hang_up(request, b"HTTP/1.1 201 Created\r\nContent-Length: 900\r\n\r\n{" if behaviour == "cut" else b"")
        return _refused(500, 20500) if behaviour == "take_500" else yes

    def _twilio(self, request: Request) -> Response:
        given = request.authorization
        if given is None or (given.username, given.password) != (ACCOUNT, AUTH_TOKEN):
            return _refused(401, 20003)
        if request.method == "GET":
            if self.lookups_fail:
                return Response("<html>", status=502)
            found = [_resource(t) for t in reversed(self.taken) if t.to == request.args["To"]]
            uri = request.full_path
            page = {"messages": found, "page": 0, "page_size": 100, "next_page_uri": None, "uri": uri}
            return Response(json.dumps(page), content_type="application/json")
        form, reference = request.form, f"SM{uuid4().hex}"
        token = form.get("StatusCallback", "").rpartition("/")[2] or f"{form['To']} {form['Body']}"
        taken = Taken("twilio", token, form["To"], form["Body"], reference, right_now())
        yes = Response(json.dumps(_resource(taken)), status=201, content_type="application/json")
        return self._answer(request, taken, yes)

    def _sendgrid(self, request: Request) -> Response:
        if request.headers.get("Authorization") != f"Bearer {API_KEY}":
            return _refused(401, 401)
        mail = json.loads(request.get_data())
        [person] = mail["personalizations"]
        reference, to = uuid4().hex[:22], person["to"][0]["email"]
        text = mail["content"][0]["value"]
        taken = Taken("sendgrid", person["custom_args"]["action_id"], to, text, reference, right_now())
        return self._answer(request, taken, Response("", status=202, headers={"X-Message-Id": reference}))


def _resource(taken: Taken) -> dict[str, Any]:
    # Twilio tells whole seconds.
    created = format_datetime(taken.at.replace(microsecond=0))
    nothing = ("date_sent", "error_code", "error_message", "from", "price", "price_unit")
    return dict.fromkeys(nothing) | {
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "body": taken.body,
        "date_created": created,
        "date_updated": created,
        "direction": "outbound-api",
        "messaging_service_sid": SERVICE,
        "num_media": "0",
        "num_segments": "0",
        "sid": taken.reference,
        "status": "accepted",
        "subresource_uris": {},
        "to": taken.to,
        "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{taken.reference}.json",
    }


def _refused(status: int, code: int, headers: dict[str, str] | None = None) -> Response:
    body = {"code": code, "message": "no", "more_info": "", "status": status, "errors": [{"message": "no"}]}
    return Response(json.dumps(body), status=status, headers=headers, content_type="application/json")


def _hang_up(request: Request, said: bytes) -> None:
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.sendall(said)
    connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def vendors(**how: Any) -> Iterator[Vendors]:
    """The stand-in, until the end; what did not fit the vendors' descriptions fails the test."""
    found = Vendors(**how)
    try:
        yield found
    finally:
        found.callbacks.stop()
        found.stop()
    assert found.violations == []


class Script:
    """A plan for `Vendors`: these behaviours one after the other, then all is taken."""

    def __init__(self, *behaviours: Behaviour) -> None:
        self._left = list(behaviours)

    def __call__(self, vendor: str, to: str) -> Behaviour:
        return self._left.pop(0) if self._left else "take"


def specifications() -> Path | None:
    """Where the descriptions are, if they are."""
    return SHARED / "specs" if all((SHARED / "specs" / name).is_file() for name in SPECS.values()) else None
