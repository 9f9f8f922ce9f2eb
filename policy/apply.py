"""How a case changes when it hears something: `apply(case, heard)`, a pure function over facts, findings and results.

What cannot be taken as told (a promise in the past, money in another currency) is kept and flagged for a person.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from models import events as e
from models.case import Case, CaseHold, Deferred, Flag, Payment, Pending, Plan, Promise, Released, StepRecord
from models.decisions import Decision
from models.events import Channel, Heard, Outcome
from policy.contact_law import debtor_day, end_of_day, start_of_day
from policy.objections import objection
from policy.words import money_text

USELESS: dict[Outcome, tuple[Channel, ...]] = {
    Outcome.wrong_number: (Channel.call, Channel.sms),
    Outcome.wrong_address: (Channel.letter, Channel.visit),
}


def apply(case: Case, heard: Heard) -> Case:
    """The case after it heard the event. A fact whose `event_id` is known already changes nothing."""
    event = heard.event
    if isinstance(event, e.Fact | e.Unreadable):
        if event.event_id in case.seen:
            return case
        case = case.model_copy(update={"seen": (*case.seen, event.event_id)})
        against = objection(case, event, heard.at)
        if against:
            return _flag(case, f"event:{event.event_id}", f"{event.kind} not taken: {against}")
    handler: Callable[[Case, Any, datetime], Case] = HANDLERS[event.kind]
    return handler(case, event, heard.at)


def follow(case: Case, decision: Decision) -> Case:
    """The case with the decision's findings; what it was asked to do is still to come."""
    for finding in decision.findings:
        case = apply(case, Heard.model_construct(event=finding, at=decision.at))
    return case.model_copy(update={"decisions": decision.number})


def end(case: Case, outcome: str, at: datetime) -> Case:
    """The case as it is kept after it ended."""
    return _with(case, outcome=outcome, closed=at, pending=None, deferred=None)


def _with(case: Case, **changes: Any) -> Case:
    return case.model_copy(update=changes)


def _flag(case: Case, flag: str, why: str) -> Case:
    if any(known.id == flag for known in case.flags):
        return case
    return _with(case, flags=(*case.flags, Flag(id=flag, why=why)))


def _hold(case: Case, hold: str, reason: str, since: datetime, until: datetime | None) -> Case:
    return _with(case, holds=(*case.holds, CaseHold(id=hold, reason=reason, since=since, until=until)))


def _end_holds(case: Case, reason: str, at: datetime) -> Case:
    ended = tuple(
        hold.model_copy(update={"ended": at}) if hold.reason == reason and hold.ended is None else hold
        for hold in case.holds
    )
    return _with(case, holds=ended)


def _record(case: Case, result: str, at: datetime) -> Case:
    """The pending step is over, with this result."""
    pending = case.pending
    assert pending is not None
    record = StepRecord(
        step=pending.step,
        round=pending.round,
        key=pending.key,
        attempt=pending.attempt,
        at=at,
        channel=pending.channel,
        result=result,
    )
    return _with(case, records=(*case.records, record), pending=None)


def _rewrite(case: Case, key: str, result: str) -> Case:
    """A result that was recorded turns out otherwise: a bounce, a late outcome, a late proof."""
    records = tuple(r.model_copy(update={"result": result}) if r.key == key else r for r in case.records)
    return _with(case, records=records)


def _lose(case: Case, *channels: Channel) -> Case:
    return _with(case, reach=tuple(c for c in case.reach if c not in channels))


# --- facts -----------------------------------------------------------------------------------------------------------


def _payment_received(case: Case, event: e.PaymentReceived, at: datetime) -> Case:
    if case.closed and case.outcome not in (None, "paid", "cured"):
        case = _flag(case, f"late:{event.event_id}", f"payment for a case that ended as {case.outcome}")
    elif case.closed:
        case = _flag(case, f"late:{event.event_id}", "payment for a closed case")
    payment = Payment(
        event_id=event.event_id,
        amount=event.amount,
        value_date=event.value_date or debtor_day(event.at or at, case.zone),
        heard=at,
    )
    return _with(case, payments=(*case.payments, payment))


