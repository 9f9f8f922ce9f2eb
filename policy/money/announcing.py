"""What does a 14-day letter announce (Netherlands), and when has it nothing to say?"""

from collections.abc import Iterable
from datetime import date

from models.case import Case, Instalment
from policy.charging.costs import Missed, letter_cost
from policy.money.collecting import COUNTRY, LETTER, RULE, announced
from policy.money.ledger import Book

CURRENCY = "EUR"
Announced = tuple[tuple[tuple[int, int], ...], tuple[Missed, ...]]


def to_announce(case: Case, today: date) -> Announced:
    """Number and open principal of each overdue instalment that no letter named yet, and what earlier letters left."""
    book, named = Book(case, today), announced(case)
    fresh = tuple((number, rest) for number, rest in book.unpaid_principal(today) if number not in named)
    return fresh, tuple(book.missed)


def nothing_to_announce(
    case: Case, text: str | None, still_open: Iterable[tuple[Instalment, int]], today: date
) -> str | None:
    """Why a step that is a 14-day letter has nothing to say, or None; other steps have their own to say."""
    if text != LETTER:
        return None
    if (case.country, case.currency) != (COUNTRY, CURRENCY):
        return f"the 14-day letter is for {COUNTRY}, in {CURRENCY} ({RULE})"
    overdue = {i.number for i, _ in still_open if i.due < today}
    if not overdue - announced(case):
        return f"every overdue instalment had its 14-day letter ({RULE})"
    if not case.letters:
        return None
    fresh, earlier = to_announce(case, today)
    if not letter_cost(case.letters[-1].scale, [rest for _, rest in fresh], today, earlier).amount:
        return "the small instalments share one cost, which earlier letters brought (NL-L4)"
    return None
