"""How a case's story is told: the lines that the journal keeps and the rehearsal prints, from events and decisions."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from models import events as e
from models.case import Case
from models.decisions import Act, AnyJson, Close, Decision, Line, Recorded, Told, Wait
from models.events import Heard
from policy.case.case_changes import flag_about
from policy.facts.fact_table import FACT_TABLE
from policy.phrases import day_text, money_text, until_text

NAMED = ("hold", "protection", "release", "offer_approved", "moved")
"""Facts whose words name who told them where it reads best."""
PLAIN = ("event_id", "at", "kind", "notice")


def opened(case: Case) -> Line:
    """The first line of a case."""
    who = f", {case.specialist} appointed" if case.specialist else ""
    reach = ", ".join(case.reach) or "no channel"
    return Line(
        key="opened",
        time=case.opened,
        account=case.account,
        kind="opened",
        reason=f"strategy {case.strategy}, cycle {case.cycle}{who}; reachable by {reach}",
        detail={"strategy": case.strategy, "cycle": case.cycle},
    )


def lines(before: Case, news: Iterable[Heard], decision: Decision) -> Iterator[Line]:
    """The lines of one decision: what came in, what was found, what is done next. `before`: the case with the news."""
    for heard in news:
        yield event_line(before, heard)
    for finding in decision.findings:
        yield event_line(before, Heard(event=finding, at=decision.at), "finding")
    yield decision_line(before, decision)


def event_line(case: Case, heard: Heard, kind: str = "event") -> Line:
    """One line for a fact or a finding (or a step that failed)."""
    if isinstance(heard.event, e.StepResult):
        return result_line(case.account, case.currency, heard)
    return _line(case.account, case.currency, heard, kind, _not_taken(case, heard.event))


def result_line(account: str, currency: str, heard: Heard) -> Line:
    """One line for what a step did."""
    return _line(account, currency, heard, "effect", "")


def _line(account: str, currency: str, heard: Heard, kind: str, more: str) -> Line:
    event = heard.event
    return Line(
        key=_key(event, kind, heard.at),
        time=heard.at,
        account=account,
        kind=kind,
        step=getattr(event, "step", None),
        reason=f"{event.kind.replace('_', ' ')}: {tell(event, currency)}{_said_by(event)}{more}",
        detail={"event": event.kind, **_detail(event)},
    )


def refused_line(case: Case, told: Told, recorded: Recorded) -> Line:
    """One line for a fact that was told and could not be taken."""
    return Line(
        key=f"refused:{told.ref}",
        time=told.at,
        account=case.account,
        kind="refused",
        reason=recorded.message,
        detail={"event": told.name, "event_id": recorded.event_id},
    )


def undecided_line(case: Case, fault: str, at: datetime) -> Line:
    """One line for a case for which no decision could be made."""
    reason = f"no decision could be made ({fault}): a person looks, what is told is kept meanwhile"
    return Line(key=f"undecided:{case.decisions}", time=at, account=case.account, kind="undecided", reason=reason)


def _said_by(event: Any) -> str:
    return f", by {event.by}" if event.by and event.kind not in NAMED else ""


def decision_line(case: Case, decision: Decision) -> Line:
    """One line for what comes next."""
    nxt = decision.next
    detail: dict[str, AnyJson] = {
        "days_past_due": decision.days_past_due,
        "days_that_count": decision.days_that_count,
        "outstanding": decision.outstanding,
        "overdue": decision.overdue,
        "stage": decision.stage,
    }
    step = None
    match nxt:
        case Act():
            kind, step, reason = "decision", nxt.step, nxt.why
            detail |= {"do": nxt.do, "channel": nxt.channel, "key": nxt.key}
        case Wait():
            kind, step, reason = "wait", nxt.step, f"waiting for {nxt.why}"
            detail |= {"until": nxt.until.astimezone(UTC).isoformat() if nxt.until else None}
        case Close():
            kind, reason = "close", f"{nxt.outcome}: {nxt.why}"
            detail |= {"outcome": nxt.outcome}
    key = f"decision:{decision.number}"
    return Line(key=key, time=decision.at, account=case.account, kind=kind, step=step, reason=reason, detail=detail)


def _key(event: e.Event, kind: str, at: datetime) -> str:
    if kind == "event":
        return f"event:{event.event_id}"
    if kind == "finding":
        return f"finding:{event.event_id}"
    assert isinstance(event, e.StepResult)
    # A step may be deferred or fail more than once under the same key.
    again = f":{at.astimezone(UTC):%Y%m%dT%H%M%S}" if isinstance(event, e.StepDeferred | e.StepFailed) else ""
    return f"effect:{event.event_id}{again}"


def _detail(event: e.Event) -> dict[str, AnyJson]:
    plain = event.model_dump(mode="json", exclude={*PLAIN, "step"}, exclude_none=True)
    if isinstance(event, e.Flagged):
        plain |= {"flag": event.flag.id, "why": event.why}
    return {name: value if isinstance(value, str | int | bool) else str(value) for name, value in plain.items()}


def _not_taken(case: Case, event: e.Event) -> str:
    kept = flag_about(case, "event", event.event_id)
    return f" ({kept.why})" if kept else ""


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def tell(event: e.Event, money: str) -> str:
    """An event in words, without personal data; amounts in the currency `money`."""
    kind = str(type(event).model_fields["kind"].default)
    if spec := FACT_TABLE.get(kind):
        return spec.told(event, money)
    if words := WORDS.get(kind):
        return words(event, money)
    step = getattr(event, "step", None)
    why = getattr(event, "why", None) or getattr(event, "reason", "")
    return f"{step}, {why}" if step else str(why)


def _settled(event: Any, money: str) -> str:
    what = getattr(event, "promise", None) or event.plan
    return f"{what} {event.verdict.replace('_', ' ')}, {money_text(event.paid, money)} paid"


def _attempt(event: Any, money: str) -> str:
    return f"{event.step} {event.attempt}" + (f" by {event.channel}" if event.channel else "")


def _sent(event: Any, money: str) -> str:
    if event.within:
        return f"{_attempt(event, money)}, in one message with account {event.within}"
    many = f", in one message with {event.covers} more account" + ("s" if event.covers > 1 else "")
    return _attempt(event, money) + (many if event.covers else "") + _notice(event.notice)


def _notice(notice: e.NoticeGiven | None) -> str:
    return f"; it is the {notice.fact.replace('_', ' ')}{until_text(notice.until)}" if notice else ""


def _task(event: Any, money: str) -> str:
    return f"{event.step} {event.attempt} for {event.assignee}, due {_instant(event.due)}"


WORDS: dict[str, Callable[[Any, str], str]] = {
    "charges_left": lambda e, money: f"{money_text(e.amount, money)} {'waived' if e.waived else 'put before a person'}",
    "offer_expired": lambda e, _: f"{e.offer} was open until {day_text(e.ended)}",
    "offer_taken": lambda e, _: f"{e.offer} was paid in time",
    "stage_entered": lambda e, _: f"{e.stage}, {e.why}",
    "unreadable": lambda e, _: f"signal {e.signal}: {e.reason}",
    "episode_started": lambda e, _: f"oldest unpaid due date {day_text(e.since)}, stage {e.stage}, {e.why}",
    "episode_ended": lambda e, _: "nothing is overdue any more",
    "reopened": lambda e, _: f"the case had ended as {e.was}",
    "stage_changed": lambda e, _: f"{e.stage}, {e.why}",
    "promise_settled": _settled,
    "plan_settled": _settled,
    "hold_ended": lambda e, _: e.reason.replace("_", " "),
    "message_sent": _sent,
    "outcome_unknown": lambda e, money: f"{_attempt(e, money)}: it may have left and counts as sent, a person looks",
    "task_opened": _task,
    "notice_issued": lambda e, _: f"{e.step} {e.attempt}, proof of delivery expected by {_instant(e.due)}",
    "document_issued": lambda e, _: f"{e.document}, sha256 {e.sha256[:12]}",
    "account_placed": lambda e, _: f"with {e.agency}" + (f" for {e.days} days" if e.days else ""),
    "step_deferred": lambda e, _: f"{e.step} not before {_instant(e.until)}: {e.rule}",
    "step_refused": lambda e, _: f"{e.step} on {e.channel or 'any channel'}: {e.rule}",
    "step_failed": lambda e, _: f"{e.step}, {e.reason}" + (", a person decides" if e.final else ""),
}
"""How each kind of event reads; the others are told by their step and reason."""
