"""The law, asked about a contact that a person is about to make: its answer, and whom they would reach.

With a yes for a task the contact counts from now on, in the transaction that asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from models.contact import Place
from models.jurisdiction import Jurisdiction
from models.tables.accounts import Account, Party
from models.tables.trail import Attempt, Task
from policy.law.may_contact import Allow, Answer, debtor_day
from store.contact_log import Question, Wanted, law_of, place_of, question
from store.database import Database


@dataclass(frozen=True)
class Meant:
    """A contact as a person means it: how, with whom, what for, and where."""

    channel: str
    third_party: str | None = None
    location: bool = False
    """A third party is only asked where the debtor can be found."""
    place: Place | None = None


@dataclass(frozen=True)
class Asked:
    """What the law was asked, what it says, and how the debtor is reached."""

    put: Question
    answer: Answer
    debtor: str
    phone: str | None
    address: str


@dataclass(frozen=True)
class OpenTask:
    """A task that waits for somebody."""

    key: str
    kind: str
    why: str
    account: str
    reference: str
    debtor: str


def open_tasks(database: Database, ending: str, account: str | None) -> list[OpenTask]:
    """The open tasks whose key ends so; of one account, or of any."""
    wanted = select(Task, Account, Party).join(Account, col(Account.id) == Task.account)
    wanted = wanted.join(Party, col(Party.id) == Account.party)
    wanted = wanted.where(Task.status == "open", col(Task.key).endswith(ending, autoescape=True))
    if account is not None:
        wanted = wanted.where(Task.account == account)
    with database.reading() as session:
        rows = session.exec(wanted).all()
    return [OpenTask(t.key, t.kind, t.why, a.id, a.reference, p.name) for t, a, p in rows]


def ask_law(database: Database, packs: Mapping[str, Jurisdiction], account: str, meant: Meant, now: datetime) -> Asked:
    """Nothing is reserved."""
    with database.reading() as session:
        asked, _ = _ask(session, packs, account, meant, now)
        return asked


def ask_and_reserve(
    database: Database, packs: Mapping[str, Jurisdiction], task: OpenTask, meant: Meant, now: datetime
) -> Asked:
    """The same for a task: where it may be begun, it counts from now on."""
    with database.session() as session:
        database.lock(session, f"party {session.get_one(Account, task.account).party}")
        asked, law = _ask(session, packs, task.account, meant, now, task.key)
        attempt = session.get(Attempt, task.key)
        if isinstance(asked.answer, Allow) and attempt is not None:
            person = session.get_one(Party, attempt.party)
            attempt.reserved, attempt.local_day = now, debtor_day(now, person.zone)
            attempt.law, attempt.place = asked.put.kept(law, asked.answer), meant.place
        return asked


def _ask(
    session: Session, packs: Mapping[str, Jurisdiction], account_id: str, meant: Meant, now: datetime, key: str = ""
) -> tuple[Asked, Jurisdiction]:
    account = session.get_one(Account, account_id)
    person = session.get_one(Party, account.party)
    put = question(session, _wanted(account, person, meant, now)._replace(key=key), now)
    law = law_of(packs, person)
    address = ", ".join(part for part in (person.street, person.postal_code, person.city) if part)
    return Asked(put, put.answer(law), person.name, person.phone, address), law


def _wanted(account: Account, person: Party, meant: Meant, now: datetime) -> Wanted:
    place, third = place_of(meant.place, meant.third_party), meant.third_party or ""
    demand, overdue = not meant.location, _overdue_since(account, person, now)
    return Wanted(account.id, person.id, person.zone, meant.channel, demand, overdue, "", place, third, meant.location)


def _overdue_since(account: Account, person: Party, now: datetime) -> date | None:
    late = account.days_past_due or 0
    return debtor_day(now, person.zone) - timedelta(days=late) if late > 0 else None
