"""What to do next with a case: `decide`, a pure function. The answer is recorded with its reason, never recomputed."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zlib import crc32

from models import events as e
from models.case import Case, CaseHold
from models.decisions import Act, Close, Decision, Wait
from models.events import Channel, Heard
from models.jurisdiction import Jurisdiction
from models.strategy import (
    ContactTask,
    LegalPackageStep,
    MessageStep,
    NoticeStep,
    OfferStep,
    PlacementStep,
    ReviewStep,
    Strategy,
    TraceStep,
)
from policy.apply import apply
from policy.contact_law import debtor_day, end_of_day, lawful_from, start_of_day
from policy.cycle import DEMANDS, Candidate, Now, channels, entry_stage, exhausted, look, next_candidate, passes
from policy.money import position
from policy.offers import terms
from policy.promises import deadline, plan_verdict, verdicts
from policy.words import day_text, money_text, whole_units

OFFICE_OPENS = timedelta(hours=8)
SPREAD_SECONDS = 90 * 60
"""Wake-ups of a day are spread over this time, by account, so that a million do not come at once."""
MOST_FINDINGS = 500
MADE = frozenset({"issued", "placed"})


class Feed(NamedTuple):
    """When the last information on payments came, and after how many hours it is stale."""

    fed: datetime
    fresh_hours: int


def decide(case: Case, strategy: Strategy, pack: Jurisdiction, now: datetime, feed: Feed | None = None) -> Decision:
    """Act, wait or close. `now` is an aware instant; amounts in minor units; findings come in the order of thinking."""
    findings: list[e.Finding] = []
    while len(findings) < MOST_FINDINGS:
        view = look(case, strategy, now, position(case, debtor_day(now, case.zone)))
        finding = _finding(view, len(findings))
        if finding is None:
            break
        findings.append(finding)
        case = apply(case, Heard.model_construct(event=finding, at=now))
    else:
        raise RuntimeError(f"{MOST_FINDINGS} findings and no end: {findings[-1]!r}")
    return Decision.model_construct(
        number=case.decisions + 1,
        at=now,
        findings=tuple(findings),
        next=_next(view, pack, feed),
        stage=case.stage or "prevention",
        days_past_due=view.position.days_past_due,
        days_that_count=view.days_that_count,
        outstanding=view.position.outstanding,
        overdue=view.position.overdue,
    )


# --- what is to be noted first ---------------------------------------------------------------------------------------


def _finding(now: Now, n: int) -> e.Finding | None:
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
    if case.closed is None or _ended_for_good(case) or _closed(now):
        return None
    return e.Reopened(event_id=finding_id, was=case.outcome or "closed")


def _episode(now: Now, finding_id: str) -> e.Finding | None:
    case, overdue = now.case, now.position.overdue
    if case.episode_open and overdue == 0:
        return e.EpisodeEnded(event_id=finding_id)
    if case.episode_open or overdue == 0 or now.position.oldest_unpaid is None or _ended_for_good(case):
        return None
    stage = entry_stage(now.cycle, now.dpd)
    why = f"day {now.dpd} past due"
    name = stage.name if stage else "overdue"
    return e.EpisodeStarted(event_id=finding_id, since=now.position.oldest_unpaid, stage=name, why=why)


def _ended_for_good(case: Case) -> bool:
    return case.closed is not None and case.outcome not in ("paid", "cured")


def _task_over(now: Now, finding_id: str) -> e.Finding | None:
    pending = now.case.pending
    if pending is None:
        return None
    over = {"step": pending.step, "key": pending.key, "event_id": finding_id}
    if pending.channel in (Channel.call, Channel.visit) and pending.waits_for == "outcome":
        stop = _why_held(now) or ("nothing is overdue" if now.position.overdue == 0 and now.case.episode_open else None)
        if stop or _must_end(now):
            return e.TaskEnded(**over, result="withdrawn", why=stop or "the case ends")
    if pending.due is not None and pending.due <= now.at:
        return e.TaskEnded(**over, result="overdue", why=f"no {pending.waits_for} by {day_text(_last_day(now, pending.due))}")
    return None


def _must_end(now: Now) -> bool:
    return now.case.withdrawn is not None or now.position.outstanding == 0


def _last_day(now: Now, until: datetime) -> date:
    return debtor_day(until - timedelta(microseconds=1), now.case.zone)


def _step_over(now: Now, finding_id: str) -> e.Finding | None:
    if not _free(now):
        return None
    candidate = next_candidate(now)
    if candidate is None or candidate.day > now.today:
        return None
    why = passes(now, candidate)
    if why:
        return e.StepPassed(event_id=finding_id, step=candidate.step.id, round=candidate.round, why=why)
    stuck = exhausted(now, candidate) or (None if channels(now, candidate) else f"{candidate.step.id}: no usable channel")
    flag = f"stuck:{candidate.round}:{candidate.step.id}"
    if stuck and not any(f.id == flag for f in now.case.flags):
        return e.Flagged(event_id=finding_id, flag=flag, why=f"a person decides: {stuck}")
    return None


def _stage(now: Now, finding_id: str) -> e.Finding | None:
    case = now.case
    if not case.episode_open or not _free(now):
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


# --- the order of thinking -------------------------------------------------------------------------------------------


def _free(now: Now) -> bool:
    """Whether nothing keeps the case from its next step."""
    return not _must_end(now) and not _ended_for_good(now.case) and now.case.pending is None and not _why_held(now)


def _next(now: Now, pack: Jurisdiction, feed: Feed | None) -> Act | Wait | Close:
    return _closed(now) or _held(now) or _awaited(now) or _not_worth(now) or _step(now, pack, feed)


def _closed(now: Now) -> Close | None:
    case = now.case
    if case.withdrawn:
        return Close(outcome="withdrawn", why=f"withdrawn by the client: {case.withdrawn}")
    if _ended_for_good(case):
        return Close(outcome=case.outcome or "closed", why=f"ended as {case.outcome} before; a person looks at what came")
    if now.position.outstanding == 0:
        return Close(outcome="paid", why="nothing is outstanding")
    if now.position.overdue == 0 and case.episode > 0 and now.strategy.on_cure == "close":
        return Close(outcome="cured", why="nothing is overdue any more")
    return None


def _active_holds(now: Now) -> list[CaseHold]:
    return [h for h in now.case.holds if h.ended is None and h.since <= now.at]


def _running(now: Now) -> list[tuple[str, datetime | None]]:
    """Everything that holds the case, in words, with its end."""
    case, rules = now.case, now.strategy.promise
    held: list[tuple[str, datetime | None]] = []
    for hold in _active_holds(now):
        end = f" until {day_text(_last_day(now, hold.until))}" if hold.until else " until released"
        held.append((f"{hold.reason.replace('_', ' ')}{end}", hold.until))
    for p in case.promises:
        if p.verdict == "running":
            text = f"promise of {money_text(p.amount, case.currency)} by {day_text(p.due)}"
            held.append((text, deadline(p.due, rules, case.zone)))
    for plan in case.plans:
        if plan.verdict == "running":
            held.append(("plan is running", plan_verdict(case, plan, rules, now.at).due_by))
    return held


def _why_held(now: Now) -> str | None:
    return "; ".join(text for text, _ in _running(now)) or None


def _held(now: Now) -> Wait | None:
    running = _running(now)
    if not running:
        return None
    ends = [end for _, end in running if end is not None]
    if now.case.pending and now.case.pending.due:
        ends.append(now.case.pending.due)
    return Wait(until=min(ends) if ends else None, why=_short("; ".join(text for text, _ in running)))


def _awaited(now: Now) -> Wait | None:
    pending = now.case.pending
    if pending is None:
        return None
    words = {"outcome": "outcome", "proof": "proof of delivery", "answer": "answer", "release": "release by a person"}
    last = f" by {day_text(_last_day(now, pending.due))}" if pending.due else ""
    why = f"{words[pending.waits_for]} of {pending.step} {pending.attempt}{last}"
    return Wait(until=pending.due, step=pending.step, why=why)


def _not_worth(now: Now) -> Wait | None:
    case, least = now.case, now.strategy.worth_chasing.get(now.case.currency)
    if least is None or not case.episode_open or whole_units(now.position.overdue, case.currency) >= least:
        return None
    coming = [i.due for i, _ in now.position.open if i.due >= now.today]
    until = _office(now, min(coming) + timedelta(days=1)) if coming else None
    return Wait(until=until, why=f"{money_text(now.position.overdue, case.currency)} overdue is below what is chased")


def _step(now: Now, pack: Jurisdiction, feed: Feed | None) -> Act | Wait | Close:
    candidate = next_candidate(now)
    if candidate is None:
        return _nothing_left(now)
    usable = channels(now, candidate)
    if candidate.day <= now.today and (exhausted(now, candidate) or not usable):
        return Wait(until=None, step=candidate.step.id, why=f"a person decides about {candidate.step.id}")
    at, why = _moment(now, pack, candidate, usable[0] if usable else None)
    stale = _stale(now, candidate, feed)
    if stale and at <= now.at:
        return stale
    if at > now.at:
        return Wait(until=at, step=candidate.step.id, why=_short(f"{candidate.step.id}: {why}"))
    return _act(now, candidate, usable[0])


def _nothing_left(now: Now) -> Wait | Close:
    if now.case.episode_open:
        return Close(outcome=_end(now), why=f"every step of the cycle {now.cycle.name} was taken")
    due = now.position.oldest_unpaid or now.today
    return Wait(until=_office(now, due + timedelta(days=1)), why=f"next instalment is due {day_text(due)}")


def _end(now: Now) -> str:
    """The cycle's outcome, as far as its steps were really taken: a package that was passed over went to no court."""
    outcomes = {"certificate": "uncollectible", "legal_package": "legal", "placement": "placement"}
    do = {step.id: step.do for stage in now.cycle.stages for step in stage.steps}
    taken = [do.get(r.step, "") for r in now.case.records if r.round == f"e{now.case.episode}" and r.result in MADE]
    last = [outcomes[kind] for kind in taken if kind in outcomes]
    return last[-1] if last else "closed"


