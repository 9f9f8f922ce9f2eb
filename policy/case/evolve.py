"""How does a case store what has happened to it? Plain bookkeeping: no rule, no clock, no sum.

It is all of the policy that a workflow runs, at every replay: what it does to an event may never change.
"""

from collections.abc import Iterable
from operator import attrgetter
from typing import TypeVar, assert_never

from models import resolved as r
from models.case import Case, Part

T = TypeVar("T", bound=Part)
EPISODE = ("episode", "episode_open", "episode_since", "entry_stage", "stage")
CHANNELS = ("reach", "opt_outs", "refused")
PARTICULARS = tuple(n for n in r.ParticularsStand.model_fields if n not in ("kind", "cleared"))


def evolve(case: Case, event: r.AResolved) -> Case:
    """The case with the event stored."""
    return case.model_copy(update=_stored(case, event))


def evolved(case: Case, events: Iterable[r.AResolved]) -> Case:
    """The case with all of them stored, in their order."""
    for event in events:
        case = evolve(case, event)
    return case


def _stored(case: Case, event: r.AResolved) -> dict[str, object]:
    match event:
        case r.PaymentCounted() | r.PaymentTakenBack() | r.RefundPaid() | r.DebtAdjusted() | r.ChargeStands():
            return _money(case, event)
        case r.PromiseStands() | r.PlanStands() | r.OfferStands() | r.ScheduleStands():
            return _agreed(case, event)
        case r.HoldStands() | r.HoldDropped() | r.FlagRaised() | r.FlagSettled() | r.CauseTold():
            return _held(case, event)
        case (
            r.CircumstancesStand() | r.CostLettersStand() | r.EpisodeStands() | r.ChannelsStand() | r.ParticularsStand()
        ):
            return _standing(event)
        case r.FactTaken() | r.Decided() | r.Ended() | r.Reopened():
            return _course(case, event)
        case _:
            return _step(case, event)


def _money(case: Case, event: r.Money) -> dict[str, object]:
    match event:
        case r.PaymentCounted():
            return {"payments": (*case.payments, event.payment)}
        case r.PaymentTakenBack():
            return {"reversed": (*case.reversed, event.payment)}
        case r.RefundPaid():
            return {"refunds": (*case.refunds, event.refund)}
        case r.DebtAdjusted():
            return {"adjustments": (*case.adjustments, event.adjustment)}
        case r.ChargeStands():
            return {"charges": _put(case.charges, event.charge, "id")}
        case _:
            assert_never(event)


def _agreed(case: Case, event: r.Agreed) -> dict[str, object]:
    match event:
        case r.PromiseStands():
            return {"promises": _put(case.promises, event.promise, "event_id")}
        case r.PlanStands():
            return {"plans": _put(case.plans, event.plan, "event_id")}
        case r.OfferStands():
            return {"offers": _put(case.offers, event.offer, "id")}
        case r.ScheduleStands():
            return _schedule(case, event)
        case _:
            assert_never(event)


def _held(case: Case, event: r.Held) -> dict[str, object]:
    match event:
        case r.HoldStands():
            return {"holds": _put(case.holds, event.hold, "id")}
        case r.HoldDropped():
            return {"holds": tuple(h for h in case.holds if h.id != event.hold)}
        case r.FlagRaised():
            return {"flags": (*case.flags, event.flag)}
        case r.FlagSettled():
            return {"flags": tuple(f for f in case.flags if f.id != event.flag)}
        case r.CauseTold():
            return {"causes": (*case.causes, event.cause)}
        case _:
            assert_never(event)


def _standing(event: r.Standing) -> dict[str, object]:
    match event:
        case r.CircumstancesStand():
            return {"known": event.known}
        case r.CostLettersStand():
            return {"letters": event.letters}
        case r.EpisodeStands():
            return {name: getattr(event, name) for name in EPISODE}
        case r.ChannelsStand():
            return {name: getattr(event, name) for name in CHANNELS}
        case r.ParticularsStand():
            told = {name: getattr(event, name) for name in PARTICULARS}
            return {n: v for n, v in told.items() if v is not None} | dict.fromkeys(event.cleared)
        case _:
            assert_never(event)


def _course(case: Case, event: r.Course) -> dict[str, object]:
    match event:
        case r.FactTaken():
            return {"seen": (*case.seen, event.event_id)}
        case r.Decided():
            return {"decisions": event.number}
        case r.Ended():
            return {"outcome": event.outcome, "closed": event.at, "pending": None, "deferred": None}
        case r.Reopened():
            return {"outcome": None, "closed": None}
        case _:
            assert_never(event)


def _step(case: Case, event: r.Step) -> dict[str, object]:
    match event:
        case r.StepRecorded():
            return {"records": (*case.records, event.record)}
        case r.StepTurnedOut():
            turned = case.records[event.place].model_copy(update={"result": event.result})
            return {"records": (*case.records[: event.place], turned, *case.records[event.place + 1 :])}
        case r.ReleaseGiven():
            return {"released": (*case.released, event.release)}
        case r.WaitBegun():
            return {"pending": event.pending}
        case r.WaitOver():
            return {"pending": None}
        case r.StepPutOff():
            return {"deferred": event.deferred}
        case r.NoticePeriodSet():
            return {"notice_days": (*case.notice_days, (event.message, event.days))}
        case r.ReportKept():
            return {"reports": (*case.reports, (event.message, event.status))}
        case _:
            assert_never(event)


def _schedule(case: Case, event: r.ScheduleStands) -> dict[str, object]:
    told = {i.number: i for i in event.instalments}
    kept = [told.pop(i.number, i) for i in case.instalments if i.number not in event.gone]
    return {"instalments": (*kept, *told.values())}


def _put(parts: tuple[T, ...], part: T, by: str) -> tuple[T, ...]:
    """With the part: in its place where one of its name stands, else as the last."""
    name = attrgetter(by)
    if not any(name(p) == name(part) for p in parts):
        return (*parts, part)
    return tuple(part if name(p) == name(part) else p for p in parts)
