"""How does a case take in what comes: a fact, a finding, a step's result? What it changes is stored as events.

What cannot be taken as told (a promise in the past, money in another currency) is kept and flagged for a person.
"""

from datetime import datetime

from models import events as e
from models.case import Case
from models.decisions import Decision
from models.events import Heard
from policy.case.case_changes import changed, flagged
from policy.deciding.finding_effects import noted
from policy.facts.fact_table import FACT_TABLE, objection, reused
from policy.steps.step_effects import step_taken


def apply(case: Case, heard: Heard) -> Case:
    """The case after it heard the event. A fact whose `event_id` is known already changes nothing."""
    event = heard.event
    if isinstance(event, e.AResult):
        return step_taken(case, event, heard.at)
    if isinstance(event, e.AFinding):
        return noted(case, event, heard.at)
    if event.event_id in case.seen:
        again = reused(case, event)
        return flagged(case, "reused", event.event_id, again) if again else case
    case = changed(case, seen=(*case.seen, event.event_id))
    if isinstance(event, e.Unreadable):
        why = f"signal {event.signal} could not be read: {event.reason}"
        return flagged(case, "event", event.event_id, why)
    if against := objection(case, event, heard.at):
        return flagged(case, "event", event.event_id, f"{event.kind} not taken: {against}")
    return FACT_TABLE[event.kind].taken(case, event, heard.at)


def follow(case: Case, decision: Decision) -> Case:
    """The case with the decision's findings; what it was asked to do is still to come."""
    for finding in decision.findings:
        case = noted(case, finding, decision.at)
    return changed(case, decisions=decision.number)


def end(case: Case, outcome: str, at: datetime) -> Case:
    """The case as it is kept after it ended."""
    return changed(case, outcome=outcome, closed=at, pending=None, deferred=None)
