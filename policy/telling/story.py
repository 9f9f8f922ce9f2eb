"""How a case's story is told: the lines that the journal keeps and the rehearsal prints, from events and decisions."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from models import events as e
from models.case import Case
from models.decisions import Act, AnyJson, Close, Decision, Line, Recorded, Told, Wait
from models.events import Heard
from policy.holds import part_of, parts_text
from policy.phrases import day_text, money_text
from policy.procedures.hold_rules import stopped_by

MOST_TOLD = 3
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
    return {name: value if isinstance(value, str | int | bool) else str(value) for name, value in plain.items()}


def _not_taken(case: Case, event: e.Event) -> str:
    why = next((f.why for f in case.flags if f.id == f"event:{event.event_id}"), None)
    return f" ({why})" if why else ""


def _until(day: date | None) -> str:
    return f", until {day_text(day)}" if day else ""


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def tell(event: Any, money: str) -> str:
    """An event in words, without personal data; amounts in the currency `money`."""
    words = WORDS.get(event.kind)
    if words:
        return words(event, money)
    step = getattr(event, "step", None)
    why = getattr(event, "why", None) or getattr(event, "reason", "")
    return f"{step}, {why}" if step else str(why)


def _outcome(event: Any, money: str) -> str:
    by = f" by {channel}" if (channel := getattr(event, "channel", None)) else ""
    if third := getattr(event, "third_party", None):
        about = " where the debtor can be found" if event.purpose else ""
        return f"{third} was asked{about}{by}: {str(event.outcome).replace('_', ' ')}"
    return str(event.outcome).replace("_", " ") + by + (f", cause {event.cause}" if event.cause else "")


def _hold(event: Any, money: str) -> str:
    """`lawyer, until 3 Mar 2027, document D-1: stops contact, court, assignment`."""
    by = f", by {event.by}" if event.by else ""
    return f"{event.reason}{_until(event.until)}{_document(event)}{by}{_stops(event)}"


def _document(event: Any) -> str:
    return f", document {event.evidence}" if event.evidence else ""


def _stops(event: Any) -> str:
    return f": stops {', '.join(stopped_by(event))}"


def _hardship(event: Any, money: str) -> str:
    left = f", {money_text(event.left, money)} left a month" if event.left is not None else ""
    return f"{event.cause or 'no cause given'}{left}{_until(event.until)}{_document(event)}{_stops(event)}"


def _dispute(event: Any, money: str) -> str:
    which = f" {event.dispute}" if event.dispute else ""
    if event.status != "opened":
        lowered = f", {money_text(event.amount, money)} less is owed" if event.amount else ""
        return f"{event.status}{which}{lowered}{_document(event)}"
    part = part_of(event)
    about = f" about {parts_text(part, money)}" if part else ""
    return f"opened{about}{_until(event.until)}{_document(event)}{_stops(event)}"


def _plan(event: Any, money: str) -> str:
    total = sum(i.amount for i in event.instalments)
    return f"{len(event.instalments)} instalments, {money_text(total, money)} in all"


def _updated(event: Any, money: str) -> str:
    """What the lender's feed changed: amounts, and the names of what is not money."""
    told = [f"instalment {n}: {money_text(i.amount, money)} due {day_text(i.due)}" for n, i in event.instalments]
    if len(told) > MOST_TOLD:
        told = [f"{len(told)} instalments"]
    told += [f"{c.what.replace('_', ' ')} {money_text(c.amount, money)}" for c in event.charges]
    told += [f"{a.reason.replace('_', ' ')} {money_text(a.amount, money)}" for a in event.adjustments]
    told += [f"{channel} {'usable' if ok else 'not usable'}" for channel, ok in event.usable.items()]
    plain = ("score", "profile", "legal_status", "contract_date", "zone")
    told += [f"{n.replace('_', ' ')} {value}" for n in plain if (value := getattr(event, n)) is not None]
    return ", ".join(told + ([f"tariff {event.tariff.name}"] if event.tariff else []))


def _offer(event: Any, money: str) -> str:
    waived = f", {money_text(event.waived, money)} waived" if event.waived else ""
    return (
        f"{event.what}, {_plan(event, money)}{waived}, open until {day_text(event.until)}, if broken: {event.if_broken}"
    )


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
    return f"; it is the {notice.fact.replace('_', ' ')}{_until(notice.until)}" if notice else ""


def _task(event: Any, money: str) -> str:
    return f"{event.step} {event.attempt} for {event.assignee}, due {_instant(event.due)}"


WORDS: dict[str, Callable[[Any, str], str]] = {
    "payment_received": lambda e, _: money_text(e.amount, e.currency),
    "payment_reversed": lambda e, _: f"payment {e.payment} was taken back",
    "refunded": lambda e, money: f"{money_text(e.amount, money)} paid back",
    "written_off": lambda e, money: f"{money_text(e.amount, money) if e.amount else 'all that is open'}, {e.reason}",
    "charges_left": lambda e, money: f"{money_text(e.amount, money)} {'waived' if e.waived else 'put before a person'}",
    "promise_to_pay": lambda e, money: f"{money_text(e.amount, money)} by {day_text(e.due)}",
    "plan_agreed": _plan,
    "offer_made": _offer,
    "offer_approved": lambda e, _: f"{e.offer} {'approved' if e.granted else 'refused'} by {e.by}",
    "offer_answered": lambda e, _: f"{e.offer} {'accepted' if e.accepted else 'refused'}",
    "offer_expired": lambda e, _: f"{e.offer} was open until {day_text(e.ended)}",
    "offer_taken": lambda e, _: f"{e.offer} was paid in time",
    "contact_outcome": _outcome,
    "visit_outcome": _outcome,
    "delivery_report": lambda e, _: f"{e.status} ({e.message})",
    "dispute": _dispute,
    "hardship": _hardship,
    "protection": _hold,
    "hold": _hold,
    "opt_out": lambda e, _: f"{e.channel} is wanted again" if e.status == "lifted" else f"no more {e.channel}",
    "circumstance": lambda e, _: f"{e.name.replace('_', ' ')}{' holds no more' if e.ended else ''}",
    "contact_details": lambda e, _: ", ".join(f"{c} {'usable' if ok else 'not usable'}" for c, ok in e.usable.items()),
    "account_updated": _updated,
    "notice_served": lambda e, _: f"served on {day_text(e.served_on)}, receipt {e.proof}",
    "release": lambda e, _: f"{e.of} {'granted' if e.granted else 'refused'} by {e.by}",
    "moved": lambda e, _: f"to {e.strategy}, cycle {e.cycle}, by {e.by}",
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
