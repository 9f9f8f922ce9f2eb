"""A step as an instruction: what its activity is asked to do, under the business key by which it happens once."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from models.decisions import Act
from models.events import Channel
from models.strategy import ContactTask, MessageStep, NoticeStep, OfferStep, PlacementStep, ReviewStep, TraceStep
from policy.agreeing.step_offers import offer_of_step, terms
from policy.deciding.cycle import Candidate, Now
from policy.law.may_contact import end_of_day
from policy.phrases import short
from policy.procedures.procedure_table import notice_days

RELEASE = ":release:"
"""In the key of a question to people, which is no attempt of the step itself."""


def instruction(now: Now, candidate: Candidate, channel: Channel | None) -> Act:
    """The step as an instruction to an activity: what, on which channel, under which key, until when."""
    case, step = now.case, candidate.step
    records = now.records.get((candidate.round, step.id), [])
    name = f"{case.account}:{case.strategy}:{candidate.round}:{step.id}"
    common: dict[str, Any] = {"step": step.id, "round": candidate.round, "do": step.do}
    if step.release and not any(r.result == "released" for r in records):
        asked = sum(1 for r in records if RELEASE in r.key) + 1
        return Act(
            **common,
            attempt=asked,
            key=f"{name}{RELEASE}{asked}",
            why=short(f"release {asked} of {step.id.replace('_', ' ')}, {candidate.why}"),
            waits_for="release",
            people=step.release.people,
            assignee=step.release.by,
            due=_due(now, step.release.days),
        )
    # A step that failed keeps its number, and so its key: what did leave is found again under it, not sent again.
    attempt = sum(1 for r in records if RELEASE not in r.key and (r.result != "failed" or r.channel)) + 1
    return Act(
        **common,
        attempt=attempt,
        key=f"{name}:{attempt}",
        why=short(f"{step.id.replace('_', ' ')} {attempt}, {candidate.why}"),
        channel=channel,
        **_particulars(now, candidate, f"{name}:{attempt}"),
    )


def _particulars(now: Now, candidate: Candidate, key: str) -> dict[str, Any]:
    """What is special to each kind of step."""
    step = candidate.step
    match step:
        case MessageStep():
            return {"text": step.text}
        case ContactTask():
            who = now.case.specialist if step.assignee == "specialist" else step.assignee
            return {"assignee": who, "due": _due(now, step.days), "waits_for": "outcome", "text": step.text}
        case TraceStep() | ReviewStep():
            return {"assignee": step.assignee, "due": _due(now, step.days), "waits_for": "outcome"}
        case OfferStep():
            rule = now.strategy.offers.restructuring
            offer = terms(step, now.position, now.case.currency, now.today, rule.percent if rule else Decimal(0))
            due = _due(now, step.valid_days)
            made = offer_of_step(step, key, now.position, now.today, now.strategy.offers)
            return {"text": step.text, "waits_for": "answer", "due": due, "terms": offer, "offer": made}
        case NoticeStep():
            due, days = _due(now, step.proof_days), notice_days(now.case.country, step.notice_days)
            return {"text": step.text, "waits_for": "proof", "due": due, "notice_days": days}
        case PlacementStep():
            return {"agency": step.agency, "placed_days": step.days}
        case _:
            return {"text": step.text}


def _due(now: Now, days: int) -> datetime:
    return end_of_day(now.today + timedelta(days=days), now.case.zone)
