"""What is open on an account on a day: the position, from instalments and payments, oldest first. Minor units."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from models.case import Case, Instalment, Payment


class Position(NamedTuple):
    """Amounts in minor units. The due date is day 0: an instalment is overdue from the day after it."""

    outstanding: int
    overdue: int
    oldest_unpaid: date | None
    """Due date of the oldest instalment that is not fully paid, overdue or not."""
    days_past_due: int
    """Days since the oldest unpaid due date; negative before it; 0 when nothing is open."""
    open: tuple[tuple[Instalment, int], ...]
    """Unpaid instalments with what is open on each."""
    credit: int
    """Paid above what was owed."""
    principal: int = 0
    interest: int = 0
    late_fees: int = 0
    costs: int = 0
    """What is open of each part."""
    disputed: int = 0


def counted(case: Case) -> list[Payment]:
    """The payments that count: not reversed, in the order in which they were heard."""
    gone = set(case.reversed)
    return [p for p in case.payments if p.event_id not in gone]


def paid(case: Case) -> int:
    """All money that counts, in minor units."""
    return sum(p.amount for p in counted(case))


def allocate(instalments: Sequence[Instalment], money: int) -> tuple[list[tuple[Instalment, int]], int]:
    """What stays open after `money` went to the oldest due first, and what is left of the money."""
    still_open: list[tuple[Instalment, int]] = []
    for instalment in sorted(instalments, key=lambda i: (i.due, i.number)):
        used = min(money, instalment.amount)
        money -= used
        if used < instalment.amount:
            still_open.append((instalment, instalment.amount - used))
    return still_open, money


def position(case: Case, today: date) -> Position:
    """The position at the beginning of the debtor's day `today`."""
    still_open, credit = allocate(case.instalments, paid(case))
    oldest = still_open[0][0].due if still_open else None
    interest = sum(max(i.interest - (i.amount - rest), 0) for i, rest in still_open)
    return Position(
        outstanding=sum(rest for _, rest in still_open),
        overdue=sum(rest for instalment, rest in still_open if instalment.due < today),
        oldest_unpaid=oldest,
        days_past_due=(today - oldest).days if oldest else 0,
        open=tuple(still_open),
        credit=credit,
        principal=sum(rest for _, rest in still_open) - interest,
        interest=interest,
    )
