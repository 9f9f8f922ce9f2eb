"""E-mail by SendGrid: the real SDK with time-outs, and what its answers mean. SendGrid knows no idempotency key."""

import base64
import json
import logging
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, Request

from pydantic import SecretStr
from python_http_client.client import Client
from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Attachment, CustomArg, FileContent, FileName, FileType, Mail

from activities.vendors.vendor import MayHaveLeft, NotSent
from activities.vendors.vendor_errors import refusal
from models.message import Message

_HOST = "https://api.sendgrid.com"
# It prints the key and the whole message.
logging.getLogger("python_http_client").setLevel(logging.WARNING)


class _NeverConnected(Exception):
    """No connection was made, so nothing can have left. No OSError, or urllib would hide it in a URLError."""


class _Connection(HTTPConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except OSError as fault:
            raise _NeverConnected(type(fault).__name__) from None


class _SecureConnection(HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except OSError as fault:
            raise _NeverConnected(type(fault).__name__) from None


class _Plain(HTTPHandler):
    handler_order = 100  # Before the opener's own, which would connect themselves.

    def http_open(self, req: Request) -> Any:
        return self.do_open(_Connection, req)


class _Secure(HTTPSHandler):
    handler_order = 100

    def https_open(self, req: Request) -> Any:
        return self.do_open(_SecureConnection, req)


class _ConnectingClient(Client):
    """The SDK's client, which can tell a connection that was never made from one that broke."""

    def _build_client(self, name: str | None = None) -> "_ConnectingClient":
        path = [*self._url_path, name] if name else self._url_path
        own: dict[str, Any] = {"version": self._version, "request_headers": self.request_headers, "url_path": path}
        return _ConnectingClient(host=self.host, append_slash=self.append_slash, timeout=self.timeout, **own)

    def _make_request(self, opener: OpenerDirector, request: Request, timeout: float | None = None) -> Any:
        opener.add_handler(_Plain())
        opener.add_handler(_Secure())
        return super()._make_request(opener, request, timeout=timeout)


@dataclass(frozen=True)
class SendGrid:
    """An account at SendGrid. `sender` is an address, with a name before it or without."""

    api_key: SecretStr
    sender: str
    timeout: float
    host: str = _HOST
    name: str = "sendgrid"
    remembers: bool = False

    def send(self, message: Message) -> str | None:
        """Send once; the reference is X-Message-Id. Raises NotSent, MayHaveLeft, Rejected."""
        sendgrid = SendGridAPIClient(self.api_key.get_secret_value(), host=self.host)
        headers = sendgrid.client.request_headers
        sendgrid.client = _ConnectingClient(self.host, request_headers=headers, version=3, timeout=self.timeout)
        mail = self._mail(message)
        try:
            answer = sendgrid.send(mail)
        except HTTPError as said:
            after = said.headers.get("Retry-After") if said.headers else None
            raise refusal("sendgrid", said.status_code, None, after) from None
        except _NeverConnected as fault:
            raise NotSent(f"sendgrid {fault}") from None
        except Exception as fault:
            raise MayHaveLeft(f"sendgrid {type(fault).__name__}") from None
        if not 200 <= answer.status_code < 300:
            raise refusal("sendgrid", answer.status_code)
        reference: str | None = answer.headers.get("X-Message-Id")
        return reference

    def find(self, message: Message, since: datetime | None = None) -> list[str]:
        """Nothing: SendGrid cannot be asked by a reference of ours; its events tell."""
        return []

    def _mail(self, message: Message) -> dict[str, Any]:
        name, address = parseaddr(self.sender)
        mail = Mail((address, name or None), message.to, message.subject or "", message.body, message.html)
        # For this person's part of it (p=0), and opaque: SendGrid keeps it for long.
        mail.add_custom_arg(CustomArg("action_id", message.token, p=0))
        if message.attachment is not None:
            content = FileContent(base64.b64encode(message.attachment).decode())
            mail.attachment = Attachment(content, FileName("letter.pdf"), FileType("application/pdf"))
        found: dict[str, Any] = json.loads(json.dumps(mail.get()))
        return found
