"""What does a notice tell the law, until when does the term run that it begins, and what does the case keep of it?"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from models import events as e
from models.case import Case, CostLetter, Known
from models.charges import ChargesPack
from models.contact import FactName
from models.decisions import StepInput
from models.jurisdiction import Jurisdiction
from policy.changes import changed, held
from policy.charging.costs import Missed, letter_cost, scale_of
from policy.law.days import debtor_day, end_of_day, start_of_day
from policy.law.deadlines import (
    Calendar,
    default_notice_may_end,
    diffida_may_end,
    fourteen_day_letter,
    recovery_from,
    validation_period,
)
from policy.law.may_contact import is_holiday
from policy.money.collecting import LETTER, TERM

TELLS: dict[str, FactName] = {
    "visit_announcement": "visit_announced",
    "fourteen_day_letter": "fourteen_day_letter",
    "validation_notice": "validation_notice",
    "transfer_notice": "transfer_notice",
    "assignment_notice": "assignment_notice",
}
"""What a text tells the law once it left."""
TERMS: dict[tuple[str, FactName], Callable[[date, Calendar], date]] = {
    ("NL", "fourteen_day_letter"): lambda since, off: fourteen_day_letter(since, off).last_free_day,
    ("US", "validation_notice"): lambda since, off: validation_period(since, off).last_day,
    ("RO", "assignment_notice"): lambda since, _: _ro_last_day(since),
    ("RO", "transfer_notice"): lambda since, _: _ro_last_day(since),
}
"""The last day of the term that a notice begins, by its day, where the law of a place has one."""
RUNS_AS: dict[str, str] = {
    LETTER: TERM,
    "validation_notice": "validation_period",
    "assignment_notice": "assignment_notice",
    "transfer_notice": "assignment_notice",
}
"""The hold as which the term of a notice runs; in Romania the notice of a transfer is that of the assignment."""


SHORTEST: dict[str, Callable[[date], date]] = {"IT": diffida_may_end, "GB": default_notice_may_end}
"""The earliest last day of a formal notice by the day on which it arrived, where the law of a place has one."""


def notice_days(country: str, wanted: int) -> int:
    """How many days a formal notice gives: those of the strategy, and no fewer than the law (IT-C3, UK-C1)."""
    shortest = SHORTEST.get(country)
    return max(wanted, (shortest(date.min) - date.min).days) if shortest else wanted


def notice_of(
    asked: StepInput, law: Jurisdiction, at: datetime, vat_reclaimable: bool | None = None
) -> e.NoticeGiven | None:
    """What the law takes a step's message for that leaves at an instant; None: for nothing of its own.

    Of a 14-day letter also the cost that it announces, by the law on charges. Whether the creditor reclaims VAT is not
    known: then none comes on top, for the debtor.
    """
    fact = TELLS.get(asked.act.text or "")
    if fact is None:
        return None
    since = debtor_day(at, asked.zone)
    term = TERMS.get((asked.country, fact))
    until = term(since, lambda day: is_holiday(law, day)) if term else None
    notice = e.NoticeGiven(fact=fact, since=since, until=until)
    charges = law.charges if fact == LETTER else None
    return _announcing(asked, notice, charges, vat_reclaimable is not False) if charges else notice


def _announcing(asked: StepInput, notice: e.NoticeGiven, law: ChargesPack, vat_reclaimable: bool) -> e.NoticeGiven:
    """The 14-day letter with the cost on what is open of its instalments; without where the law gives none."""
    if notice.until is None or law.currency != asked.currency:
        return notice
    scale = scale_of(law, asked.currency, notice.since, vat_reclaimable)
    if scale is None or not asked.announces:
        return notice
    earlier = [Missed(*missed) for missed in asked.missed]
    cost = letter_cost(scale, [rest for _, rest in asked.announces], notice.until, earlier).amount
    numbers = tuple(number for number, _ in asked.announces)
    return notice.model_copy(update={"instalments": numbers, "cost": cost, "scale": scale})


def noticed(case: Case, notice: e.NoticeGiven, message: str, at: datetime) -> Case:
    """The case after a notice left: it knows the fact from then on, its term runs as a hold, its cost will fall due."""
    known = Known(name=notice.fact, since=notice.since, message=message)
    # The one before stays given: this one may still come back.
    case = changed(case, known=(*case.known, known))
    if notice.scale and notice.until and notice.cost is not None:
        letter = CostLetter(
            message=message,
            since=notice.since,
            last_free_day=notice.until,
            instalments=notice.instalments,
            scale=notice.scale,
            cost=notice.cost,
        )
        case = changed(case, letters=(*case.letters, letter))
    return term_held(case, notice, message, at)


def term_held(case: Case, notice: e.NoticeGiven, hold: str, at: datetime, evidence: str | None = None) -> Case:
    """The case with the hold as which the term of a notice runs; as it is where none runs any more."""
    reason = RUNS_AS.get(notice.fact)
    if reason is None or notice.until is None or end_of_day(notice.until, case.zone) <= at:
        return case
    begin, end = min(start_of_day(notice.since, case.zone), at), end_of_day(notice.until, case.zone)
    return held(case, hold, reason, begin, end, evidence=evidence)


def told(case: Case, event: e.Circumstance, since: date) -> e.NoticeGiven:
    """A notice as somebody told of it: its last day by law where that needs no calendar, else as told."""
    if case.country == "RO" and RUNS_AS.get(event.name) == "assignment_notice":
        return e.NoticeGiven(fact=event.name, since=since, until=_ro_last_day(since))
    # No term begins elsewhere with the notice of a transfer.
    return e.NoticeGiven(fact=event.name, since=since, until=None if event.name == "transfer_notice" else event.until)


def unnoticed(case: Case, message: str) -> Case:
    """The case without what a message told that did not arrive: nobody got notice by it."""
    known = tuple(k for k in case.known if k.message != message)
    letters = tuple(letter for letter in case.letters if letter.message != message)
    return changed(case, known=known, letters=letters, holds=tuple(h for h in case.holds if h.id != message))


def _ro_last_day(since: date) -> date:
    free = recovery_from(since)
    assert free
    return free - timedelta(days=1)
