"""Is it really the vendor who calls? By signature over the public address and the very bytes; no key: nobody is."""

import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime

from sendgrid.helpers.eventwebhook import EventWebhook
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import HMAC_SHA256, RequestValidator, get_signature_algorithm

from settings import Settings, SettingsError

PAYMENT_CLIENT, PAYMENT_TIMESTAMP, PAYMENT_SIGNATURE = "Rientro-Client", "Rientro-Timestamp", "Rientro-Signature"
TOLERANCE_SECONDS = 300
SECONDS = re.compile(r"[0-9]{1,12}")
FORGED = "the signature does not fit"


class Refusal(Exception):
    """A webhook that is not taken: the HTTP status, and why, without a word of what it holds."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


class Signatures:
    """The keys of all who may call."""

    def __init__(self, settings: Settings) -> None:
        self._public_url = (settings.public_url or "").rstrip("/")
        token, shared = settings.twilio_auth_token, settings.twilio_webhook_key
        self._twilio = RequestValidator(token.get_secret_value()) if token else None
        self._twilio_shared = RequestValidator(shared.get_secret_value()) if shared else None
        self._sendgrid = _event_webhook(settings.sendgrid_verification_key)
        self._payments = {name: key.get_secret_value().encode() for name, key in settings.payment_secrets.items()}

    def open_doors(self) -> dict[str, bool]:
        """Which webhooks can be taken with the keys that are set."""
        twilio = bool(self._public_url and (self._twilio or self._twilio_shared))
        return {"twilio": twilio, "sendgrid": self._sendgrid is not None, "payments": bool(self._payments)}

    def require(self, door: str) -> None:
        """Raises Refusal where no key is set: a stranger cannot be told from the vendor."""
        if not self.open_doors()[door]:
            raise Refusal(503, f"{door} webhooks are not configured here")

    def check_twilio(self, path: str, form: ImmutableMultiDict[str, str], headers: Mapping[str, str]) -> None:
        """Over the address that Twilio called, which is the public one and not what the proxy made of it."""
        algorithm = get_signature_algorithm(headers.get("X-Twilio-Webhooks-Signature-Settings"))
        validator = self._twilio_shared if algorithm == HMAC_SHA256 else self._twilio
        signature = headers.get("X-Twilio-Signature", "")
        if validator is None or not validator.validate(f"{self._public_url}{path}", form, signature, algorithm):
            raise Refusal(403, FORGED)

    def check_sendgrid(self, body: bytes, headers: Mapping[str, str]) -> None:
        """ECDSA over the timestamp and the body. An old one may come: SendGrid tries for a day."""
        assert self._sendgrid is not None
        signature = headers.get("X-Twilio-Email-Event-Webhook-Signature", "")
        timestamp = headers.get("X-Twilio-Email-Event-Webhook-Timestamp", "")
        try:
            text = body.decode()
        except UnicodeDecodeError:
            raise Refusal(400, "the body is not UTF-8") from None
        try:
            fits = self._sendgrid.verify_signature(text, signature, timestamp)
        except (binascii.Error, ValueError):
            fits = False
        if not fits:
            raise Refusal(403, FORGED)

    def check_payments(self, body: bytes, headers: Mapping[str, str], now: datetime) -> str:
        """HMAC-SHA256 over `<timestamp>.<body>`, not older than five minutes; the client whose key it is."""
        client = headers.get(PAYMENT_CLIENT, "")
        timestamp, signature = headers.get(PAYMENT_TIMESTAMP, ""), headers.get(PAYMENT_SIGNATURE, "")
        key = self._payments.get(client)
        if key is None or not SECONDS.fullmatch(timestamp):
            raise Refusal(403, FORGED)
        wanted = sign_payments(key, timestamp, body)
        if not hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "replace")):
            raise Refusal(403, FORGED)
        if abs(now.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
            raise Refusal(403, "the timestamp is more than five minutes off")
        return client


def sign_payments(key: bytes, timestamp: str, body: bytes) -> str:
    """The signature of a payment notification, in hexadecimal digits."""
    return hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _event_webhook(key: str | None) -> EventWebhook | None:
    if key is None:
        return None
    try:
        return EventWebhook(key)
    except ValueError:
        raise SettingsError("SENDGRID_VERIFICATION_KEY: this is not the verification key of an event webhook") from None
