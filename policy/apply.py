"""How a case changes when it hears something: `apply(case, heard)`, a pure function over facts, findings and results.

What cannot be taken as told (a promise in the past, money in another currency) is kept and flagged for a person.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from models import events as e
from models.case import BLOCKS, Adjustment, Case, Deferred, Pending, StepRecord
from models.decisions import Decision
from models.events import Channel, Heard
from policy.agreeing.arrangement_events import offer_expired, offer_taken, offered, plan_settled
from policy.changes import OVERPAID, changed, flagged, held, recorded, without_channels, without_refund
from policy.deciding.instruction import short
from policy.law.may_contact import debtor_day, end_of_day
from policy.objections import objection, reused
from policy.phrases import money_text
from policy.steps.notice_effects import noticed
from policy.told import ON_FACT


def apply(case: Case, heard: Heard) -> Case:
    """The case after it heard the event. A fact whose `event_id` is known already changes nothing."""
    event = heard.event
    if isinstance(event, e.Fact | e.Unreadable | e.Moved):
        if event.event_id in case.seen:
            again = reused(case, event)
            return flagged(case, f"reused:{event.event_id}", again) if again else case
        case = case.model_copy(update={"seen": (*case.seen, event.event_id)})
        against = objection(case, event, heard.at)
        if against:
            return flagged(case, f"event:{event.event_id}", f"{event.kind} not taken: {against}")
    handler: Callable[[Case, Any, datetime], Case] = HANDLERS[event.kind]
    return handler(case, event, heard.at)


def follow(case: Case, decision: Decision) -> Case:
    """The case with the decision's findings; what it was asked to do is still to come."""
    for finding in decision.findings:
        case = apply(case, Heard(event=finding, at=decision.at))
    return case.model_copy(update={"decisions": decision.number})


def end(case: Case, outcome: str, at: datetime) -> Case:
    """The case as it is kept after it ended."""
    return changed(case, outcome=outcome, closed=at, pending=None, deferred=None)


# --- findings --------------------------------------------------------------------------------------------------------


def goes_on(case: Case, since: date) -> bool:
    """Whether a debt was overdue before the last episode ended: money was taken back, nothing new began."""
    return case.episode > 0 and case.episode_since is not None and since < case.episode_since


def _episode_started(case: Case, event: e.EpisodeStarted, at: datetime) -> Case:
    if goes_on(case, event.since):
        return changed(case, episode_open=True, episode_since=event.since, stage=event.stage)
    return changed(
        case,
        episode=case.episode + 1,
        episode_open=True,
        episode_since=event.since,
        entry_stage=event.stage,
        stage=event.stage,
    )


def _reopened(case: Case, event: e.Reopened, at: datetime) -> Case:
    return changed(case, outcome=None, closed=None)


def _episode_ended(case: Case, event: e.EpisodeEnded, at: datetime) -> Case:
    # Between two episodes: the day on which the last one ended.
    return changed(case, episode_open=False, episode_since=debtor_day(at, case.zone), deferred=None)


def _stage_changed(case: Case, event: e.StageChanged, at: datetime) -> Case:
    return changed(case, stage=event.stage)


def _stage_entered(case: Case, event: e.StageEntered, at: datetime) -> Case:
    return changed(case, entry_stage=event.stage, stage=event.stage)


def _promise_settled(case: Case, event: e.PromiseSettled, at: datetime) -> Case:
    settled = {"verdict": event.verdict, "settled": None if event.verdict == "running" else event.ended}
    promises = tuple(p.model_copy(update=settled) if p.event_id == event.promise else p for p in case.promises)
    return changed(case, promises=promises)


def _hold_ended(case: Case, event: e.HoldEnded, at: datetime) -> Case:
    hold = next(h for h in case.holds if h.id == event.hold)
    if hold.until is None:
        # What it was for is no more: it never counted, and may come again.
        flags = tuple(f for f in case.flags if f.id != f"left:{hold.id}")
        return changed(case, holds=tuple(h for h in case.holds if h is not hold), flags=flags)
    holds = tuple(h.model_copy(update={"ended": h.until}) if h is hold else h for h in case.holds)
    return changed(case, holds=holds)


