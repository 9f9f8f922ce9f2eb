"""What is to be done by people, by when, for whom, and how is it named when they tell what came of it?"""

from datetime import UTC, datetime, timedelta
from typing import Any

from desk.actor import Actor
from desk.lookup import find_account, find_portfolio, short_key, some
from desk.refused import Refused
from models.decisions import Line
from models.wanted_tasks import WantedTasks
from policy.law.days import debtor_day
from store.database import Database
from store.worklist_rows import Attention, TaskFound, attentions, settle_task, tasks_wanted

CALLS = ("call", "visit", "trace")


def tasks(database: Database, wanted: WantedTasks, now: datetime, by: Actor) -> tuple[list[dict[str, Any]], int]:
    """The tasks by due date, those without one last, and how many there are in all."""
    if wanted.portfolio:
        find_portfolio(database, wanted.portfolio)
    found, total = tasks_wanted(database, wanted, now)
    return [_told(one) for one in found], total


def _told(found: TaskFound) -> dict[str, Any]:
    task = found.task
    due, key = task["due"], task["key"]
    return {
        "key": key,
        "short_key": short_key(key, found.account, found.strategy),
        **{name: task[name] for name in ("kind", "step", "attempt", "assignee", "status", "outcome", "due")},
        "last_day": debtor_day(due - timedelta(microseconds=1), found.zone) if due else None,
        "account": found.reference,
        "portfolio": found.portfolio,
        "debtor": found.debtor,
        "phone": found.phone if task["kind"] in CALLS or found.text is not None else None,
        "why": task["why"],
        "duties": task["duties"],
        "text": found.text,
    }


def settle(database: Database, word: str, note: str | None, account: str | None, by: Actor) -> Line:
    """Close what a person looked at; the line that says so in the story."""
    task = _attention(database, word, account)
    line = _line(task, note, by)
    if not settle_task(database, task.key, note or "settled", line):
        raise Refused(f"the case of {word} is busy: try again")
    return line


def _attention(database: Database, word: str, account: str | None) -> Attention:
    """The open task that only a person can settle, by its key or the end of it; of one account or of any."""
    tasks = attentions(database, word, find_account(database, account).id if account else None)
    meant = [t for t in tasks if t.key == word] or [t for t in tasks if t.key.endswith(f":{word}")]
    if not meant:
        raise Refused(f"nothing that waits for a person ends in {word!r}: see `agent.py worklist`")
    if len(meant) > 1:
        raise Refused(f"{word!r} may be one of {some([t.key for t in meant])}")
    return meant[0]


def _line(task: Attention, note: str | None, by: Actor) -> Line:
    detail: dict[str, Any] = {"task": task.key, "by": by.name} | ({"note": note} if note else {})
    return Line(
        key=f"settled:{task.key}",
        time=datetime.now(UTC),
        account=task.account,
        kind="settled",
        step=task.step,
        reason=f"settled by {by.name}: {task.why}" + (f" ({note})" if note else ""),
        detail=detail,
    )
