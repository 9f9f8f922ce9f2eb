"""How does an activity learn what its step is asked? It stands in the store, kept with its decision."""

from collections.abc import Callable

from temporalio import activity

from models.decisions import StepCall, StepInput
from models.events import Result
from store.case_rows import instructed
from store.database import Database

Take = Callable[[StepInput], Result]
Taking = Callable[[StepCall], Result]


def by_instruction(database: Database, take: Take) -> Taking:
    """The activity of a step, under the name of the function that takes it."""

    @activity.defn(name=take.__name__)
    def taken(call: StepCall) -> Result:
        with database.reading() as session:
            asked = instructed(session, call)
        return take(asked)

    return taken
