"""Which accounts does a client hand over? Reads a portfolio file: good rows typed, bad rows with the reason."""

import csv
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from intake.cells import Reject, neutral, tidy
from intake.lender_entries import Entry
from intake.portfolio_columns import ENTRIES, GUARANTOR, KNOWN, REQUIRED, Setting, check_row
from intake.table_lines import NotAPortfolio
from intake.table_reader import Row, read_table
from intake.tariff_packs import tariff_for, without_tariff
from models.case import Instalment
from models.charges import Role
from models.tariff import Tariff
from policy.charging.contract_tariff import Contract, term_days

__all__ = [
    "AccountRow",
    "GuarantorRow",
    "NotAPortfolio",
    "PortfolioFile",
    "Reject",
    "read_portfolio",
    "tariff_of",
    "write_rejects",
]

PERSONAL = ("name", "language", "country", "time_zone", "phone", "email", "street", "city", "postal_code", "region")
"""What rows of the same customer must agree in."""
COUNTED = re.compile(r"[Dd]")
"""A day counted from that of the hand-over, in a cell of days and amounts."""
BY_COUNTRY = ("time_zone", "phone", "postal_code", "region", "guarantor_phone")
"""What cannot be read while the country is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuarantorRow:
    """A further person on an account. Country and time zone are the debtor's."""

    customer: str
    name: str
    language: str
    role: str = "guarantor"
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One account with its debtor, checked: minor units, E.164, the postcode as the post writes it."""

    row: int
    account: str
    customer: str
    name: str
    language: str
    country: str
    time_zone: str
    phone: str | None = None
    email: str | None = None
    street: str | None = None
    city: str | None = None
    postal_code: str | None = None
    region: str | None = None
    """Whose own law binds too, such as MA."""
    product: str
    legal_status: str
    creditor: str
    creditor_address: str | None = None
    creditor_number: str | None = None
    currency: str
    principal: int
    instalments: tuple[Instalment, ...]
    score: int | None = None
    profile: str | None = None
    collateral: bool = False
    contract_date: date | None = None
    tariff: str | None = None
    """The name of the tariff; what it says for this contract: `tariff_of`."""
    entries: tuple[Entry, ...] = ()
    """Charges, adjustments, credits and their reversals."""
    relative: bool = False
    """Its days count from the day on which the file was read (`D-30`): another day is no news."""
    guarantor: GuarantorRow | None = None


class PortfolioFile(NamedTuple):
    """What a file brought; `columns`: those that it has, for what is not there says nothing."""

    rows: list[AccountRow]
    rejects: list[Reject]
    columns: frozenset[str] = frozenset(KNOWN)


class _Told(NamedTuple):
    """What one row says of one person. `prefix` begins the names of its columns."""

    customer: str
    prefix: str
    details: dict[str, Any]


class _Seen:
    """What earlier rows said: accounts may come once, a person may not change from row to row."""

    def __init__(self) -> None:
        self.accounts: dict[str, int] = {}
        self.people: dict[str, tuple[int, dict[str, Any]]] = {}

    def faults(self, row: int, taken: dict[str, Any], refused: set[str]) -> list[Reject]:
        """The faults that the row has beside earlier ones, in columns that were not refused by themselves."""
        account = taken.get("account", "")
        found = [fault for told in _people(taken) for fault in self._differences(row, account, told)]
        found = [fault for fault in found if fault.column not in refused]
        first = self.accounts.setdefault(account, row) if account else row
        if first != row:
            found.append(Reject(row, account, "account", account, f"is in row {first} already; only that one is read"))
        return found

    def _differences(self, row: int, account: str, told: _Told) -> list[Reject]:
        first, before = self.people.get(told.customer, (row, {}))
        return [
            Reject(row, account, f"{told.prefix}{name}", value or "", _differs(told.customer, first, before[name]))
            for name, value in told.details.items()
            if name in before and before[name] != value
        ]

    def remember(self, row: int, taken: dict[str, Any]) -> None:
        """The people of a row that was taken: later rows must agree with it."""
        for told in _people(taken):
            first, before = self.people.get(told.customer, (row, {}))
            self.people[told.customer] = (first, before | told.details)


def _differs(customer: str, row: int, value: str | None) -> str:
    return f"differs from row {row}, where customer {customer} has {repr(value) if value else 'nothing'}"


def _people(taken: dict[str, Any]) -> list[_Told]:
    people = []
    if "customer" in taken:
        people.append(_Told(taken["customer"], "", {name: taken.get(name) for name in PERSONAL}))
    if "guarantor_customer" in taken:
        details = {name: taken[f"guarantor_{name}"] for name in PERSONAL if f"guarantor_{name}" in taken}
        people.append(_Told(taken["guarantor_customer"], "guarantor_", details))
    return people


def tariff_of(row: AccountRow, role: Role) -> Tariff | None:
    """What may be charged on the account for being late, to us in our role: its lender's tariff, under its law.

    Without a tariff, what the law says of the charges that are told; None where it says nothing.
    """
    term = term_days(row.contract_date, (i.due for i in row.instalments))
    contract = Contract(row.contract_date, row.product, row.principal, row.currency, term, role)
    if row.tariff is None:
        return without_tariff(row.country, contract)
    return tariff_for(row.tariff, row.country, contract)


def read_portfolio(path: Path, countries: frozenset[str], today: date) -> PortfolioFile:
    """All rows of the file, taken or rejected. Raises NotAPortfolio where there is nothing to read row by row."""
    setting, seen = Setting(countries, today), _Seen()
    columns: frozenset[str] = frozenset()
    rows: list[AccountRow] = []
    rejects: list[Reject] = []
    for row in read_table(path, KNOWN, REQUIRED):
        columns = columns if columns or row.fault else frozenset(row.cells)
        taken, faults = check_row(row, setting)
        faults += seen.faults(row.number, taken, _doubtful(faults))
        rejects += faults
        if not faults:
            seen.remember(row.number, taken)
            rows.append(_account_row(row, taken))
    if not rows and not rejects:
        raise NotAPortfolio("the file has a header and no accounts")
    return PortfolioFile(rows, rejects, columns)


def _doubtful(faults: list[Reject]) -> set[str]:
    refused = {fault.column for fault in faults}
    return refused | set(BY_COUNTRY) if "country" in refused else refused


def _account_row(row: Row, taken: dict[str, Any]) -> AccountRow:
    entries = tuple(entry for name in ENTRIES for entry in taken.pop(name, ()))
    relative = bool(COUNTED.search(tidy(row.cells["instalments"])))
    further = {name.removeprefix("guarantor_"): taken.pop(name) for name in GUARANTOR if name in taken}
    guarantor = GuarantorRow(**{"language": taken["language"]} | further) if further else None
    return AccountRow(row=row.number, guarantor=guarantor, entries=entries, relative=relative, **taken)


def write_rejects(path: Path, rejects: Iterable[Reject]) -> None:
    """The rejects as CSV that a spreadsheet opens safely; readable by its owner only, whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        # Excel takes UTF-8 for what it is only behind a byte order mark.
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(Reject._fields)
            writer.writerows([reject.row, *map(neutral, reject[1:])] for reject in rejects)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
