"""What does a decision leave in the database? The account's row, its tasks, its attempts' outcomes, its next step."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from channels.channel_table import BY_PERSON
from models import events as e
from models.case import Case
from models.decisions import Act, Close, Decision, StepCall, StepInput, Wait
from models.events import Heard
from models.tables.accounts import Account, Portfolio, StrategyText
from models.tables.arrivals import Webhook
from models.tables.trail import FOR_A_PERSON, Attempt, Instruction, Task
from policy.deciding.taking import end
from policy.deciding.treatment import Feed
from policy.law.may_contact import debtor_day
from policy.money.position import position
from store.contact_log import NOT_MADE
from store.opt_outs import OptOut, opt_out
from store.vendor_outages import STOPS

LEFT = frozenset({"sent", "unknown", "delivered", "failed", "bounced"})
"""An attempt that left: what was reported of it is its status."""


def has_others(session: Session, case: Case) -> bool:
    mine = select(Account.id).where(Account.party == case.party, Account.id != case.account)
    return session.exec(mine.where(col(Account.outcome).is_(None)).limit(1)).first() is not None


def feed_of(session: Session, portfolio: str) -> Feed | None:
    row = session.get(Portfolio, portfolio)
    return Feed(row.fed, row.fresh_hours) if row and row.fresh_hours is not None else None


def worklist(session: Session, case: Case, now: datetime, *, closing: bool) -> None:
    """Tasks that the case no longer waits for leave the worklist; what a person must look at enters it."""
    results = {r.key: r.result for r in case.records}
    flags = {f"{case.account}:{flag.id}": flag for flag in case.flags}
    awaited = None if closing or case.pending is None else case.pending.key
    mine = select(Task).where(Task.account == case.account, Task.status == "open", ~col(Task.key).startswith(STOPS))
    for task in session.exec(mine):
        if task.key != awaited and task.key not in flags:
            result = results.get(task.key, "answered" if task.kind in FOR_A_PERSON else "withdrawn")
            task.status = result if result in ("overdue", "withdrawn") else "done"
            task.outcome, task.ended = result, now
    kept = session.get(Task, awaited) if awaited else None
    if kept and kept.status != "open":
        # A decision that was lost with its worker, or overtaken by news, had ended it: it is awaited all the same.
        kept.status, kept.outcome, kept.ended = "open", None, None
    if not flags:
        return
    known = set(session.exec(select(Task.key).where(col(Task.key).in_(flags))))
    for key, flag in flags.items():
        if key not in known:
            kind, assignee = ("refund", "accounting") if flag.kind == "overpaid" else ("attention", "supervisors")
            common: dict[str, Any] = {"account": case.account, "kind": kind, "assignee": assignee}
            session.add(Task(key=key, **common, why=flag.why, opened=now))


def outcomes(session: Session, case: Case, news: tuple[Heard, ...]) -> None:
    """The contact log learns what its attempts brought: it is the certificate's evidence."""
    records = {r.key: r for r in case.records}
    told = [h.event for h in news if isinstance(h.event, e.ContactOutcome) and not h.event.third_party]
    places = {event.task: event.place for event in told if event.place}
    proofs = [h.event for h in news if isinstance(h.event, e.NoticeServed)]
    reported = {h.event.message for h in news if isinstance(h.event, e.DeliveryReport)}
    mine = select(Attempt).where(Attempt.account == case.account)
    for attempt in session.exec(mine.where(col(Attempt.outcome).is_(None) | col(Attempt.key).in_(reported | {""}))):
        record = records.get(attempt.key)
        if record is not None:
            result = attempt.outcome = record.result
            if attempt.channel in BY_PERSON and result not in NOT_MADE:
                attempt.made, attempt.local_day = record.at, debtor_day(record.at, case.zone)
                attempt.place = places.get(attempt.key, places.get(None, attempt.place))
            if result == "withdrawn" or (attempt.key in reported and attempt.status in LEFT):
                attempt.status = result
            if result == "served" and proofs:
                attempt.proof = proofs[-1].proof


