"""The few ways in which a case changes: flags, records of steps, channels."""

from datetime import datetime

from models.case import Case, Flag, FlagKind, StepRecord
from models.events import Channel
from policy.law.days import debtor_day


def changed(case: Case, **changes: object) -> Case:
    """The case with these fields changed."""
    return case.model_copy(update=changes)


def flagged(case: Case, kind: FlagKind, about: str, why: str) -> Case:
    """The case with something a person must look at, once by what it is about."""
    return raised(case, Flag(kind=kind, about=about, why=why))


def raised(case: Case, flag: Flag) -> Case:
    """The case with the flag, once by what it is about."""
    return case if flag_about(case, flag.kind, flag.about) else changed(case, flags=(*case.flags, flag))


def flag_about(case: Case, kind: FlagKind, about: str) -> Flag | None:
    """What a person was asked to look at."""
    return next((flag for flag in case.flags if (flag.kind, flag.about) == (kind, about)), None)


def settled(case: Case, kind: FlagKind, about: str | None = None) -> Case:
    """The case without what a person was to look at: all of a kind, or the one about something."""
    return changed(case, flags=tuple(g for g in case.flags if g.kind != kind or about not in (None, g.about)))


def without_refund(case: Case) -> Case:
    """The case with nothing to be paid back; what is still overpaid is found again."""
    return settled(case, "overpaid")


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


def without_channel_of(case: Case, channel: Channel) -> Case:
    """The case of a party who does not want the channel."""
    return case if channel in case.opt_outs else changed(case, opt_outs=(*case.opt_outs, channel))


def without_channels(case: Case, *channels: Channel) -> Case:
    """The case without channels that turned out useless."""
    return changed(case, reach=tuple(c for c in case.reach if c not in channels))
