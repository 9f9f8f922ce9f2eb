"""What does a step that was taken make of a case? It waits, it has done, it is put off, it goes before a person."""

from datetime import datetime, timedelta
from typing import Any, assert_never

from models import events as e
from models.case import Case, Deferred, Flag, Pending, StepRecord, WaitsFor
from models.events import Channel
from policy.agreeing.arrangement_events import offered
from policy.case.case_changes import changed, flagged, raised, without_channel_of, without_channels
from policy.law.days import debtor_day, end_of_day
from policy.phrases import short
from policy.procedures.hold_rules import held
from policy.steps.delivery import reported
from policy.steps.notice_effects import noticed


def step_taken(case: Case, event: e.AResult, at: datetime) -> Case:
    """The case after a step."""
    match event:
        case e.MessageSent():
            return _message_sent(case, event, at)
        case e.OutcomeUnknown():
            return _outcome_unknown(case, event, at)
        case e.TaskOpened():
            return _task_opened(case, event, at)
        case e.NoticeIssued():
            return _notice_issued(case, event, at)
        case e.DocumentIssued():
            return _document_issued(case, event, at)
        case e.AccountPlaced():
            return _account_placed(case, event, at)
        case _:
            return _not_taken(case, event, at)


def _not_taken(case: Case, event: e.StepDeferred | e.StepRefused | e.StepFailed, at: datetime) -> Case:
    match event:
        case e.StepDeferred():
            return _step_deferred(case, event, at)
        case e.StepRefused():
            return _step_refused(case, event, at)
        case e.StepFailed():
            return _step_failed(case, event, at)
        case _:
            assert_never(event)


def stuck(round_: str, step: str, why: str) -> Flag:
    """A step about which a person must decide."""
    return Flag(kind="stuck", about=f"{round_}:{step}", why=why, step=step, round=round_)


def _did(case: Case, event: e.StepResult, at: datetime, result: str, channel: Channel | None = None) -> Case:
    record = StepRecord(
        step=event.step,
        round=event.round,
        key=event.key,
        attempt=event.attempt,
        at=at,
        channel=channel,
        result=result,
    )
    return changed(case, records=(*case.records, record), deferred=None)


def _wait_for(case: Case, event: e.StepResult, at: datetime, waits_for: WaitsFor, **more: Any) -> Case:
    pending = Pending(
        step=event.step,
        round=event.round,
        key=event.key,
        attempt=event.attempt,
        since=at,
        waits_for=waits_for,
        **more,
    )
    return changed(case, pending=pending, deferred=None)


def _outcome_unknown(case: Case, event: e.OutcomeUnknown, at: datetime) -> Case:
    case = flagged(case, "unknown", event.key, f"{event.step} {event.attempt} by {event.channel}: did it leave?")
    return _message_sent(case, event, at)


def _message_sent(case: Case, event: e.MessageSent | e.OutcomeUnknown, at: datetime) -> Case:
    if event.waits_until:
        case = _wait_for(case, event, at, "answer", due=event.waits_until, channel=event.channel)
        case = offered(case, event.offer, at, event.key) if event.offer else case
    else:
        case = _did(case, event, at, "sent" if event.kind == "message_sent" else "unknown", event.channel)
    if isinstance(event, e.MessageSent) and event.notice:
        case = noticed(case, event.notice, event.key, at)
    early = next((status for key, status in case.reports if key == event.key), None)
    if early is None:
        return case
    report = e.DeliveryReport(event_id=f"early:{event.key}", message=event.key, status=early)  # type: ignore[arg-type]
    return reported(case, report, at)


def _task_opened(case: Case, event: e.TaskOpened, at: datetime) -> Case:
    return _wait_for(case, event, at, event.waits_for, due=event.due, channel=event.channel, people=event.people)


def _notice_issued(case: Case, event: e.NoticeIssued, at: datetime) -> Case:
    case = changed(case, notice_days=(*case.notice_days, (event.key, event.notice_days)))
    return _wait_for(case, event, at, "proof", due=event.due, channel=Channel.letter, notice_days=event.notice_days)


def _document_issued(case: Case, event: e.DocumentIssued, at: datetime) -> Case:
    return _did(case, event, at, "issued")


def _account_placed(case: Case, event: e.AccountPlaced, at: datetime) -> Case:
    case = _did(case, event, at, "placed")
    if event.days is None:
        return case
    back = end_of_day(debtor_day(at, case.zone) + timedelta(days=event.days), case.zone)
    return held(case, event.key, "placement", at, back)


def _step_deferred(case: Case, event: e.StepDeferred, at: datetime) -> Case:
    if event.until <= at:  # Stopped by news, not put off: what follows is decided anew.
        return changed(case, deferred=None)
    return changed(case, deferred=Deferred(step=event.step, round=event.round, until=event.until, why=event.rule))


def _step_refused(case: Case, event: e.StepRefused, at: datetime) -> Case:
    if event.incomplete:
        why = short(f"a person decides: {event.step} lacks {event.rule}")
        return raised(_did(case, event, at, "rejected", event.channel), stuck(event.round, event.step, why))
    if event.person:
        why = f"{event.step} by {event.channel or 'letter'}: a person must look at it first ({event.rule})"
        case = flagged(case, "law", event.key, short(why))
    if event.channel is None:
        return _did(case, event, at, "refused_by_law")
    if event.lost == "opt_out":
        return without_channel_of(changed(case, deferred=None), event.channel)
    if event.lost == "address":
        return without_channels(_did(case, event, at, "failed", event.channel), event.channel)
    return changed(case, refused=(*case.refused, (event.round, event.step, event.channel)), deferred=None)


def _step_failed(case: Case, event: e.StepFailed, at: datetime) -> Case:
    if event.final:
        return _did(case, event, at, "rejected")
    case = _did(case, event, at, "failed")
    again = at + timedelta(hours=1)
    return changed(
        case, deferred=Deferred(step=event.step, round=event.round, until=again, why=f"failed: {event.reason}")
    )
