"""What does a portfolio that is loaded again say differently, and what of it cannot be taken?

Compared is with what the lender's files said before, not with what became of the case since: payments, promises and
what an agent found out are no differences.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, select
from sqlmodel import Session, SQLModel

from intake.cells import Reject
from intake.lender_entries import REVERSAL, Entry, adjustments_told, charges_told
from intake.people import PersonChange, changed_people, opaque_id
from intake.portfolio_file import AccountRow, tariff_of
from models.charges import Role
from models.money_facts import PlanInstalment
from models.tables import arrivals  # noqa: F401 (they fill the metadata)
from models.tables.accounts import Portfolio
from policy.phrases import money_text

TABLES = SQLModel.metadata.tables
FIXED = ("currency", "product", "creditor", "collateral", "contract_date")
TOLD = ("score", "profile", "legal_status")
ANEW = "a file cannot change it: withdraw the account and hand it over anew under another reference"
COLUMN_OF = {"adjustment": "adjustments", "credit": "credits", "credit_reversal": "credit_reversals"}


class Difference(NamedTuple):
    """What a file says of an account that is not what was said before; personal details are named and not shown."""

    account: str
    what: str
    before: str
    after: str


class Change(NamedTuple):
    """What the case of an account is to hear, and what is to be kept of it."""

    account: str
    told: dict[str, Any]
    """Fields of the event `account_updated`."""
    entries: list[Entry]
    differences: list[Difference]


class Compared(NamedTuple):
    """What some rows bring beside what is known. `known`: the ids of their accounts that the portfolio has."""

    known: set[str]
    changes: list[Change]
    people: list[PersonChange]
    rejects: list[Reject]


class _Known(NamedTuple):
    """What the files said before of one account."""

    account: Any
    """The row of the table, with the debtor's country."""
    instalments: dict[int, Row[Any]]
    entries: dict[str, Row[Any]]
    country: str
    guarantors: set[str]


def compare(session: Session, portfolio: Portfolio, rows: Sequence[AccountRow], columns: frozenset[str]) -> Compared:
    """The differences of some rows; `columns`: those of the file. Nothing is written."""
    ids = {opaque_id(portfolio.id, row.account): row for row in rows}
    known = _known(session, list(ids))
    found = Compared(set(known), [], [], [])
    sound: list[AccountRow] = []
    for account, row in ids.items():
        before = known.get(account)
        faults = list(_refused(portfolio, row, before, columns)) if before else []
        found.rejects.extend(faults)
        if faults:
            continue
        sound.append(row)
        change = _change(account, row, before, portfolio.actor) if before else None
        if change:
            found.changes.append(change)
    found.people.extend(changed_people(session, portfolio, sound, columns))
    return found


def _known(session: Session, ids: Sequence[str]) -> dict[str, _Known]:
    """All that is compared, in a few questions for all of the rows."""
    names = ("id", "party", "principal", "tariff", *FIXED, *TOLD)
    account, party = TABLES["account"], TABLES["party"]
    asked = select(*(account.c[name] for name in names), party.c.country).join(party, party.c.id == account.c.party)
    accounts = session.connection().execute(asked.where(account.c.id.in_(ids))).all()
    if not accounts:
        return {}
    instalments = _by_account(session, "instalment", [row.id for row in accounts])
    entries = _by_account(session, "feed_entry", [row.id for row in accounts])
    bonds = _by_account(session, "guarantor", [row.id for row in accounts])
    return {
        row.id: _Known(
            row,
            {due.number: due for due in instalments[row.id]},
            {entry.reference: entry for entry in entries[row.id]},
            row.country,
            {bond.party for bond in bonds[row.id]},
        )
        for row in accounts
    }


