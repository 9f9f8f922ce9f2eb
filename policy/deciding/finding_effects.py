"""What does a finding make of a case? Each is applied when it was found, so that the next look sees it."""

from datetime import date, datetime, timedelta
from typing import assert_never

from models import events as e
from models.case import BLOCKS, Adjustment, Case, StepRecord
from policy.agreeing.arrangement_events import offer_expired, offer_taken, plan_settled
from policy.case.case_changes import changed, flagged, raised, recorded, settled, without_refund
from policy.law.days import debtor_day
from policy.phrases import money_text
from policy.procedures.hold_rules import held


def noted(case: Case, event: e.AFinding, at: datetime) -> Case:
    """The case after a finding."""
    match event:
        case e.EpisodeStarted():
            return _episode_started(case, event, at)
        case e.EpisodeEnded():
            return _episode_ended(case, event, at)
        case e.Reopened():
            return _reopened(case, event, at)
        case e.StageEntered():
            return _stage_entered(case, event, at)
        case e.StageChanged():
            return _stage_changed(case, event, at)
        case e.Flagged():
            return _flagged(case, event, at)
        case e.StepPassed():
            return _step_passed(case, event, at)
        case _:
            return _settled(case, event, at)


Settling = e.PromiseSettled | e.PlanSettled | e.OfferExpired | e.OfferTaken | e.HoldEnded | e.ChargesLeft | e.TaskEnded


def _settled(case: Case, event: Settling, at: datetime) -> Case:
    match event:
        case e.PromiseSettled():
            return _promise_settled(case, event, at)
        case e.PlanSettled():
            return plan_settled(case, event, at)
        case e.OfferExpired():
            return offer_expired(case, event, at)
        case e.OfferTaken():
            return offer_taken(case, event, at)
        case e.HoldEnded():
            return _hold_ended(case, event, at)
        case e.ChargesLeft():
            return _charges_left(case, event, at)
        case e.TaskEnded():
            return _task_ended(case, event, at)
        case _:
            assert_never(event)


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
        return changed(settled(case, "left", hold.id), holds=tuple(h for h in case.holds if h is not hold))
    holds = tuple(h.model_copy(update={"ended": h.until}) if h is hold else h for h in case.holds)
    return changed(case, holds=holds)


def _charges_left(case: Case, event: e.ChargesLeft, at: datetime) -> Case:
    if event.waived:
        day = debtor_day(at, case.zone)
        waived = Adjustment(id=event.event_id, amount=-event.amount, day=day, reason="charges_waived")
        return changed(case, adjustments=(*case.adjustments, waived))
    why = f"the principal is paid, {money_text(event.amount, case.currency)} of charges are left: claim them or not"
    return held(flagged(case, "left", event.hold, why), event.hold, "charges_left", at, None, blocks=BLOCKS)


def _flagged(case: Case, event: e.Flagged, at: datetime) -> Case:
    return raised(without_refund(case) if event.flag.kind == "overpaid" else case, event.flag)


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
