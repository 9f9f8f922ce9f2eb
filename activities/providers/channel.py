"""What every way out of the house looks like to those who send: the seam behind which vendors stand."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol


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


class SentTwice(Exception):
    """The same key was sent before: a fault of ours that must never be silent."""


class Provider(Protocol):
    """A vendor, or the outbox. `find` answers what became of a key whose outcome is not known."""

    def send(self, message: Message) -> str:
        """Send once and return the provider's reference."""
        ...

    def find(self, message: Message) -> str | None:
        """The provider's reference of a message that left, or None when it surely did not."""
        ...
