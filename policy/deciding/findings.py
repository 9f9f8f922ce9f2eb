"""What is to be noted before anything is decided: promises settled, holds over, episodes, steps passed over."""

from datetime import date, datetime
from typing import Any

from channels.channel_table import BY_PERSON
from models import events as e
from models.case import Flag, Pending, Plan
from models.jurisdiction import Jurisdiction
from policy.agreeing.promises import deadline, plan_verdict, settlement_paid, verdicts
from policy.case.case_changes import flag_about
from policy.deciding.case_status import below_threshold, closed, ended_for_good, free, last_day, why_held
from policy.deciding.court import kept_waiting
from policy.deciding.cycle import Candidate, Now, channels, entry_stage, passes, prevention_round
from policy.deciding.finding_effects import goes_on
from policy.deciding.running_agreements import open_offers
from policy.law.may_contact import end_of_day
from policy.money.charge_rules import not_owed
from policy.phrases import day_text, money_text, short
from policy.procedures.procedure_table import duties
from policy.steps.step_effects import stuck

CHARGES_LEFT = "charges_left"


def finding(now: Now, n: int, law: Jurisdiction) -> e.Finding | None:
    """The next thing to be noted of a case, in the order of thinking; `n` counts those noted in this decision."""
    finding_id = f"d{now.case.decisions + 1}:{n}"
    return (
        _settled(now, finding_id)
        or _hold_over(now, finding_id)
        or _charges_left(now, finding_id)
        or _overpaid(now, finding_id)
        or _not_owed(now, finding_id)
        or _duty_missed(now, finding_id)
        or _reopened(now, finding_id)
        or _episode(now, finding_id)
        or _entered(now, finding_id)
        or _task_over(now, finding_id)
        or _step_over(now, finding_id, law)
        or _stage(now, finding_id)
    )


def _settled(now: Now, finding_id: str) -> e.Finding | None:
    case, rules = now.case, now.strategy.promise
    for promise, verdict, paid in verdicts(case, rules, now.at):
        if verdict != promise.verdict:
            ended = _ended(now, deadline(promise.due, rules, case.zone))
            told: dict[str, Any] = {"promise": promise.event_id, "verdict": verdict, "paid": paid, "ended": ended}
            return e.PromiseSettled(event_id=finding_id, **told)
    return _plan_over(now, finding_id) or _offer_over(now, finding_id)


def _plan_over(now: Now, finding_id: str) -> e.Finding | None:
    for plan in now.case.plans:
        if not _may_change(now, plan):
            continue
        found = plan_verdict(now.case, plan, now.strategy.plan, now.at)
        if found.verdict != plan.verdict:
            told: dict[str, Any] = {"plan": plan.event_id, "verdict": found.verdict, "paid": found.paid}
            return e.PlanSettled(event_id=finding_id, **told, ended=_ended(now, found.due_by))
    return None


def _may_change(now: Now, plan: Plan) -> bool:
    """A reversal takes back what was fulfilled; late news of money in time, what was broken and changed no debt."""
    if plan.verdict == "broken":
        return plan is now.case.plans[-1] and plan.if_broken in ("rest", "full_debt")
    return plan.verdict != "replaced"


def _offer_over(now: Now, finding_id: str) -> e.Finding | None:
    case = now.case
    if case.closed or case.withdrawn:
        return None
    for offer in case.offers:
        less = offer.what == "settlement" and offer.state in ("made", "expired")
        if less and now.position.outstanding and settlement_paid(case, offer, now.strategy.plan):
            return e.OfferTaken(event_id=finding_id, offer=offer.id)
        over = end_of_day(offer.until, case.zone) <= now.at
        if over and (offer.state == "to_approve" or offer in open_offers(now)):
            return e.OfferExpired(event_id=finding_id, offer=offer.id, ended=offer.until)
    return None


def _ended(now: Now, deadline: datetime) -> date:
    return min(now.today, last_day(now, deadline))


def _hold_over(now: Now, finding_id: str) -> e.Finding | None:
    for hold in now.case.holds:
        if hold.ended is None and hold.until is not None and hold.until <= now.at:
            return e.HoldEnded(event_id=finding_id, hold=hold.id, reason=hold.reason)
        if hold.ended is None and hold.reason == CHARGES_LEFT and now.position.principal:
            # The money for the principal was taken back, or the lender asks for more.
            return e.HoldEnded(event_id=finding_id, hold=hold.id, reason=hold.reason)
    return None


def _overpaid(now: Now, finding_id: str) -> e.Finding | None:
    credit = now.position.credit
    if credit <= 0 or flag_about(now.case, "overpaid", str(credit)):
        return None
    why = f"overpaid by {money_text(credit, now.case.currency)}: refund"
    return e.Flagged(event_id=finding_id, flag=Flag(kind="overpaid", about=str(credit), why=why))


def _not_owed(now: Now, finding_id: str) -> e.Finding | None:
    """A charge that was told and that the law does not let us ask for: kept, not owed, before a person."""
    for charge in now.case.charges:
        why = not_owed(now.case, charge)
        if why and not flag_about(now.case, "not_owed", charge.id):
            what = f"{charge.what.replace('_', ' ')} {charge.id} of {money_text(charge.amount, now.case.currency)}"
            return e.Flagged(
                event_id=finding_id, flag=Flag(kind="not_owed", about=charge.id, why=f"{what} is not owed{why}")
            )
    return None


