"""The one verb of all that leaves: reserve, look up what may have left before, send, tell. A message leaves once."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import Session, col, select
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.attempt_frame import NOT_LEFT, Effects, clock, token
from activities.vendors.vendor import MayHaveLeft, Message, NotSent, Provider, Rejected
from models.decisions import StepInput
from models.events import Channel, Result, StepDeferred, StepFailed, StepRefused
from models.tables.accounts import OptedOut
from models.tables.trail import Attempt
from policy.law.may_contact import debtor_day
from policy.steps.step_outcomes import base, unknown
from store.addressees import Lacking, NoAddress
from store.inbox import overtaken, reported
from store.vendor_outages import deferral, stop, stopped_until, works_again

STOPPED = "HOUSE-3: stopped before it left"
SOONEST_TRY, LATEST_TRY = timedelta(seconds=2), timedelta(minutes=5)
"""Between two calls of a vendor that surely took nothing and did not say when to come again; the gap doubles."""
SOONEST_LOOK, LATEST_LOOK = timedelta(seconds=1), timedelta(minutes=1)
"""Between two looks for a message that may have left; the gap grows with the time since."""
Write = Callable[[Session], tuple[Message, Result]]
"""Makes the message, and the result that tells of it. Raises NoAddress, Lacking."""


class Leaving(NamedTuple):
    """A message that was reserved: what is to be told of it, by whom it leaves, and since when it may have left."""

    message: Message
    result: Result
    way: Provider
    called: datetime | None


def send_once(effects: Effects, asked: StepInput, write: Write) -> Result:
    """Send what is written, unless the law, news or a stopped channel are against it; what may have left is looked up.

    An `ApplicationError` asks for another try: `NotSent` to send again, `MayHaveLeft` only to look again.
    """
    at = clock(asked)
    with effects.database.session() as session:
        begun = _begin(effects, session, asked, write, at)
    if not isinstance(begun, Leaving):
        return begun
    if begun.called:
        return _find_out(effects, asked, begun, at)
    if begun.way.remembers and (found := begun.way.find(begun.message)):
        return _sent(effects, asked, begun, found[0], at)
    if asked.overtaken:
        with effects.database.session() as session:
            return _taken_back(effects, session, asked, at)
    return _send(effects, asked, begun, at)


def _begin(effects: Effects, session: Session, asked: StepInput, write: Write, at: datetime) -> Result | Leaving:
    """One transaction: the law, the reservation, the news, and the mark that the vendor is called now."""
    if asked.overtaken:
        effects.database.lock(session, f"party {asked.party}")
        if session.get(Attempt, asked.act.key) is None:
            return _taken_back(effects, session, asked, at)
    else:
        against = _outlived(effects, session, asked) or effects.begin(session, asked, at)
        if against is not None:
            return against
    attempt = session.get_one(Attempt, asked.act.key)
    if attempt.status == "unknown":  # Its answer was lost on the way to the case.
        return unknown(asked, Channel(attempt.channel))
    try:
        message, result = write(session)
    except NoAddress as missing:
        refusal = StepRefused(**_refused(asked), rule=f"no address for {missing}")
        return _gone(effects, session, asked, at) or effects.finish(session, asked, refusal, at, "failed")
    except Lacking as lacking:
        refusal = StepRefused(**_refused(asked), rule=str(lacking), person=True, incomplete=True)
        return _gone(effects, session, asked, at) or _withdrawn(effects, session, asked, refusal, at)
    if attempt.status not in NOT_LEFT:
        return effects.finish(session, asked, result, at)
    day = debtor_day(attempt.reserved, asked.zone)
    message = replace(message, token=token(asked.act.key), day=day)
    leaving = Leaving(message, result, effects.ways.way(message), attempt.called)
    if attempt.called or asked.overtaken:
        return leaving
    late = overtaken(session, asked, at) or _stopped(session, asked, leaving.way, at)
    if late is not None:
        return _withdrawn(effects, session, asked, late, at)
    attempt.provider = leaving.way.name
    # The outbox remembers by itself what it took.
    attempt.called = None if leaving.way.remembers else datetime.now(UTC)
    return leaving


def _send(effects: Effects, asked: StepInput, leaving: Leaving, at: datetime) -> Result:
    try:
        reference = leaving.way.send(leaving.message)
    except NotSent as fault:
        with effects.database.session() as session:
            session.get_one(Attempt, asked.act.key).called = None
        after = min(SOONEST_TRY * 2 ** (activity.info().attempt - 1), LATEST_TRY)
        after = after if fault.after is None else timedelta(seconds=fault.after)
        raise ApplicationError(fault.code, type="NotSent", next_retry_delay=after) from None
    except MayHaveLeft as fault:
        raise ApplicationError(str(fault), type="MayHaveLeft", next_retry_delay=SOONEST_LOOK) from None
    except Rejected as fault:
        with effects.database.session() as session:
            return _rejected(effects, session, asked, fault, at)
    return _sent(effects, asked, leaving, reference, at)


def _find_out(effects: Effects, asked: StepInput, leaving: Leaving, at: datetime) -> Result:
    """What became of a message that may have left: by the vendor's callbacks, then by asking the vendor."""
    assert leaving.called
    with effects.database.reading() as session:
        attempt = session.get_one(Attempt, asked.act.key)
        told, reference, vendor = reported(session, attempt), attempt.provider_id, attempt.provider
    if not told:
        found = leaving.way.find(leaving.message, leaving.called) if leaving.way.name == vendor else []
        reference = next(iter(_of_no_other(effects, found)), None)
    if told or reference:
        return _sent(effects, asked, leaving, reference, at)
    age = datetime.now(UTC) - leaving.called
    if age >= effects.ways.patience:
        with effects.database.session() as session:
            result = unknown(asked, Channel(leaving.message.channel))
            return effects.finish(session, asked, result, at, "unknown")
    look = min(max(age / 4, SOONEST_LOOK), LATEST_LOOK)
    raise ApplicationError(f"{vendor} did not say", type="MayHaveLeft", next_retry_delay=look)


