"""Who are the people of a portfolio file, and what does it say of each?"""

import hashlib
from base64 import b32encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from channels.channel_table import opened_by, reach
from intake.portfolio_file import AccountRow
from models.tables.accounts import Party, Portfolio
from models.tables.arrivals import FeedPerson

PERSONAL = ("name", "language", "country", "phone", "email", "street", "city", "postal_code", "region")
"""Columns that are called the same in the file and in the table `party`."""
PARTS = {
    "name": ("name",),
    "language": ("language",),
    "time_zone": ("zone",),
    "phone": ("phone",),
    "email": ("email",),
    "address": ("street", "city", "postal_code"),
    "region": ("region",),
}
"""What a file says of a debtor, by the columns of the table `party`: an address is one thing."""
OF_GUARANTOR = ("name", "phone", "email")
ALWAYS = ("name", "language", "time_zone")

Record = dict[str, Any]
Values = tuple[str | None, ...]


def opaque_id(*parts: str) -> str:
    """An id that tells nothing of its parts: portfolio and reference of an account, client and reference of a party."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return b32encode(digest).decode().lower()[:16]


def parties(client: str, rows: Iterable[AccountRow]) -> list[Record]:
    """All people of the rows. Who is debtor somewhere is taken from there; what is not said there, from elsewhere."""
    found: dict[str, Record] = {}
    for row in rows:
        found[opaque_id(client, row.customer)] = _debtor(client, row)
    for row in rows:
        if row.guarantor:
            told = _guarantor(client, row)
            known = found.get(told["id"], {})
            found[told["id"]] = told | {name: value for name, value in known.items() if value is not None}
    # Always in the same order: two files with the same people would else wait for each other.
    return [found[party] for party in sorted(found)]


def _debtor(client: str, row: AccountRow) -> Record:
    ids = {"id": opaque_id(client, row.customer), "client": client, "reference": row.customer}
    return ids | {"zone": row.time_zone} | {name: getattr(row, name) for name in PERSONAL}


def _guarantor(client: str, row: AccountRow) -> Record:
    guarantor = row.guarantor
    assert guarantor
    ids = {"id": opaque_id(client, guarantor.customer), "client": client, "reference": guarantor.customer}
    place = {"zone": row.time_zone, "country": row.country, "street": None, "city": None, "postal_code": None}
    place |= {"region": row.region}
    return ids | place | {name: getattr(guarantor, name) for name in ("name", "language", "phone", "email")}


def said(client: str, rows: Iterable[AccountRow], columns: frozenset[str]) -> dict[str, dict[str, Values]]:
    """What the rows say, by party and part. A part whose column the file has not says nothing.

    A guarantor's row says what stands in it; that of a debtor also what stands there no more.
    """
    found: dict[str, dict[str, Values]] = {}
    for row in rows:
        own = found.setdefault(opaque_id(client, row.customer), {})
        own.update({part: _values(row, part) for part in PARTS if part in ALWAYS or columns.issuperset(PARTS[part])})
        if row.guarantor:
            other = found.setdefault(opaque_id(client, row.guarantor.customer), {})
            given = {part: (getattr(row.guarantor, part),) for part in OF_GUARANTOR}
            other.update({part: values for part, values in given.items() if part not in other and values[0]})
    return found


def _values(row: AccountRow, part: str) -> Values:
    return tuple(row.time_zone if name == "zone" else getattr(row, name) for name in PARTS[part])


def digest(party: str, part: str, values: Values) -> str:
    """What a file said, such that it can be compared and not read."""
    text = "\x1f".join([party, part, *(value or "" for value in values)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def digests(party: str, parts: Mapping[str, Values]) -> dict[str, str]:
    """By part."""
    return {part: digest(party, part, values) for part, values in parts.items()}


class PersonChange(NamedTuple):
    """What a file corrects of a person, and what the cases of the person are to hear of it."""

    party: str
    account: str
    """By whose row: the client's reference."""
    parts: list[str]
    values: dict[str, str | None]
    """By the columns of the table `party`."""
    told: dict[str, Any]
    """Fields of the event `account_updated`."""
    said: dict[str, str]
    """What is to be remembered of the file: digests by part."""


def changed_people(
    session: Session, portfolio: Portfolio, rows: Sequence[AccountRow], columns: frozenset[str]
) -> Iterator[PersonChange]:
    """The people of whom the file says something else than the portfolio's file before."""
    people = said(portfolio.client, rows, columns)
    spoken = select(FeedPerson).where(FeedPerson.portfolio == portfolio.id, col(FeedPerson.party).in_(people))
    before = {person.party: person.said for person in session.exec(spoken)}
    differ = {p for p in before if any(before[p].get(part) != told for part, told in digests(p, people[p]).items())}
    if not differ:
        return
    named = {opaque_id(portfolio.client, _customer(row, bond)): row.account for bond in (True, False) for row in rows}
    for party in session.exec(select(Party).where(col(Party.id).in_(differ)).order_by(Party.id)):
        yield _person(party, named[party.id], people[party.id], before[party.id])


def _customer(row: AccountRow, bond: bool) -> str:
    return row.guarantor.customer if bond and row.guarantor else row.customer


def _person(party: Party, account: str, parts: Mapping[str, Values], before: Mapping[str, str]) -> PersonChange:
    change = PersonChange(party.id, account, [], {}, {}, dict(before))
    for part, values in parts.items():
        told = digest(party.id, part, values)
        if told == before.get(part):
            continue
        change.said[part] = told
        have = tuple(getattr(party, name) for name in PARTS[part])
        # What the lender does not know any more, somebody else may have found out.
        found_out = not any(values) and digest(party.id, part, have) != before.get(part)
        if values != have and not found_out:
            change.parts.append(part)
            change.values.update(zip(PARTS[part], values, strict=True))
    if "zone" in change.values:
        change.told["zone"] = change.values["zone"]
    can = reach(Party(**party.model_dump() | change.values))
    if usable := {c: c in can for name in change.values for c in opened_by(name)}:
        change.told["usable"] = usable
    return change
