"""How a case changes by what it is told: one function a fact. They take what `apply` let through."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from models import events as e
from models.case import Adjustment, Case, Flag, Known, Pending, Released, StepRecord
from models.events import Channel, Outcome
from policy.changes import attempted, changed, flagged, held, recorded, rewritten, without_channels, without_hold
from policy.holds import open_disputes, part_of, parts_text
from policy.law.may_contact import debtor_day, end_of_day, start_of_day
from policy.objections import asked
from policy.procedures.procedure_table import notice, protected_until, released
from policy.steps.notice_effects import term_held, unnoticed
from policy.steps.notice_effects import told as told_notice
from policy.told_money import ON_MONEY

USELESS: dict[Outcome, tuple[Channel, ...]] = {
    Outcome.wrong_number: (Channel.call, Channel.sms),
    Outcome.wrong_address: (Channel.letter, Channel.visit),
}
OFFICE_ANSWERS = frozenset({Outcome.done, Outcome.refused, Outcome.found, Outcome.not_found})
"""What a task without contact (a review, a trace) can bring."""
ON_ITS_WAY = frozenset({"sent", "unknown", "delivered", "failed", "bounced", "overdue"})
"""Results of a message that a delivery report may still change."""
WRITTEN = frozenset({Channel.sms, Channel.email, Channel.letter})
READING_DAYS = 2
"""How long a person has to read what a debtor wrote before the cycle goes on; a release of `answer` ends it sooner."""
MOST_FAILED = 3


def _contact_outcome(case: Case, event: e.ContactOutcome | e.VisitOutcome, at: datetime) -> Case:
    if event.cause:
        case = changed(case, causes=(*case.causes, event.cause))
    if isinstance(event, e.ContactOutcome) and event.third_party:
        # No channel of the debtor's: it neither reached them nor is it their contact of the day.
        return _spoken(case, event, None, at)
    if isinstance(event, e.ContactOutcome) and event.channel in WRITTEN:
        return _written(case, event, event.channel, at)
    case = without_channels(case, *USELESS.get(event.outcome, ()))
    pending = case.pending
    if pending and pending.waits_for in ("outcome", "answer") and _answers(pending, event):
        return recorded(case, event.outcome, at)
    if event.task and any(r.key == event.task for r in case.records):
        return rewritten(case, event.task, event.outcome)
    return _spoken(case, event, Channel.visit if isinstance(event, e.VisitOutcome) else Channel.call, at)


def _written(case: Case, event: e.ContactOutcome, channel: Channel, at: datetime) -> Case:
    """The debtor wrote: no open task is answered by it. Nobody is chased before a person could read it."""
    case = _spoken(case, event, channel, at)
    case = flagged(case, f"message:{event.event_id}", f"the debtor answered by {channel}: read it and reply")
    if any(h.reason == "answer" and h.ended is None and h.until and h.until > at for h in case.holds):
        return case
    until = end_of_day(debtor_day(at, case.zone) + timedelta(days=READING_DAYS), case.zone)
    return held(case, event.event_id, "answer", at, until)


def _spoken(case: Case, event: e.ContactOutcome | e.VisitOutcome, channel: Channel | None, at: datetime) -> Case:
    spoken = StepRecord(
        step="contact",
        round=f"e{case.episode}",
        key=event.event_id,
        attempt=1,
        at=event.at or at,
        channel=channel,
        result=event.outcome,
    )
    return changed(case, records=(*case.records, spoken))


def _answers(pending: Pending, event: e.ContactOutcome | e.VisitOutcome) -> bool:
    """Whether it is the open task's outcome: a call nobody answered is neither a review nor a reply to an offer."""
    if event.task is not None:
        return event.task == pending.key
    if pending.waits_for == "answer":
        return event.outcome is Outcome.refused
    return pending.channel is not None or event.outcome in OFFICE_ANSWERS


