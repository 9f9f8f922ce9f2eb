"""Were promises and plans kept? By the ledger, at the end of the debtor's day plus grace, first in first out."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from models.case import Case, Payment, Plan, Promise
from models.strategy import PromiseRules
from policy.contact_law import end_of_day
from policy.ledger import counted

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
    """How a plan stands now; `due_by` is when it is looked at next; `paid` in minor units."""

    plan: Plan
    verdict: Literal["running", "fulfilled", "broken"]
    paid: int
    due_by: datetime


def plan_verdict(case: Case, plan: Plan, rules: PromiseRules, now: datetime) -> PlanVerdict:
    """A plan is broken when less than what was due by an instalment's deadline came since it was agreed."""
    payments = [p for p in counted(case) if p.heard >= plan.made]
    paid = sum(p.amount for p in payments)
    due = 0
    late = now
    for day, amount in plan.instalments:
        due += amount
        late = deadline(day, rules, case.zone)
        in_time = sum(p.amount for p in payments if _in_time(p, late, case.zone))
        if now < late:
            return PlanVerdict(plan, "running" if paid < plan_total(plan) else "fulfilled", paid, late)
        if in_time < due - int(due * rules.tolerance):
            return PlanVerdict(plan, "broken", paid, late)
    return PlanVerdict(plan, "fulfilled", paid, late)


def plan_total(plan: Plan) -> int:
    """All that was agreed, in minor units."""
    return sum(amount for _, amount in plan.instalments)
