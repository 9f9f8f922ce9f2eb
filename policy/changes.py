"""The few ways in which a case changes: flags, holds, records of steps, channels."""

from datetime import datetime
from typing import Any

from models.case import Case, CaseHold, Flag, StepRecord
from models.events import Channel
from policy.law.may_contact import debtor_day
from policy.procedures.hold_rules import rule_of

OVERPAID = "overpaid:"
"""How the flag of money that is to be paid back begins; its amount follows."""


def changed(case: Case, **changes: Any) -> Case:
    """The case with these fields changed."""
    return case.model_copy(update=changes)


def flagged(case: Case, flag: str, why: str) -> Case:
    """The case with something a person must look at, once by its id."""
    if any(known.id == flag for known in case.flags):
        return case
    return changed(case, flags=(*case.flags, Flag(id=flag, why=why)))


def without_refund(case: Case) -> Case:
    """The case with nothing to be paid back; what is still overpaid is found again."""
    return changed(case, flags=tuple(f for f in case.flags if not f.id.startswith(OVERPAID)))


def held(case: Case, hold: str, reason: str, since: datetime, until: datetime | None, **more: Any) -> Case:
    """The case with a hold from a moment on; it blocks what holds for this reason do, unless `blocks` says other."""
    more.setdefault("blocks", rule_of(reason, more.get("disputed")).blocks)
    return changed(case, holds=(*case.holds, CaseHold(id=hold, reason=reason, since=since, until=until, **more)))


def without_hold(case: Case, reason: str, at: datetime, only: str | None = None) -> Case:
    """The case with its holds for this reason ended, or `only` one of them; what they asked of a person is answered.

    What a dispute that ended by itself left to be answered is answered too.
    """
    meant = {h.id for h in case.holds if h.reason == reason and only in (None, h.id)}
    holds = tuple(_ended(h, at) if h.id in meant and h.ended is None else h for h in case.holds)
    flags = tuple(f for f in case.flags if f.id.partition(":")[2] not in meant)
    if reason == "dispute" and not any(h.reason == reason and h.ended is None for h in holds):
        flags = tuple(f for f in flags if not f.id.startswith("upheld:"))
    return changed(case, holds=holds, flags=flags)


def _ended(hold: CaseHold, at: datetime) -> CaseHold:
    # Told late, a hold was over at its own end all the same.
    return hold.model_copy(update={"ended": at if hold.until is None else min(at, hold.until)})


def recorded(case: Case, result: str, at: datetime) -> Case:
    """The pending step is over, with this result."""
    pending = case.pending
    assert pending is not None
    record = StepRecord(
        step=pending.step,
        round=pending.round,
        key=pending.key,
        attempt=pending.attempt,
        at=at,
        channel=pending.channel,
        result=result,
    )
    offers = case.offers
    if pending.waits_for == "answer":
        # An offer that came back, or was taken back with its step, stands no more either.
        state = "refused" if result == "refused" else "expired"
        over = {"state": state, "settled": debtor_day(at, case.zone)}
        mine = [o.step == pending.key and o.state == "made" for o in offers]
        offers = tuple(o.model_copy(update=over) if is_mine else o for o, is_mine in zip(offers, mine, strict=True))
    return changed(case, records=(*case.records, record), pending=None, offers=offers)


def rewritten(case: Case, key: str, result: str) -> Case:
    """A result that was recorded turns out otherwise: a bounce, a late outcome, a late proof."""
    known = attempted(case, key)
    records = tuple(r.model_copy(update={"result": result}) if r is known else r for r in case.records)
    return changed(case, records=records)


def attempted(case: Case, key: str) -> StepRecord | None:
    """The record of an attempt that was made; a try that failed on our side stands under the same key and is none."""
    made = (r for r in reversed(case.records) if r.key == key and (r.result != "failed" or r.channel))
    return next(made, None)


def without_channels(case: Case, *channels: Channel) -> Case:
    """The case without channels that turned out useless."""
    return changed(case, reach=tuple(c for c in case.reach if c not in channels))
