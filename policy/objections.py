"""Why an event cannot be taken as told: the answer an agent gets at once, the flag a signal leaves."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from models import events as e
from models.case import Case, Disputed
from policy.agreeing.objections import against_offer
from policy.holds import open_disputes
from policy.law.days import debtor_day, zone_known
from policy.money.position import position
from policy.phrases import day_text, money_text
from policy.procedures.procedure_table import refusal

LONGEST_HOLD_DAYS = 730
VALUE_DAYS_AHEAD = 3
"""Banks tell of money a day or two before it counts."""


def objection(case: Case, event: e.Event, now: datetime) -> str | None:
    """The reason against taking the event, or None. Money is never refused for a closed case; currency is."""
    against = AGAINST.get(type(event))
    return (against(case, event, now) if against else None) or refusal(case, event, now)


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


def _against_refund(case: Case, event: e.Refunded, now: datetime) -> str | None:
    credit = position(case, debtor_day(now, case.zone)).credit
    if event.amount > credit:
        return f"{money_text(event.amount, case.currency)} paid back, {money_text(credit, case.currency)} was overpaid"
    return None


def _against_write_off(case: Case, event: e.WrittenOff, now: datetime) -> str | None:
    owed = position(case, debtor_day(now, case.zone)).outstanding
    if owed == 0 or (event.amount or 0) > owed:
        return f"{money_text(owed, case.currency)} is owed, no more can be written off"
    return None


def _against_outcome(case: Case, event: e.ContactOutcome | e.VisitOutcome, now: datetime) -> str | None:
    if isinstance(event, e.ContactOutcome) and event.third_party and event.task:
        return "a third party answers no task: tell what came of the task by itself"
    if isinstance(event, e.ContactOutcome) and event.purpose and not event.third_party:
        return "only a third party is asked where the debtor is: name the third party"
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
    if isinstance(event, e.Hold) and event.blocks == ():
        return "a hold that blocks nothing holds nothing"
    if isinstance(event, e.Dispute):
        return _against_part(case, event, today) if event.status == "opened" else _against_answer(case, event, today)
    return None


def _against_part(case: Case, event: e.Dispute, today: date) -> str | None:
    """Why what is disputed cannot be: it does not exist."""
    numbers = [i.number for i in case.instalments]
    for what, told, known in (
        ("instalment", event.instalments, numbers),
        ("charge", event.charges, [c.id for c in case.charges]),
    ):
        unknown = [str(part) for part in told if part not in known]
        if unknown:
            there = ", ".join(map(str, known)) or "none"
            return f"there is no {what} {', '.join(unknown)} on this account; there are: {there}"
    if event.amount and (event.instalments or event.charges):
        return "name the instalments and charges that are disputed, or an amount, not both"
    owed = position(case, today).outstanding
    if event.amount and event.amount > owed:
        return f"{money_text(event.amount, case.currency)} disputed, {money_text(owed, case.currency)} is open"
    return "a dispute that is opened answers no other" if event.dispute else None


def _against_answer(case: Case, event: e.Dispute, today: date) -> str | None:
    """Why a dispute cannot be answered so."""
    meant = open_disputes(case, event.dispute)
    if not meant:
        others = ", ".join(h.id for h in open_disputes(case))
        there = f" {event.dispute} is open; there is {others}" if others else " is open"
        return f"no dispute{there}"
    if event.instalments or event.charges:
        return "what is disputed is named when a dispute is opened, not when it is answered"
    if event.status == "answered" and event.evidence is None:
        return "a dispute is answered by a document: name its number as evidence"
    if event.amount is None:
        return None
    if event.status != "upheld":
        return f"no amount goes with a dispute that is {event.status}"
    if len(meant) > 1:
        return f"several disputes are open: name one of {', '.join(h.id for h in meant)}"
    most = _disputed(case, meant[0].disputed, today)
    if event.amount > most:
        return f"{money_text(event.amount, case.currency)} upheld, {money_text(most, case.currency)} is disputed"
    return None


def _disputed(case: Case, part: Disputed | None, today: date) -> int:
    """How much a dispute is about, paid or not, minor units."""
    if part is None:
        return position(case, today).outstanding
    named = sum(i.amount for i in case.instalments if i.number in part.instalments)
    return named + sum(c.amount for c in case.charges if c.id in part.charges) + (part.amount or 0)


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
    if case.closed:
        return f"the case ended as {case.outcome}"
    made = debtor_day(event.at or now, case.zone)
    owed = position(case, made).outstanding
    if event.due < made:
        return f"the promised day {day_text(event.due)} is past"
    if event.due > made + timedelta(days=case.promise_days):
        return f"promised for {day_text(event.due)}, more than {case.promise_days} days ahead: agree a plan"
    if event.amount > owed:
        return f"{money_text(event.amount, case.currency)} promised, {money_text(owed, case.currency)} is owed"
    given = sum(case.episode_since is None or p.due >= case.episode_since for p in case.promises)
    if given >= case.promises_at_most:
        return f"{given} promises were given, the most by the strategy: offer or agree a plan instead"
    return None


def _against_plan(case: Case, event: e.PlanAgreed, now: datetime) -> str | None:
    if case.closed:
        return f"the case ended as {case.outcome}"
    made = debtor_day(event.at or now, case.zone)
    owed = position(case, made).outstanding
    total = sum(i.amount for i in event.instalments)
    if min(i.due for i in event.instalments) < made:
        return "the plan begins in the past"
    if total != owed:
        return f"the plan sums to {money_text(total, case.currency)}, {money_text(owed, case.currency)} is owed"
    return None


def _against_offer(case: Case, event: e.OfferMade | e.OfferApproved | e.OfferAnswered, now: datetime) -> str | None:
    return f"the case ended as {case.outcome}" if case.closed else against_offer(case, event, now)


def _against_proof(case: Case, event: e.NoticeServed, now: datetime) -> str | None:
    pending = case.pending
    waiting = pending is not None and pending.waits_for == "proof" and event.task in (None, pending.key)
    if not waiting and event.task not in {key for key, _ in case.notice_days}:
        return "no formal notice waits for its proof"
    if event.served_on > debtor_day(now, case.zone):
        return f"served on {day_text(event.served_on)}, which is still to come"
    return None


def _against_release(case: Case, event: e.Release, now: datetime) -> str | None:
    return None if _waits_for(case, event.of) else f"nothing here waits for a release of {event.of}"


def _against_update(case: Case, event: e.AccountUpdated, now: datetime) -> str | None:
    return None if event.zone is None or zone_known(event.zone) else f"{event.zone} is no time zone"


def _against_circumstance(case: Case, event: e.Circumstance, now: datetime) -> str | None:
    if event.since and event.since > debtor_day(now, case.zone):
        return f"it begins on {day_text(event.since)}, which is still to come"
    if event.ended and not any(known.name == event.name for known in case.known):
        return f"no {event.name.replace('_', ' ')} is known that could end"
    return None


AGAINST: dict[type[e.Event], Callable[[Case, Any, datetime], str | None]] = {
    e.PaymentReceived: _against_payment,
    e.Refunded: _against_refund,
    e.WrittenOff: _against_write_off,
    e.AccountUpdated: _against_update,
    e.PromiseToPay: _against_promise,
    e.PlanAgreed: _against_plan,
    e.OfferMade: _against_offer,
    e.OfferApproved: _against_offer,
    e.OfferAnswered: _against_offer,
    e.ContactOutcome: _against_outcome,
    e.VisitOutcome: _against_outcome,
    e.NoticeServed: _against_proof,
    e.Hold: _against_hold,
    e.Hardship: _against_hold,
    e.Dispute: _against_hold,
    e.Protection: _against_hold,
    e.Circumstance: _against_circumstance,
    e.Release: _against_release,
}
