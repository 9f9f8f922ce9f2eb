"""What the stand-in tells of messages that it took: signed as the vendors sign, late, twice, in any order or never."""

import base64
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush
from itertools import count
from threading import Condition, Thread
from typing import Any
from uuid import uuid4

import requests
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from twilio.request_validator import RequestValidator

from tests.now import right_now

STATUSES = {"twilio": ("queued", "sent", "delivered"), "sendgrid": ("processed", "delivered")}
Times = Callable[[str], Sequence[tuple[float, str]]]
"""What is told of a vendor's message: after how many seconds, which status."""


def never(vendor: str) -> Sequence[tuple[float, str]]:
    """Nothing is told."""
    return ()


def in_order(vendor: str) -> Sequence[tuple[float, str]]:
    """All is told once, soon, in order."""
    return [(0.05 * (n + 1), status) for n, status in enumerate(STATUSES[vendor])]


@dataclass
class Callbacks:
    """Calls the house back. `events`: where SendGrid's events go; Twilio is told where with each message."""

    times: Times = never
    twilio_token: str = "a-token-of-the-stand-in"
    events: str | None = None
    sendgrid_key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))

    def __post_init__(self) -> None:
        self._agenda: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers, self._changed, self._stopped = count(), Condition(), False
        self._telling = False
        self.refused: list[int | str] = []
        Thread(target=self._run, daemon=True).start()

    @property
    def sendgrid_public_key(self) -> str:
        """As SendGrid shows it: bare base64 of the DER."""
        der = self.sendgrid_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    def taken(self, vendor: str, token: str, reference: str, url: str | None) -> None:
        """A message was taken: what is told of it is put on the agenda."""
        for seconds, status in self.times(vendor):
            if vendor == "twilio" and url:
                self._later(seconds, partial(self.tell_twilio, url, reference, status))
            elif vendor == "sendgrid" and self.events:
                self._later(seconds, partial(self.tell_sendgrid, token, reference, status))

    def tell_twilio(self, url: str, reference: str, status: str, code: str | None = None) -> int:
        """One status callback, with the code of its error; the HTTP status of the answer."""
        form = {"MessageSid": reference, "SmsSid": reference, "MessageStatus": status, "SmsStatus": status}
        return self._signed(url, form | ({"ErrorCode": code} if code else {}))

    def write(self, url: str, sender: str, body: str) -> int:
        """A debtor writes an SMS; the HTTP status of the answer."""
        return self._signed(url, {"MessageSid": f"SM{uuid4().hex}", "From": sender, "To": "+12025550100", "Body": body})

    def _signed(self, url: str, form: dict[str, str]) -> int:
        signature = RequestValidator(self.twilio_token).compute_signature(url, form)
        return self._post(url, form, {"X-Twilio-Signature": signature})

    def tell_sendgrid(self, token: str, reference: str, event: str) -> int:
        """One batch of one event; the HTTP status of the answer."""
        assert self.events
        told: dict[str, Any] = {"event": event, "action_id": token, "sg_message_id": f"{reference}.filter0"}
        told["timestamp"] = 1
        body = json.dumps([told | {"sg_event_id": f"{token}-{event}", "email": "debtor@example.org"}]).encode()
        stamp = str(int(right_now().timestamp()))
        signature = base64.b64encode(self.sendgrid_key.sign(stamp.encode() + body, ECDSA(SHA256()))).decode()
        names = ("X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp", "Content-Type")
        return self._post(self.events, body, dict(zip(names, (signature, stamp, "application/json"), strict=True)))

    @property
    def idle(self) -> bool:
        """Whether all that was to be told was told."""
        with self._changed:
            return not self._agenda and not self._telling

    def stop(self) -> None:
        """Tell nothing more."""
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def _post(self, url: str, body: bytes | dict[str, str], headers: dict[str, str]) -> int:
        try:
            status = requests.post(url, data=body, headers=headers, timeout=15).status_code
        except requests.RequestException as fault:
            self.refused.append(type(fault).__name__)
            return 0
        if status >= 300:
            self.refused.append(status)
        return status

    def _later(self, seconds: float, tell: Callable[[], object]) -> None:
        with self._changed:
            heappush(self._agenda, (time.monotonic() + seconds, next(self._numbers), tell))
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and (not self._agenda or self._agenda[0][0] > time.monotonic()):
                    self._changed.wait(self._agenda[0][0] - time.monotonic() if self._agenda else None)
                if self._stopped:
                    return
                _, _, tell = heappop(self._agenda)
                self._telling = True
            tell()
            self._telling = False