def _stale(now: Now, candidate: Candidate, feed: Feed | None) -> Wait | None:
    if feed is None or candidate.step.do not in DEMANDS or candidate.step.mandatory:
        return None
    if now.at - feed.fed <= timedelta(hours=feed.fresh_hours):
        return None
    why = f"payment information is older than {feed.fresh_hours} hours"
    return Wait(until=_office(now, now.today + timedelta(days=1)), step=candidate.step.id, why=why)


def _moment(now: Now, pack: Jurisdiction, candidate: Candidate, channel: Channel | None) -> tuple[datetime, str]:
    """When the step is to be taken: its day, office hours, lawful hours, and not before a deferral ends."""
    case = now.case
    at, why = _office(now, candidate.day), candidate.why
    deferred = case.deferred
    if deferred and (deferred.step, deferred.round) == (candidate.step.id, candidate.round) and deferred.until > at:
        at, why = max(deferred.until, _office(now, debtor_day(deferred.until, case.zone))), deferred.why
    at = max(at, now.at)
    if channel is None:
        return at, why
    lawful, rule = lawful_from(pack, case.zone, channel, at)
    if lawful > at:
        spread, _ = lawful_from(pack, case.zone, channel, lawful + _spread(case))
        return spread, f"quiet hours ({rule})"
    return at, why


