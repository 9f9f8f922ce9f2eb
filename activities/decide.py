"""The local activity `decide`: asks the policy, and records what came in, what was found and what follows, at once."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select
from temporalio import activity

from channels.channel_table import BY_PERSON
from models import events as e
from models.case import Case
from models.decisions import Act, Close, DecideInput, Decision, Line, Wait
from models.events import Heard
from models.jurisdiction import Jurisdiction
from models.strategy import Strategy
from models.tables.accounts import Account, Party, Portfolio, StrategyText
from models.tables.arrivals import Webhook
from models.tables.trail import FOR_A_PERSON, Attempt, Task
from policy.apply import end, follow
from policy.changes import OVERPAID
from policy.deciding.foresight import foreseen
from policy.deciding.treatment import Feed, decide
from policy.law.may_contact import debtor_day
from policy.parsing.pack_reading import read_strategy
from policy.telling import story
from store import journal
from store.contact_log import NOT_MADE, keep_facts, keep_outside, law_of
from store.database import Database
from store.ledger_rows import post
from store.opt_outs import OptOut, opt_out
from store.vendor_outages import STOPS
from workflows.engine_names import DECIDE, SET_ASIDE

LEFT = frozenset({"sent", "unknown", "delivered", "failed", "bounced"})
"""An attempt that left: what was reported of it is its status."""


class Deciding:
    """Decides for cases by the strategy each is pinned to and the law of its country."""

    def __init__(self, database: Database, packs: Mapping[str, Jurisdiction]) -> None:
        self._database = database
        self._packs = packs
        self._strategies: dict[str, Strategy] = {}

    @activity.defn(name=DECIDE)
    def decide(self, asked: DecideInput) -> Decision:
        """One transaction: journal, ledger, worklist and the account's row say the same as the answer."""
        case = asked.case
        with self._database.session() as session:
            self._database.lock(session, f"journal {case.account}")
            strategy = self._strategy(session, case.strategy)
            law = law_of(self._packs, session.get_one(Party, case.party))
            feed = _feed(session, case.portfolio)
            decision = decide(case, strategy, law, asked.now, feed)
            after = follow(case, decision)
            journal.append(session, case.account, _lines(case, asked.news, decision))
            post(session, after, asked.news, asked.now)
            _worklist(session, after, asked.now, closing=isinstance(decision.next, Close))
            _outcomes(session, after, asked.news)
            _opted_out(session, case, asked.news)
            # A notice that left is no news: the case took it in when its step was done.
            noticed = any(k.message for k in case.known)
            if asked.news or decision.findings or case.decisions == 0 or noticed:
                keep_facts(session, after, asked.now, law)
                keep_outside(session, after, asked.news, law)
            _stand(session, after, decision)
            if strategy.one_message:
                # Asked only for whom it can matter: it costs a second decision.
                alone = not _has_others(session, case)
                ahead = None if alone else foreseen(after, strategy, law, decision)
                session.get_one(Account, case.account).next_message = ahead
            return decision

    @activity.defn(name=SET_ASIDE)
    def set_aside(self, asked: DecideInput) -> None:
        """The administrative stop of a case: its open tasks leave the worklist, the journal says so."""
        case = asked.case
        with self._database.session() as session:
            line = Line(
                key=f"cancelled:{case.decisions}",
                time=asked.now,
                account=case.account,
                kind="cancelled",
                reason="cancelled by an administrator: no business outcome",
            )
            lines = [story.event_line(case, heard) for heard in asked.news]
            journal.append(session, case.account, [*lines, line])
            post(session, case, asked.news, asked.now)
            _worklist(session, case, asked.now, closing=True)
            account = session.get_one(Account, case.account)
            account.next_step, account.next_at, account.why = None, None, "cancelled by an administrator"
            account.outcome, account.closed = "cancelled", asked.now
            account.last_case = end(case, "cancelled", asked.now).model_dump(mode="json")

    def _strategy(self, session: Session, version: str) -> Strategy:
        if version not in self._strategies:
            row = session.get(StrategyText, version)
            if row is None:
                raise LookupError(f"strategy {version} is not in the database: was the account handed over here?")
            self._strategies[version] = read_strategy(row.text, version)
        return self._strategies[version]


def _has_others(session: Session, case: Case) -> bool:
    mine = select(Account.id).where(Account.party == case.party, Account.id != case.account)
    return session.exec(mine.where(col(Account.outcome).is_(None)).limit(1)).first() is not None


def _feed(session: Session, portfolio: str) -> Feed | None:
    row = session.get(Portfolio, portfolio)
    return Feed(row.fed, row.fresh_hours) if row and row.fresh_hours is not None else None


def _lines(case: Case, news: tuple[Heard, ...], decision: Decision) -> Iterator[Line]:
    if case.decisions == 0:
        yield story.opened(case)
    yield from story.lines(case, news, decision)


def _worklist(session: Session, case: Case, now: datetime, *, closing: bool) -> None:
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
            kind, assignee = ("refund", "accounting") if flag.id.startswith(OVERPAID) else ("attention", "supervisors")
            common: dict[str, Any] = {"account": case.account, "kind": kind, "assignee": assignee}
            session.add(Task(key=key, **common, why=flag.why, opened=now))


def _outcomes(session: Session, case: Case, news: tuple[Heard, ...]) -> None:
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


def _opted_out(session: Session, case: Case, news: tuple[Heard, ...]) -> None:
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


def _stand(session: Session, case: Case, decision: Decision) -> None:
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
        row.outcome, row.closed = nxt.outcome, decision.at
        row.last_case = end(case, nxt.outcome, decision.at).model_dump(mode="json")
