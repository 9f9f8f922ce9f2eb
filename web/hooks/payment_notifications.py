"""Is it really the client or its bank who notifies of payments? Our own door: signed with the client's secret."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime

from pydantic import SecretStr

from activities.vendors.vendor_hook import FORGED, Refusal

PAYMENT_CLIENT, PAYMENT_TIMESTAMP, PAYMENT_SIGNATURE = "Rientro-Client", "Rientro-Timestamp", "Rientro-Signature"
_TOLERANCE_SECONDS = 300
_SECONDS = re.compile(r"[0-9]{1,12}")


class PaymentDoor:
    """The secrets of the clients."""

    def __init__(self, secrets: Mapping[str, SecretStr]) -> None:
        self._keys = {name: key.get_secret_value().encode() for name, key in secrets.items()}

    @property
    def open(self) -> bool:
        """Whether any client has one."""
        return bool(self._keys)

    def check(self, body: bytes, headers: Mapping[str, str], now: datetime) -> str:
        """HMAC-SHA256 over `<timestamp>.<body>`, not older than five minutes; the client whose key it is."""
        client = headers.get(PAYMENT_CLIENT, "")
        timestamp, signature = headers.get(PAYMENT_TIMESTAMP, ""), headers.get(PAYMENT_SIGNATURE, "")
        key = self._keys.get(client)
        if key is None or not _SECONDS.fullmatch(timestamp):
            raise Refusal(403, FORGED)
        wanted = sign_payments(key, timestamp, body)
        if not hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "replace")):
            raise Refusal(403, FORGED)
        if abs(now.timestamp() - int(timestamp)) > _TOLERANCE_SECONDS:
            raise Refusal(403, "the timestamp is more than five minutes off")
        return client


def sign_payments(key: bytes, timestamp: str, body: bytes) -> str:
    """The signature of a payment notification, in hexadecimal digits."""
    return hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
