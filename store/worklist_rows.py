"""The worklist as people read and settle it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from models.decisions import Line
from models.tables.accounts import Account, Party
from models.tables.arrivals import Webhook
from models.tables.trail import FOR_A_PERSON, Task
from models.wanted_tasks import WantedTasks
from store import journal
from store.database import Database

_TRIES = 3


@dataclass(frozen=True)
class TaskFound:
    """A task, its account and its debtor."""

    task: dict[str, Any]
    account: str
    reference: str
    portfolio: str
    strategy: str
    debtor: str
    phone: str | None
    zone: str
    text: str | None
    """What the debtor wrote, where it is about a message."""


@dataclass(frozen=True)
class Attention:
    """An open task that only a person can settle."""

    key: str
    account: str
    step: str | None
    why: str


def tasks_wanted(database: Database, wanted: WantedTasks, now: datetime) -> tuple[list[TaskFound], int]:
    """The tasks by due date, those without one last, and how many there are in all."""
    asked = select(Task, Account, Party).join(Account, col(Account.id) == Task.account)
    asked = asked.join(Party, col(Party.id) == Account.party).where(*_conditions(wanted, now))
    # False before true: tasks with a date first, on both databases.
    order = (col(Task.due).is_(None), col(Task.due), col(Task.opened), Task.key)
    with database.reading() as session:
        total = session.exec(select(func.count()).select_from(asked.subquery())).one()
        rows = session.exec(asked.order_by(*order).limit(wanted.limit)).all()
        texts = _written(session, [task for task, _, _ in rows])
    return [_found(*row, texts) for row in rows], total


def _conditions(wanted: WantedTasks, now: datetime) -> list[Any]:
    asked: list[Any] = [] if wanted.ended else [Task.status == "open"]
    asked += [Task.assignee == wanted.assignee] if wanted.assignee else []
    asked += [Account.portfolio == wanted.portfolio] if wanted.portfolio else []
    return asked + ([col(Task.due) <= now] if wanted.overdue else [])


def _found(task: Task, account: Account, party: Party, texts: dict[str, str]) -> TaskFound:
    return TaskFound(
        task.model_dump(),
        account.id,
        account.reference,
        account.portfolio,
        account.strategy,
        party.name,
        party.phone,
        party.zone,
        texts.get(_message(task)),
    )


def _message(task: Task) -> str:
    """The number of the message that a task is about: it is no sentence, the sentence stays in the database."""
    about = task.key.removeprefix(f"{task.account}:message:")
    return "" if about == task.key else about


def _written(session: Session, found: Sequence[Task]) -> dict[str, str]:
    """What debtors wrote, by the number of the message."""
    keys = {_message(task) for task in found if _message(task)}
    rows = session.exec(select(Webhook).where(col(Webhook.key).in_(keys))).all() if keys else []
    return {row.key: str(row.content.get("body") or "") for row in rows}


def attentions(database: Database, ending: str, account: str | None) -> list[Attention]:
    """The open tasks for a person whose key ends so; of one account or of any."""
    wanted = select(Task).where(col(Task.kind).in_(FOR_A_PERSON), Task.status == "open")
    if account is not None:
        wanted = wanted.where(Task.account == account)
    with database.reading() as session:
        rows = session.exec(wanted.where(col(Task.key).endswith(ending, autoescape=True))).all()
    return [Attention(task.key, task.account, task.step, task.why) for task in rows]


def settle_task(database: Database, key: str, outcome: str, line: Line) -> bool:
    """Take it off the worklist, with the line that says so in the story. Not where the case is busy, or it is done."""
    for _ in range(_TRIES):
        try:
            with database.session() as session:
                task = session.get_one(Task, key)
                if task.status != "open":
                    return False
                task.status, task.outcome, task.ended = "done", outcome, line.time
                journal.append(session, task.account, [line])
            return True
        except IntegrityError:  # The case wrote the same line of its journal at the same moment.
            continue
    return False
