"""A promise to pay: why not, and what is kept of it."""

from datetime import datetime, timedelta

from models import events as e
from models.case import Case, Promise
from policy.case.case_changes import changed
from policy.facts.fact_spec import FactSpec
from policy.law.days import debtor_day
from policy.money.position import position
from policy.phrases import day_text, money_text


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


def _promise(case: Case, event: e.PromiseToPay, at: datetime) -> Case:
    promise = Promise(
        event_id=event.event_id,
        amount=event.amount,
        due=event.due,
        made=event.at or at,
        channel=event.channel,
        by=event.by,
    )
    return changed(case, promises=(*case.promises, promise))


PROMISE = FactSpec(
    e.PromiseToPay,
    about="debt",
    help="The debtor promised an amount by a day.",
    words=lambda fact, money: f"{money_text(fact.amount, money)} by {day_text(fact.due)}",
    take=_promise,
    refuse=_against_promise,
)
