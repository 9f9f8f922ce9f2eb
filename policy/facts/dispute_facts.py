"""A dispute, and its answer: why not, and what follows."""

from datetime import date, datetime

from models import events as e
from models.case import Adjustment, Case, Disputed
from policy.case.case_changes import changed, flagged
from policy.case.holds import open_disputes, part_of, parts_text
from policy.facts.fact_spec import FactSpec
from policy.facts.order_facts import against_hold
from policy.law.days import debtor_day
from policy.money.position import position
from policy.phrases import document_text, money_text, until_text
from policy.procedures.hold_rules import held_by, stops_text, without_hold


def _against(case: Case, event: e.Dispute, now: datetime) -> str | None:
    if why := against_hold(case, event, now):
        return why
    today = debtor_day(now, case.zone)
    return _against_part(case, event, today) if event.status == "opened" else _against_answer(case, event, today)


def _against_part(case: Case, event: e.Dispute, today: date) -> str | None:
    """Why what is disputed cannot be: it does not exist."""
    numbers = [i.number for i in case.instalments]
    for what, told, known in (
        ("instalment", event.instalments, numbers),
        ("charge", event.charges, [c.id for c in case.charges]),
    ):
        unknown = [str(part) for part in told if part not in known]
        if unknown:
            there = ", ".join(map(str, known)) or "none"
            return f"there is no {what} {', '.join(unknown)} on this account; there are: {there}"
    if event.amount and (event.instalments or event.charges):
        return "name the instalments and charges that are disputed, or an amount, not both"
    owed = position(case, today).outstanding
    if event.amount and event.amount > owed:
        return f"{money_text(event.amount, case.currency)} disputed, {money_text(owed, case.currency)} is open"
    return "a dispute that is opened answers no other" if event.dispute else None


def _against_answer(case: Case, event: e.Dispute, today: date) -> str | None:
    """Why a dispute cannot be answered so."""
    meant = open_disputes(case, event.dispute)
    if not meant:
        others = ", ".join(h.id for h in open_disputes(case))
        there = f" {event.dispute} is open; there is {others}" if others else " is open"
        return f"no dispute{there}"
    if event.instalments or event.charges:
        return "what is disputed is named when a dispute is opened, not when it is answered"
    if event.status == "answered" and event.evidence is None:
        return "a dispute is answered by a document: name its number as evidence"
    if event.amount is None:
        return None
    if event.status != "upheld":
        return f"no amount goes with a dispute that is {event.status}"
    if len(meant) > 1:
        return f"several disputes are open: name one of {', '.join(h.id for h in meant)}"
    most = _disputed(case, meant[0].disputed, today)
    if event.amount > most:
        return f"{money_text(event.amount, case.currency)} upheld, {money_text(most, case.currency)} is disputed"
    return None


def _disputed(case: Case, part: Disputed | None, today: date) -> int:
    """How much a dispute is about, paid or not, minor units."""
    if part is None:
        return position(case, today).outstanding
    named = sum(i.amount for i in case.instalments if i.number in part.instalments)
    return named + sum(c.amount for c in case.charges if c.id in part.charges) + (part.amount or 0)


def _dispute(case: Case, event: e.Dispute, at: datetime) -> Case:
    if event.status == "upheld" and event.amount is None:
        # The debtor is right: nobody is chased until a person has corrected the debt, released or withdrawn it.
        return flagged(case, "upheld", event.event_id, "dispute upheld: correct the debt, release it or withdraw it")
    if event.status == "upheld":
        case = _lowered(case, event, at)
    if event.status != "opened":
        return without_hold(case, "dispute", at, event.dispute)
    part = part_of(event)
    about = f" about {parts_text(part, case.currency)}" if part else ""
    case = flagged(case, "dispute", event.event_id, f"dispute{about} to be answered")
    return held_by(case, event, "dispute", at, disputed=part)


def _lowered(case: Case, event: e.Dispute, at: datetime) -> Case:
    assert event.amount
    day = debtor_day(event.at or at, case.zone)
    # It lowers the instalment that was wrong, where it was about a single one; being late with it never cost anything.
    part = open_disputes(case, event.dispute)[0].disputed
    number = part.instalments[0] if part and len(part.instalments) == 1 and not part.charges else None
    if part and part.instalments:
        day = min([day, *(i.due for i in case.instalments if i.number in part.instalments)])
    entry = Adjustment(id=event.event_id, amount=-event.amount, day=day, reason="dispute_upheld", instalment=number)
    return changed(case, adjustments=(*case.adjustments, entry))


def _words(event: e.Dispute, money: str) -> str:
    which = f" {event.dispute}" if event.dispute else ""
    if event.status != "opened":
        lowered = f", {money_text(event.amount, money)} less is owed" if event.amount else ""
        return f"{event.status}{which}{lowered}{document_text(event.evidence)}"
    part = part_of(event)
    about = f" about {parts_text(part, money)}" if part else ""
    return f"opened{about}{until_text(event.until)}{document_text(event.evidence)}{stops_text(event)}"


DISPUTE = FactSpec(
    e.Dispute,
    about="debt",
    help="The debt is disputed, or the dispute was answered.",
    words=_words,
    take=_dispute,
    refuse=_against,
)