def opted_out_by(session: Session, case: Case, news: tuple[Heard, ...]) -> None:
    """A stop that was told to one case is one for all cases of the party: kept for those who tell them."""
    for heard in news:
        event = heard.event
        if not isinstance(event, e.OptOut):
            continue
        said = event.at or heard.at
        if opt_out(session, OptOut(case.party, event.channel, event.status, said, "case")):
            told = {"opted": event.status, "channel": event.channel, "by_account": case.account}
            key = f"case:{case.account}:{event.event_id}"
            session.add(Webhook(key=key, source="case", party=case.party, status="received", content=told, at=said))


def stand(session: Session, case: Case, decision: Decision) -> None:
    """Where the case stands, on the account's row: the tables of ops read it."""
    row = session.get_one(Account, case.account)
    nxt = decision.next
    row.strategy, row.cycle, row.stage = case.strategy, case.cycle, case.stage or "prevention"
    row.outstanding, row.overdue, row.days_past_due = decision.outstanding, decision.overdue, decision.days_past_due
    row.next_step = getattr(nxt, "step", None)
    row.next_at = nxt.until if isinstance(nxt, Wait) else decision.at if isinstance(nxt, Act) else None
    row.why = nxt.why
    row.started = row.started or case.opened
    row.outcome, row.closed, row.last_case = None, None, None
    if isinstance(nxt, Close):
        ended(row, end(case, nxt.outcome, decision.at), nxt.outcome)


def owes(session: Session, case: Case, now: datetime) -> None:
    """What is owed now, on the account's row, also where no decision could be made."""
    row, owed = session.get_one(Account, case.account), position(case, debtor_day(now, case.zone))
    row.outstanding, row.overdue, row.days_past_due = owed.outstanding, owed.overdue, owed.days_past_due


def undecided(session: Session, case: Case, fault: str, now: datetime) -> None:
    """A case for which no decision can be made stands before a person until one is."""
    key, why = f"{case.account}:undecided", f"no decision could be made ({fault}): what is told is kept meanwhile"
    row = session.get_one(Account, case.account)
    row.next_step, row.next_at, row.why = None, None, why
    task = session.get(Task, key)
    if task is None:
        session.add(Task(key=key, account=case.account, kind="attention", assignee="supervisors", why=why, opened=now))
    elif task.status != "open":
        task.status, task.outcome, task.ended = "open", None, None


def set_aside(session: Session, case: Case, now: datetime) -> None:
    """An administrator stopped the case."""
    row = session.get_one(Account, case.account)
    row.next_step, row.next_at, row.why = None, None, "cancelled by an administrator"
    ended(row, end(case, "cancelled", now), "cancelled")


def ended(row: Account, case: Case, outcome: str) -> None:
    """The case as it is kept: late money opens it again."""
    row.outcome, row.closed, row.last_case = outcome, case.closed, case.model_dump(mode="json")


def instruct(session: Session, asked: StepInput) -> None:
    """What the step that was decided is asked; one that stood there is over."""
    row = session.get(Instruction, asked.account) or Instruction(account=asked.account, key="", content={})
    row.key, row.content = asked.act.key, asked.model_dump(mode="json")
    session.add(row)


def instructed(session: Session, call: StepCall) -> StepInput:
    """What a step is asked. Raises LookupError where another one was decided since."""
    row = session.get(Instruction, call.account)
    if row is None or row.key != call.key:
        raise LookupError(f"{call.key} is no step that {call.account} takes now")
    return StepInput.model_validate(row.content).model_copy(update={"overtaken": call.overtaken})


def strategy_text(session: Session, version: str) -> str:
    """The text of a strategy version. Raises LookupError."""
    row = session.get(StrategyText, version)
    if row is None:
        raise LookupError(f"strategy {version} is not in the database: was the account handed over here?")
    return row.text


def ahead(session: Session, case: Case, foreseen: dict[str, Any] | None) -> None:
    """Which message of its own the account comes to next: one message may speak for several."""
    session.get_one(Account, case.account).next_message = foreseen
