"""What is kept of a webhook before the vendor hears that it was taken: once, ranked, with the stop it may be."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal, NamedTuple

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, func, or_, select

from activities.replies import E164, Replies
from console.arrivals import Arrival, Vendor
from console.signatures import Refusal
from intake.opting import OptOut, opt_out
from models.arrivals import Webhook
from models.database import Database
from models.tables import Attempt, Party

MOST_AT_ONCE = 200
TABLE = SQLModel.metadata.tables["webhook"]
SOURCES = {"twilio_inbound": "sms", "twilio_status": "provider", "sendgrid": "email"}
"""Where a stop was said, by the door it came through."""


class Rules(NamedTuple):
    """What words mean: those of debtors, and those of vendors."""

    replies: Replies
    vendors: Mapping[str, Vendor]


def keep(database: Database, rules: Rules, arrivals: Sequence[Arrival]) -> None:
    """Keep all that are new, in one transaction."""
    with database.session() as session:
        fresh = _unknown(session, arrivals)
        attempts = _Attempts(session, fresh)
        rows = [_read(session, rules, arrival, attempts) for arrival in fresh]
        if rows:
            insert = postgresql.insert if database.is_postgresql else sqlite.insert
            session.connection().execute(insert(TABLE).on_conflict_do_nothing(), rows)


def _unknown(session: Session, arrivals: Sequence[Arrival]) -> list[Arrival]:
    first: dict[str, Arrival] = {}
    for arrival in arrivals:
        first.setdefault(arrival.key, arrival)
    known = set(session.exec(select(Webhook.key).where(col(Webhook.key).in_(first))))
    return [arrival for key, arrival in first.items() if key not in known]


class _Attempts:
    """The messages that these webhooks are about: by our own name of the attempt, else by the vendor's."""

    def __init__(self, session: Session, arrivals: Sequence[Arrival]) -> None:
        about = [a for a in arrivals if a.source != "twilio_inbound"]
        tokens, ids = {a.token for a in about if a.token}, {a.provider_id for a in about if a.provider_id}
        named = or_(col(Attempt.token).in_(tokens), col(Attempt.provider_id).in_(ids))
        # In one order for all: two servers would else wait for each other.
        found = (
            session.exec(select(Attempt).where(named).order_by(Attempt.key).with_for_update()).all() if about else []
        )
        self._by_token = {attempt.token: attempt for attempt in found if attempt.token}
        self._by_id = {attempt.provider_id: attempt for attempt in found if attempt.provider_id}

    def find(self, arrival: Arrival) -> Attempt | None:
        return self._by_token.get(arrival.token or "") or self._by_id.get(arrival.provider_id or "")


def _read(session: Session, rules: Rules, arrival: Arrival, attempts: _Attempts) -> dict[str, Any]:
    """The row that is kept; what it changes at once (the attempt, a stop) is changed."""
    content: dict[str, Any] = {"provider_id": arrival.provider_id, "channel": arrival.channel}
    row: dict[str, Any] = {"key": arrival.key, "source": arrival.source, "at": arrival.at, "content": content}
    if arrival.source == "twilio_inbound":
        return row | {"attempt": None} | _answer(session, rules, arrival, content)
    content |= {"status": arrival.word[:100], "cause": (arrival.cause or "")[:200] or None}
    attempt = attempts.find(arrival)
    row |= {"attempt": attempt.key if attempt else None, "party": attempt.party if attempt else None}
    return row | _report(session, rules.vendors[arrival.source], arrival, attempt, content)


def _report(
    session: Session, vendor: Vendor, arrival: Arrival, attempt: Attempt | None, content: dict[str, Any]
) -> dict[str, Any]:
    said = vendor.says(arrival.word, arrival.cause)
    if said is None:
        return {"status": "unmatched", "why": "a status that nobody here has heard of"}
    if attempt and _ranked(vendor, attempt, arrival) and said.report:
        content["report"] = said.report
    if said.opted:
        people = {attempt.party} if attempt else set()
        _opt(session, arrival, said.opted, people | _people(session, arrival), content)
    if "report" in content or "parties" in content:
        return {"status": "received", "why": None}
    if attempt is None:
        content["address"] = arrival.address
        return {"status": "unmatched", "why": "no message of ours has this id"}
    return {"status": "ignored", "why": None}