def _delivery(case: Case, event: e.DeliveryReport, at: datetime) -> Case:
    pending = case.pending if case.pending and case.pending.key == event.message else None
    known = pending or attempted(case, event.message)
    # Whoever reports on it knows that it left: no person needs to find out.
    case = changed(case, flags=tuple(f for f in case.flags if f.id != f"unknown:{event.message}"))
    if known is None:
        return changed(case, reports=(*case.reports, (event.message, event.status)))
    if pending and event.status != "delivered":
        # An offer or a notice that came back is not waited for.
        case = recorded(case, event.status, at)
    elif _on_its_way(case, event.message):
        case = rewritten(case, event.message, event.status)
    if event.status != "delivered":
        case = unnoticed(case, event.message)
    if event.status == "delivered" or known.channel is None:
        return case
    if event.status == "bounced" or _never_arrives(case, known.channel):
        return without_channels(case, known.channel)
    # The number may be out of reach today: this step goes out otherwise, the next one may try again.
    return changed(case, refused=(*case.refused, (known.round, known.step, known.channel)))


def _never_arrives(case: Case, channel: Channel) -> bool:
    """Whether the last messages on the channel all failed: then it is a bad address, whatever the vendor calls it."""
    last = [r.result for r in case.records if r.channel is channel and r.result in ("delivered", "failed")]
    return len(last) >= MOST_FAILED and set(last[-MOST_FAILED:]) == {"failed"}


def _on_its_way(case: Case, key: str) -> bool:
    # A notice is decided by its proof, an offer by its answer: no report unmakes them.
    notice = any(key == issued for issued, _ in case.notice_days)
    known = attempted(case, key)
    return not notice and known is not None and known.result in ON_ITS_WAY


def _dispute(case: Case, event: e.Dispute, at: datetime) -> Case:
    if event.status == "upheld" and event.amount is None:
        # The debtor is right: nobody is chased until a person has corrected the debt, released or withdrawn it.
        return flagged(case, f"upheld:{event.event_id}", "dispute upheld: correct the debt, release it or withdraw it")
    if event.status == "upheld":
        case = _lowered(case, event, at)
    if event.status != "opened":
        return without_hold(case, "dispute", at, event.dispute)
    part = part_of(event)
    about = f" about {parts_text(part, case.currency)}" if part else ""
    case = flagged(case, f"dispute:{event.event_id}", f"dispute{about} to be answered")
    return _held(case, event, "dispute", at, disputed=part)


def _lowered(case: Case, event: e.Dispute, at: datetime) -> Case:
    assert event.amount
    day = debtor_day(event.at or at, case.zone)
    # It lowers the instalment that was wrong, where it was about a single one; being late with it never cost anything.
    part = open_disputes(case, event.dispute)[0].disputed
    number = part.instalments[0] if part and len(part.instalments) == 1 and not part.charges else None
    if part and part.instalments:
        day = min([day, *(i.due for i in case.instalments if i.number in part.instalments)])
    entry = Adjustment(id=event.event_id, amount=-event.amount, day=day, reason="dispute_upheld", instalment=number)
    return changed(case, adjustments=(*case.adjustments, entry))


def _hardship(case: Case, event: e.Hardship, at: datetime) -> Case:
    if event.cause:
        case = changed(case, causes=(*case.causes, event.cause))
    if event.until is None:
        case = flagged(case, f"hardship:{event.event_id}", "hardship without an end: agree on what follows")
    if event.left is not None:
        case = changed(case, monthly_left=event.left)
    return _held(case, event, "hardship", at)


def _protection(case: Case, event: e.Protection, at: datetime) -> Case:
    case = flagged(case, f"protection:{event.event_id}", f"protected party: {event.reason}")
    since = debtor_day(min(event.at or at, at), case.zone)
    until = protected_until(case.country, event.reason, since, event.until)
    return _held(case, event.model_copy(update={"until": until}), event.reason, at)


def _circumstance(case: Case, event: e.Circumstance, at: datetime) -> Case:
    begins = notice(case.country, event.name)
    if event.ended and not event.channels:  # Also what a message of ours told, with its term and its cost.
        for message in [k.message for k in case.known if k.name == event.name and k.message]:
            case = unnoticed(case, message)
        if begins:
            case = without_hold(case, begins.hold, at)
    again = None if begins and begins.each_counts and not event.ended else (event.name, event.channels)
    kept = tuple(k for k in case.known if (k.name, k.channels) != again)
    if event.ended:
        about_all = not event.channels
        return changed(case, known=tuple(k for k in kept if not (about_all and k.name == event.name)))
    since = event.since or debtor_day(event.at or at, case.zone)
    told = Known(name=event.name, since=since, until=event.until, channels=event.channels)
    case = changed(case, known=(*kept, told))
    return term_held(case, told_notice(case, event, since), event.event_id, at, event.evidence)


