"""What of what one case was told is true of the person, and so of all their other accounts?"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import get_args

from models import events as e
from models.case import Case, CaseHold
from models.contact import FACT_NAMES
from models.events import Heard
from policy.case.holds import over
from policy.law.days import debtor_day

_PERSON = "person:"
"""How the event ids begin that a case hears for its person: told elsewhere, so that it passes them on to nobody."""
_PROTECTIONS = frozenset(get_args(e.Protection.model_fields["reason"].annotation)).intersection(FACT_NAMES)
"""Holds that protect a person; one that belongs to a contract, such as a PERSI, protects its own account."""
Shared = e.Protection | e.Release


def shared(after: Case, news: Iterable[Heard]) -> Iterator[Shared]:
    """What the person's other accounts are to hear of the news that a case has taken in: protections, and their end."""
    for heard in news:
        event = heard.event
        if event.event_id.startswith(_PERSON):
            continue
        if isinstance(event, e.Protection | e.Hold):
            begun = (h for h in after.holds if h.id == event.event_id and h.reason in _PROTECTIONS)
            yield from (_begun(after, hold, event.by) for hold in begun)
        elif isinstance(event, e.Release):
            ended = (h for h in after.holds if (h.reason, h.ended) == (event.of, heard.at) and h.reason in _PROTECTIONS)
            if not _protected(after, event.of) and (hold := next(ended, None)):
                yield _ended(after, hold, event, heard.at)


def unheard(case: Case, begun: e.Protection, ended: e.Release | None, now: datetime) -> Shared | None:
    """What a case has still to hear of a protection of its person, or None."""
    told = ended or begun
    if told.event_id in case.seen:
        return None
    if ended is None:
        past = begun.until is not None and begun.until < debtor_day(now, case.zone)
        return None if past or _protected(case, begun.reason) else begun
    # What was told here again after that end is another protection.
    running = [h for h in case.holds if h.reason == begun.reason and h.ended is None]
    return ended if any(ended.at and h.since <= ended.at for h in running) else None


def _protected(case: Case, reason: str) -> bool:
    """Whether a hold for this reason was begun that nobody has ended."""
    return any(hold.reason == reason and hold.ended is None for hold in case.holds)


def _begun(case: Case, hold: CaseHold, by: str | None) -> e.Protection:
    end = over(hold)
    last = debtor_day(end - timedelta(microseconds=1), case.zone) if end else None
    told = {"reason": hold.reason, "until": last, "evidence": hold.evidence, "by": by, "at": hold.since}
    return e.Protection.model_validate({"event_id": _id(case, hold.id), **told})


def _ended(case: Case, hold: CaseHold, event: e.Release, at: datetime) -> e.Release:
    return event.model_copy(update={"event_id": f"{_id(case, hold.id)}:over", "at": at})


def _id(case: Case, hold: str) -> str:
    """The same from whichever account of the person it is told."""
    return hold if hold.startswith(_PERSON) else _PERSON + sha256(f"{case.account} {hold}".encode()).hexdigest()[:20]
