"""What is to be noted before anything is decided: promises settled, holds over, episodes, steps passed over."""

from typing import Any

from models import events as e
from models.events import Channel
from policy.cycle import Now, channels, entry_stage, exhausted, next_candidate, passes
from policy.promises import plan_verdict, verdicts
from policy.standing import closed, ended_for_good, free, last_day, must_end, why_held
from policy.words import day_text, money_text


def finding(now: Now, n: int) -> e.Finding | None:
    """The next thing to be noted of a case, in the order of thinking; `n` counts those noted in this decision."""
    finding_id = f"d{now.case.decisions + 1}:{n}"
    return (
        _settled(now, finding_id)
        or _hold_over(now, finding_id)
        or _overpaid(now, finding_id)
        or _reopened(now, finding_id)
        or _episode(now, finding_id)
        or _task_over(now, finding_id)
        or _step_over(now, finding_id)
        or _stage(now, finding_id)
    )


def _settled(now: Now, finding_id: str) -> e.Finding | None:
    case, rules = now.case, now.strategy.promise
    for promise, verdict, paid in verdicts(case, rules, now.at):
        if verdict != promise.verdict:
            return e.PromiseSettled(event_id=finding_id, promise=promise.event_id, verdict=verdict, paid=paid)
    for plan in case.plans:
        if plan.verdict == "running":
            found = plan_verdict(case, plan, rules, now.at)
            if found.verdict != "running":
                return e.PlanSettled(event_id=finding_id, plan=plan.event_id, verdict=found.verdict, paid=found.paid)
    return None


def _hold_over(now: Now, finding_id: str) -> e.Finding | None:
    for hold in now.case.holds:
        if hold.ended is None and hold.until is not None and hold.until <= now.at:
            return e.HoldEnded(event_id=finding_id, hold=hold.id, reason=hold.reason)
    return None


def _overpaid(now: Now, finding_id: str) -> e.Finding | None:
    credit = now.position.credit
    flag = f"overpaid:{credit}"
    if credit <= 0 or any(f.id == flag for f in now.case.flags):
        return None
    return e.Flagged(event_id=finding_id, flag=flag, why=f"overpaid by {money_text(credit, now.case.currency)}: refund")


def _reopened(now: Now, finding_id: str) -> e.Finding | None:
    case = now.case
    if case.closed is None or ended_for_good(case) or closed(now):
        return None
    return e.Reopened(event_id=finding_id, was=case.outcome or "closed")


def _episode(now: Now, finding_id: str) -> e.Finding | None:
    case, overdue = now.case, now.position.overdue
    if case.episode_open and overdue == 0:
        return e.EpisodeEnded(event_id=finding_id)
    if case.episode_open or overdue == 0 or now.position.oldest_unpaid is None or ended_for_good(case):
        return None
    stage = entry_stage(now.cycle, now.dpd)
    why = f"day {now.dpd} past due"
    name = stage.name if stage else "overdue"
    return e.EpisodeStarted(event_id=finding_id, since=now.position.oldest_unpaid, stage=name, why=why)


def _task_over(now: Now, finding_id: str) -> e.Finding | None:
    pending = now.case.pending
    if pending is None:
        return None
    over: dict[str, Any] = {"step": pending.step, "key": pending.key, "event_id": finding_id}
    if pending.channel in (Channel.call, Channel.visit) and pending.waits_for == "outcome":
        stop = why_held(now) or ("nothing is overdue" if now.position.overdue == 0 and now.case.episode_open else None)
        if stop or must_end(now):
            return e.TaskEnded(**over, result="withdrawn", why=stop or "the case ends")
    if pending.due is not None and pending.due <= now.at:
        return e.TaskEnded(
            **over, result="overdue", why=f"no {pending.waits_for} by {day_text(last_day(now, pending.due))}"
        )
    return None


def _step_over(now: Now, finding_id: str) -> e.Finding | None:
    if not free(now):
        return None
    candidate = next_candidate(now)
    if candidate is None or candidate.day > now.today:
        return None
    why = passes(now, candidate)
    if why:
        return e.StepPassed(event_id=finding_id, step=candidate.step.id, round=candidate.round, why=why)
    stuck = exhausted(now, candidate) or (
        None if channels(now, candidate) else f"{candidate.step.id}: no usable channel"
    )
    flag = f"stuck:{candidate.round}:{candidate.step.id}"
    if stuck and not any(f.id == flag for f in now.case.flags):
        return e.Flagged(event_id=finding_id, flag=flag, why=f"a person decides: {stuck}")
    return None


def _stage(now: Now, finding_id: str) -> e.Finding | None:
    case = now.case
    if not case.episode_open or not free(now):
        return None
    candidate = next_candidate(now)
    if candidate and candidate.stage and candidate.day <= now.today and candidate.stage.name != case.stage:
        why = f"{candidate.step.id} has come due"
        return e.StageChanged(event_id=finding_id, stage=candidate.stage.name, why=why)
    if now.strategy.partial_payment == "lowers_stage":
        fitting = entry_stage(now.cycle, now.dpd)
        names = [s.name for s in now.cycle.stages]
        if fitting and case.stage in names and names.index(fitting.name) < names.index(case.stage):
            why = f"arrears fell to day {now.dpd} past due"
            return e.StageChanged(event_id=finding_id, stage=fitting.name, why=why)
    return None
