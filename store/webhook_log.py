"""What is kept of a webhook before the vendor hears that it was taken: once, ranked, with the stop it may be."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, func, select

from models.tables.accounts import Party
from models.tables.arrivals import Webhook
from models.tables.trail import Attempt
from models.webhook import E164, Arrival, Meaning, Opted, VendorWords
from store.database import Database
from store.opt_outs import OptOut, opt_out
from store.vendor_outages import stop

TABLE, ATTEMPTS = SQLModel.metadata.tables["webhook"], SQLModel.metadata.tables["attempt"]
LEARNT = (
    ATTEMPTS.update()
    .where(ATTEMPTS.c.key == bindparam("of"))
    .values(provider_id=bindparam("id"), provider_status=bindparam("is"))
)
SOURCES = {"twilio_inbound": "sms", "twilio_status": "provider", "sendgrid": "email"}
"""Where a stop was said, by the door it came through."""


def keep(database: Database, meaning: Meaning, arrivals: Sequence[Arrival]) -> None:
    """Keep all that are new, in one transaction."""
    with database.session() as session:
        fresh = _unknown(session, arrivals)
        messages = _Messages(session, fresh)
        rows = [_read(session, meaning, arrival, messages) for arrival in fresh]
        messages.write()
        if rows:
            insert = postgresql.insert if database.is_postgresql else sqlite.insert
            session.connection().execute(insert(TABLE).on_conflict_do_nothing(), rows)


def _unknown(session: Session, arrivals: Sequence[Arrival]) -> list[Arrival]:
    first: dict[str, Arrival] = {}
    for arrival in arrivals:
        first.setdefault(arrival.key, arrival)
    known = set(session.exec(select(Webhook.key).where(col(Webhook.key).in_(first))))
    return [arrival for key, arrival in first.items() if key not in known]


class _Message:
    """A message that left, as far as webhooks are about it; rows of a mapper cost more than all else here."""

    __slots__ = ("changed", "key", "party", "provider_id", "provider_status", "token")

    def __init__(self, key: str, party: str, token: str | None, provider_id: str | None, status: str | None) -> None:
        self.key, self.party, self.token = key, party, token
        self.provider_id, self.provider_status, self.changed = provider_id, status, False


class _Messages:
    """The messages that these webhooks are about: by our own name of the attempt, else by the vendor's."""

    def __init__(self, session: Session, arrivals: Sequence[Arrival]) -> None:
        self._session = session
        about = [a for a in arrivals if a.source != "twilio_inbound"]
        # By our own names first: an index that nearly always answers for all.
        found = self._read(col(Attempt.token).in_({a.token for a in about if a.token}))
        self._by_token = {message.token: message for message in found}
        rest = {a.provider_id for a in about if a.provider_id and a.token not in self._by_token}
        others = self._read(col(Attempt.provider_id).in_(rest)) if rest else []
        known = {message.key: message for message in found}
        self._by_id = {message.provider_id: known.get(message.key, message) for message in others}

    def _read(self, where: Any) -> list[_Message]:
        # In one order for all: two servers would else wait for each other.
        columns = (Attempt.key, Attempt.party, Attempt.token, Attempt.provider_id, Attempt.provider_status)
        asked = select(*columns).where(where).order_by(Attempt.key).with_for_update()  # type: ignore[call-overload]
        return [_Message(*row) for row in self._session.execute(asked)]

    def find(self, arrival: Arrival) -> _Message | None:
        known = self._by_token.get(arrival.token or "") or self._by_id.get(arrival.provider_id or "")
        # The vendor's id may have come a moment ago, in these very webhooks.
        just_told = (m for m in self._by_token.values() if m.provider_id == arrival.provider_id)
        return known or (next(just_told, None) if arrival.provider_id else None)

    def write(self) -> None:
        """What was learnt of them, into the database."""
        changed = {m.key: m for m in (*self._by_token.values(), *self._by_id.values()) if m.changed}
        rows = [{"of": m.key, "id": m.provider_id, "is": m.provider_status} for _, m in sorted(changed.items())]
        if rows:
            self._session.connection().execute(LEARNT, rows)


