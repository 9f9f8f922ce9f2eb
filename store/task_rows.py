"""The tasks of people that steps open: each once, under the key of its attempt."""

from collections.abc import Mapping
from datetime import datetime

from models.decisions import StepInput
from models.events import Result
from models.jurisdiction import Jurisdiction
from models.tables.trail import Attempt, Task
from store.attempts import Step
from store.database import Database


def open_task(
    database: Database, packs: Mapping[str, Jurisdiction], asked: StepInput, told: Result, at: datetime
) -> Result:
    """Put the step on the worklist, once, unless the law defers or refuses it: in one transaction."""
    with database.session() as session:
        step = Step(database, session, asked, at)
        attempt = step.begin(packs)
        if not isinstance(attempt, Attempt):
            return attempt
        if session.get(Task, attempt.key) is None:
            session.add(_task(asked, attempt, at))
        return step.finish(told, "open")


def _task(asked: StepInput, attempt: Attempt, at: datetime) -> Task:
    act, law = asked.act, attempt.law or {}
    return Task(
        key=act.key,
        account=asked.account,
        kind="release" if act.waits_for == "release" else act.do,
        step=act.step,
        attempt=act.attempt,
        assignee=act.assignee or "collectors",
        why=act.why,
        duties=[f"{says} ({rule})" for rule, _, says in law.get("duties", [])],
        due=act.due,
        opened=at,
    )