def _opt_out(case: Case, event: e.OptOut, at: datetime) -> Case:
    if event.status == "lifted":
        return changed(case, opt_outs=tuple(c for c in case.opt_outs if c is not event.channel))
    return case if event.channel in case.opt_outs else changed(case, opt_outs=(*case.opt_outs, event.channel))


def _contact_details(case: Case, event: e.ContactDetails, at: datetime) -> Case:
    usable = {*case.reach, *(c for c, ok in event.usable.items() if ok)} - {
        c for c, ok in event.usable.items() if not ok
    }
    refused = tuple(r for r in case.refused if r[2] not in event.usable)
    return changed(case, reach=tuple(sorted(usable)), refused=refused)


def _notice_served(case: Case, event: e.NoticeServed, at: datetime) -> Case:
    pending = case.pending
    days = 0
    if pending and pending.waits_for == "proof" and event.task in (None, pending.key):
        days = pending.notice_days
        case = recorded(case, "served", at)
    else:
        assert event.task
        days = next((d for key, d in case.notice_days if key == event.task), 0)
        case = rewritten(case, event.task, "served")
        if pending and pending.waits_for == "proof":
            case = recorded(case, "withdrawn", at)
    until = end_of_day(event.served_on + timedelta(days=days), case.zone)
    return held(case, event.event_id, "notice_period", start_of_day(event.served_on, case.zone), until)


def _ops_hold(case: Case, event: e.Hold, at: datetime) -> Case:
    return _held(case, event, event.reason, at, **{} if event.blocks is None else {"blocks": event.blocks})


def _held(
    case: Case, event: e.Dispute | e.Hardship | e.Protection | e.Hold, reason: str, at: datetime, **more: Any
) -> Case:
    """With a hold from when it happened, if that was told, through the last moment of its last day."""
    until = end_of_day(event.until, case.zone) if event.until else None
    since = min(event.at or at, at)
    return held(case, event.event_id, reason, since, until, evidence=event.evidence, **more)


def _release(case: Case, event: e.Release, at: datetime) -> Case:
    pending = case.pending
    stuck = next((f for f in case.flags if f.id.startswith("stuck:") and f.id.endswith(f":{event.of}")), None)
    if pending is None and stuck:
        return _decided(case, event, stuck, at)
    if pending is None or not asked(case, event.of):
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
    _, round_, step = stuck.id.split(":")
    result = "again" if event.granted else "given_up"
    record = StepRecord(step=step, round=round_, key=event.event_id, attempt=0, at=at, result=result)
    flags = tuple(f for f in case.flags if f is not stuck)
    return changed(case, records=(*case.records, record), flags=flags, refused=())


def _withdraw(case: Case, event: e.Withdraw, at: datetime) -> Case:
    return changed(case, withdrawn=event.reason)


def _moved(case: Case, event: e.Moved, at: datetime) -> Case:
    if event.strategy == case.strategy:
        return case
    # What was done keeps its record, so no step is repeated; where to go on is found anew.
    place = {"strategy": event.strategy, "cycle": event.cycle}
    rules = {name: getattr(event, name) for name in ("promise_days", "promises_at_most", "allocation", "terms")}
    return changed(case, **place, **rules, entry_stage=None, deferred=None, refused=())


def _unreadable(case: Case, event: e.Unreadable, at: datetime) -> Case:
    return flagged(case, f"event:{event.event_id}", f"signal {event.signal} could not be read: {event.reason}")


ON_FACT: dict[str, Callable[[Case, Any, datetime], Case]] = ON_MONEY | {
    "contact_outcome": _contact_outcome,
    "visit_outcome": _contact_outcome,
    "delivery_report": _delivery,
    "dispute": _dispute,
    "hardship": _hardship,
    "protection": _protection,
    "opt_out": _opt_out,
    "circumstance": _circumstance,
    "contact_details": _contact_details,
    "notice_served": _notice_served,
    "hold": _ops_hold,
    "release": _release,
    "withdraw": _withdraw,
    "moved": _moved,
    "unreadable": _unreadable,
}
