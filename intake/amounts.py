"""How much money does a cell mean? Exact minor units, or a reason why nobody can tell."""

import re
from decimal import Decimal
from functools import lru_cache

from babel.core import get_global

from intake.cells import Cell, Refused, tidy
from policy.minor_units import exponent, scaled

LARGEST = 10**15
"""Minor units; what `models.events.Minor` takes."""
PLAIN = re.compile(r"([0-9]{1,16})(?:[.,]([0-9]{1,6}))?")
GROUPED = re.compile(r"([0-9]{1,3}([., '’])[0-9]{3}(?:\2[0-9]{3}){0,4})(?:(?!\2)[.,]([0-9]{1,6}))?")
NOT_AN_AMOUNT = "is no amount: write a number such as 1234.50, without currency or sign"


@lru_cache
def currencies_in_use() -> frozenset[str]:
    """The codes that are legal tender somewhere today: ITL is a currency no more."""
    territories = get_global("territory_currencies").values()
    return frozenset(code for known in territories for code, _, end, tender in known if tender and end is None)


def currency(cell: Cell) -> str:
    """An ISO 4217 code of a currency in use."""
    code = tidy(cell).upper()
    if code not in currencies_in_use():
        raise Refused("is no currency in use: write its ISO 4217 code, such as EUR")
    return code


def minor_units(cell: Cell, code: str | None) -> int:
    """The amount in minor units; without a known currency only the writing is checked."""
    precision = exponent(code) if code else 2
    value = cell if isinstance(cell, Decimal) else _written(tidy(cell), precision)
    if not value.is_finite() or scaled(value, precision) > LARGEST:
        raise Refused("is too large")
    decimals = -int(value.as_tuple().exponent)
    if code and decimals > precision:
        raise Refused(f"has {decimals} decimals; {code} has {precision}")
    if value <= 0:
        raise Refused("is not more than zero")
    return int(scaled(value, precision))


def _written(text: str, precision: int) -> Decimal:
    if re.fullmatch(r"-[0-9][0-9.,]*", text):
        raise Refused("is not more than zero")
    if plain := PLAIN.fullmatch(text):
        whole, part = plain.groups(default="")
        _refuse_ambiguous(whole, part, precision)
        return Decimal(f"{whole}.{part}" if part else whole)
    grouped = GROUPED.fullmatch(text)
    if not grouped:
        raise Refused(NOT_AN_AMOUNT)
    whole = re.sub(r"[^0-9]", "", grouped[1])
    return Decimal(f"{whole}.{grouped[3]}" if grouped[3] else whole)


def _refuse_ambiguous(whole: str, part: str, precision: int) -> None:
    # A leading nought cannot begin a group of thousands, so 0.500 has one reading only.
    if len(part) != 3 or len(whole) > 3 or whole.startswith("0"):
        return
    second = f" or 0{whole}.{part}" if precision >= 3 else ""
    raise Refused(f"can be read as {whole}{part} or as {whole}.{part}: write {whole}{part}{second}")
