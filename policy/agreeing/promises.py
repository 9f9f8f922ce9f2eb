"""Were promises and plans kept? By the ledger, at the end of the debtor's day plus grace, first in first out."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from models.agreement_terms import FollowUp, PromiseRules
from models.case import Case, Offer, Payment, Plan, Promise
from policy.law.may_contact import debtor_day, end_of_day
from policy.money.ledger import counted

PromiseVerdict = Literal["running", "kept", "partly_kept", "broken"]


class Verdict(NamedTuple):
    """How a promise stands now; `paid` in minor units."""

    promise: Promise
    verdict: PromiseVerdict
    paid: int


def deadline(day: date, rules: PromiseRules, zone: str) -> datetime:
    """The first instant at which something promised for `day` is late: end of the debtor's day plus grace."""
    return end_of_day(day + timedelta(days=rules.grace_days), zone)


def verdicts(case: Case, rules: PromiseRules, now: datetime) -> Iterator[Verdict]:
    """How each promise stands: money heard since it was made serves the promises in the order of their due days."""
    left = {p.event_id: p.amount for p in counted(case)}
    for promise in sorted(case.promises, key=lambda p: (p.due, p.made)):
        late = deadline(promise.due, rules, case.zone)
        payments = [p for p in counted(case) if p.heard >= promise.made and _in_time(p, late, case.zone)]
        got = _serve(promise, payments, left)
        enough = promise.amount - int(promise.amount * rules.tolerance)
        if got >= enough:
            yield Verdict(promise, "kept", got)
        elif now < late:
            yield Verdict(promise, "running", got)
        else:
            yield Verdict(promise, "partly_kept" if got else "broken", got)


def _in_time(payment: Payment, late: datetime, zone: str) -> bool:
    # The news of money that was at the bank in time may reach us a day or two later.
    return payment.heard < late or end_of_day(payment.value_date, zone) <= late


def _serve(promise: Promise, payments: list[Payment], left: dict[str, int]) -> int:
    """Take what the promise needs from the payments made between promise and deadline."""
    got = 0
    for payment in payments:
        used = min(left[payment.event_id], promise.amount - got)
        left[payment.event_id] -= used
        got += used
    return got


class PlanVerdict(NamedTuple):
    """How a plan stands now; `due_by` is when it is looked at next; amounts in minor units."""

    plan: Plan
    verdict: Literal["running", "fulfilled", "broken"]
    paid: int
    due_by: datetime
    day: date
    """The agreed day that is looked at next; of a plan that is over, its last."""
    missing: int
    """What is still to come by then."""
    missed: bool = False
    """The day and its grace are over, but the sum may still be made good."""


def plan_verdict(case: Case, plan: Plan, rules: FollowUp, now: datetime) -> PlanVerdict:
    """A plan is broken when less than what was due by an instalment's last moment came since it was offered."""
    known = plan.known_payments
    since = [p for p in counted(case) if p.heard >= plan.made] if known is None else told_after(case, known)
    paid = sum(p.amount for p in since)
    due, late, day = 0, now, debtor_day(now, case.zone)
    for day, amount in plan.instalments:
        due += amount
        late = end_of_day(day + timedelta(days=rules.days), case.zone)
        least = due - int(due * _tolerance(plan, rules))
        in_time = sum(p.amount for p in since if _in_time(p, late, case.zone))
        if now < late:
            grace = end_of_day(day + timedelta(days=rules.grace_days), case.zone)
            missed = now >= grace and in_time < least
            verdict: Literal["running", "fulfilled"] = "running" if paid < plan_total(plan) else "fulfilled"
            look = late if now >= grace else grace
            return PlanVerdict(plan, verdict, paid, look, day, max(due - paid, 0), missed)
        if in_time < least:
            return PlanVerdict(plan, "broken", paid, late, day, due - in_time)
    return PlanVerdict(plan, "fulfilled", paid, late, day, 0)


def _tolerance(plan: Plan, rules: FollowUp) -> Decimal:
    # Who was let off a part pays the rest in full.
    return Decimal(0) if plan.what == "settlement" else rules.tolerance


def settlement_paid(case: Case, offer: Offer, rules: FollowUp) -> bool:
    """Whether all that a settlement asks for came since it was offered, in time for its last day."""
    late = end_of_day(offer.instalments[-1][0] + timedelta(days=rules.grace_days), case.zone)
    payments = [p for p in told_after(case, offer.known_payments) if _in_time(p, late, case.zone)]
    return sum(p.amount for p in payments) >= sum(amount for _, amount in offer.instalments)


def told_after(case: Case, known: int) -> list[Payment]:
    """The payments that count, without the first `known` that were told: a sum that was offered had them in it."""
    before = {p.event_id for p in case.payments[:known]}
    return [p for p in counted(case) if p.event_id not in before]


def plan_total(plan: Plan) -> int:
    """All that was agreed, in minor units."""
    return sum(amount for _, amount in plan.instalments)
