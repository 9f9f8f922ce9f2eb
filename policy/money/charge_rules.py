"""Which charges does the ledger take in, and when? Those of the lender that the law lets count, and costs that a letter
announced, on the day on which they fall due.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from models.case import Case, Charge, CostLetter, Disputed
from policy.case.holds import blocked_days, disputed_parts
from policy.law.days import debtor_day
from policy.money.accrual import forbidden_charge
from policy.procedures.procedure_table import TERMS, not_counted


class CostDay(NamedTuple):
    """The day on which what a letter announced is charged on what is left unpaid."""

    day: date
    letter: CostLetter
    disputed: Disputed
    """What is disputed on that day costs nothing, then or later."""


def cost_days(case: Case) -> Iterator[CostDay]:
    """When the cost of each letter falls due: the first day after its term on which nothing stops fees.

    A case that ended before owes none.
    """
    if not case.letters:
        return
    # The term of another letter is for its own instalments.
    others = case.model_copy(update={"holds": tuple(h for h in case.holds if h.reason not in TERMS)})
    blocked = blocked_days(others, "fees")
    for letter in case.letters:
        day = letter.last_free_day + timedelta(days=1)
        for first, last in blocked:
            if first <= day and (last is None or day <= last):
                day = date.max if last is None else last + timedelta(days=1)
        if day < date.max and (case.closed is None or day <= debtor_day(case.closed, case.zone)):
            yield CostDay(day, letter, disputed_parts(case, day))


def not_owed(case: Case, charge: Charge) -> str | None:
    """Why a charge that was told is not owed, with the rule; None: it is. It is kept all the same."""
    if why := not_counted(case, charge):
        return why
    rule = forbidden_charge(case, charge)
    return f": {rule} forbids it to us" if rule else None
