"""How many minor units is an amount, and when is it rounded? Once, at the end, half up; scaled by its currency."""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel.numbers import get_currency_precision


@cache
def exponent(currency: str) -> int:
    """Decimal places of a currency (ISO 4217): EUR 2, JPY 0, KWD 3."""
    return get_currency_precision(currency)


def half_up(amount: Decimal) -> int:
    """The nearest whole minor unit, a half up."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def scaled(amount: Decimal, places: int) -> Decimal:
    """Whole units as minor units of a currency with so many decimal places; what is less than one stays."""
    return amount.scaleb(places)


def whole_units(amount: int, currency: str) -> Decimal:
    """Minor units as a decimal number of whole units."""
    return Decimal(amount).scaleb(-exponent(currency))
