"""What an auditor reads: the lines of a case and of a portfolio, the contacts that were made, editions of the law."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlmodel import col, select

from channels.channel_table import BY_PERSON
from models.contact import Contact, Fact
from models.tables.accounts import Account, Party
from models.tables.trail import Attempt, Journal, LawText
from store import journal
from store.contact_log import NOT_MADE, OUTSIDE, asked_before, entry
from store.database import Database

_DID_NOT_LEAVE = ("sending", "withdrawn", "failed")
_ACCOUNT = (
    *("reference", "id", "portfolio", "strategy", "cycle", "stage", "currency", "outstanding", "overdue"),
    *("days_past_due", "next_step", "next_at", "why", "started", "closed", "outcome"),
)
_LINE = ("seq", "at", "key", "kind", "step", "reason", "detail", "previous", "hash")


class KeptCase(NamedTuple):
    """A case as it is kept, its lines, and at which of them the chain of hashes breaks."""

    account: dict[str, Any]
    lines: list[dict[str, Any]]
    broken_at: int | None


class Period(NamedTuple):
    """Debtors' days, both included."""

    first: date | None
    last: date | None


@dataclass(frozen=True)
class MadeContact:
    """A contact of the log, with all that was kept of it."""

    key: str
    account: str
    reference: str
    portfolio: str
    party: str
    contact: Contact
    place: str | None
    third_party: str | None
    outcome: str
    law: dict[str, Any]
    """What the law was asked, as it was kept; empty where it was not."""


class PartyLog:
    """Every contact with one party, as it looks from one of them."""

    def __init__(self, rows: Sequence[Attempt]) -> None:
        self._rows = rows

    def before(self, made: MadeContact) -> list[Contact]:
        """What was before it."""
        at = (made.contact.at, made.key)
        return [entry(row) for row in self._rows if (row.made or row.reserved, row.key) < at]

    def told_the_debtor(self, made: MadeContact) -> list[Contact]:
        """All others that the debtor may have heard of: what bounced told nobody anything."""
        others = (row for row in self._rows if row.key != made.key and not row.third_party)
        return [entry(row) for row in others if row.status != "bounced"]

    def asked_before(self, made: MadeContact, third_party: str) -> Fact | None:
        """That the third party had been asked before."""
        others = (row for row in self._rows if row.key != made.key)
        return asked_before(others, third_party, made.contact.at)


def case_kept(database: Database, account: str) -> KeptCase:
    """The story of a case, without any person in it."""
    with database.reading() as session:
        row, lines = session.get_one(Account, account), journal.read(session, account)
        zone = session.get_one(Party, row.party).zone
    kept = {name: getattr(row, name) for name in _ACCOUNT} | {"zone": zone}
    return KeptCase(kept, [{n: getattr(line, n) for n in _LINE} for line in lines], journal.broken_at(lines))


def lines_since(database: Database, portfolio: str, since: datetime) -> list[tuple[str, dict[str, Any]]]:
    """The lines of a portfolio from that moment on, each with the account's reference."""
    lines = select(Account.reference, Journal).join(Journal, col(Journal.account) == Account.id)
    recent = lines.where(Account.portfolio == portfolio, Journal.at >= since)
    with database.reading() as session:
        found = session.exec(recent.order_by(col(Journal.at), col(Journal.account), col(Journal.seq))).all()
    return [(reference, line.model_dump()) for reference, line in found]


def contacts_made(
    database: Database, parties: Sequence[str] | None, portfolio: str | None, period: Period
) -> list[MadeContact]:
    """Every contact that was made, in order."""
    wanted = select(Attempt, Account).join(Account, col(Account.id) == Attempt.account).where(*_contacts())
    wanted = wanted.where(*_chosen(parties, portfolio, period))
    with database.reading() as session:
        rows = session.exec(wanted.order_by(col(Attempt.party), col(Attempt.reserved), col(Attempt.key))).all()
    return [_made(row, account) for row, account in rows if _was_made(row)]


def party_log(database: Database, party: str) -> PartyLog:
    """The contacts with a party over all accounts."""
    with database.reading() as session:
        return PartyLog(session.exec(select(Attempt).where(Attempt.party == party, *_contacts())).all())


def parties_named(database: Database, word: str) -> Sequence[str]:
    """The parties with that id, or that reference of a client."""
    with database.reading() as session:
        return session.exec(select(Party.id).where((Party.id == word) | (Party.reference == word))).all()


def law_text(database: Database, version: str) -> str | None:
    """The text of an edition, where it is kept."""
    with database.reading() as session:
        found = session.get(LawText, version)
        return None if found is None else found.text


def _chosen(parties: Sequence[str] | None, portfolio: str | None, period: Period) -> Iterator[Any]:
    if parties is not None:
        yield col(Attempt.party).in_(parties)
    if portfolio:
        yield Account.portfolio == portfolio
    if period.first:
        yield Attempt.local_day >= period.first
    if period.last:
        yield Attempt.local_day <= period.last


def _contacts() -> Iterator[Any]:
    yield col(Attempt.demand) | (col(Attempt.step) == OUTSIDE)
    yield col(Attempt.status).not_in(_DID_NOT_LEAVE)
    # What left within the message of another account is that contact, not a further one.
    yield col(Attempt.within).is_(None)
    yield col(Attempt.outcome).is_(None) | col(Attempt.outcome).not_in(NOT_MADE)


def _was_made(row: Attempt) -> bool:
    """Whether it came to a contact: a task that is still open has only its place in the log."""
    return row.channel not in BY_PERSON or row.made is not None


def _made(row: Attempt, account: Account) -> MadeContact:
    return MadeContact(
        row.key,
        row.account,
        account.reference,
        account.portfolio,
        row.party,
        entry(row),
        row.place,
        row.third_party,
        row.outcome or row.status,
        row.law or {},
    )
