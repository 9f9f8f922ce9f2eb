"""Which payments does a bank tell of? Reads a payments file (CSV, workbook, camt.053): rows typed, or refused.

A payment's reference is the bank's: the same one is the same payment. Nothing here knows whose payment it is.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

from intake import amounts, cells, instalment_cells
from intake.camt import statement_rows
from intake.cells import UNPRINTABLE, Cell, Refused, Reject, is_blank, refuse_unsafe, shown, tidy
from intake.table_lines import NotAPortfolio
from intake.table_reader import Row, read_table

KNOWN = ("reference", "account", "amount", "currency", "value_date", "payer", "text")
REQUIRED = ("reference", "account", "amount", "currency", "value_date")
NEGATIVE = re.compile(r"-[0-9][0-9.,]*")
LONGEST_REFERENCE = 140
LONGEST_TEXT = 2000
VALUE_AHEAD = timedelta(days=31)
"""A bank may book today what counts from next week, but hardly what counts from next year."""


class NotPayments(NotAPortfolio):
    """The file as a whole is no payments file; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """One payment, or one that was taken back, checked: minor units, a day, the bank's reference as it is written."""

    row: int
    kind: Literal["payment", "reversal"] = "payment"
    reference: str
    account: str | None = None
    """The client's reference of the account, where the file has a column for it."""
    amount: int
    currency: str
    value_date: date
    payer: str | None = None
    text: str | None = None
    end_to_end: str | None = None
    reason: str | None = None
    doubt: str | None = None
    """Why a person must look at it, whatever it says."""


class PaymentsFile(NamedTuple):
    """What a file brought; `left_out` counts entries of a statement that are no debtor's money."""

    rows: list[PaymentRow]
    rejects: list[Reject]
    left_out: int

    @property
    def rejected(self) -> int:
        """How many rows were rejected."""
        return len({reject.row for reject in self.rejects})


def read_payments(path: Path, today: date) -> PaymentsFile:
    """All payments of the file, taken or rejected. Raises NotPayments where there is nothing to read row by row."""
    try:
        return check_payments(_table(path), today)
    except NotAPortfolio as fault:
        raise NotPayments(f"{path.name}: {str(fault).replace('a portfolio', 'a payments file', 1)}") from None


def _table(path: Path) -> Iterator[Row]:
    if path.suffix.lower() == ".xml" and path.is_file():
        return statement_rows(path)
    if path.is_file() and path.suffix.lower() not in (".csv", ".tsv", ".txt", ".xlsx"):
        raise NotAPortfolio("a payments file is a .csv, an .xlsx or a camt.053 in .xml")
    return read_table(path, KNOWN, REQUIRED)


def check_payments(table: Iterable[Row], today: date) -> PaymentsFile:
    """All payments of a table, taken or rejected."""
    rows: list[PaymentRow] = []
    rejects: list[Reject] = []
    first: dict[tuple[str, str], int] = {}
    left_out = 0
    for row in table:
        if row.cells.get("kind") == "other":
            left_out += 1
            continue
        taken, faults = _check_row(row, today)
        if "reference" in taken and first.setdefault((taken["kind"], taken["reference"]), row.number) != row.number:
            faults.append(_twice(row, first[taken["kind"], taken["reference"]]))
        rejects += faults
        if not faults:
            rows.append(PaymentRow(row=row.number, **taken))
    return PaymentsFile(rows, rejects, left_out)


def _twice(row: Row, first: int) -> Reject:
    why = f"is in row {first} already; only that one is read"
    return Reject(row.number, shown(row.cells.get("account", "")), "reference", shown(row.cells["reference"]), why)


def _check_row(row: Row, today: date) -> tuple[dict[str, Any], list[Reject]]:
    """The values of the row that are sound, and all its faults."""
    account = shown(row.cells.get("account", ""))
    if row.fault:
        value = shown(" | ".join(map(tidy, row.cells.values())))
        return {}, [Reject(row.number, account, "", value, row.fault)]
    taken: dict[str, Any] = {"kind": "payment"}
    rejects: list[Reject] = []
    for name, check in CHECKS.items():
        cell = row.cells.get(name, "")
        try:
            if is_blank(cell) and name in MUST:
                raise Refused("is missing")
            if not is_blank(cell):
                taken[name] = check(cell, taken, today)
        except Refused as refused:
            rejects += [Reject(row.number, account, name, shown(cell), reason) for reason in refused.reasons]
    return taken, rejects


def _amount(cell: Cell, taken: dict[str, Any], _: date) -> int:
    refuse_unsafe(cell, NEGATIVE)
    return amounts.minor_units(cell, taken.get("currency"))


def _safe(check: Callable[[Cell], Any]) -> Callable[[Cell, dict[str, Any], date], Any]:
    def checked(cell: Cell, taken: dict[str, Any], today: date) -> Any:
        refuse_unsafe(cell)
        return check(cell)

    return checked


def _kind(cell: Cell) -> str:
    if cell not in ("payment", "reversal"):
        raise Refused("is neither a credit (CRDT) nor a debit (DBIT)")
    return str(cell)


def _reference(cell: Cell) -> str:
    text = tidy(cell)
    if len(text) > LONGEST_REFERENCE:
        raise Refused(f"has {len(text)} characters; {LONGEST_REFERENCE} are the most")
    return text


def _day(cell: Cell, _: dict[str, Any], today: date) -> date:
    refuse_unsafe(cell)
    text = tidy(cell)
    if not instalment_cells.ISO_DAY.fullmatch(text):
        raise Refused("is no day: write it as 2026-09-30")
    day = instalment_cells.due_day(text, today)
    if day > today + VALUE_AHEAD:
        raise Refused(f"is more than {VALUE_AHEAD.days} days from now")
    return day


def _free(cell: Cell, _: dict[str, Any], __: date) -> str:
    """What the payer wrote: never computed, only searched and shown, so a formula does no harm here."""
    text = tidy(UNPRINTABLE.sub(" ", cell) if isinstance(cell, str) else cell)
    if len(text) > LONGEST_TEXT:
        raise Refused(f"has more than {LONGEST_TEXT} characters")
    return text


# The order matters: the amount is read in its currency.
CHECKS: dict[str, Callable[[Cell, dict[str, Any], date], Any]] = {
    "kind": _safe(_kind),
    "reference": _safe(_reference),
    "account": _safe(cells.reference),
    "currency": _safe(amounts.currency),
    "amount": _amount,
    "value_date": _day,
    "payer": _free,
    "text": _free,
    "end_to_end": _safe(_reference),
    "reason": _free,
    "doubt": _free,
}
MUST = ("reference", "amount", "currency", "value_date")
