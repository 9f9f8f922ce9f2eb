"""How are the differences of a feed kept? The changed rows, and in the same transaction what the cases must hear."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, tuple_, update
from sqlmodel import Session, SQLModel, col, func, select

from intake.feed_differences import TOLD, Compared, compare
from intake.lender_entries import Entry, feed_event
from intake.people import PersonChange
from intake.portfolio_file import AccountRow
from models.money_facts import AccountUpdated, PlanInstalment
from models.tables.accounts import Account, InstalmentDue, Party, Portfolio
from models.tables.arrivals import FeedEntry, FeedPerson, FeedUpdate

Record = dict[str, Any]


class Source(NamedTuple):
    """A file of a portfolio, and when it was loaded. `columns`: those that it has."""

    portfolio: Portfolio
    columns: frozenset[str]
    file: str
    at: datetime


def keep(session: Session, rows: Sequence[AccountRow], source: Source) -> int:
    """Compare the rows again and write what is different. How many cases have something to hear.

    The caller holds the lock on the client's feed: no other one writes differences of the same people.
    """
    found = compare(session, source.portfolio, rows, source.columns)
    told = _told(session, found)
    _people(session, found.people, source.portfolio.id)
    _schedules(session, {change.account: change.told.get("instalments", ()) for change in found.changes})
    _entries(session, {change.account: change.entries for change in found.changes})
    _accounts(session, told, source)
    return len(told)


def _told(session: Session, found: Compared) -> dict[str, Record]:
    """What each case is to hear: of its account, and of its debtor, who may have accounts in other portfolios too."""
    told: dict[str, Record] = defaultdict(dict)
    for change in found.changes:
        told[change.account].update(change.told)
    people = {person.party: person.told for person in found.people if person.told}
    for account, party in session.exec(select(Account.id, Account.party).where(col(Account.party).in_(people))):
        told[account].update(people[party])
    return told


def _people(session: Session, people: Sequence[PersonChange], portfolio: str) -> None:
    _renew(session, Party, [{"id": person.party} | person.values for person in people if person.values])
    said = [{"portfolio": portfolio, "party": person.party, "said": person.said} for person in people]
    _renew(session, FeedPerson, said)


def _schedules(session: Session, changed: dict[str, Iterable[tuple[int, PlanInstalment]]]) -> None:
    records = [
        {"account": account, "number": number} | instalment.model_dump()
        for account, instalments in changed.items()
        for number, instalment in instalments
    ]
    keys = select(InstalmentDue.account, InstalmentDue.number)
    known = set(session.exec(keys.where(col(InstalmentDue.account).in_({r["account"] for r in records}))))
    _write(session, InstalmentDue, [r for r in records if (r["account"], r["number"]) not in known])
    _renew(session, InstalmentDue, [r for r in records if (r["account"], r["number"]) in known])


def _entries(session: Session, new: dict[str, list[Entry]]) -> None:
    records = [{"account": account} | entry._asdict() for account, entries in new.items() for entry in entries]
    _write(session, FeedEntry, records)


def _accounts(session: Session, told: dict[str, Record], source: Source) -> None:
    """The accounts' own columns, and the fact for each case under its next number."""
    asked = select(Account.id, Account.updates).where(col(Account.id).in_(told))
    accounts: list[Record] = []
    updates: list[Record] = []
    for account, before in session.exec(asked.order_by(Account.id)):
        number, news = before + 1, told[account]
        fact = AccountUpdated(event_id=feed_event(number), **news)
        written = fact.model_dump(mode="json", exclude_defaults=True)
        own = {name: written[name] for name in (*TOLD, "tariff") if name in written}
        if "contract_date" in news:
            own["contract_date"] = news["contract_date"]
        accounts.append({"id": account, "updates": number} | own)
        common = {"file": source.file, "at": source.at, "told": False}
        updates.append({"account": account, "number": number, "fact": written} | common)
    _renew(session, Account, accounts)
    _write(session, FeedUpdate, updates)


def _renew(session: Session, table: type[SQLModel], records: list[Record]) -> None:
    """Change rows by their keys, those with the same columns in one go."""
    alike: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in records:
        alike[tuple(record)].append(record)
    for same in alike.values():
        session.execute(update(table), same)


def _write(session: Session, table: type[SQLModel], records: list[Record]) -> None:
    if records:
        session.execute(insert(table), records)


def number_untold(session: Session) -> int:
    """How many differences no case has heard of."""
    return session.exec(select(func.count()).select_from(FeedUpdate).where(col(FeedUpdate.told).is_(False))).one()


def untold_updates(session: Session, after: tuple[str, int], limit: int) -> Sequence[tuple[FeedUpdate, Account]]:
    """The next of them by account and number, with the accounts."""
    key = tuple_(col(FeedUpdate.account), col(FeedUpdate.number))
    rows = select(FeedUpdate, Account).join(Account, col(Account.id) == FeedUpdate.account)
    rows = rows.where(col(FeedUpdate.told).is_(False), key > after)
    return session.exec(rows.order_by(col(FeedUpdate.account), col(FeedUpdate.number)).limit(limit)).all()


def mark_updates_told(session: Session, told: Sequence[tuple[str, int]]) -> None:
    """Their cases heard of them."""
    key = tuple_(col(FeedUpdate.account), col(FeedUpdate.number))
    session.execute(update(FeedUpdate).where(key.in_(told)).values(told=True))
