"""What is open on an account on a day: the position, from its ledger. Minor units."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from models.case import Case, Disputed, Instalment
from models.ledger_entries import ALLOCATION, OpenCharge, PartKind
from policy.case.holds import NOTHING_DISPUTED, disputed_parts
from policy.money.ledger import ALWAYS, Book, Claim

MOVES_NO_MONEY = frozenset(
    [
        *("seen", "records", "released", "pending", "deferred", "refused", "notice_days", "reports", "flags", "causes"),
        *("episode", "episode_open", "episode_since", "entry_stage", "stage", "decisions", "opt_outs", "reach"),
    ]
)
MONEY = attrgetter(*(name for name in Case.model_fields if name not in MOVES_NO_MONEY))


class Position(NamedTuple):
    """Amounts in minor units. The due date is day 0: an instalment is overdue from the day after it."""

    outstanding: int
    overdue: int
    oldest_unpaid: date | None
    """Due date of the oldest instalment that is neither paid nor disputed; of the oldest charge if only charges are."""
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
    disputed: int = 0
    """How much of the overdue is disputed."""

    @property
    def charges_only(self) -> bool:
        """Whether every instalment is paid and only interest, fees or costs are left."""
        return self.outstanding > 0 and self.principal == 0 and not self.open


class _Asked:
    """Whose position, of which day. Two cases that differ only in what moves no money have the same."""

    __slots__ = ("case", "day", "money")

    def __init__(self, case: Case, day: date) -> None:
        self.case, self.day, self.money = case, day, MONEY(case)

    def __hash__(self) -> int:
        return hash((self.case.account, self.day))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and (self.day, self.money) == (other.day, other.money)


def position(case: Case, today: date) -> Position:
    """The position at the beginning of the debtor's day `today`, with interest up to that day."""
    return _position(_Asked(case, today))


# In one turn an account is asked again and again: after each finding, for its step, for the law, after its step.
@lru_cache(maxsize=16)
def _position(asked: _Asked) -> Position:
    case, today = asked.case, asked.day
    book = Book(case, today)
    unpaid = list(book.unpaid())
    rest: dict[int, int] = {}
    owed: dict[PartKind, int] = dict.fromkeys(ALLOCATION, 0)
    overdue = []
    for claim in unpaid:
        owed[claim.what] += claim.open
        if claim.instalment is not None and not claim.id:
            rest[claim.instalment] = rest.get(claim.instalment, 0) + claim.open
        if claim.day < today:
            overdue.append(claim)
    disputed = _disputed(overdue, disputed_parts(case, today))
    oldest = _oldest(unpaid, disputed) or _last_due(case, today) if unpaid else None
    return Position(
        outstanding=sum(owed.values()),
        overdue=sum([claim.open for claim in overdue]),
        oldest_unpaid=oldest,
        days_past_due=(today - oldest).days if oldest else 0,
        open=tuple((i, rest[i.number]) for i in _by_due(case.instalments) if i.number in rest),
        credit=book.credit,
        principal=owed["principal"],
        interest=owed["interest"],
        late_fees=owed["late_fee"],
        costs=owed["cost"],
        disputed=sum(disputed.values()),
    )


def beside(case: Case, today: date) -> tuple[OpenCharge, ...]:
    """What is open beside the instalments, oldest first: with the open instalments it is all that is outstanding."""
    charges = [claim for claim in Book(case, today).unpaid() if claim.instalment is None or claim.id]
    return tuple(
        OpenCharge(what=c.what, day=None if c.day == ALWAYS else c.day, amount=c.open, instalment=c.instalment)
        for c in sorted(charges, key=lambda c: c.day)
    )


def _by_due(instalments: Iterable[Instalment]) -> list[Instalment]:
    return sorted(instalments, key=lambda i: (i.due, i.number))


def _oldest(unpaid: list[Claim], disputed: dict[int, int]) -> date | None:
    """The day of the oldest instalment open beyond what is disputed of it; else of all that is open, charges last."""
    due = [c for c in unpaid if c.instalment is not None and not c.id]
    free = [c.day for c in due if c.open > disputed.get(id(c), 0)]
    days = free or [c.day for c in due] or [c.day for c in unpaid if c.day != ALWAYS]
    return min(days, default=None)


def _last_due(case: Case, today: date) -> date | None:
    """Where only interest is left: the day of the instalment that fell due last."""
    return max((i.due for i in case.instalments if i.due < today), default=None)


def _disputed(overdue: list[Claim], parts: Disputed) -> dict[int, int]:
    """How much of each overdue claim is disputed: named ones whole, an amount from the oldest on.

    Interest for being late has no day of its own: it is disputed when everything is that it can run on.
    """
    found: dict[int, int] = {}
    if parts is NOTHING_DISPUTED:
        return found
    left = parts.amount or 0
    late = [claim for claim in overdue if claim.day == ALWAYS]
    for claim in sorted((c for c in overdue if c.day != ALWAYS), key=lambda c: c.day):
        if claim.instalment in parts.instalments or (claim.id and claim.id in parts.charges):
            found[id(claim)] = claim.open
        elif left:
            found[id(claim)] = min(left, claim.open)
            left -= found[id(claim)]
    if found and all(found.get(id(c)) == c.open for c in overdue if c.day != ALWAYS):
        found |= {id(claim): claim.open for claim in late}
    return found
