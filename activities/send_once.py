"""The one verb of all that leaves: reserve, look up what may have left before, send, tell. A message leaves once."""

from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.attempt_frame import Effects
from activities.vendors.vendor import MayHaveLeft, NotSent, Provider, Rejected
from models.decisions import StepInput
from models.events import Result
from store import departures
from store.departures import Reserved, Unwritten, Vendor, Written

SOONEST_TRY, LATEST_TRY = timedelta(seconds=2), timedelta(minutes=5)
"""Between two calls of a vendor that surely took nothing and did not say when to come again; the gap doubles."""
SOONEST_LOOK, LATEST_LOOK = timedelta(seconds=1), timedelta(minutes=1)
"""Between two looks for a message that may have left; the gap grows with the time since."""


def send_once(effects: Effects, asked: StepInput, written: Written | Unwritten, at: datetime) -> Result:
    """Send what is written, unless the law, news or a stopped channel are against it; what may have left is looked up.

    An `ApplicationError` asks for another try: `NotSent` to send again, `MayHaveLeft` only to look again.
    """
    way = effects.ways.outbox if isinstance(written, Unwritten) else effects.ways.way(written.message)
    vendor = Vendor(way.name, way.remembers)
    reserved = departures.reserve(effects.database, effects.packs, asked, written, vendor, at)
    if not isinstance(reserved, Reserved):
        return reserved
    if reserved.called:
        return _find_out(effects, asked, reserved, way, reserved.called, at)
    if way.remembers and (found := way.find(reserved.message)):
        return departures.sent(effects.database, asked, reserved.told, found[0], at)
    if asked.overtaken:
        return _take_back(effects, asked, at)
    return _send(effects, asked, reserved, way, at)


def _send(effects: Effects, asked: StepInput, reserved: Reserved, way: Provider, at: datetime) -> Result:
    try:
        reference = way.send(reserved.message)
    except NotSent as fault:
        departures.not_taken(effects.database, asked)
        after = min(SOONEST_TRY * 2 ** (activity.info().attempt - 1), LATEST_TRY)
        after = after if fault.after is None else timedelta(seconds=fault.after)
        raise ApplicationError(fault.code, type="NotSent", next_retry_delay=after) from None
    except MayHaveLeft as fault:
        raise _look_again(str(fault)) from None
    except Rejected as fault:
        return departures.rejected(effects.database, asked, fault.fault, fault.code, at)
    return departures.sent(effects.database, asked, reserved.told, reference, at)


def _find_out(
    effects: Effects, asked: StepInput, reserved: Reserved, way: Provider, called: datetime, at: datetime
) -> Result:
    """What became of a message that may have left: by the vendor's callbacks, then by asking the vendor."""
    told, reference, vendor = departures.reported_as(effects.database, asked)
    if not told:
        found = way.find(reserved.message, called) if way.name == vendor else []
        reference = next(iter(departures.of_no_other(effects.database, found)), None)
    if told or reference:
        return departures.sent(effects.database, asked, reserved.told, reference, at)
    age = datetime.now(UTC) - called
    if age >= effects.ways.patience:
        return departures.gave_up(effects.database, asked, reserved.message.channel, at)
    raise _look_again(f"{vendor} did not say", min(max(age / 4, SOONEST_LOOK), LATEST_LOOK))


def _take_back(effects: Effects, asked: StepInput, at: datetime) -> Result:
    result = departures.taken_back(effects.database, asked, at)
    if result is None:  # Another worker was faster.
        raise _look_again("called meanwhile")
    return result


def _look_again(why: str, after: timedelta = SOONEST_LOOK) -> ApplicationError:
    return ApplicationError(why, type="MayHaveLeft", next_retry_delay=after)
