"""A vendor that refuses us, not the message: its channel stops, people are alerted, and it is tried again hourly."""

import logging
from datetime import datetime, timedelta

from sqlmodel import Session

from models.decisions import StepInput
from models.events import StepDeferred
from models.tables.trail import Task
from policy.steps.step_outcomes import base

_PAUSE = timedelta(hours=1)
STOPS = "channel:"
"""Begins the key of the task that stands for a stopped channel: no case waits for it and none takes it back."""
_log = logging.getLogger(__name__)


def stopped_until(session: Session, vendor: str, country: str, at: datetime) -> datetime | None:
    """Until when nothing is sent by the vendor to the country; None when it works."""
    task = session.get(Task, _key(vendor, country))
    return task.due if task and task.status == "open" and task.due and task.due > at else None


def stop(session: Session, vendor: str, country: str, account: str, code: str, at: datetime) -> datetime:
    """Stop the vendor for the country, put it on the worklist once, and say until when."""
    until, key = at + _PAUSE, _key(vendor, country)
    why = f"{vendor} sends nothing to {country} ({code}): mend its account or sender"
    _log.error("%s", why)
    task = session.get(Task, key)
    if task is None:
        task = Task(key=key, account=account, kind="attention", assignee="supervisors", why=why, opened=at)
        session.add(task)
    task.status, task.why, task.due, task.outcome, task.ended = "open", why, until, None, None
    return until


def works_again(session: Session, vendor: str, country: str, at: datetime) -> None:
    """A message was taken: the task has done its work."""
    task = session.get(Task, _key(vendor, country))
    if task is not None and task.status == "open":
        task.status, task.outcome, task.ended = "done", "works again", at


def deferral(asked: StepInput, vendor: str, until: datetime) -> StepDeferred:
    """The step waits until the vendor is tried again; no attempt is used up."""
    return StepDeferred(**base(asked.act, "step_deferred"), until=until, rule=f"HOUSE-5: {vendor} is stopped")


def _key(vendor: str, country: str) -> str:
    return f"{STOPS}{vendor}:{country}"
