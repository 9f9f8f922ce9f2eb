"""What is to be done by people, by when, for whom, and how is it named when they tell what came of it?"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from cli.output import count, say, show_table
from desk.lookup import find_account, find_attention, short_key
from desk.refused import Refused
from models.decisions import Line
from models.tables.accounts import Account, Party
from models.tables.arrivals import Webhook
from models.tables.trail import FOR_A_PERSON, Task
from policy.law.may_contact import debtor_day
from store import journal
from store.database import Database

TRIES = 3
CALLS = ("call", "visit", "trace")
COLUMNS = ("due", "what", "for", "account", "debtor", "phone", "why", "key")


@dataclass(frozen=True)
class Wanted:
    """Which tasks are asked for."""

    assignee: str | None = None
    portfolio: str | None = None
    overdue: bool = False
    ended: bool = False
    limit: int = 100


def tasks(session: Session, wanted: Wanted, now: datetime) -> tuple[list[dict[str, Any]], int]:
    """The tasks by due date, those without one last, and how many there are in all."""
    asked = select(Task, Account, Party).join(Account, col(Account.id) == Task.account)
    asked = asked.join(Party, col(Party.id) == Account.party)
    if not wanted.ended:
        asked = asked.where(Task.status == "open")
    if wanted.assignee:
        asked = asked.where(Task.assignee == wanted.assignee)
    if wanted.portfolio:
        asked = asked.where(Account.portfolio == wanted.portfolio)
    if wanted.overdue:
        asked = asked.where(Task.due <= now)  # type: ignore[operator]
    total = session.exec(select(func.count()).select_from(asked.subquery())).one()
    # False before true: tasks with a date first, on both databases.
    order = (col(Task.due).is_(None), col(Task.due), col(Task.opened), Task.key)
    found = [_told(*row) for row in session.exec(asked.order_by(*order).limit(wanted.limit))]
    texts = _written(session, found)
    return [task | {"text": texts.get(_message(task))} for task in found], total


def _message(task: dict[str, Any]) -> str:
    """The number of the message that a task is about: it is no sentence, the sentence stays in the database."""
    return str(task["key"]).partition(":message:")[2]


def _written(session: Session, found: list[dict[str, Any]]) -> dict[str, str]:
    """What debtors wrote, by the number of the message."""
    keys = {_message(task) for task in found if _message(task)}
    rows = session.exec(select(Webhook).where(col(Webhook.key).in_(keys))).all() if keys else []
    return {row.key: str(row.content.get("body") or "") for row in rows}


def _told(task: Task, account: Account, party: Party) -> dict[str, Any]:
    return {
        "key": task.key,
        "short_key": short_key(task.key, account),
        "kind": task.kind,
        "step": task.step,
        "attempt": task.attempt,
        "assignee": task.assignee,
        "status": task.status,
        "outcome": task.outcome,
        "due": task.due,
        "last_day": debtor_day(task.due - timedelta(microseconds=1), party.zone) if task.due else None,
        "account": account.reference,
        "portfolio": account.portfolio,
        "debtor": party.name,
        "phone": party.phone if task.kind in CALLS or ":message:" in task.key else None,
        "why": task.why,
        "duties": task.duties,
    }


def show_tasks(found: list[dict[str, Any]], total: int) -> None:
    """The worklist as a table."""
    rows = [
        [t["last_day"], _what(t), t["assignee"], t["account"], t["debtor"], t["phone"], _why(t), t["short_key"]]
        for t in found
    ]
    show_table("Worklist", COLUMNS, rows)
    more = f", {len(found)} shown: raise --limit" if total > len(found) else ""
    say(f"{count(total, 'task')}{more}")


def _why(task: dict[str, Any]) -> str:
    return f"{task['why']}: {task['text']}" if task["text"] else str(task["why"])


def _what(task: dict[str, Any]) -> str:
    what = task["kind"] if task["kind"] in FOR_A_PERSON else f"{task['kind']} {task['attempt']}"
    return what if task["status"] == "open" else f"{what} ({task['outcome'] or task['status']})"


def settle(database: Database, word: str, by: str, note: str | None, account: str | None) -> Line:
    """Close what a person looked at; the line that says so in the story."""
    for _ in range(TRIES):
        try:
            with database.session() as session:
                task = find_attention(session, word, find_account(session, account) if account else None)
                line = _settled(task, by, note)
                journal.append(session, task.account, [line])
                session.add(task)
            return line
        except IntegrityError:  # The case wrote the same line of its journal at the same moment.
            continue
    raise Refused(f"the case of {word} is busy: try again")


def _settled(task: Task, by: str, note: str | None) -> Line:
    now = datetime.now(UTC)
    task.status, task.outcome, task.ended = "done", note or "settled", now
    detail: dict[str, Any] = {"task": task.key, "by": by} | ({"note": note} if note else {})
    return Line(
        key=f"settled:{task.key}",
        time=now,
        account=task.account,
        kind="settled",
        step=task.step,
        reason=f"settled by {by}: {task.why}" + (f" ({note})" if note else ""),
        detail=detail,
    )
