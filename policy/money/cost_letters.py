"""What does a letter say that announces a cost, and when has it nothing to say? Such as the Dutch 14-day letter."""

from collections.abc import Iterable
from datetime import date

from models.case import Case, Instalment
from policy.charging.costs import Missed, letter_cost
from policy.money.ledger import Book
from policy.procedures.procedure_table import announces, not_counted

Announced = tuple[tuple[tuple[int, int], ...], tuple[Missed, ...]]


def announced(case: Case) -> frozenset[int]:
    """The instalments that cost nothing more: a letter named them, or the lender charged its cost for them.

    A cost of the lender that names no instalment was for all that were due before it.
    """
    found = {number for letter in case.letters for number in letter.instalments}
    for charge in case.charges:
        if charge.what == "cost" and not not_counted(case, charge):
            named = charge.instalment
            found |= {
                i.number for i in case.instalments if (i.due < charge.day if named is None else i.number == named)
            }
    return frozenset(found)


def to_announce(case: Case, today: date) -> Announced:
    """Number and open principal of each overdue instalment that no letter named yet, and what earlier letters left."""
    book, named = Book(case, today), announced(case)
    fresh = tuple((number, rest) for number, rest in book.unpaid_principal(today) if number not in named)
    return fresh, tuple(book.missed)


def nothing_to_announce(
    case: Case, text: str | None, still_open: Iterable[tuple[Instalment, int]], today: date
) -> str | None:
    """Why a step whose text announces a cost has nothing to say, or None; other steps have their own to say."""
    found = announces(text)
    if found is None:
        return None
    country, (letter, currency, rule) = found
    if (case.country, case.currency) != (country, currency):
        return f"the {letter} is for {country}, in {currency} ({rule})"
    overdue = {i.number for i, _ in still_open if i.due < today}
    if not overdue - announced(case):
        return f"every overdue instalment had its {letter} ({rule})"
    if not case.letters:
        return None
    fresh, earlier = to_announce(case, today)
    scale = case.letters[-1].scale
    if not letter_cost(scale, [rest for _, rest in fresh], today, earlier).amount:
        return f"the small instalments share one cost, which earlier letters brought ({scale.sharing})"
    return None
