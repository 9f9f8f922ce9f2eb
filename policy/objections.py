"""Why an event cannot be taken as told: the answer an agent gets at once, the flag a signal leaves."""

from datetime import datetime, timedelta

from models import events as e
from models.case import Case
from policy.contact_law import debtor_day, zone_known
from policy.money import position
from policy.words import day_text, money_text

LONGEST_HOLD_DAYS = 730
VALUE_DAYS_AHEAD = 3
"""Banks tell of money a day or two before it counts."""


def objection(case: Case, event: e.Event, now: datetime) -> str | None:
    """The reason against taking the event, or None. Money is never refused for a closed case; currency is."""
    match event:
        case e.PaymentReceived():
            return _against_payment(case, event, now)
        case e.PromiseToPay() | e.PlanAgreed() if case.closed:
            return f"the case ended as {case.outcome}"
        case e.PromiseToPay():
            return _against_promise(case, event, now)
        case e.PlanAgreed():
            return _against_plan(case, event, now)
        case e.ContactOutcome() | e.VisitOutcome():
            return _against_outcome(case, event)
        case e.AccountUpdated(zone=str() as zone) if not zone_known(zone):
            return f"{zone} is no time zone"
        case e.NoticeServed():
            return _against_proof(case, event, now)
        case e.Hold() | e.Hardship() | e.Dispute() | e.Protection():
            return _against_hold(case, event, now)
        case e.Release() if not _waits_for(case, event.of):
            return f"nothing here waits for a release of {event.of}"
    return None


def reused(case: Case, event: e.Event) -> str | None:
    """Why an event under a known `event_id` is not the one that was told before: money under it would be lost."""
    if not isinstance(event, e.PaymentReceived) or event.event_id not in case.seen:
        return None
    if (event.event_id, event.amount) in {(p.event_id, p.amount) for p in case.payments}:
        return None
    if any(flag.id == f"event:{event.event_id}" for flag in case.flags):
        return None
    return f"{event.event_id} was told before with other content: tell {money_text(event.amount, event.currency)} anew"


def _against_payment(case: Case, event: e.PaymentReceived, now: datetime) -> str | None:
    if event.currency != case.currency:
        return f"{money_text(event.amount, event.currency)} received, the account is in {case.currency}"
    counts = event.value_date or debtor_day(event.at or now, case.zone)
    if counts > debtor_day(now, case.zone) + timedelta(days=VALUE_DAYS_AHEAD):
        return f"it counts from {day_text(counts)} only, which is still to come"
    return None


def _against_outcome(case: Case, event: e.ContactOutcome | e.VisitOutcome) -> str | None:
    if event.task and event.task not in _known(case):
        return f"no task {event.task} in this case"
    visit_open = case.pending is not None and case.pending.channel == e.Channel.visit
    if isinstance(event, e.VisitOutcome) and event.task is None and not visit_open:
        return "no visit is open; name the task"
    return None


def _against_hold(case: Case, event: e.Hold | e.Hardship | e.Dispute | e.Protection, now: datetime) -> str | None:
    today = debtor_day(now, case.zone)
    if event.until and event.until < today:
        return f"it would end on {day_text(event.until)}, which is past"
    if isinstance(event, e.Hold) and event.until and event.until > today + timedelta(days=LONGEST_HOLD_DAYS):
        return f"a hold of more than {LONGEST_HOLD_DAYS} days: leave the end open and release it"
    if isinstance(event, e.Dispute) and event.status != "opened" and not _holds(case, "dispute"):
        return "no dispute is open"
    return None


def _known(case: Case) -> set[str]:
    return {r.key for r in case.records} | ({case.pending.key} if case.pending else set())


def _holds(case: Case, reason: str) -> bool:
    return any(h.reason == reason and h.ended is None for h in case.holds)


def _waits_for(case: Case, of: str) -> bool:
    stuck = any(f.id.startswith("stuck:") and f.id.endswith(f":{of}") for f in case.flags)
    return asked(case, of) or stuck or _holds(case, of)


def asked(case: Case, of: str) -> bool:
    """Whether a person is asked to say yes or no to this step: a release, or a task of the office such as a review."""
    pending = case.pending
    if pending is None or pending.step != of:
        return False
    return pending.waits_for == "release" or (pending.waits_for == "outcome" and pending.channel is None)


def _against_promise(case: Case, event: e.PromiseToPay, now: datetime) -> str | None:
    made = debtor_day(event.at or now, case.zone)
    owed = position(case, made).outstanding
    if event.due < made:
        return f"the promised day {day_text(event.due)} is past"
    if event.due > made + timedelta(days=case.promise_days):
        return f"promised for {day_text(event.due)}, more than {case.promise_days} days ahead: agree a plan"
    if event.amount > owed:
        return f"{money_text(event.amount, case.currency)} promised, {money_text(owed, case.currency)} is owed"
    return None


def _against_plan(case: Case, event: e.PlanAgreed, now: datetime) -> str | None:
    made = debtor_day(event.at or now, case.zone)
    owed = position(case, made).outstanding
    total = sum(i.amount for i in event.instalments)
    if min(i.due for i in event.instalments) < made:
        return "the plan begins in the past"
    if total != owed:
        return f"the plan sums to {money_text(total, case.currency)}, {money_text(owed, case.currency)} is owed"
    return None


def _against_proof(case: Case, event: e.NoticeServed, now: datetime) -> str | None:
    pending = case.pending
    waiting = pending is not None and pending.waits_for == "proof" and event.task in (None, pending.key)
    if not waiting and event.task not in {key for key, _ in case.notice_days}:
        return "no formal notice waits for its proof"
    if event.served_on > debtor_day(now, case.zone):
        return f"served on {day_text(event.served_on)}, which is still to come"
    return None
