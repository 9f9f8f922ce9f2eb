"""What does a notice tell the law, until when does the term run that it begins, and what does the case keep of it?"""

from datetime import date, datetime

from models import events as e
from models.case import Case, CostLetter, Known
from models.charges import ChargesPack
from models.contact import FactName
from models.decisions import StepInput
from models.jurisdiction import Jurisdiction
from policy.case.case_changes import changed
from policy.charging.costs import Missed, letter_cost, scale_of
from policy.law.days import debtor_day, end_of_day, start_of_day
from policy.law.may_contact import is_holiday
from policy.procedures.hold_rules import held
from policy.procedures.procedure_table import notice, told_by

TELLS: dict[str, FactName] = {"visit_announcement": "visit_announced"}
"""What a text tells the law once it left, beside the notices of a country's procedures."""


def notice_of(
    asked: StepInput, law: Jurisdiction, at: datetime, vat_reclaimable: bool | None = None
) -> e.NoticeGiven | None:
    """What the law takes a step's message for that leaves at an instant; None: for nothing of its own.

    Of a letter that announces a cost also that cost, by the law on charges. Whether the creditor reclaims VAT is not
    known: then none comes on top, for the debtor.
    """
    text = asked.act.text
    fact = TELLS.get(text or "") or told_by(text)
    if fact is None:
        return None
    since = debtor_day(at, asked.zone)
    begins = notice(asked.country, fact)
    until = begins.last_day(since, lambda day: is_holiday(law, day)) if begins else None
    given = e.NoticeGiven(fact=fact, since=since, until=until)
    charges = law.charges if begins and begins.announces else None
    return _announcing(asked, given, charges, vat_reclaimable is not False) if charges else given


def _announcing(asked: StepInput, given: e.NoticeGiven, law: ChargesPack, vat_reclaimable: bool) -> e.NoticeGiven:
    """The letter with the cost on what is open of its instalments; without where the law gives none."""
    if given.until is None or law.currency != asked.currency:
        return given
    scale = scale_of(law, asked.currency, given.since, vat_reclaimable)
    if scale is None or not asked.announces:
        return given
    earlier = [Missed(*missed) for missed in asked.missed]
    cost = letter_cost(scale, [rest for _, rest in asked.announces], given.until, earlier).amount
    numbers = tuple(number for number, _ in asked.announces)
    return given.model_copy(update={"instalments": numbers, "cost": cost, "scale": scale})


def noticed(case: Case, given: e.NoticeGiven, message: str, at: datetime) -> Case:
    """The case after a notice left: it knows the fact from then on, its term runs as a hold, its cost will fall due."""
    known = Known(name=given.fact, since=given.since, message=message)
    # The one before stays given: this one may still come back.
    case = changed(case, known=(*case.known, known))
    if given.scale and given.until and given.cost is not None:
        letter = CostLetter(
            message=message,
            since=given.since,
            last_free_day=given.until,
            instalments=given.instalments,
            scale=given.scale,
            cost=given.cost,
        )
        case = changed(case, letters=(*case.letters, letter))
    return term_held(case, given, message, at)


def term_held(case: Case, given: e.NoticeGiven, hold: str, at: datetime, evidence: str | None = None) -> Case:
    """The case with the hold as which the term of a notice runs; as it is where none runs any more."""
    begins = notice(case.country, given.fact)
    if begins is None or given.until is None or end_of_day(given.until, case.zone) <= at:
        return case
    begin, end = min(start_of_day(given.since, case.zone), at), end_of_day(given.until, case.zone)
    return held(case, hold, begins.hold, begin, end, evidence=evidence)


def told(case: Case, event: e.Circumstance, since: date) -> e.NoticeGiven:
    """A notice as somebody told of it: its last day by law where that needs no calendar, else as told."""
    begins = notice(case.country, event.name)
    if begins is None:
        return e.NoticeGiven(fact=event.name, since=since)
    until = event.until if begins.needs_calendar else begins.last_day(since, lambda _: False)
    return e.NoticeGiven(fact=event.name, since=since, until=until)


def unnoticed(case: Case, message: str) -> Case:
    """The case without what a message told that did not arrive: nobody got notice by it."""
    known = tuple(k for k in case.known if k.message != message)
    letters = tuple(letter for letter in case.letters if letter.message != message)
    return changed(case, known=known, letters=letters, holds=tuple(h for h in case.holds if h.id != message))
