"""What is a message that leaves the house, and what can a vendor's refusal of it mean?"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Fault = Literal["transient", "unknown", "address", "opt_out", "configuration", "ours", "review"]
"""What an error of a vendor means (errors.yaml beside each vendor)."""


@dataclass(frozen=True)
class Message:
    """Something to be sent once, under the business key of its attempt."""

    key: str
    day: date
    channel: str
    to: str
    subject: str | None
    body: str
    attachment: bytes | None = None
    token: str = ""
    """The opaque name of the attempt, by which a vendor's callbacks name it."""
    html: str | None = None
    """The same text as a page, for those who read e-mail so."""
