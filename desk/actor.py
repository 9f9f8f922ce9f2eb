"""Who asks something of the system, and in which role? Every use case is told."""

import re
from dataclasses import dataclass
from typing import Literal

from desk.refused import Refused

WorkRole = Literal["agent", "auditor", "operations", "system"]
"""agent: works cases; auditor: reads and proves; operations: portfolios, money; system: nobody in person."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:@-]{0,199}")


@dataclass(frozen=True)
class Actor:
    """A person by the name they log in with, or a program: it stands with every fact that they tell.

    The name ends in histories: a code without blanks, so that no sentence fits.
    """

    name: str
    role: WorkRole

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise Refused(f"{self.name!r} is no code: letters, digits and _ . : @ - without blanks")