def _read(session: Session, meaning: Meaning, arrival: Arrival, messages: _Messages) -> dict[str, Any]:
    """The row that is kept; what it changes at once (the attempt, a stop) is changed."""
    content: dict[str, Any] = {"provider_id": arrival.provider_id, "channel": arrival.channel}
    row: dict[str, Any] = {"key": arrival.key, "source": arrival.source, "at": arrival.at, "content": content}
    if arrival.source == "twilio_inbound":
        return row | {"attempt": None} | _answer(session, meaning, arrival, content)
    content |= {"status": arrival.word[:100], "cause": (arrival.cause or "")[:200] or None}
    attempt = messages.find(arrival)
    row |= {"attempt": attempt.key if attempt else None, "party": attempt.party if attempt else None}
    return row | _report(session, arrival, attempt, content)


def _report(session: Session, arrival: Arrival, attempt: _Message | None, content: dict[str, Any]) -> dict[str, Any]:
    said = arrival.words.says(arrival.word, arrival.cause)
    if said is None:
        return {"status": "unmatched", "why": "a status that nobody here has heard of"}
    if attempt and _ranked(arrival.words, attempt, arrival) and said.report:
        content["report"] = said.report
        if arrival.cause in arrival.words.configuration:
            _stop_vendor(session, attempt, arrival)
    if said.opted:
        people = {attempt.party} if attempt else set()
        _opt(session, arrival, said.opted, people | _people(session, arrival), content)
    if "report" in content or "parties" in content:
        return {"status": "received", "why": None}
    if attempt is None:
        content["address"] = arrival.address
        return {"status": "unmatched", "why": "no message of ours has this id"}
    return {"status": "ignored", "why": None}


def _stop_vendor(session: Session, message: _Message, arrival: Arrival) -> None:
    """Our account or sender is at fault: nothing more is sent to that country until somebody looks."""
    attempt = session.get_one(Attempt, message.key)
    vendor = arrival.words.vendor
    code = f"{vendor} {arrival.cause}"
    stop(session, vendor, session.get_one(Party, message.party).country, attempt.account, code, arrival.at)


def _ranked(vendor: VendorWords, attempt: _Message, arrival: Arrival) -> bool:
    """Whether this is further than what was known of the message; then it is what is known."""
    rank = vendor.ranks.get(arrival.word, 0)
    if rank <= vendor.ranks.get(attempt.provider_status or "", 0):
        return False
    attempt.provider_status, attempt.changed = arrival.word, True
    attempt.provider_id = attempt.provider_id or arrival.provider_id
    return True


def _answer(session: Session, meaning: Meaning, arrival: Arrival, content: dict[str, Any]) -> dict[str, Any]:
    """A stop, a start, or a text for a person."""
    people = _people(session, arrival)
    content["address"] = arrival.address
    meant = arrival.opted or meaning(arrival.body or "")
    taken = bool(meant) and _opt(session, arrival, meant or "stopped", people, content)
    if not taken:
        content["body"] = arrival.body
    if not people:
        content |= {"body": arrival.body, "meaning": meant}
        return {"status": "unmatched", "why": "nobody here has this number", "party": None}
    content["people"] = sorted(people)
    return {"status": "received", "why": None, "party": min(people)}


def _opt(session: Session, arrival: Arrival, opted: Opted, people: set[str], content: dict[str, Any]) -> bool:
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


def keep_for_a_person(session: Session, key: str, source: str, why: str, content: dict[str, Any], at: datetime) -> None:
    """Keep once what nobody can place, so that a person sees it."""
    if session.exec(select(Webhook).where(Webhook.key == key)).first() is None:
        session.add(Webhook(key=key, source=source, status="unmatched", why=why, content=content, at=at))
