"""How does a use case say no?"""

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """It cannot be done as asked; the message says why, and what to do instead. Each skin shows it in its own way.

    `more`: what else a program wants to know of it, such as that a fact was kept for a person.
    """

    def __init__(self, why: str, more: Mapping[str, Any] | None = None) -> None:
        super().__init__(why)
        self.more = more or {}

    def told(self) -> dict[str, Any]:
        """As data."""
        return {"became": "refused", "why": str(self), **self.more}