def _payment_reversed(case: Case, event: e.PaymentReversed, at: datetime) -> Case:
    if case.closed and case.outcome not in ("paid", "cured"):
        case = _flag(case, f"late:{event.event_id}", f"payment reversed after the case ended as {case.outcome}")
    return _with(case, reversed=(*case.reversed, event.payment))


def _promise(case: Case, event: e.PromiseToPay, at: datetime) -> Case:
    promise = Promise(event_id=event.event_id, amount=event.amount, due=event.due, made=event.at or at)
    return _with(case, promises=(*case.promises, promise))


def _contact_outcome(case: Case, event: e.ContactOutcome | e.VisitOutcome, at: datetime) -> Case:
    if event.cause:
        case = _with(case, causes=(*case.causes, event.cause))
    case = _lose(case, *USELESS.get(event.outcome, ()))
    pending = case.pending
    if pending and pending.waits_for in ("outcome", "answer") and event.task in (None, pending.key):
        return _record(case, event.outcome, at)
    if event.task and any(r.key == event.task for r in case.records):
        return _rewrite(case, event.task, event.outcome)
    spoken = StepRecord(
        step="contact",
        round=f"e{case.episode}",
        key=event.event_id,
        attempt=1,
        at=event.at or at,
        channel=Channel.visit if isinstance(event, e.VisitOutcome) else Channel.call,
        result=event.outcome,
    )
    return _with(case, records=(*case.records, spoken))


def _delivery(case: Case, event: e.DeliveryReport, at: datetime) -> Case:
    record = next((r for r in case.records if r.key == event.message), None)
    if record is None:
        return _with(case, reports=(*case.reports, (event.message, event.status)))
    case = _rewrite(case, event.message, event.status)
    if event.status != "delivered" and record.channel:
        case = _lose(case, record.channel)
    return case


def _dispute(case: Case, event: e.Dispute, at: datetime) -> Case:
    if event.status != "opened":
        return _end_holds(case, "dispute", at)
    case = _flag(case, f"dispute:{event.event_id}", "dispute to be answered")
    return _hold(case, event.event_id, "dispute", at, _last_moment(case, event.until))


def _hardship(case: Case, event: e.Hardship, at: datetime) -> Case:
    if event.cause:
        case = _with(case, causes=(*case.causes, event.cause))
    if event.until is None:
        case = _flag(case, f"hardship:{event.event_id}", "hardship without an end: agree on what follows")
    return _hold(case, event.event_id, "hardship", at, _last_moment(case, event.until))


def _plan(case: Case, event: e.PlanAgreed, at: datetime) -> Case:
    plan = Plan(
        event_id=event.event_id,
        instalments=tuple(sorted((i.due, i.amount) for i in event.instalments)),
        made=event.at or at,
    )
    case = _with(case, plans=(*case.plans, plan))
    if case.pending and case.pending.waits_for == "answer":
        case = _record(case, "accepted", at)
    return case


def _protection(case: Case, event: e.Protection, at: datetime) -> Case:
    case = _flag(case, f"protection:{event.event_id}", f"protected party: {event.reason}")
    return _hold(case, event.event_id, event.reason, at, _last_moment(case, event.until))


def _opt_out(case: Case, event: e.OptOut, at: datetime) -> Case:
    return case if event.channel in case.opt_outs else _with(case, opt_outs=(*case.opt_outs, event.channel))


def _contact_details(case: Case, event: e.ContactDetails, at: datetime) -> Case:
    usable = {*case.reach, *(c for c, ok in event.usable.items() if ok)} - {c for c, ok in event.usable.items() if not ok}
    refused = tuple(r for r in case.refused if r[2] not in event.usable)
    return _with(case, reach=tuple(sorted(usable)), refused=refused)


def _notice_served(case: Case, event: e.NoticeServed, at: datetime) -> Case:
    pending = case.pending
    days = 0
    if pending and pending.waits_for == "proof" and event.task in (None, pending.key):
        days = pending.notice_days
        case = _record(case, "served", at)
    else:
        assert event.task
        days = next((d for key, d in case.notice_days if key == event.task), 0)
        case = _rewrite(case, event.task, "served")
    until = end_of_day(event.served_on + timedelta(days=days), case.zone)
    return _hold(case, event.event_id, "notice_period", start_of_day(event.served_on, case.zone), until)


