"""When does a hold run, on which days was something stopped, and what is disputed? What it stops: hold_rules."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from models import events as e
from models.case import Case, CaseHold, Disputed
from models.events import Block
from policy.law.may_contact import debtor_day, end_of_day
from policy.phrases import money_text

NOTHING_DISPUTED = Disputed()
Span = tuple[date, date | None]
"""The first and the last debtor's day; None: no end is known."""


def part_of(event: e.Dispute) -> Disputed | None:
    """The part of the debt that a dispute is about; None: all of it."""
    named = bool(event.instalments or event.charges or event.amount)
    instalments, charges = tuple(sorted({*event.instalments})), tuple(sorted({*event.charges}))
    return Disputed(instalments=instalments, charges=charges, amount=event.amount) if named else None


def over(hold: CaseHold) -> datetime | None:
    """The first instant after the hold: its end, or its release if that came before; None while no end is known."""
    ends = [end for end in (hold.ended, hold.until) if end is not None]
    return min(ends) if ends else None


def runs(hold: CaseHold, at: datetime) -> bool:
    """Whether the hold runs at an instant."""
    end = over(hold)
    return hold.since <= at and (end is None or at < end)


def blocked_days(case: Case, what: Block) -> list[Span]:
    """The debtor's days on which a hold stops this, in order and apart. A hold's last day belongs to it."""
    apart: list[Span] = []
    for first, last in sorted(_spans(case, what), key=lambda span: span[0]):
        before = apart[-1] if apart else None
        if before and (before[1] is None or first <= before[1] + timedelta(days=1)):
            apart[-1] = (before[0], None if before[1] is None or last is None else max(before[1], last))
        else:
            apart.append((first, last))
    return apart


def _spans(case: Case, what: Block) -> Iterator[Span]:
    for hold in case.holds:
        end = over(hold)
        if what in hold.blocks and (end is None or end > hold.since):
            last = None if end is None else debtor_day(end - timedelta(microseconds=1), case.zone)
            yield debtor_day(hold.since, case.zone), last
    yield from _kept(case)


def _kept(case: Case) -> Iterator[Span]:
    """The days of arrangements that are kept, after the day for which their sum was computed.

    One that breaks leaves none: interest and fees are owed as if it had never been agreed.
    """
    offered = {offer.id: offer.at for offer in case.offers}
    for plan in case.plans:
        if plan.what != "restructuring" and plan.verdict != "broken":
            computed = debtor_day(offered.get(plan.offer or "", plan.made), case.zone)
            if plan.settled is None or plan.settled > computed:
                yield computed + timedelta(days=1), plan.settled


# --- disputes about a part -------------------------------------------------------------------------------------------


def open_disputes(case: Case, only: str | None = None) -> list[CaseHold]:
    """The disputes that are to be answered, or the one of this id. One that ended by itself is still among them."""
    asked = {flag.about for flag in case.flags if flag.kind == "dispute"}
    disputes = [h for h in case.holds if h.reason == "dispute" and only in (None, h.id)]
    return [h for h in disputes if h.ended is None or h.id in asked]


def disputed_parts(case: Case, day: date) -> Disputed:
    """All that is disputed on a debtor's day where the dispute is about a part: these pause, the rest does not.

    As of the day's end: the day of the dispute belongs to it, the day of its answer no more.
    """
    told = [hold for hold in case.holds if hold.disputed]
    if not told:
        return NOTHING_DISPUTED
    last_moment = end_of_day(day, case.zone) - timedelta(microseconds=1)
    parts = [hold.disputed for hold in told if hold.disputed and runs(hold, last_moment)]
    return Disputed(
        instalments=tuple(sorted({number for part in parts for number in part.instalments})),
        charges=tuple(sorted({charge for part in parts for charge in part.charges})),
        amount=sum(part.amount or 0 for part in parts) or None,
    )


def parts_text(disputed: Disputed, currency: str) -> str:
    """`instalments 2, 3 and charge C-1`, or the amount."""
    words = []
    if disputed.instalments:
        words.append(f"instalment{'s' * (len(disputed.instalments) > 1)} {', '.join(map(str, disputed.instalments))}")
    if disputed.charges:
        words.append(f"charge{'s' * (len(disputed.charges) > 1)} {', '.join(disputed.charges)}")
    words += [money_text(disputed.amount, currency)] if disputed.amount else []
    return " and ".join(words)
