"""What does Twilio tell of an SMS, or a debtor by one, and is it really Twilio?"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import SecretStr
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import HMAC_SHA256, RequestValidator, get_signature_algorithm

from activities.vendors.vendor_hook import FORGED, Refusal, vendor_words
from models.event import Channel
from models.reference_code import bank_code
from models.webhook import Arrival

_LONGEST_TEXT = 5000
WORDS = vendor_words(Path(__file__).parent)


class TwilioDoor:
    """The keys by which Twilio is known: its token, a shared key; neither of them: nobody is."""

    def __init__(self, public_url: str | None, token: SecretStr | None, shared: SecretStr | None) -> None:
        self._public_url = (public_url or "").rstrip("/")
        self._by_token = RequestValidator(token.get_secret_value()) if token else None
        self._by_shared_key = RequestValidator(shared.get_secret_value()) if shared else None

    @property
    def open(self) -> bool:
        """Whether there is a key, and the public address that it signs."""
        return bool(self._public_url and (self._by_token or self._by_shared_key))

    def check(self, path: str, form: ImmutableMultiDict[str, str], headers: Mapping[str, str]) -> None:
        """Over the address that Twilio called, which is the public one and not what the proxy made of it."""
        algorithm = get_signature_algorithm(headers.get("X-Twilio-Webhooks-Signature-Settings"))
        validator = self._by_shared_key if algorithm == HMAC_SHA256 else self._by_token
        signature = headers.get("X-Twilio-Signature", "")
        if validator is None or not validator.validate(f"{self._public_url}{path}", form, signature, algorithm):
            raise Refusal(403, FORGED)


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
        words=WORDS,
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
        words=WORDS,
        provider_id=bank_code(sid),
        address=sender,
        body=form.get("Body", "")[:_LONGEST_TEXT],
        opted=took.get(form.get("OptOutType", "")),
    )
