"""The law's test vectors: tables of our own, one row each, whose id stands in the test's name."""

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import holidays
import pytest

HERE = Path(__file__).parent
Row = dict[str, str]
DECREED = {date(2026, 1, 2), date(2026, 5, 15), date(2027, 5, 7), date(2028, 4, 28), date(2028, 5, 26)}


def rows(table: str) -> list[object]:
    """The rows of a table as parameters of a test."""
    with (HERE / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return [pytest.param(row, id=row["id"]) for row in csv.DictReader(file)]


def day(text: str) -> date | None:
    """A day; None for an empty cell or `never`."""
    return date.fromisoformat(text) if text not in ("", "never") else None


def minor(text: str) -> int:
    """An amount of a table in minor units."""
    return int(Decimal(text) * 100)


@cache
def calendar(name: str) -> Callable[[date], bool]:
    """Whether a day is a holiday there; for `RU-working` whether it is a working day."""
    years = range(2024, 2031)
    match name:
        case "NL":
            dutch = holidays.country_holidays("NL", years=years, categories=("public", "optional"))
            return lambda day: day in dutch or day in DECREED
        case "RU-working":
            return holidays.country_holidays("RU", years=years).is_working_day
        case "US":
            named = holidays.country_holidays("US", years=years, observed=False)
            return lambda day: day in named
        case "US-observed":
            observed = holidays.country_holidays("US", years=years)
            return lambda day: day in observed
    known = holidays.country_holidays(name, years=years)
    return lambda day: day in known
