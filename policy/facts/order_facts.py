"""What people of the house order: a hold, its end, a yes or no, a withdrawal, another strategy."""

from datetime import datetime, timedelta

from models import events as e
from models.case import Case, Flag, Released, StepRecord
from models.events import Outcome
from policy.case.case_changes import changed, recorded
from policy.facts.fact_spec import FactSpec
from policy.law.days import debtor_day
from policy.phrases import day_text, document_text, until_text
from policy.procedures.hold_rules import held_by, stops_text, without_hold
from policy.procedures.procedure_table import released

LONGEST_HOLD_DAYS = 730
MOVED = ("strategy", "cycle", "promise_days", "promises_at_most", "allocation", "terms")


def against_hold(case: Case, event: e.Hold | e.Hardship | e.Dispute | e.Protection, now: datetime) -> str | None:
    """Why a hold cannot begin so, whatever it is for."""
    over = event.until and event.until < debtor_day(now, case.zone)
    return f"it would end on {day_text(event.until)}, which is past" if event.until and over else None


def _against_order(case: Case, event: e.Hold, now: datetime) -> str | None:
    if why := against_hold(case, event, now):
        return why
    if event.until and event.until > debtor_day(now, case.zone) + timedelta(days=LONGEST_HOLD_DAYS):
        return f"a hold of more than {LONGEST_HOLD_DAYS} days: leave the end open and release it"
    return "a hold that blocks nothing holds nothing" if event.blocks == () else None


def _against_release(case: Case, event: e.Release, now: datetime) -> str | None:
    return None if _waits_for(case, event.of) else f"nothing here waits for a release of {event.of}"


def _stuck(case: Case, step: str) -> Flag | None:
    """The question about a step that waits for a person's decision."""
    return next((flag for flag in case.flags if flag.kind == "stuck" and flag.step == step), None)


def _holds(case: Case, reason: str) -> bool:
    return any(h.reason == reason and h.ended is None for h in case.holds)


def _waits_for(case: Case, of: str) -> bool:
    return _asked(case, of) or _stuck(case, of) is not None or _holds(case, of)


def _asked(case: Case, of: str) -> bool:
    """Whether a person is asked to say yes or no to this step: a release, or a task of the office such as a review."""
    pending = case.pending
    if pending is None or pending.step != of:
        return False
    return pending.waits_for == "release" or (pending.waits_for == "outcome" and pending.channel is None)


def _ops_hold(case: Case, event: e.Hold, at: datetime) -> Case:
    return held_by(case, event, event.reason, at, blocks=event.blocks)


def _release(case: Case, event: e.Release, at: datetime) -> Case:
    pending = case.pending
    stuck = _stuck(case, event.of)
    if pending is None and stuck:
        return _decided(case, event, stuck, at)
    if pending is None or not _asked(case, event.of):
        return _hold_released(case, event, at)
    if pending.waits_for == "outcome":
        return recorded(case, Outcome.done if event.granted else Outcome.refused, at)
    answer = Released(step=pending.step, round=pending.round, by=event.by, granted=event.granted, at=at)
    case = changed(case, released=(*case.released, answer))
    if not event.granted:
        return recorded(case, "not_released", at)
    # A yes from before a no, or to a question that ran out unanswered, was for another day.
    said = [r for r in case.released if (r.step, r.round) == (pending.step, pending.round) and r.at >= pending.since]
    return (
        recorded(case, "released", at) if len({r.by.casefold() for r in said if r.granted}) >= pending.people else case
    )


def _hold_released(case: Case, event: e.Release, at: datetime) -> Case:
    return released(case, event, at) or without_hold(case, event.of, at)


def _decided(case: Case, event: e.Release, stuck: Flag, at: datetime) -> Case:
    """A person decided about a step that was stuck: try it again, or pass it over."""
    assert stuck.round
    assert stuck.step
    result = "again" if event.granted else "given_up"
    record = StepRecord(step=stuck.step, round=stuck.round, key=event.event_id, attempt=0, at=at, result=result)
    flags = tuple(flag for flag in case.flags if flag is not stuck)
    return changed(case, records=(*case.records, record), flags=flags, refused=())


def _withdraw(case: Case, event: e.Withdraw, at: datetime) -> Case:
    return changed(case, withdrawn=event.reason)


def _moved(case: Case, event: e.Moved, at: datetime) -> Case:
    if event.strategy == case.strategy:
        return case
    # What was done keeps its record, so no step is repeated; where to go on is found anew.
    rules = {name: getattr(event, name) for name in MOVED}
    return changed(case, **rules, entry_stage=None, deferred=None, refused=())


def hold_words(fact: e.Hold | e.Protection, money: str) -> str:
    """`lawyer, until 3 Mar 2027, document D-1: stops contact, court, assignment`."""
    by = f", by {fact.by}" if fact.by else ""
    return f"{fact.reason}{until_text(fact.until)}{document_text(fact.evidence)}{by}{stops_text(fact)}"


HOLD = FactSpec(
    e.Hold,
    about="debt",
    help="Stop acting, for a reason.",
    words=hold_words,
    take=_ops_hold,
    refuse=_against_order,
)
RELEASE = FactSpec(
    e.Release,
    about="debt",
    help="End a hold, or let a step go ahead (or not).",
    words=lambda fact, _: f"{fact.of} {'granted' if fact.granted else 'refused'} by {fact.by}",
    take=_release,
    refuse=_against_release,
)
WITHDRAWAL = FactSpec(
    e.Withdraw,
    about="debt",
    help="The client takes the account back.",
    words=lambda fact, _: fact.reason,
    take=_withdraw,
)
MOVE = FactSpec(
    e.Moved,
    about="debt",
    help="Ops moved the case to another strategy version.",
    words=lambda fact, _: f"to {fact.strategy}, cycle {fact.cycle}, by {fact.by}",
    take=_moved,
)
