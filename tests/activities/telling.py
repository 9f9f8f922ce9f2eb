"""What the workflow hands to its local activities, from events."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from models import events as e
from models.decisions import Told


def told(events: Iterable[Any], at: datetime) -> tuple[Told, ...]:
    """Events as they come: a step's result from the step, all else by a signal."""
    return tuple(
        Told(
            name=event.kind,
            content=event.model_dump(mode="json"),
            by="step" if isinstance(event, e.StepResult) else "signal",
            ref=f"run:{n}",
            at=at,
        )
        for n, event in enumerate(events, 1)
    )
