"""What is a country's procedure? Where it binds, the terms of its notices, its holds, duties, gates, refusals, charges.

A procedure knows the case and its days, never a sum: the ledger asks it, not the other way round.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple

from models import events as e
from models.case import Case, Charge
from models.contact import FactName
from models.events import Block
from models.facts import Form
from policy.law.deadlines import Calendar

NO_STEPS: tuple[Block, ...] = ("contact", "court", "assignment")
ALL_BUT_INTEREST: tuple[Block, ...] = ("contact", "fees", "court", "assignment")
NO_COURT: tuple[Block, ...] = ("court", "assignment")
LastDay = Callable[[date, date | None], date | None]
"""The last day of a protection, by the day on which it began and the day that was told, if one was."""
Against = Callable[[Case, e.Event, datetime], str | None]
"""Why an event does not count as told, or None."""


class HoldRule(NamedTuple):
    """What a hold for a reason stops unless it is told otherwise, and why so."""

    blocks: tuple[Block, ...]
    why: str


class Announcement(NamedTuple):
    """A cost that falls due only where a letter announced it: how people call the letter, its currency, its rule."""

    letter: str
    currency: str
    rule: str


class Notice(NamedTuple):
    """A text that tells the law something, and the term that begins with it."""

    hold: str
    """The hold as which the term runs."""
    last_day: Callable[[date, Calendar], date]
    """By the day of the notice."""
    needs_calendar: bool = True
    """Then one that somebody else sent ends on the day that was told."""
    asks: bool = True
    """Whether it asks for money: what does not may go where a demand may not."""
    each_counts: bool = False
    """Whether a later one leaves the earlier ones as they are."""
    announces: Announcement | None = None
    itemises: str = ""
    """The rule by which it says how the debt came about; empty: it need not."""


class Duty(NamedTuple):
    """Something to be done by a last day, with its rule."""

    rule: str
    by: date
    says: str


def _no_duties(case: Case, oldest: date | None) -> Iterator[Duty]:
    return iter(())


def _nothing_against(case: Case, event: e.Event, now: datetime) -> str | None:
    return None


def _no_gate(case: Case, today: date) -> str | None:
    return None


def _counts(case: Case, charge: Charge) -> str | None:
    return None


def _not_ours(case: Case, event: e.Release, at: datetime) -> Case | None:
    return None


class Procedure(NamedTuple):
    """All that the core asks a procedure. What it leaves out it does not touch."""

    name: str
    country: str
    notices: Mapping[FactName, Notice] = {}
    holds: Mapping[str, HoldRule] = {}
    last_days: Mapping[str, LastDay] = {}
    """Of protections, by their reason."""
    notice_days: int = 0
    """A formal notice gives no fewer."""
    waits: Mapping[str, frozenset[str]] = {}
    """By hold: the steps, by kind or by their text, that wait for its end, though the cycle goes on."""
    duties: Callable[[Case, date | None], Iterator[Duty]] = _no_duties
    """What is to be done, with the oldest unpaid due date: a day that passes is put before a person."""
    refuses: Against = _nothing_against
    against_suit: Callable[[Case, date], str | None] = _no_gate
    """Why a suit would be lost today: then a person decides."""
    released: Callable[[Case, e.Release, datetime], Case | None] = _not_ours
    """The case after the end of a hold that does not end as others do; None: it is no such hold."""
    counts_charge: Callable[[Case, Charge], str | None] = _counts
    """Why a charge of the lender is not owed, or None."""


def told_or(by_law: Callable[[date], date]) -> LastDay:
    """The last day that was told, else that of the law."""
    return lambda since, told: told or by_law(since)


def wrong_form(event: e.Circumstance, forms: tuple[Form, ...], says: str) -> str | None:
    """Why a word of the debtor does not count in the form in which it was told, or None."""
    if event.ended or event.form in forms:
        return None
    return f"{says}; its form is {event.form or 'not told'}, expected {' or '.join(forms)}"
