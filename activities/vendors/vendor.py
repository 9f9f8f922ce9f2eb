"""What every way out of the house looks like to those who send: the seam behind which vendors stand."""

from datetime import datetime
from typing import Protocol

from models.message import Fault, Message


class SentTwice(Exception):
    """The same key was sent before: a fault of ours that must never be silent."""


class NotSent(Exception):
    """The vendor surely did not take the message: it may be tried again, not before `after` seconds."""

    def __init__(self, code: str, after: float | None = None) -> None:
        super().__init__(code)
        self.code, self.after = code, after


class MayHaveLeft(Exception):
    """Nobody knows whether the vendor took the message: it must be looked up, never sent again."""


class Rejected(Exception):
    """The vendor surely did not take the message and will not: `fault` says why."""

    def __init__(self, fault: Fault, code: str) -> None:
        super().__init__(f"{fault}: {code}")
        self.fault, self.code = fault, code


class Provider(Protocol):
    """A vendor, or the outbox. What it raises names codes only: no address, no text, no key."""

    @property
    def name(self) -> str:
        """Its name in logs and on the worklist."""
        ...

    @property
    def remembers(self) -> bool:
        """Whether a message that `find` does not find surely did not leave (the outbox)."""
        ...

    def send(self, message: Message) -> str | None:
        """Send once and return the provider's reference. Raises NotSent, MayHaveLeft, Rejected."""
        ...

    def find(self, message: Message, since: datetime | None = None) -> list[str]:
        """The references of messages that left since then and may be this one; empty when none is known."""
        ...