def _charges_left(case: Case, event: e.ChargesLeft, at: datetime) -> Case:
    if event.waived:
        day = debtor_day(at, case.zone)
        waived = Adjustment(id=event.event_id, amount=-event.amount, day=day, reason="charges_waived")
        return changed(case, adjustments=(*case.adjustments, waived))
    why = f"the principal is paid, {money_text(event.amount, case.currency)} of charges are left: claim them or not"
    return held(flagged(case, f"left:{event.hold}", why), event.hold, "charges_left", at, None, blocks=BLOCKS)


def _flagged(case: Case, event: e.Flagged, at: datetime) -> Case:
    if event.flag.startswith(OVERPAID):
        case = without_refund(case)
    return flagged(case, event.flag, event.why)


def _step_passed(case: Case, event: e.StepPassed, at: datetime) -> Case:
    record = StepRecord(step=event.step, round=event.round, key=event.event_id, attempt=0, at=at, result="passed")
    return changed(case, records=(*case.records, record), deferred=None)


def _task_ended(case: Case, event: e.TaskEnded, at: datetime) -> Case:
    if case.pending and case.pending.waits_for == "release" and event.result == "overdue":
        # Nobody answered: that is no "yes", and the step was not taken.
        return recorded(case, "not_answered", at)
    if event.result == "overdue" and case.pending and case.pending.due:
        # The last moment of its day, however late we looked.
        at = min(at, case.pending.due - timedelta(microseconds=1))
    return recorded(case, event.result, at)


# --- results ---------------------------------------------------------------------------------------------------------


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


def _wait_for(case: Case, event: e.StepResult, at: datetime, waits_for: str, **more: Any) -> Case:
    pending = Pending(
        step=event.step,
        round=event.round,
        key=event.key,
        attempt=event.attempt,
        since=at,
        waits_for=waits_for,  # type: ignore[arg-type]
        **more,
    )
    return changed(case, pending=pending, deferred=None)


def _outcome_unknown(case: Case, event: e.OutcomeUnknown, at: datetime) -> Case:
    case = flagged(case, f"unknown:{event.key}", f"{event.step} {event.attempt} by {event.channel}: did it leave?")
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
    return ON_FACT["delivery_report"](case, report, at)


def _task_opened(case: Case, event: e.TaskOpened, at: datetime) -> Case:
    return _wait_for(case, event, at, event.waits_for, due=event.due, channel=event.channel, people=event.people)


def _notice_issued(case: Case, event: e.NoticeIssued, at: datetime) -> Case:
    case = changed(case, notice_days=(*case.notice_days, (event.key, event.notice_days)))
    more = {"due": event.due, "channel": Channel.letter, "notice_days": event.notice_days}
    return _wait_for(case, event, at, "proof", **more)


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
        stuck, why = f"stuck:{event.round}:{event.step}", f"a person decides: {event.step} lacks {event.rule}"
        return flagged(_did(case, event, at, "rejected", event.channel), stuck, short(why))
    if event.person:
        why = f"{event.step} by {event.channel or 'letter'}: a person must look at it first ({event.rule})"
        case = flagged(case, f"law:{event.key}", short(why))
    if event.channel is None:
        return _did(case, event, at, "refused_by_law")
    if event.lost == "opt_out":
        return ON_FACT["opt_out"](
            changed(case, deferred=None), e.OptOut(event_id=event.event_id, channel=event.channel), at
        )
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


HANDLERS: dict[str, Callable[[Case, Any, datetime], Case]] = ON_FACT | {
    "episode_started": _episode_started,
    "reopened": _reopened,
    "episode_ended": _episode_ended,
    "stage_changed": _stage_changed,
    "stage_entered": _stage_entered,
    "promise_settled": _promise_settled,
    "plan_settled": plan_settled,
    "offer_expired": offer_expired,
    "offer_taken": offer_taken,
    "hold_ended": _hold_ended,
    "charges_left": _charges_left,
    "flagged": _flagged,
    "step_passed": _step_passed,
    "task_ended": _task_ended,
    "message_sent": _message_sent,
    "outcome_unknown": _outcome_unknown,
    "task_opened": _task_opened,
    "notice_issued": _notice_issued,
    "document_issued": _document_issued,
    "account_placed": _account_placed,
    "step_deferred": _step_deferred,
    "step_refused": _step_refused,
    "step_failed": _step_failed,
}
