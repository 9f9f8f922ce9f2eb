"""Which columns has a portfolio file, and what is checked in each?"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from intake import amounts, cells, contact_points, instalment_cells, lender_entries, localities
from intake.cells import Cell, Refused, Reject, is_blank, refuse_unsafe, shown, tidy
from intake.table_reader import Row
from intake.tariff_packs import tariffs
from models.case import Instalment
from models.vocabulary import LANGUAGES, LEGAL_STATUSES, PRODUCTS, ROLES


class Setting(NamedTuple):
    """What the file does not say itself."""

    countries: frozenset[str]
    today: date


class Beside(NamedTuple):
    """What a check may know beside its cell: the setting, and the values read before it (a refused one is absent)."""

    setting: Setting
    taken: dict[str, Any]


Check = Callable[[Cell, Beside], Any]
PHONE = re.compile(r"\+[0-9][0-9 ().\-/]*")
ENTRIES = ("charges", "adjustments", "credits", "credit_reversals")
NEGATIVE = re.compile(r"-[0-9][0-9.,]*")


@dataclass(frozen=True)
class Column:
    """A column and its check. A blank cell is refused where `required`, and skips the check unless `even_blank`."""

    name: str
    check: Check
    required: bool = False
    even_blank: bool = False
    harmless: re.Pattern[str] | None = None


def _alone(check: Callable[[Cell], Any]) -> Check:
    return lambda cell, _: check(cell)


def _in_country(check: Callable[[Cell, str | None], Any]) -> Check:
    return lambda cell, beside: check(cell, beside.taken.get("country"))


def _word(words: tuple[str, ...]) -> Check:
    return lambda cell, _: cells.word_of(cell, words)


def _country(cell: Cell, beside: Beside) -> str:
    return localities.country(cell, beside.setting.countries)


def _principal(cell: Cell, beside: Beside) -> int:
    return amounts.minor_units(cell, beside.taken.get("currency"))


def _instalments(cell: Cell, beside: Beside) -> tuple[Instalment, ...]:
    taken = beside.taken
    return instalment_cells.instalments(cell, taken.get("principal"), taken.get("currency"), beside.setting.today)


def _contract_date(cell: Cell, beside: Beside) -> date:
    day = cell if isinstance(cell, date) else instalment_cells.due_day(tidy(cell), beside.setting.today)
    if day > beside.setting.today:
        raise Refused(f"{day} is still to come")
    return day


def _tariff(cell: Cell, beside: Beside) -> str:
    name, country = tidy(cell), beside.taken.get("country")
    fitting = [n for n, pack in tariffs().items() if country is None or pack.file.country in (None, country)]
    if name not in fitting:
        raise Refused(f"is no tariff for accounts in {country}; there are: {', '.join(fitting) or 'none'}")
    return name


def _entries(read: Callable[[Cell, lender_entries.Setting], tuple[lender_entries.Entry, ...]]) -> Check:
    def check(cell: Cell, beside: Beside) -> tuple[lender_entries.Entry, ...]:
        taken = beside.taken
        others = tuple(entry for name in ENTRIES for entry in taken.get(name, ()))
        known = lender_entries.Setting(beside.setting.today, taken.get("currency"), taken.get("instalments"), others)
        return read(cell, known)

    return check


def _guarantor(cell: Cell, beside: Beside) -> str:
    customer = cells.reference(cell)
    if customer == beside.taken.get("customer"):
        raise Refused("is the debtor: nobody guarantees for oneself")
    return customer


# The order matters: a check sees only the columns above it. The file may have them in any order.
COLUMNS = (
    Column("account", _alone(cells.reference), required=True),
    Column("customer", _alone(cells.reference), required=True),
    Column("name", _alone(cells.name_of_person), required=True),
    Column("language", _word(LANGUAGES), required=True),
    Column("country", _country, required=True),
    Column("time_zone", _in_country(localities.time_zone), even_blank=True),
    Column("phone", _in_country(contact_points.phone), harmless=PHONE),
    Column("email", _alone(contact_points.email)),
    Column("street", _alone(cells.line_of_text)),
    Column("city", _alone(cells.line_of_text)),
    Column("postal_code", _in_country(localities.postal_code)),
    Column("region", _in_country(localities.region)),
    Column("product", _word(PRODUCTS), required=True),
    Column("legal_status", _word(LEGAL_STATUSES), required=True),
    Column("creditor", _alone(cells.line_of_text), required=True),
    Column("creditor_address", _alone(cells.line_of_text)),
    Column("creditor_number", _alone(cells.line_of_text)),
    Column("currency", _alone(amounts.currency), required=True),
    Column("principal", _principal, required=True, harmless=NEGATIVE),
    Column("instalments", _instalments, required=True),
    Column("contract_date", _contract_date),
    Column("tariff", _tariff),
    Column("charges", _entries(lender_entries.charges)),
    Column("adjustments", _entries(lender_entries.adjustments)),
    Column("credits", _entries(lender_entries.credits_given)),
    Column("credit_reversals", _entries(lender_entries.credit_reversals)),
    Column("score", _alone(cells.score), harmless=NEGATIVE),
    Column("profile", _alone(cells.code_word)),
    Column("collateral", _alone(cells.yes_or_no)),
    Column("guarantor_customer", _guarantor),
    Column("guarantor_name", _alone(cells.name_of_person)),
    Column("guarantor_role", _word(tuple(role for role in ROLES if role != "debtor"))),
    Column("guarantor_phone", _in_country(contact_points.phone), harmless=PHONE),
    Column("guarantor_email", _alone(contact_points.email)),
    Column("guarantor_language", _word(LANGUAGES)),
)
KNOWN = tuple(column.name for column in COLUMNS)
REQUIRED = tuple(column.name for column in COLUMNS if column.required)
GUARANTOR = tuple(name for name in KNOWN if name.startswith("guarantor_"))
NAMES_A_GUARANTOR = ("guarantor_customer", "guarantor_name")


def check_row(row: Row, setting: Setting) -> tuple[dict[str, Any], list[Reject]]:
    """The values of the row that are sound, and all its faults."""
    account = shown(row.cells.get("account", ""))
    if row.fault:
        return {}, [Reject(row.number, account, "", shown(" | ".join(map(tidy, row.cells.values()))), row.fault)]
    beside = Beside(setting, {})
    rejects: list[Reject] = []
    for column in COLUMNS:
        cell = row.cells.get(column.name, "")
        try:
            value = _checked(column, cell, beside)
        except Refused as refused:
            rejects += [Reject(row.number, account, column.name, shown(cell), reason) for reason in refused.reasons]
            continue
        if value is not None:
            beside.taken[column.name] = value
    gap = "is missing beside the rest of the guarantor"
    return beside.taken, rejects + [Reject(row.number, account, name, "", gap) for name in _guarantor_gaps(row)]


def _checked(column: Column, cell: Cell, beside: Beside) -> Any:
    if is_blank(cell):
        if column.required:
            raise Refused("is missing")
        return column.check("", beside) if column.even_blank else None
    refuse_unsafe(cell, column.harmless)
    return column.check(cell, beside)


def _guarantor_gaps(row: Row) -> list[str]:
    filled = {name for name in GUARANTOR if not is_blank(row.cells.get(name, ""))}
    return [name for name in NAMES_A_GUARANTOR if filled and name not in filled]
