"""Tasks for people: a call, a visit, a trace, a review, a release; with due date, assignee and attempt number."""

from typing import Any

from sqlmodel import Session

from activities.attempt_frame import Effects, clock
from models.decisions import StepInput
from models.events import Result
from models.tables.trail import Attempt, Task
from policy.steps.step_outcomes import done


class Worklist:
    """Opens tasks; their outcome comes back as a signal."""

    def __init__(self, effects: Effects) -> None:
        self._effects = effects

    def open_task(self, asked: StepInput) -> Result:
        """Put the step on the worklist, once, unless the law defers or refuses it."""
        at = clock(asked)
        with self._effects.database.session() as session:
            against = self._effects.begin(session, asked, at)
            if against is not None:
                return against
            attempt = session.get_one(Attempt, asked.act.key)
            self._put(session, asked, attempt.law)
            return self._effects.finish(session, asked, done(asked), at, "open")

    def _put(self, session: Session, asked: StepInput, law: dict[str, Any] | None) -> None:
        act = asked.act
        if session.get(Task, act.key) is not None:
            return
        session.add(
            Task(
                key=act.key,
                account=asked.account,
                kind="release" if act.waits_for == "release" else act.do,
                step=act.step,
                attempt=act.attempt,
                assignee=act.assignee or "collectors",
                why=act.why,
                duties=[f"{says} ({rule})" for rule, _, says in (law or {}).get("duties", [])],
                due=act.due,
                opened=clock(asked),
            )
        )