def _by_account(session: Session, table: str, ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    known = TABLES[table]
    for row in session.connection().execute(select(known).where(known.c.account.in_(ids))):
        found[row.account].append(row)
    return found


# --- what cannot be taken --------------------------------------------------------------------------------------------


def _refused(portfolio: Portfolio, row: AccountRow, known: _Known, columns: frozenset[str]) -> Iterator[Reject]:
    def reject(column: str, value: object, reason: str) -> Reject:
        return Reject(row.row, row.account, column, str(value), reason)

    account = known.account
    if opaque_id(portfolio.client, row.customer) != account.party:
        yield reject("customer", row.customer, f"is another customer than before; {ANEW}")
    if row.country != known.country:
        yield reject("country", row.country, f"was {known.country} before, where another law holds; {ANEW}")
    for name in FIXED:
        if _changed(row, known, name, columns):
            yield reject(name, getattr(row, name), f"was {getattr(account, name)} before; {ANEW}")
    if row.principal != account.principal:
        was = money_text(account.principal, account.currency)
        why = f"was {was} before, and stays as lent; {ANEW}, or write an adjustment"
        yield reject("principal", money_text(row.principal, row.currency), why)
    if row.guarantor and opaque_id(portfolio.client, row.guarantor.customer) not in known.guarantors:
        yield reject("guarantor_customer", row.guarantor.customer, f"was no guarantor before; {ANEW}")
    if len(row.instalments) < len(known.instalments):
        fewer = f"are fewer than the {len(known.instalments)} that were told before: give the whole schedule"
        yield reject("instalments", len(row.instalments), f"{fewer}, and lower the debt by an adjustment or a credit")
    yield from _refused_entries(row, known)


def _refused_entries(row: AccountRow, known: _Known) -> Iterator[Reject]:
    for entry in row.entries:
        if _told_otherwise(entry, row, known.entries.get(entry.reference)):
            yield _other_entry(row, entry, known.entries[entry.reference])


def _changed(row: AccountRow, known: _Known, name: str, columns: frozenset[str]) -> bool:
    before, after = getattr(known.account, name), getattr(row, name)
    if name == "contract_date" and (row.relative or before is None or after is None):
        return False
    return name in columns and before != after


def _told_otherwise(entry: Entry, row: AccountRow, before: Row[Any] | None) -> bool:
    if before is None:
        return False
    same = (entry.kind, entry.amount, entry.instalment) == (before.kind, before.amount, before.instalment)
    return not same or (entry.day != before.day and not row.relative)


def _other_entry(row: AccountRow, entry: Entry, before: Row[Any]) -> Reject:
    was = f"{before.kind.replace('_', ' ')} of {money_text(before.amount, row.currency)} from {before.day}"
    of = f" for instalment {before.instalment}" if before.instalment else ""
    reason = f"was told before as {was}{of}: it stays so; write an adjustment under a reference of its own"
    column = COLUMN_OF.get(entry.kind, "charges")
    return Reject(row.row, row.account, column, entry.reference.removeprefix(REVERSAL), reason)


# --- what is different -----------------------------------------------------------------------------------------------


def _change(account: str, row: AccountRow, known: _Known, role: Role) -> Change | None:
    told: dict[str, Any] = {}
    differences = [*_of_terms(row, known, role, told), *_of_schedule(row, known, told)]
    entries = [entry for entry in row.entries if entry.reference not in known.entries]
    differences += [_of_entry(row, entry) for entry in entries]
    if charges := charges_told(entries):
        told["charges"] = charges
    if adjustments := adjustments_told(entries):
        told["adjustments"] = adjustments
    return Change(account, told, entries, differences) if told else None


def _of_terms(row: AccountRow, known: _Known, role: Role, told: dict[str, Any]) -> Iterator[Difference]:
    """A blank cell says nothing new."""
    for name in TOLD:
        before, after = getattr(known.account, name), getattr(row, name)
        if after is not None and after != before:
            told[name] = after
            yield Difference(row.account, name, _text(before), _text(after))
    if row.contract_date and known.account.contract_date is None:
        told["contract_date"] = row.contract_date
        yield Difference(row.account, "contract_date", "", _text(row.contract_date))
    before = (known.account.tariff or {}).get("version")
    # Without a tariff there is the law of the day of the contract alone: of the same day it says the same.
    if row.tariff is None and (before or (before == "" and "contract_date" not in told)):
        return
    tariff = tariff_of(row, role)
    # What a tariff says is for the day of the contract; a file that was changed is another tariff.
    if tariff and (tariff.version != before or "contract_date" in told):
        told["tariff"] = tariff
        yield Difference(row.account, "tariff", _text(before), tariff.version)


def _of_schedule(row: AccountRow, known: _Known, told: dict[str, Any]) -> Iterator[Difference]:
    changed: list[tuple[int, PlanInstalment]] = []
    for due in row.instalments:
        before = known.instalments.get(due.number)
        day = before.due if before and row.relative else due.due
        if before is None or (before.due, before.amount, before.interest) != (day, due.amount, due.interest):
            changed.append((due.number, PlanInstalment(due=day, amount=due.amount, interest=due.interest)))
            was = _due(before, row.currency) if before else ""
            yield Difference(row.account, f"instalment {due.number}", was, _due(changed[-1][1], row.currency))
    if changed:
        told["instalments"] = tuple(changed)


def _due(instalment: Any, currency: str) -> str:
    interest = f", {money_text(instalment.interest, currency)} of it interest" if instalment.interest else ""
    return f"{money_text(instalment.amount, currency)} due {instalment.due}{interest}"


def _of_entry(row: AccountRow, entry: Entry) -> Difference:
    of = f" for instalment {entry.instalment}" if entry.instalment else ""
    after = f"{money_text(entry.amount, row.currency)} from {entry.day}{of}"
    what = f"{entry.kind.replace('_', ' ')} {entry.reference.removeprefix(REVERSAL)}"
    return Difference(row.account, what, "", after)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def differences(found: Compared) -> Iterable[Difference]:
    """All of them, those of people at the account that named the person first."""
    for change in found.changes:
        yield from change.differences
    for person in found.people:
        yield from (Difference(person.account, part, "", "corrected") for part in person.parts)
