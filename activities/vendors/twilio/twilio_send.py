"""SMS by Twilio: the real SDK with time-outs, and what its answers mean. Twilio knows no idempotency key."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ssl import SSLCertVerificationError
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from pydantic import SecretStr
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError, SSLError

from activities.vendors.delivery_routes import country_of, sender_of
from activities.vendors.vendor import MayHaveLeft, NotSent, Rejected
from activities.vendors.vendor_errors import refusal
from models.message import Message

_CLOCKS_DIFFER = timedelta(minutes=2)
_MOST_LISTED = 100
_VALID_SECONDS = 3600
"""How long Twilio may keep a message in its queues: what was lawful in the afternoon is not at night."""
# It prints addresses with every request.
logging.getLogger("twilio.http_client").setLevel(logging.WARNING)


class BaseUrlHttpClient(TwilioHttpClient):
    """Twilio's client at another base URL. It keeps the last answer's headers, which the SDK's errors lose."""

    def __init__(self, base_url: str | None, timeout: float) -> None:
        # No connection is kept: one that the other side closes at the moment of use leaves us in doubt.
        super().__init__(pool_connections=False, timeout=timeout)
        self.base_url = base_url
        self.last: Response | None = None

    def request(self, method: str, url: str, *args: Any, **more: Any) -> Response:
        if self.base_url:
            base, asked = urlsplit(self.base_url), urlsplit(url)
            path = base.path.rstrip("/") + asked.path
            url = urlunsplit((base.scheme, base.netloc, path, asked.query, asked.fragment))
        self.last = super().request(method, url, *args, **more)
        return self.last


@dataclass(frozen=True)
class Twilio:
    """An account at Twilio. `senders`: by the number's country, `*` for the others; or a messaging service picks."""

    account_sid: str
    auth_token: SecretStr
    timeout: float
    messaging_service: str | None = None
    senders: Mapping[str, str] | None = None
    callbacks: str | None = None
    """Where the status of a message is told: its token is added."""
    base_url: str | None = None
    name: str = "twilio"
    remembers: bool = False

    def send(self, message: Message) -> str | None:
        """Send once; the reference is the message's SID. Raises NotSent, MayHaveLeft, Rejected."""
        wanted = self._sender(message.to) | {"validity_period": _VALID_SECONDS}
        if self.callbacks:
            wanted["status_callback"] = f"{self.callbacks}/{message.token}"
        http = BaseUrlHttpClient(self.base_url, self.timeout)
        try:
            return self._client(http).messages.create(to=message.to, body=message.body, **wanted).sid
        except (TwilioRestException, TwilioServiceException) as answer:
            headers = http.last.headers if http.last else None
            after = headers.get("Retry-After") if headers else None
            code = str(answer.code) if answer.code and answer.code != answer.status else None
            raise refusal("twilio", int(answer.status or 0), code, after) from None
        except Exception as fault:
            if _never_connected(fault):
                raise NotSent(f"twilio {type(fault).__name__}") from None
            # Whatever else happens between the request and its answer: it may have left.
            raise MayHaveLeft(f"twilio {type(fault).__name__}") from None

    def find(self, message: Message, since: datetime | None = None) -> list[str]:
        """The SIDs of messages to the number, created since then with the same words; none when it cannot tell."""
        try:
            client = self._client(BaseUrlHttpClient(self.base_url, self.timeout))
            listed = client.messages.list(to=message.to, limit=_MOST_LISTED, page_size=_MOST_LISTED)
            return [m.sid for m in listed if m.sid and _is_it(m, message, since)]
        except (TwilioException, requests.RequestException, ValueError, KeyError):
            return []

    def _client(self, http: BaseUrlHttpClient) -> Client:
        # A client of its own for each call: `last` belongs to nobody else, and no thread shares it.
        return Client(self.account_sid, self.auth_token.get_secret_value(), http_client=http)

    def _sender(self, to: str) -> dict[str, Any]:
        if self.messaging_service:
            return {"messaging_service_sid": self.messaging_service}
        country = country_of(to)
        sender = sender_of(self.senders or {}, country)
        if sender is None and country is None:
            raise Rejected("address", "no valid number")
        if sender is None:
            raise Rejected("configuration", f"no sender for {country}")
        return {"from_": sender}


def _is_it(found: Any, message: Message, since: datetime | None) -> bool:
    late_enough = since is None or (found.date_created and found.date_created >= since - _CLOCKS_DIFFER)
    return bool(late_enough) and found.direction != "inbound" and _letters(found.body) == _letters(message.body)


def _letters(body: str | None) -> str:
    """What the words are: the vendor may have changed quotes, dashes and blanks to save segments."""
    return "".join(c for c in (body or "").casefold() if c.isalnum())


def _never_connected(fault: Exception) -> bool:
    """Whether the connection was never made (refused, no such host, time-out, bad certificate): nothing has left."""
    if isinstance(fault, requests.ConnectTimeout):
        return True
    cause = fault.args[0] if isinstance(fault, requests.ConnectionError) and fault.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    # Other TLS errors also come while the answer is read.
    untrusted = isinstance(reason, SSLError) and isinstance(next(iter(reason.args), None), SSLCertVerificationError)
    return isinstance(reason, NewConnectionError) or untrusted
