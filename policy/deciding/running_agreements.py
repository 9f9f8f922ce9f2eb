"""What was agreed and still runs: in words, with its end, and the courtesy reminder before an agreed day."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from models.agreement_terms import Reminder
from models.case import Offer, Plan
from models.strategy import MessageStep
from policy.agreeing.promises import deadline, plan_verdict
from policy.case.rounds import before_instalment, before_promise
from policy.deciding.cycle import NO_CONTACT, Candidate, Now, channels
from policy.law.may_contact import debtor_day
from policy.phrases import day_text, days_text, money_text


def agreed(now: Now) -> Iterator[tuple[str, datetime]]:
    """Every promise and arrangement that runs, and when it is looked at next: while it does, nobody is chased."""
    case = now.case
    for promise in case.promises:
        if promise.verdict == "running":
            text = f"promise of {money_text(promise.amount, case.currency)} by {day_text(promise.due)}"
            yield text, deadline(promise.due, now.strategy.promise, case.zone)
    for plan in case.plans:
        if plan.verdict == "running":
            yield _plan(now, plan)


def _plan(now: Now, plan: Plan) -> tuple[str, datetime]:
    found = plan_verdict(now.case, plan, now.strategy.plan, now.at)
    missing, day = money_text(found.missing, now.case.currency), day_text(found.day)
    if not found.missing:
        return f"{plan.what} paid up to {day}", found.due_by
    if not found.missed:
        return f"{plan.what}: {missing} by {day}", found.due_by
    last = debtor_day(found.due_by - timedelta(microseconds=1), now.case.zone)
    return f"{plan.what}: {missing} missed on {day}, to be made good by {day_text(last)}", found.due_by


def open_offers(now: Now) -> list[Offer]:
    """Offers that wait for the debtor's word; those of a step are waited for by the step."""
    step = now.case.pending.key if now.case.pending else None
    return [offer for offer in now.case.offers if offer.state == "made" and (offer.step is None or offer.step != step)]


class Courtesy(NamedTuple):
    """A reminder, and the last debtor's day on which it still makes sense."""

    candidate: Candidate
    last: date


def reminder(now: Now) -> Courtesy | None:
    """The next reminder of a promise or an instalment that was agreed: each once, where the strategy has one."""
    coming = [c for c in (*_of_promises(now), *_of_plans(now)) if channels(now, c.candidate)]
    return min(coming, key=lambda c: (c.candidate.day, c.candidate.round), default=None)


def _of_promises(now: Now) -> Iterator[Courtesy]:
    rule = now.strategy.promise.reminder
    for n, promise in enumerate(now.case.promises, 1):
        if rule and promise.verdict == "running":
            yield from _courtesy(now, rule, before_promise(n), "promise_reminder", promise.made, promise.due)


def _of_plans(now: Now) -> Iterator[Courtesy]:
    rule = now.strategy.plan.reminder
    for n, plan in enumerate(now.case.plans, 1):
        if rule is None or plan.verdict != "running":
            continue
        paid = plan_verdict(now.case, plan, now.strategy.plan, now.at).paid
        due = 0
        for k, (day, amount) in enumerate(plan.instalments, 1):
            due += amount
            if due > paid and day >= now.today:
                yield from _courtesy(now, rule, before_instalment(n, k), "plan_reminder", plan.made, day)


def _courtesy(now: Now, rule: Reminder, round_: str, name: str, made: datetime, due: date) -> Iterator[Courtesy]:
    day = due - timedelta(days=rule.days_before)
    results = [r.result for r in now.records.get((round_, name), [])]
    if "again" in results:  # A person said so: what was tried before no longer counts.
        results = results[len(results) - results[::-1].index("again") :]
    sent = any(r != "failed" for r in results) or len(results) >= now.strategy.fails
    # Who agreed a moment ago needs no reminder.
    if sent or now.today > due or debtor_day(made, now.case.zone) >= day:
        return
    contacts = [r.at for r in now.case.records if r.channel and r.result not in NO_CONTACT]
    if contacts:
        day = max(day, debtor_day(max(contacts), now.case.zone) + timedelta(days=1))
    step = MessageStep(id=name, do=rule.channel, text=rule.text, fallback=rule.fallback)
    why = f"{days_text(rule.days_before)} before the agreed {day_text(due)}"
    yield Courtesy(Candidate(step, None, round_, day, why), due)