def _ops_hold(case: Case, event: e.Hold, at: datetime) -> Case:
    return _hold(case, event.event_id, event.reason, at, _last_moment(case, event.until))


def _release(case: Case, event: e.Release, at: datetime) -> Case:
    pending = case.pending
    stuck = next((f for f in case.flags if f.id.startswith("stuck:") and f.id.endswith(f":{event.of}")), None)
    if pending is None and stuck:
        return _decided(case, event, stuck, at)
    if pending is None or pending.step != event.of:
        return _end_holds(case, event.of, at)
    if pending.waits_for == "outcome":
        return _record(case, Outcome.done if event.granted else Outcome.refused, at)
    answer = Released(step=pending.step, round=pending.round, by=event.by, granted=event.granted, at=at)
    case = _with(case, released=(*case.released, answer))
    if not event.granted:
        return _record(case, "not_released", at)
    said_yes = {r.by for r in case.released if (r.step, r.round, r.granted) == (pending.step, pending.round, True)}
    return _record(case, "released", at) if len(said_yes) >= pending.people else case


def _decided(case: Case, event: e.Release, stuck: Flag, at: datetime) -> Case:
    """A person decided about a step that was stuck: try it again, or pass it over."""
    _, round_, step = stuck.id.split(":")
    result = "again" if event.granted else "given_up"
    record = StepRecord(step=step, round=round_, key=event.event_id, attempt=0, at=at, result=result)
    flags = tuple(f for f in case.flags if f is not stuck)
    return _with(case, records=(*case.records, record), flags=flags, refused=())


def _withdraw(case: Case, event: e.Withdraw, at: datetime) -> Case:
    return _with(case, withdrawn=event.reason)


def _unreadable(case: Case, event: e.Unreadable, at: datetime) -> Case:
    return _flag(case, f"event:{event.event_id}", f"signal {event.signal} could not be read: {event.reason}")


def _last_moment(case: Case, until: Any) -> datetime | None:
    # The last day still belongs to the hold.
    return end_of_day(until, case.zone) if until else None


# --- findings --------------------------------------------------------------------------------------------------------


def _episode_started(case: Case, event: e.EpisodeStarted, at: datetime) -> Case:
    return _with(
        case,
        episode=case.episode + 1,
        episode_open=True,
        episode_since=event.since,
        entry_stage=event.stage,
        stage=event.stage,
    )


def _reopened(case: Case, event: e.Reopened, at: datetime) -> Case:
    return _with(case, outcome=None, closed=None)


def _episode_ended(case: Case, event: e.EpisodeEnded, at: datetime) -> Case:
    return _with(case, episode_open=False, deferred=None)


def _stage_changed(case: Case, event: e.StageChanged, at: datetime) -> Case:
    return _with(case, stage=event.stage)


def _promise_settled(case: Case, event: e.PromiseSettled, at: datetime) -> Case:
    promises = tuple(
        p.model_copy(update={"verdict": event.verdict}) if p.event_id == event.promise else p for p in case.promises
    )
    return _with(case, promises=promises)


def _plan_settled(case: Case, event: e.PlanSettled, at: datetime) -> Case:
    plans = tuple(p.model_copy(update={"verdict": event.verdict}) if p.event_id == event.plan else p for p in case.plans)
    return _with(case, plans=plans)


def _hold_ended(case: Case, event: e.HoldEnded, at: datetime) -> Case:
    holds = tuple(h.model_copy(update={"ended": h.until}) if h.id == event.hold else h for h in case.holds)
    return _with(case, holds=holds)


def _flagged(case: Case, event: e.Flagged, at: datetime) -> Case:
    return _flag(case, event.flag, event.why)


def _step_passed(case: Case, event: e.StepPassed, at: datetime) -> Case:
    record = StepRecord(step=event.step, round=event.round, key=event.event_id, attempt=0, at=at, result="passed")
    return _with(case, records=(*case.records, record), deferred=None)


