"""What did a vendor say? Its words, read into what is kept of them: no more than is needed, and nothing is trusted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json, to_json

from intake.payments_file import bank_code
from models.event import Channel
from web.hooks.signatures import Refusal
from writing.text_files import OnceLoader

Source = Literal["twilio_status", "twilio_inbound", "sendgrid"]
LONGEST_TEXT = 5000


class Said(NamedTuple):
    """What a vendor's word means to a case."""

    report: str | None = None
    opted: Literal["stopped", "lifted"] | None = None


class Vendor(BaseModel):
    """One vendor of `vendors.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    ranks: dict[str, int]
    reports: dict[str, Literal["delivered", "failed", "bounced"]]
    bad_address: frozenset[str]
    stopped: frozenset[str]
    configuration: frozenset[str]
    lifted: frozenset[str]
    unused: frozenset[str]

    def says(self, word: str, cause: str | None) -> Said | None:
        """The meaning of a word; None: nobody has heard it before."""
        known = self.ranks.keys() | self.stopped | self.lifted
        if word not in known:
            return None
        why = (cause or "").casefold()
        report: str | None = self.reports.get(word)
        if report == "failed" and why in self.bad_address:
            report = "bounced"
        if word in self.stopped or why in self.stopped:
            return Said(report, "stopped")
        return Said(report, "lifted" if word in self.lifted else None)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message of a vendor, before anybody knows which case it is about."""

    key: str
    source: Source
    channel: Channel
    at: datetime
    word: str = ""
    cause: str | None = None
    token: str | None = None
    provider_id: str | None = None
    address: str | None = None
    """The debtor's number or mail address, as the vendor writes it."""
    body: str | None = None
    opted: Literal["stopped", "lifted"] | None = None
    """What the vendor itself took the answer for."""


def load_vendors(file: Path = Path(__file__).parent / "vendors.yaml") -> Mapping[str, Vendor]:
    """The vendors by the source of their messages."""
    read = yaml.load(file.read_text("utf-8"), OnceLoader)
    return {"twilio_status": Vendor(**read["twilio"]), "sendgrid": Vendor(**read["sendgrid"])}


def twilio_status(form: Mapping[str, str], token: str | None, at: datetime) -> Arrival:
    """What became of an SMS. Raises Refusal."""
    sid, word = form.get("MessageSid") or form.get("SmsSid"), form.get("MessageStatus") or form.get("SmsStatus")
    if not sid or not word:
        raise Refusal(400, "a status needs MessageSid and MessageStatus")
    return Arrival(
        key=f"twilio:{bank_code(sid)}:{bank_code(word)}",
        source="twilio_status",
        channel=Channel.sms,
        at=at,
        word=word,
        cause=form.get("ErrorCode") or None,
        token=token,
        provider_id=bank_code(sid),
        address=form.get("To"),
    )


def twilio_inbound(form: Mapping[str, str], at: datetime) -> Arrival:
    """What a debtor wrote. Raises Refusal."""
    sid, sender = form.get("MessageSid") or form.get("SmsSid"), form.get("From")
    if not sid or not sender:
        raise Refusal(400, "a message needs MessageSid and From")
    took: dict[str, Literal["stopped", "lifted"]] = {"STOP": "stopped", "START": "lifted"}
    return Arrival(
        key=f"twilio:{bank_code(sid)}",
        source="twilio_inbound",
        channel=Channel.sms,
        at=at,
        provider_id=bank_code(sid),
        address=sender,
        body=form.get("Body", "")[:LONGEST_TEXT],
        opted=took.get(form.get("OptOutType", "")),
    )


def sendgrid_events(body: bytes, unused: frozenset[str], at: datetime) -> list[Arrival]:
    """What became of e-mails. Raises Refusal."""
    try:
        told = from_json(body, allow_inf_nan=False)
    except ValueError:
        raise Refusal(400, "this is no JSON") from None
    if not isinstance(told, list) or not all(isinstance(event, dict) for event in told):
        raise Refusal(400, "events come as an array of objects")
    return list(_sendgrid(told, unused, at))


def _sendgrid(told: list[dict[str, Any]], unused: frozenset[str], at: datetime) -> Iterator[Arrival]:
    for event in told:
        word, token = _text(event, "event"), _text(event, "action_id")
        if word in unused:
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
