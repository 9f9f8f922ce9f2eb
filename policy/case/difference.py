"""What has happened between two states of a case, as resolved events: folded over the first they give the second."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from models import resolved as r
from models.case import Case
from policy.case.evolve import CHANNELS, EPISODE, PARTICULARS, evolved

T = TypeVar("T")
Made = Callable[[T], r.AResolved]


class NotResolved(RuntimeError):
    """A case changed in a way that no resolved event tells: a fault of ours, so nothing is stored."""


def resolved(before: Case, after: Case) -> tuple[r.AResolved, ...]:
    """The events in the order of the case's fields. Raises NotResolved where they would not tell all."""
    events = tuple(_events(before, after))
    if evolved(before, events) != after:
        raise NotResolved(", ".join(n for n in Case.model_fields if getattr(before, n) != getattr(after, n)))
    return events


def _events(before: Case, after: Case) -> Iterator[r.AResolved]:
    yield from _more(before.seen, after.seen, lambda n: r.FactTaken(event_id=n))
    yield from _reopened(before, after)
    yield from _particulars(before, after)
    yield from _schedule(before, after)
    yield from _more(before.payments, after.payments, lambda p: r.PaymentCounted(payment=p))
    yield from _more(before.reversed, after.reversed, lambda p: r.PaymentTakenBack(payment=p))
    yield from _fresh(before.promises, after.promises, lambda p: r.PromiseStands(promise=p))
    yield from _fresh(before.plans, after.plans, lambda p: r.PlanStands(plan=p))
    yield from _fresh(before.offers, after.offers, lambda o: r.OfferStands(offer=o))
    yield from _fresh(before.charges, after.charges, lambda c: r.ChargeStands(charge=c))
    yield from _more(before.adjustments, after.adjustments, lambda a: r.DebtAdjusted(adjustment=a))
    yield from _more(before.refunds, after.refunds, lambda f: r.RefundPaid(refund=f))
    yield from _holds(before, after)
    yield from _flags(before, after)
    yield from _known(before, after)
    yield from _steps(before, after)
    if any(getattr(before, name) != getattr(after, name) for name in EPISODE):
        yield r.EpisodeStands(**{name: getattr(after, name) for name in EPISODE})
    if before.decisions != after.decisions:
        yield r.Decided(number=after.decisions)
    if after.closed and (before.outcome, before.closed) != (after.outcome, after.closed):
        yield r.Ended(outcome=after.outcome or "", at=after.closed)


def _more(before: Sequence[T], after: Sequence[T], made: Made[T]) -> Iterator[r.AResolved]:
    """What stands behind what stood there."""
    yield from map(made, after[len(before) :])


def _fresh(before: Sequence[T], after: Sequence[T], made: Made[T]) -> Iterator[r.AResolved]:
    """What is new, and what is another than it was."""
    if before is not after:
        yield from (made(part) for n, part in enumerate(after) if n >= len(before) or part != before[n])


def _reopened(before: Case, after: Case) -> Iterator[r.AResolved]:
    if before.closed and not after.closed:
        yield r.Reopened()


def _particulars(before: Case, after: Case) -> Iterator[r.AResolved]:
    changed: dict[str, Any] = {
        name: now for name in PARTICULARS if (now := getattr(after, name)) != getattr(before, name)
    }
    if changed:
        cleared = tuple(name for name, now in changed.items() if now is None)
        yield r.ParticularsStand(**changed, cleared=cleared)


def _schedule(before: Case, after: Case) -> Iterator[r.AResolved]:
    if before.instalments != after.instalments:
        stood = {i.number: i for i in before.instalments}
        told = tuple(i for i in after.instalments if stood.get(i.number) != i)
        gone = tuple(sorted(stood.keys() - {i.number for i in after.instalments}))
        event = r.ScheduleStands(instalments=told, gone=gone)
        if evolved(before, [event]).instalments != after.instalments:  # In another order: all of it anew.
            event = r.ScheduleStands(instalments=after.instalments, gone=tuple(sorted(stood)))
        yield event


def _holds(before: Case, after: Case) -> Iterator[r.AResolved]:
    stays = {hold.id for hold in after.holds}
    yield from (r.HoldDropped(hold=hold.id) for hold in before.holds if hold.id not in stays)
    stood = [hold for hold in before.holds if hold.id in stays]
    yield from _fresh(stood, after.holds, lambda h: r.HoldStands(hold=h))


def _flags(before: Case, after: Case) -> Iterator[r.AResolved]:
    stays = {flag.id for flag in after.flags}
    yield from (r.FlagSettled(flag=flag.id) for flag in before.flags if flag.id not in stays)
    stood = {flag.id for flag in before.flags}
    yield from (r.FlagRaised(flag=flag) for flag in after.flags if flag.id not in stood)


def _known(before: Case, after: Case) -> Iterator[r.AResolved]:
    if before.known != after.known:
        yield r.CircumstancesStand(known=after.known)
    if before.letters != after.letters:
        yield r.CostLettersStand(letters=after.letters)
    if any(getattr(before, name) != getattr(after, name) for name in CHANNELS):
        yield r.ChannelsStand(**{name: getattr(after, name) for name in CHANNELS})
    yield from _more(before.causes, after.causes, lambda c: r.CauseTold(cause=c))


def _steps(before: Case, after: Case) -> Iterator[r.AResolved]:
    if before.records is not after.records:
        pairs = enumerate(zip(before.records, after.records, strict=False))
        yield from (r.StepTurnedOut(place=n, result=new.result) for n, (old, new) in pairs if old != new)
        yield from _more(before.records, after.records, lambda s: r.StepRecorded(record=s))
    yield from _more(before.released, after.released, lambda s: r.ReleaseGiven(release=s))
    yield from _more(before.notice_days, after.notice_days, lambda n: r.NoticePeriodSet(message=n[0], days=n[1]))
    yield from _more(before.reports, after.reports, lambda n: r.ReportKept(message=n[0], status=n[1]))
    if after.pending != before.pending:
        yield r.WaitBegun(pending=after.pending) if after.pending else r.WaitOver()
    if after.deferred != before.deferred:
        yield r.StepPutOff(deferred=after.deferred)
