"""Which procedures are there, and what do those of a country say? The core asks here and names none."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from models import events as e
from models.case import Case, Charge
from models.contact import FactName
from policy.procedures.gb_breathing_space import BREATHING_SPACE
from policy.procedures.gb_default_notice import DEFAULT_NOTICE
from policy.procedures.it_diffida import DIFFIDA
from policy.procedures.nl_fourteen_day_letter import FOURTEEN_DAY_LETTER
from policy.procedures.procedure import Announcement, Duty, HoldRule, Notice, Procedure
from policy.procedures.pt_persi import PERSI
from policy.procedures.ro_assignment import ASSIGNMENT
from policy.procedures.ru_credit_holidays import CREDIT_HOLIDAYS
from policy.procedures.ru_refusal import REFUSAL
from policy.procedures.us_cease import CEASE
from policy.procedures.us_validation import VALIDATION

PROCEDURES: tuple[Procedure, ...] = (
    BREATHING_SPACE,
    DEFAULT_NOTICE,
    DIFFIDA,
    FOURTEEN_DAY_LETTER,
    PERSI,
    ASSIGNMENT,
    CREDIT_HOLIDAYS,
    REFUSAL,
    CEASE,
    VALIDATION,
)
"""By country, and in it by name."""
_OF: dict[str, tuple[Procedure, ...]] = {
    country: tuple(p for p in PROCEDURES if p.country == country) for country in {p.country for p in PROCEDURES}
}
_NOTICES: dict[str, tuple[Notice, ...]] = {
    fact: tuple(p.notices[fact] for p in PROCEDURES if fact in p.notices) for p in PROCEDURES for fact in p.notices
}
TERMS = frozenset(notice.hold for notices in _NOTICES.values() for notice in notices if notice.announces)
"""The holds as which the terms of letters run that announce a cost."""


class Announcing(NamedTuple):
    """Where a letter announces a cost, and how."""

    country: str
    how: Announcement


def of(country: str) -> tuple[Procedure, ...]:
    """The procedures of a country."""
    return _OF.get(country, ())


# --- notices ---------------------------------------------------------------------------------------------------------


def told_by(text: str | None) -> FactName | None:
    """The fact that a text tells the law once it left, where a procedure is about it: anywhere, whoever sends it."""
    return next((fact for p in PROCEDURES for fact in p.notices if fact == text), None)


def notice(country: str, fact: str) -> Notice | None:
    """What begins with a notice where the debtor lives; None: nothing does there."""
    return next((told for p in of(country) for name, told in p.notices.items() if name == fact), None)


def asks(text: str | None) -> bool:
    """Whether a text asks for money; a notice that the law wants does not."""
    return all(told.asks for told in _NOTICES.get(text or "", ()))


def itemises(text: str | None) -> str:
    """The rule by which a text says how the debt came about; empty: it need not."""
    return next((told.itemises for told in _NOTICES.get(text or "", ()) if told.itemises), "")


def announces(text: str | None) -> Announcing | None:
    """Where a text announces a cost that falls due after its term, and how; None: it announces none."""
    known = ((p.country, told.announces) for p in PROCEDURES for fact, told in p.notices.items() if fact == text)
    return next((Announcing(country, how) for country, how in known if how), None)


def notice_days(country: str, wanted: int) -> int:
    """How many days a formal notice gives: those of the strategy, and no fewer than the law."""
    return max([wanted, *(p.notice_days for p in of(country))])


# --- what is told ----------------------------------------------------------------------------------------------------


def refusal(case: Case, event: e.Event, now: datetime) -> str | None:
    """Why an event does not count as told where the debtor lives, or None."""
    return next((why for p in of(case.country) if (why := p.refuses(case, event, now))), None)


def released(case: Case, event: e.Release, at: datetime) -> Case | None:
    """The case after the end of a hold that ends otherwise than by a release; None: it ends as others do."""
    return next((after for p in of(case.country) if (after := p.released(case, event, at))), None)


def protected_until(country: str, reason: str, since: date, told: date | None) -> date | None:
    """The last day of a protection: the day that was told, that of the law, or None where it has no end of its own."""
    by_law = next((p.last_days[reason] for p in of(country) if reason in p.last_days), None)
    return by_law(since, told) if by_law else told


# --- what is to be done, what waits, what counts ---------------------------------------------------------------------


def duties(case: Case, oldest: date | None) -> Iterator[tuple[str, Duty]]:
    """What is still to be done by a last day, with the name of its procedure; `oldest`: the oldest unpaid due date."""
    return ((p.name, duty) for p in of(case.country) for duty in p.duties(case, oldest))


def against_suit(case: Case, today: date) -> Iterator[str]:
    """Why a suit would be lost today."""
    return (why for p in of(case.country) if (why := p.against_suit(case, today)))


def waits_for(country: str, do: str, text: str | None) -> frozenset[str]:
    """The holds whose end a step waits for, though they let the cycle go on."""
    return frozenset(hold for p in of(country) for hold, steps in p.waits.items() if steps & {do, text})


def not_counted(case: Case, charge: Charge) -> str | None:
    """Why a charge of the lender is not owed where the debtor lives, or None."""
    return next((why for p in of(case.country) if (why := p.counts_charge(case, charge))), None)


def hold_rule(country: str, reason: str) -> HoldRule | None:
    """What a hold for this reason stops where the debtor lives, if the law there has one of its own."""
    return next((p.holds[reason] for p in of(country) if reason in p.holds), None)
