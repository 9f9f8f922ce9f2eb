"""Which tasks of the worklist does somebody ask for?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class WantedTasks:
    """By default what is open, of everybody."""

    assignee: str | None = None
    portfolio: str | None = None
    overdue: bool = False
    ended: bool = False
    limit: int = 100
