"""The debtor cannot pay now: what follows."""

from datetime import datetime

from models import events as e
from models.case import Case
from policy.case.case_changes import changed, flagged
from policy.facts.fact_spec import FactSpec
from policy.facts.order_facts import against_hold
from policy.phrases import document_text, money_text, until_text
from policy.procedures.hold_rules import held_by, stops_text


def _hardship(case: Case, event: e.Hardship, at: datetime) -> Case:
    if event.cause:
        case = changed(case, causes=(*case.causes, event.cause))
    if event.until is None:
        case = flagged(case, "hardship", event.event_id, "hardship without an end: agree on what follows")
    if event.left is not None:
        case = changed(case, monthly_left=event.left)
    return held_by(case, event, "hardship", at)


def _words(event: e.Hardship, money: str) -> str:
    left = f", {money_text(event.left, money)} left a month" if event.left is not None else ""
    until = until_text(event.until) + document_text(event.evidence) + stops_text(event)
    return f"{event.cause or 'no cause given'}{left}{until}"


HARDSHIP = FactSpec(
    e.Hardship,
    about="debt",
    help="The debtor cannot pay now.",
    words=_words,
    take=_hardship,
    refuse=against_hold,
)