def _ranked(vendor: Vendor, attempt: Attempt, arrival: Arrival) -> bool:
    """Whether this is further than what was known of the message; then it is what is known."""
    rank = vendor.ranks.get(arrival.word, 0)
    if rank <= vendor.ranks.get(attempt.provider_status or "", 0):
        return False
    attempt.provider_status = arrival.word
    attempt.provider_id = attempt.provider_id or arrival.provider_id
    return True


def _answer(session: Session, rules: Rules, arrival: Arrival, content: dict[str, Any]) -> dict[str, Any]:
    """A stop, a start, or a text for a person."""
    people = _people(session, arrival)
    content["address"] = arrival.address
    meaning = arrival.opted or rules.replies.meaning(arrival.body or "")
    taken = bool(meaning) and _opt(session, arrival, meaning or "stopped", people, content)
    if not taken:
        content["body"] = arrival.body
    if not people:
        content |= {"body": arrival.body, "meaning": meaning}
        return {"status": "unmatched", "why": "nobody here has this number", "party": None}
    content["people"] = sorted(people)
    return {"status": "received", "why": None, "party": min(people)}


def _opt(
    session: Session, arrival: Arrival, opted: Literal["stopped", "lifted"], people: set[str], content: dict[str, Any]
) -> bool:
    """Keep a stop of all these people, or lift it where it was said by a message; whether there was one to keep."""
    source = SOURCES[arrival.source]
    said = [OptOut(party, arrival.channel, opted, arrival.at, source) for party in sorted(people)]
    changed = [one.party for one in said if opt_out(session, one)]
    # A stop is told again though it is known: it costs nothing, and a case may have missed it.
    parties = changed if opted == "lifted" else sorted(people)
    if not parties:
        return False
    content |= {"opted": opted, "parties": parties}
    return True


def _people(session: Session, arrival: Arrival) -> set[str]:
    """Everybody with the number or address, whichever client they owe: it is one person who reads there."""
    address = arrival.address or ""
    if arrival.channel == "email":
        where = func.lower(Party.email) == address.lower()
    elif E164.fullmatch(address):
        where = col(Party.phone) == address
    else:
        return set()
    return set(session.exec(select(Party.id).where(where))) if address.isprintable() and address else set()


class Keeper:
    """Keeps what several requests brought at once, in one transaction: that is what a disk can do often."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self._database = database
        self._rules = rules
        self._waiting: asyncio.Queue[tuple[Sequence[Arrival], asyncio.Future[None]]] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.news = asyncio.Event()
        """Set when something was kept that a case is to hear of."""

    async def keep(self, arrivals: Sequence[Arrival]) -> None:
        """Return when they are kept. Raises what the database says."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((arrivals, kept))
        await kept

    def start(self) -> None:
        """Begin to keep what comes."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop; who still waits is told that nothing was kept."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        while not self._waiting.empty():
            _tell(self._waiting.get_nowait()[1], Refusal(503, "closing: send it again"))

    async def _run(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < MOST_AT_ONCE and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._keep(batch)

    async def _keep(self, batch: list[tuple[Sequence[Arrival], asyncio.Future[None]]]) -> None:
        together = [arrival for arrivals, _ in batch for arrival in arrivals]
        try:
            await asyncio.to_thread(keep, self._database, self._rules, together)
        except Exception as fault:
            if len(batch) == 1:
                _tell(batch[0][1], fault)
                return
            # One that cannot be kept must not take the others with it.
            for one in batch:
                await self._keep([one])
            return
        for _, kept in batch:
            _tell(kept, None)
        self.news.set()


def _tell(kept: asyncio.Future[None], fault: Exception | None) -> None:
    if kept.done():
        return
    if fault:
        kept.set_exception(fault)
    else:
        kept.set_result(None)