def _duty_missed(now: Now, finding_id: str) -> e.Finding | None:
    """A day of a procedure that passed without its event: before a person, once."""
    for procedure, duty in duties(now.case, now.position.oldest_unpaid):
        about = f"{procedure}:{duty.rule}:{duty.by}"
        if duty.by < now.today and not flag_about(now.case, "duty", about):
            why = f"{duty.says} by {day_text(duty.by)}: {duty.rule}"
            return e.Flagged(event_id=finding_id, flag=Flag(kind="duty", about=about, why=why))
    return None


def _charges_left(now: Now, finding_id: str) -> e.Finding | None:
    """The principal is paid, charges are left: the strategy says what follows, once in an episode."""
    rule, case = now.strategy.charges_left, now.case
    if rule == "go_on" or not now.position.charges_only or ended_for_good(case):
        return None
    hold = f"{CHARGES_LEFT}:e{case.episode}"
    if rule == "small_claim" and any(h.id == hold for h in case.holds):
        return None
    return e.ChargesLeft(event_id=finding_id, hold=hold, amount=now.position.outstanding, waived=rule == "waive")


def _reopened(now: Now, finding_id: str) -> e.Finding | None:
    case = now.case
    if case.closed is None or ended_for_good(case) or closed(now):
        return None
    return e.Reopened(event_id=finding_id, was=case.outcome or "closed")


def _episode(now: Now, finding_id: str) -> e.Finding | None:
    case, overdue = now.case, now.position.overdue
    if case.episode_open and overdue == 0:
        return e.EpisodeEnded(event_id=finding_id)
    nothing_asked = overdue == now.position.disputed
    if case.episode_open or nothing_asked or now.position.oldest_unpaid is None or ended_for_good(case):
        return None
    if any(plan.verdict == "running" for plan in case.plans):
        # Within its grace, or a deferral: nothing new begins while an arrangement is kept.
        return None
    since, why = now.position.oldest_unpaid, f"day {now.dpd} past due"
    if goes_on(case, since) and case.stage:
        return e.EpisodeStarted(event_id=finding_id, since=since, stage=case.stage, why=f"{why}, it goes on")
    stage = entry_stage(now.cycle, now.dpd)
    name = stage.name if stage else "overdue"
    return e.EpisodeStarted(event_id=finding_id, since=since, stage=name, why=why)


def _entered(now: Now, finding_id: str) -> e.Finding | None:
    if not now.case.episode_open or now.case.entry_stage is not None:
        return None
    stage = entry_stage(now.cycle, now.dpd)
    why = f"moved to {now.case.strategy} at day {now.dpd} past due"
    return e.StageEntered(event_id=finding_id, stage=stage.name if stage else "overdue", why=why)


def _task_over(now: Now, finding_id: str) -> e.Finding | None:
    pending = now.case.pending
    if pending is None:
        return None
    over: dict[str, Any] = {"step": pending.step, "key": pending.key, "event_id": finding_id}
    stop = _not_wanted(now, pending)
    if stop:
        return e.TaskEnded(**over, result="withdrawn", why=stop)
    if pending.due is not None and pending.due <= now.at:
        return e.TaskEnded(
            **over, result="overdue", why=f"no {pending.waits_for} by {day_text(last_day(now, pending.due))}"
        )
    return None


def _not_wanted(now: Now, pending: Pending) -> str | None:
    """Why an open task, or the wait for an answer, is taken back."""
    if closed(now):
        return "the case ends"
    if not now.case.episode_open and pending.round != prevention_round(now):
        return "nothing is overdue" if now.case.episode else "that instalment is paid"
    if pending.waits_for != "outcome" or pending.channel not in BY_PERSON:
        return None
    if pending.channel in now.case.opt_outs:
        return f"opted out of {pending.channel}"
    return why_held(now) or ("the amount is below what is chased" if below_threshold(now) else None)


def _step_over(now: Now, finding_id: str, law: Jurisdiction) -> e.Finding | None:
    if not free(now):
        return None
    candidate = now.candidate
    if candidate is None or candidate.day > now.today:
        return None
    why = passes(now, candidate)
    if why:
        by_law, about = _forbidden(now, candidate), f"{candidate.round}:{candidate.step.id}"
        if by_law and not flag_about(now.case, "law", about):
            says = f"{candidate.step.id} is refused by law on {by_law}"
            return e.Flagged(event_id=finding_id, flag=Flag(kind="law", about=about, why=says))
        why = f"refused by law on {by_law}" if by_law else why
        return e.StepPassed(event_id=finding_id, step=candidate.step.id, round=candidate.round, why=why)
    why = kept_waiting(now, candidate, law) or (
        None if channels(now, candidate) else f"{candidate.step.id}: no usable channel"
    )
    waits = stuck(candidate.round, candidate.step.id, short(f"a person decides: {why}"))
    if why and not flag_about(now.case, waits.kind, waits.about):
        return e.Flagged(event_id=finding_id, flag=waits)
    return None


def _forbidden(now: Now, candidate: Candidate) -> str | None:
    """The channels on which the law refused a step that has none left; one that failed on a channel has its record."""
    asked = (candidate.round, candidate.step.id)
    tried = {record.channel for record in now.records.get(asked, [])}
    found = [c for round_, step, c in now.case.refused if (round_, step) == asked and c not in tried]
    return " and ".join(found) if found and not channels(now, candidate) else None


def _stage(now: Now, finding_id: str) -> e.Finding | None:
    case = now.case
    if not case.episode_open or not free(now):
        return None
    candidate = now.candidate
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
