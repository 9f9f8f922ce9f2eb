"""Tasks for people: a call, a visit, a trace, a review, a release; with due date, assignee and attempt number."""

from activities.attempt_frame import Effects, clock
from models.decisions import StepInput
from models.events import Result
from policy.steps.step_outcomes import done
from store import task_rows


class Worklist:
    """Opens tasks; their outcome comes back as a signal."""

    def __init__(self, effects: Effects) -> None:
        self._effects = effects

    def open_task(self, asked: StepInput) -> Result:
        """Put the step on the worklist, once, unless the law defers or refuses it."""
        return task_rows.open_task(self._effects.database, self._effects.packs, asked, done(asked), clock(asked))
