"""What a contact brought, and what became of a message: why not, and what follows."""

from datetime import datetime, timedelta

from channels.channel_table import WRITTEN, lost_by
from models import events as e
from models.case import Case, Pending, StepRecord
from models.events import Channel, Outcome
from policy.case.case_changes import changed, flagged, recorded, rewritten, without_channels
from policy.facts.fact_spec import FactSpec
from policy.law.days import debtor_day, end_of_day
from policy.procedures.hold_rules import held
from policy.steps.delivery import reported

OFFICE_ANSWERS = frozenset({Outcome.done, Outcome.refused, Outcome.found, Outcome.not_found})
"""What a task without contact (a review, a trace) can bring."""


READING_DAYS = 2
"""How long a person has to read what a debtor wrote before the cycle goes on; a release of `answer` ends it sooner."""


def _against_outcome(case: Case, event: e.ContactOutcome | e.VisitOutcome, now: datetime) -> str | None:
    if isinstance(event, e.ContactOutcome) and event.third_party and event.task:
        return "a third party answers no task: tell what came of the task by itself"
    if isinstance(event, e.ContactOutcome) and event.purpose and not event.third_party:
        return "only a third party is asked where the debtor is: name the third party"
    if event.task and event.task not in _known(case):
        return f"no task {event.task} in this case"
    visit_open = case.pending is not None and case.pending.channel == Channel.visit
    if isinstance(event, e.VisitOutcome) and event.task is None and not visit_open:
        return "no visit is open; name the task"
    return None


def _known(case: Case) -> set[str]:
    return {r.key for r in case.records} | ({case.pending.key} if case.pending else set())


def _contact_outcome(case: Case, event: e.ContactOutcome | e.VisitOutcome, at: datetime) -> Case:
    if event.cause:
        case = changed(case, causes=(*case.causes, event.cause))
    if isinstance(event, e.ContactOutcome) and event.third_party:
        # No channel of the debtor's: it neither reached them nor is it their contact of the day.
        return _spoken(case, event, None, at)
    if isinstance(event, e.ContactOutcome) and event.channel in WRITTEN:
        return _written(case, event, event.channel, at)
    case = without_channels(case, *lost_by(event.outcome))
    pending = case.pending
    if pending and pending.waits_for in ("outcome", "answer") and _answers(pending, event):
        return recorded(case, event.outcome, at)
    if event.task and any(r.key == event.task for r in case.records):
        return rewritten(case, event.task, event.outcome)
    return _spoken(case, event, Channel.visit if isinstance(event, e.VisitOutcome) else Channel.call, at)


def _written(case: Case, event: e.ContactOutcome, channel: Channel, at: datetime) -> Case:
    """The debtor wrote: no open task is answered by it. Nobody is chased before a person could read it."""
    case = _spoken(case, event, channel, at)
    case = flagged(case, "message", event.event_id, f"the debtor answered by {channel}: read it and reply")
    if any(h.reason == "answer" and h.ended is None and h.until and h.until > at for h in case.holds):
        return case
    until = end_of_day(debtor_day(at, case.zone) + timedelta(days=READING_DAYS), case.zone)
    return held(case, event.event_id, "answer", at, until)


def _spoken(case: Case, event: e.ContactOutcome | e.VisitOutcome, channel: Channel | None, at: datetime) -> Case:
    spoken = StepRecord(
        step="contact",
        round=f"e{case.episode}",
        key=event.event_id,
        attempt=1,
        at=event.at or at,
        channel=channel,
        result=event.outcome,
    )
    return changed(case, records=(*case.records, spoken))


def _answers(pending: Pending, event: e.ContactOutcome | e.VisitOutcome) -> bool:
    """Whether it is the open task's outcome: a call nobody answered is neither a review nor a reply to an offer."""
    if event.task is not None:
        return event.task == pending.key
    if pending.waits_for == "answer":
        return event.outcome is Outcome.refused
    return pending.channel is not None or event.outcome in OFFICE_ANSWERS


def _words(fact: e.ContactOutcome | e.VisitOutcome, money: str) -> str:
    outcome = str(fact.outcome).replace("_", " ")
    if not isinstance(fact, e.ContactOutcome):
        return outcome + (f", cause {fact.cause}" if fact.cause else "")
    by = f" by {fact.channel}" if fact.channel else ""
    if fact.third_party:
        about = " where the debtor can be found" if fact.purpose else ""
        return f"{fact.third_party} was asked{about}{by}: {outcome}"
    return outcome + by + (f", cause {fact.cause}" if fact.cause else "")


CONTACT = FactSpec(
    e.ContactOutcome,
    about="contact",
    help="What a call, trace or review brought.",
    words=_words,
    take=_contact_outcome,
    refuse=_against_outcome,
)
VISIT = FactSpec(
    e.VisitOutcome,
    about="contact",
    help="What a field visit brought.",
    words=_words,
    take=_contact_outcome,
    refuse=_against_outcome,
)
REPORT = FactSpec(
    e.DeliveryReport,
    about="contact",
    help="What became of a message.",
    words=lambda fact, _: f"{fact.status} ({fact.message})",
    take=reported,
)
