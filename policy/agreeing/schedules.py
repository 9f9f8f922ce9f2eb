"""How a sum is spread over months: equal parts, annuity, equal principal. Minor units, rounded half up."""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple

from models.agreement_terms import Schedule
from policy.minor_units import half_up

MONTHS = 12


class Row(NamedTuple):
    """One instalment: `interest` is part of `amount`."""

    due: date
    amount: int
    interest: int = 0


Split = tuple[list[int], list[int]]
"""Amounts, and how much of each is interest."""


def parts(total: int, number: int) -> list[int]:
    """`total` in equal parts, the last takes the rest; none is negative."""
    each = half_up(Decimal(total) / number)
    if each < number:
        # So small that rounding up might leave less than nothing for the last.
        each = total // number
    return [each] * (number - 1) + [total - each * (number - 1)]


def annuity(principal: int, months: int, percent: Decimal) -> Split:
    """The same amount each month; `percent` a year, a month is a twelfth of it."""
    rate = percent / 100 / MONTHS
    if not rate:
        return parts(principal, months), [0] * months
    exact = principal * rate / (1 - (1 + rate) ** -months)
    balances = accumulate(range(1, months), lambda rest, _: rest * (1 + rate) - exact, initial=Decimal(principal))
    earned = [rest * rate for rest in balances]
    total = half_up(exact * months) - principal
    amounts = parts(principal + total, months)
    return amounts, _interest(earned, total, amounts)


def equal_principal(principal: int, months: int, percent: Decimal) -> Split:
    """The same principal each month, and the interest on what is left of it; `percent` a year."""
    rate = percent / 100 / MONTHS
    earned = [principal * (1 - Decimal(n) / months) * rate for n in range(months)]
    interest = _interest(earned, half_up(sum(earned, Decimal(0))))
    return [p + i for p, i in zip(parts(principal, months), interest, strict=True)], interest


def _interest(earned: list[Decimal], total: int, most: list[int] | None = None) -> list[int]:
    """Interest by instalment: rounded on its running sum, so that no unit of it is lost on the way."""
    taken: list[int] = []
    for n, exact in enumerate(accumulate(earned[:-1])):
        part = half_up(exact) - sum(taken)
        taken.append(min(part, most[n]) if most else part)
    return [*taken, total - sum(taken)]


SPLITS: Mapping[Schedule, Callable[[int, int, Decimal], Split]] = MappingProxyType(
    {"annuity": annuity, "equal_principal": equal_principal}
)


def rows(split: Split, first: date) -> tuple[Row, ...]:
    """The instalments, monthly from the day `first` on."""
    amounts, interest = split
    days = (months_after(first, n) for n in range(len(amounts)))
    return tuple(map(Row, days, amounts, interest))


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or the last of a month that has no such day."""
    years, month = divmod(day.month - 1 + months, MONTHS)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
