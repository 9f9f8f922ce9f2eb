"""How a case's story is told: the lines that the journal keeps and the rehearsal prints, from events and decisions."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from models import events as e
from models.case import Case
from models.decisions import Act, AnyJson, Close, Decision, Line, Wait
from models.events import Heard
from policy.words import day_text, money_text

PLAIN = ("event_id", "at", "kind")


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
        yield event_line(before, Heard.model_construct(event=finding, at=decision.at), "finding")
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
        reason=f"{event.kind.replace('_', ' ')}: {tell(event, currency)}{more}",
        detail={"event": event.kind, **_detail(event)},
    )


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
    return {name: value if isinstance(value, str | int | bool) else str(value) for name, value in plain.items()}


def _not_taken(case: Case, event: e.Event) -> str:
    why = next((f.why for f in case.flags if f.id == f"event:{event.event_id}"), None)
    return f" ({why})" if why else ""


def tell(event: Any, money: str) -> str:
    """An event in words, without personal data; amounts in the currency `money`."""
    match event:
        case e.PaymentReceived():
            return money_text(event.amount, event.currency)
        case e.PaymentReversed():
            return f"payment {event.payment} was taken back"
        case e.PromiseToPay():
            return f"{money_text(event.amount, money)} by {day_text(event.due)}"
        case e.PlanAgreed():
            total = sum(i.amount for i in event.instalments)
            return f"{len(event.instalments)} instalments, {money_text(total, money)} in all"
        case e.ContactOutcome() | e.VisitOutcome():
            cause = f", cause {event.cause}" if event.cause else ""
            return f"{event.outcome.replace('_', ' ')}{cause}"
        case e.DeliveryReport():
            return f"{event.status} ({event.message})"
        case e.Dispute():
            return event.status + _until(event.until)
        case e.Hardship():
            return (event.cause or "no cause given") + _until(event.until)
        case e.Protection() | e.Hold():
            return event.reason + _until(event.until)
        case e.NoticeServed():
            return f"served on {day_text(event.served_on)}, receipt {event.proof}"
        case e.Release():
            return f"{event.of} {'granted' if event.granted else 'refused'} by {event.by}"
        case e.PromiseSettled():
            return f"{event.promise} {event.verdict.replace('_', ' ')}, {money_text(event.paid, money)} paid"
        case e.PlanSettled():
            return f"{event.plan} {event.verdict}, {money_text(event.paid, money)} paid"
        case e.StepDeferred():
            return f"{event.step} not before {_instant(event.until)}: {event.rule}"
        case _:
            return _told_by_fields(event)


def _told_by_fields(event: Any) -> str:
    match event:
        case e.OptOut():
            return f"no more {event.channel}"
        case e.ContactDetails():
            return ", ".join(f"{c} {'usable' if ok else 'not usable'}" for c, ok in event.usable.items())
        case e.MessageSent():
            return f"{event.step} {event.attempt}" + (f" by {event.channel}" if event.channel else "")
        case e.TaskOpened():
            return f"{event.step} {event.attempt} for {event.assignee}, due {_instant(event.due)}"
        case e.NoticeIssued():
            return f"{event.step} {event.attempt}, proof of delivery expected by {_instant(event.due)}"
        case e.DocumentIssued():
            return f"{event.document}, sha256 {event.sha256[:12]}"
        case e.AccountPlaced():
            return f"with {event.agency}" + (f" for {event.days} days" if event.days else "")
        case e.EpisodeStarted():
            return f"oldest unpaid due date {day_text(event.since)}, stage {event.stage}, {event.why}"
        case e.EpisodeEnded():
            return "nothing is overdue any more"
        case e.Reopened():
            return f"the case had ended as {event.was}"
        case e.StageChanged():
            return f"{event.stage}, {event.why}"
        case e.HoldEnded():
            return event.reason.replace("_", " ")
        case e.StepRefused():
            return f"{event.step} on {event.channel or 'any channel'}: {event.rule}"
        case e.Unreadable():
            return f"signal {event.signal}: {event.reason}"
        case _:
            step = getattr(event, "step", None)
            why = getattr(event, "why", None) or getattr(event, "reason", "")
            return f"{step}, {why}" if step else why


def _until(day: date | None) -> str:
    return f", until {day_text(day)}" if day else ""


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}Z"
