"""What does SendGrid tell of e-mails, and is it really SendGrid?"""

import binascii
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic_core import from_json, to_json
from sendgrid.helpers.eventwebhook import EventWebhook

from activities.vendors.vendor_hook import FORGED, Refusal, vendor_words
from models.event import Channel
from models.reference_code import bank_code
from models.webhook import Arrival

WORDS = vendor_words(Path(__file__).parent)


class SendGridDoor:
    """The public key of the signed event webhook; without it nobody is SendGrid. Raises ValueError for what is none."""

    def __init__(self, key: str | None) -> None:
        self._events = EventWebhook(key) if key is not None else None

    @property
    def open(self) -> bool:
        """Whether there is a key."""
        return self._events is not None

    def check(self, body: bytes, headers: Mapping[str, str]) -> None:
        """ECDSA over the timestamp and the body. An old one may come: SendGrid tries for a day."""
        assert self._events is not None
        signature = headers.get("X-Twilio-Email-Event-Webhook-Signature", "")
        timestamp = headers.get("X-Twilio-Email-Event-Webhook-Timestamp", "")
        try:
            text = body.decode()
        except UnicodeDecodeError:
            raise Refusal(400, "the body is not UTF-8") from None
        try:
            fits = self._events.verify_signature(text, signature, timestamp)
        except (binascii.Error, ValueError):
            fits = False
        if not fits:
            raise Refusal(403, FORGED)


def sendgrid_events(body: bytes, at: datetime) -> list[Arrival]:
    """What became of e-mails. Raises Refusal."""
    try:
        told = from_json(body, allow_inf_nan=False)
    except ValueError:
        raise Refusal(400, "this is no JSON") from None
    if not isinstance(told, list) or not all(isinstance(event, dict) for event in told):
        raise Refusal(400, "events come as an array of objects")
    return list(_arrivals(told, at))


def _arrivals(told: list[dict[str, Any]], at: datetime) -> Iterator[Arrival]:
    for event in told:
        word, token = _text(event, "event"), _text(event, "action_id")
        if word in WORDS.unused:
            continue
        if word == "bounce" and event.get("type") == "blocked":
            word = "blocked"
        # SendGrid's own id of an event may change when it is told again; what it says does not.
        message = token or _text(event, "sg_message_id") or f"content:{sha256(to_json(event)).hexdigest()[:32]}"
        when = _text(event, "timestamp") or "0"
        yield Arrival(
            key=f"sendgrid:{bank_code(message)}:{bank_code(word or 'none')}:{bank_code(when)}",
            source="sendgrid",
            channel=Channel.email,
            at=at,
            words=WORDS,
            word=word or "",
            cause=_text(event, "reason"),
            token=bank_code(token) if token else None,
            provider_id=_provider_id(event),
            address=_text(event, "email"),
        )


def _provider_id(event: Mapping[str, Any]) -> str | None:
    # What the API answered is the part before the first dot: the rest says which server took it further.
    whole = _text(event, "sg_message_id")
    return bank_code(whole.partition(".")[0] or whole) if whole else None


def _text(event: Mapping[str, Any], name: str) -> str | None:
    value = event.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) and value != "" else None