def _office(now: Now, day: date) -> datetime:
    """The moment of a debtor's day at which our side acts: from 08:00, spread by account."""
    return start_of_day(day, now.case.zone) + OFFICE_OPENS + _spread(now.case)


def _spread(case: Case) -> timedelta:
    return timedelta(seconds=crc32(case.account.encode()) % SPREAD_SECONDS)


# --- the step as an instruction --------------------------------------------------------------------------------------


def _act(now: Now, candidate: Candidate, channel: Channel | None) -> Act:
    case, step = now.case, candidate.step
    records = now.records.get((candidate.round, step.id), [])
    attempt = len(records) + 1
    common = {
        "step": step.id,
        "round": candidate.round,
        "attempt": attempt,
        "key": f"{case.account}:{case.strategy}:{candidate.round}:{step.id}:{attempt}",
    }
    why = f"{step.id.replace('_', ' ')} {attempt}, {candidate.why}"
    if step.release and not any(r.result == "released" for r in records):
        return Act(
            **common,
            do=step.do,
            why=_short(f"release of {why}"),
            waits_for="release",
            people=step.release.people,
            assignee=step.release.by,
            due=_due(now, step.release.days),
        )
    return Act(**common, do=step.do, channel=channel, why=_short(why), **_particulars(now, candidate))


def _particulars(now: Now, candidate: Candidate) -> dict[str, object]:
    """What is special to each kind of step."""
    step = candidate.step
    match step:
        case MessageStep():
            return {"text": step.text}
        case ContactTask():
            who = now.case.specialist if step.assignee == "specialist" else step.assignee
            return {"assignee": who, "due": _due(now, step.days), "waits_for": "outcome", "text": step.text}
        case TraceStep() | ReviewStep():
            return {"assignee": step.assignee, "due": _due(now, step.days), "waits_for": "outcome"}
        case OfferStep():
            offer = terms(step, now.position, now.case.currency, now.today)
            return {"text": step.text, "waits_for": "answer", "due": _due(now, step.valid_days), "terms": offer}
        case NoticeStep():
            due = _due(now, step.proof_days)
            return {"text": step.text, "waits_for": "proof", "due": due, "notice_days": step.notice_days}
        case PlacementStep():
            return {"agency": step.agency, "placed_days": step.days}
        case LegalPackageStep() | _:
            return {"text": step.text}


def _due(now: Now, days: int) -> datetime:
    return end_of_day(now.today + timedelta(days=days), now.case.zone)


def _short(text: str) -> str:
    # Temporal shows at most 200 bytes of a summary.
    return text.encode()[:197].decode(errors="ignore") + "..." if len(text.encode()) > 200 else text
