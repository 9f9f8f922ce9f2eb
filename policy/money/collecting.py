"""What does collecting cost on an account by law (Netherlands): which instalments does a 14-day letter announce a cost
for, on which day does it fall due, and which cost of the lender counts? Never one without such a letter (law.md NL-C1).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from models.case import Case, Charge, CostLetter, Disputed
from policy.holds import blocked_days, disputed_parts
from policy.law.days import debtor_day
from policy.money.accrual import forbidden_charge

LETTER = "fourteen_day_letter"
"""The text, and the fact that it tells."""
TERM = "fourteen_days"
"""The hold as which its term runs."""
RULE = "NL-C1"
COUNTRY = "NL"


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
    others = case.model_copy(update={"holds": tuple(h for h in case.holds if h.reason != TERM)})
    blocked = blocked_days(others, "fees")
    for letter in case.letters:
        day = letter.last_free_day + timedelta(days=1)
        for first, last in blocked:
            if first <= day and (last is None or day <= last):
                day = date.max if last is None else last + timedelta(days=1)
        if day < date.max and (case.closed is None or day <= debtor_day(case.closed, case.zone)):
            yield CostDay(day, letter, disputed_parts(case, day))


def counts(case: Case, charge: Charge) -> bool:
    """Whether a charge of the lender is owed: a Dutch cost only after the term of a letter that the lender sent."""
    if case.country != COUNTRY or charge.what != "cost":
        return True
    ended = [k.until for k in case.known if k.name == LETTER and not k.message and k.until]
    return any(until < charge.day for until in ended)


def not_owed(case: Case, charge: Charge) -> str | None:
    """Why a charge that was told is not owed, with the rule; None: it is. It is kept all the same."""
    if not counts(case, charge):
        return f" without a 14-day letter ({RULE}): tell that one was sent, or drop it"
    rule = forbidden_charge(case, charge)
    return f": {rule} forbids it to us" if rule else None


def announced(case: Case) -> frozenset[int]:
    """The instalments that cost nothing more: a letter named them, or the lender charged its cost for them.

    A cost of the lender that names no instalment was for all that were due before it.
    """
    found = {number for letter in case.letters for number in letter.instalments}
    for charge in case.charges:
        if charge.what == "cost" and case.country == COUNTRY and counts(case, charge):
            named = charge.instalment
            found |= {
                i.number for i in case.instalments if (i.due < charge.day if named is None else i.number == named)
            }
    return frozenset(found)