def _task_ended(case: Case, event: e.TaskEnded, at: datetime) -> Case:
    if case.pending and case.pending.waits_for == "release" and event.result == "overdue":
        # Nobody answered: that is no "yes", and the step was not taken.
        return _record(case, "not_answered", at)
    if event.result == "overdue" and case.pending and case.pending.due:
        # The last moment of its day, however late we looked.
        at = min(at, case.pending.due - timedelta(microseconds=1))
    return _record(case, event.result, at)


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
    return _with(case, records=(*case.records, record), deferred=None)


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
    return _with(case, pending=pending, deferred=None)


def _message_sent(case: Case, event: e.MessageSent, at: datetime) -> Case:
    if event.waits_until:
        return _wait_for(case, event, at, "answer", due=event.waits_until, channel=event.channel)
    case = _did(case, event, at, "sent", event.channel)
    early = next((status for key, status in case.reports if key == event.key), None)
    if early is None:
        return case
    report = e.DeliveryReport(event_id=f"early:{event.key}", message=event.key, status=early)  # type: ignore[arg-type]
    return _delivery(case, report, at)


def _task_opened(case: Case, event: e.TaskOpened, at: datetime) -> Case:
    return _wait_for(case, event, at, event.waits_for, due=event.due, channel=event.channel, people=event.people)


def _notice_issued(case: Case, event: e.NoticeIssued, at: datetime) -> Case:
    case = _with(case, notice_days=(*case.notice_days, (event.key, event.notice_days)))
    more = {"due": event.due, "channel": Channel.letter, "notice_days": event.notice_days}
    return _wait_for(case, event, at, "proof", **more)


def _document_issued(case: Case, event: e.DocumentIssued, at: datetime) -> Case:
    return _did(case, event, at, "issued")


def _account_placed(case: Case, event: e.AccountPlaced, at: datetime) -> Case:
    case = _did(case, event, at, "placed")
    if event.days is None:
        return case
    back = end_of_day(debtor_day(at, case.zone) + timedelta(days=event.days), case.zone)
    return _hold(case, event.key, "placement", at, back)


def _step_deferred(case: Case, event: e.StepDeferred, at: datetime) -> Case:
    return _with(case, deferred=Deferred(step=event.step, round=event.round, until=event.until, why=event.rule))


def _step_refused(case: Case, event: e.StepRefused, at: datetime) -> Case:
    if event.channel is None:
        return _did(case, event, at, "refused_by_law")
    return _with(case, refused=(*case.refused, (event.round, event.step, event.channel)), deferred=None)


def _step_failed(case: Case, event: e.StepFailed, at: datetime) -> Case:
    case = _did(case, event, at, "failed")
    again = at + timedelta(hours=1)
    return _with(case, deferred=Deferred(step=event.step, round=event.round, until=again, why=f"failed: {event.reason}"))


HANDLERS: dict[str, Callable[[Case, Any, datetime], Case]] = {
    "payment_received": _payment_received,
    "payment_reversed": _payment_reversed,
    "promise_to_pay": _promise,
    "contact_outcome": _contact_outcome,
    "visit_outcome": _contact_outcome,
    "delivery_report": _delivery,
    "dispute": _dispute,
    "hardship": _hardship,
    "plan_agreed": _plan,
    "protection": _protection,
    "opt_out": _opt_out,
    "contact_details": _contact_details,
    "notice_served": _notice_served,
    "hold": _ops_hold,
    "release": _release,
    "withdraw": _withdraw,
    "unreadable": _unreadable,
    "episode_started": _episode_started,
    "reopened": _reopened,
    "episode_ended": _episode_ended,
    "stage_changed": _stage_changed,
    "promise_settled": _promise_settled,
    "plan_settled": _plan_settled,
    "hold_ended": _hold_ended,
    "flagged": _flagged,
    "step_passed": _step_passed,
    "task_ended": _task_ended,
    "message_sent": _message_sent,
    "task_opened": _task_opened,
    "notice_issued": _notice_issued,
    "document_issued": _document_issued,
    "account_placed": _account_placed,
    "step_deferred": _step_deferred,
    "step_refused": _step_refused,
    "step_failed": _step_failed,
}
