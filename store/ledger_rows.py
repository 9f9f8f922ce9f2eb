"""The ledger in the database follows the case's book: append-only rows, each once by its key, that add up to it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from models import events as e
from models.case import Case
from models.events import Heard
from models.ledger_entries import Entry, EntryKind
from models.tables.accounts import Portfolio
from models.tables.trail import Journal, Ledger
from policy.law.may_contact import debtor_day
from policy.money.ledger import counts_from, entries

SUMMED: tuple[EntryKind, ...] = ("principal", "interest", "late_fee", "cost")
"""Kinds that are computed: what differs from the rows so far is posted, for a row is never changed."""
BY_EVENT = ("payment", "reversal")
"""Kinds that are posted by the event that brought them, counted or not."""


def post(session: Session, case: Case, news: Iterable[Heard], now: datetime) -> None:
    """Bring the ledger up to the case. `case` has heard the news; what does not count stands there too."""
    for heard in news:
        if isinstance(heard.event, e.PaymentReceived | e.PaymentReversed):
            _money(session, case, heard.event, heard.at)
    session.flush()
    posted = session.exec(select(Ledger).where(Ledger.account == case.account)).all()
    known = {row.key for row in posted}
    today = debtor_day(now, case.zone)
    found = entries(case, today)
    fresh = [_row(case, e, now) for e in found if e.kind not in BY_EVENT and not _sum(e) and e.key not in known]
    session.add_all(fresh)
    for kind in SUMMED:
        come = [entry for entry in found if entry.kind == kind]
        more = sum(entry.amount for entry in come) - sum(r.amount for r in [*posted, *fresh] if r.kind == kind)
        if more:
            line = Entry(key=f"{kind}:d{case.decisions}", kind=kind, day=today, amount=more)
            session.add(_row(case, line, now, come[-1:]))


def _sum(entry: Entry) -> bool:
    """Whether it is one of the lines that only come into the database as a sum: they change with money told late."""
    return entry.key in ("principal", "contract_interest") or entry.until is not None


def _row(case: Case, entry: Entry, now: datetime, behind: Sequence[Entry] = ()) -> Ledger:
    """A row for an entry; `behind` are the lines that a sum has come from: the last of them is kept with it."""
    told = (behind[-1] if behind else entry).model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return Ledger(
        account=case.account,
        key=entry.key,
        kind=entry.kind,
        amount=entry.amount,
        currency=case.currency,
        value_date=entry.until or entry.day,
        posted=True,
        instalment=entry.instalment,
        detail={name: value for name, value in told.items() if name not in ("key", "kind", "amount", "instalment")},
        at=now,
    )


def _money(session: Session, case: Case, event: e.PaymentReceived | e.PaymentReversed, at: datetime) -> None:
    """A payment or a reversal, once by the event's id."""
    known = select(Ledger).where(Ledger.account == case.account, Ledger.key == event.event_id)
    if session.exec(known).first() is None:
        session.add(_entry(session, case, event, at))
        _fed(session, case.portfolio, at)


def _fed(session: Session, portfolio: str, at: datetime) -> None:
    """Information on payments came: demands that waited for it may go on. Not written for each of many payments."""
    row = session.get_one(Portfolio, portfolio)
    if at - row.fed > timedelta(minutes=1):
        row.fed = at


def _entry(session: Session, case: Case, event: e.PaymentReceived | e.PaymentReversed, at: datetime) -> Ledger:
    common: dict[str, Any] = {"account": case.account, "key": event.event_id, "at": at}
    day = debtor_day(event.at or at, case.zone)
    if isinstance(event, e.PaymentReceived):
        # A reversal that came first could take nothing back: then the payment does not count either.
        before = _reversals(session, case, event.event_id) if event.event_id in case.reversed else []
        counts = not before or any(entry.posted for entry in before)
        posted = counts and any(p.event_id == event.event_id for p in case.payments)
        more: dict[str, Any] = {"currency": event.currency, "value_date": event.value_date or day, "posted": posted}
        return Ledger(**common, kind="payment", amount=-event.amount, instalment=event.instalment, **more)
    taken = next((p for p in case.payments if p.event_id == event.payment), None)
    posted = taken is not None and not any(entry.posted for entry in _reversals(session, case, event.payment))
    value_date = counts_from(taken, case.zone) if taken else day
    more = {"currency": case.currency, "value_date": value_date, "posted": posted, "detail": {"payment": event.payment}}
    return Ledger(**common, kind="reversal", amount=taken.amount if taken else 0, **more)


def _reversals(session: Session, case: Case, payment: str) -> Sequence[Ledger]:
    """The entries by which a payment was taken back so far; which payment that was, the journal knows."""
    told = session.exec(select(Journal).where(Journal.account == case.account, Journal.kind == "event"))
    keys = [row.key.removeprefix("event:") for row in told if row.detail.get("payment") == payment]
    return session.exec(select(Ledger).where(Ledger.account == case.account, col(Ledger.key).in_(keys))).all()