def _of_no_other(effects: Effects, found: Sequence[str]) -> list[str]:
    if not found:
        return []
    with effects.database.reading() as session:
        known = set(session.exec(select(Attempt.provider_id).where(col(Attempt.provider_id).in_(found))))
    return [reference for reference in found if reference not in known]


def _sent(effects: Effects, asked: StepInput, leaving: Leaving, reference: str | None, at: datetime) -> Result:
    with effects.database.session() as session:
        attempt = session.get_one(Attempt, asked.act.key)
        attempt.provider_id = attempt.provider_id or reference
        if not leaving.way.remembers:
            works_again(session, leaving.way.name, asked.country, at)
        return effects.finish(session, asked, leaving.result, at)


def _rejected(effects: Effects, session: Session, asked: StepInput, fault: Rejected, at: datetime) -> Result:
    act, vendor = asked.act, session.get_one(Attempt, asked.act.key)
    vendor.called = None
    match fault.fault:
        case "configuration":
            until = stop(session, vendor.provider or "", asked.country, asked.account, fault.code, at)
            return _withdrawn(effects, session, asked, deferral(asked, vendor.provider or "", until), at)
        case "address" | "opt_out" as lost:
            if lost == "opt_out":
                _opted_out(session, asked, at)
            refusal = StepRefused(**_refused(asked), rule=fault.code, lost=lost)
            return effects.finish(session, asked, refusal, at, "failed")
        case _:
            failed = StepFailed(**base(act, "step_failed"), reason=fault.code, final=True)
            return effects.finish(session, asked, failed, at, "failed")


def _opted_out(session: Session, asked: StepInput, at: datetime) -> None:
    stop_word = session.get(OptedOut, (asked.party, asked.act.channel))
    if stop_word is None:
        channel = str(asked.act.channel)
        session.add(OptedOut(party=asked.party, channel=channel, since=at, source="provider"))
    elif stop_word.lifted is not None:
        stop_word.since, stop_word.source, stop_word.lifted = at, "provider", None


def _stopped(session: Session, asked: StepInput, way: Provider, at: datetime) -> Result | None:
    until = None if way.remembers else stopped_until(session, way.name, asked.country, at)
    return deferral(asked, way.name, until) if until else None


def _gone(effects: Effects, session: Session, asked: StepInput, at: datetime) -> Result | None:
    """What it was written with is gone since, and it may have left: nobody can be asked any more."""
    attempt = session.get_one(Attempt, asked.act.key)
    if not attempt.called:
        return None
    return effects.finish(session, asked, unknown(asked, Channel(attempt.channel)), at, "unknown")


def _refused(asked: StepInput) -> dict[str, Any]:
    return base(asked.act, f"step_refused:{asked.act.channel}") | {"channel": asked.act.channel}


def _taken_back(effects: Effects, session: Session, asked: StepInput, at: datetime) -> Result:
    effects.database.lock(session, f"party {asked.party}")
    attempt = session.get(Attempt, asked.act.key) or effects.reserve(session, asked, at)
    if attempt.called:  # Another worker was faster.
        raise ApplicationError("called meanwhile", type="MayHaveLeft", next_retry_delay=SOONEST_LOOK)
    # Which decision was taken back: a worker that everybody thought dead may still come with it.
    attempt.finished = asked.now
    return _withdrawn(effects, session, asked, _stopped_step(asked), at)


def _outlived(effects: Effects, session: Session, asked: StepInput) -> Result | None:
    """A decision that was taken back since: whoever still acts upon it is late, and nobody listens."""
    effects.database.lock(session, f"party {asked.party}")
    attempt = session.get(Attempt, asked.act.key)
    late = attempt and attempt.status == "withdrawn" and attempt.finished and asked.now <= attempt.finished
    return _stopped_step(asked) if late else None


def _stopped_step(asked: StepInput) -> StepDeferred:
    return StepDeferred(**base(asked.act, "step_deferred"), until=asked.now, rule=STOPPED)


def _withdrawn(effects: Effects, session: Session, asked: StepInput, result: Result, at: datetime) -> Result:
    """Nothing left, so nothing counts: the party's day is free again."""
    attempt = session.get(Attempt, asked.act.key)
    if attempt is not None and attempt.status == "sending":
        attempt.status = "withdrawn"
    return effects.note(session, asked, result, at)
