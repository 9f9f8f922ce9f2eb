"""The proof that a formal notice was delivered: why not, and the period that begins with it."""

from datetime import datetime, timedelta

from models import events as e
from models.case import Case
from policy.case.case_changes import recorded, rewritten
from policy.facts.fact_spec import FactSpec
from policy.law.days import debtor_day, end_of_day, start_of_day
from policy.phrases import day_text
from policy.procedures.hold_rules import held


def _against_proof(case: Case, event: e.NoticeServed, now: datetime) -> str | None:
    pending = case.pending
    waiting = pending is not None and pending.waits_for == "proof" and event.task in (None, pending.key)
    if not waiting and event.task not in {key for key, _ in case.notice_days}:
        return "no formal notice waits for its proof"
    if event.served_on > debtor_day(now, case.zone):
        return f"served on {day_text(event.served_on)}, which is still to come"
    return None


def _notice_served(case: Case, event: e.NoticeServed, at: datetime) -> Case:
    pending = case.pending
    days = 0
    if pending and pending.waits_for == "proof" and event.task in (None, pending.key):
        days = pending.notice_days
        case = recorded(case, "served", at)
    else:
        assert event.task
        days = next((d for key, d in case.notice_days if key == event.task), 0)
        case = rewritten(case, event.task, "served")
        if pending and pending.waits_for == "proof":
            case = recorded(case, "withdrawn", at)
    until = end_of_day(event.served_on + timedelta(days=days), case.zone)
    return held(case, event.event_id, "notice_period", start_of_day(event.served_on, case.zone), until)


PROOF = FactSpec(
    e.NoticeServed,
    about="debt",
    help="Proof that a formal notice was delivered.",
    words=lambda fact, _: f"served on {day_text(fact.served_on)}, receipt {fact.proof}",
    take=_notice_served,
    refuse=_against_proof,
)
