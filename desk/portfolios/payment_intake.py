"""What does a payments file bring: read, kept before any case hears of it, matched, told, and its numbers?"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from cli.output import count, say, show_json
from desk.connections import database
from desk.delivery.fact_delivery import Show, progress, tell_received
from desk.engine_calls import engine
from desk.lookup import find_portfolio
from desk.portfolios.portfolio_load import MOST_SHOWN, Handed, keep_rejects, refuse_unsound
from intake.cells import Reject
from intake.payments_file import PaymentRow, PaymentsFile, read_payments
from models.tables.accounts import Account, Portfolio
from models.tables.arrivals import BankPayment
from store.database import Database
from store.payment_matching import Scope, Sorted, sort_out

BATCH = 1000


class Recorded(NamedTuple):
    """What a file brought that was new, and what was known."""

    numbers: Counter[str]
    rejects: list[Reject]
    portfolios: set[str]
    """Those whose payments the file holds."""


async def load(file: Path, portfolio: str | None, rejects: Path | None, now: datetime) -> dict[str, Any]:
    """Take the file: record, match, tell, and note that news of payments came. What to answer."""
    read = read_payments(file, now.astimezone().date())
    if not read.rows and read.rejects:
        keep_rejects(Handed([], {}, read.rejects), file, rejects)
        refuse_unsound(Handed([], {}, read.rejects), strict=False)
    # The engine first: without it nothing is taken.
    client, _ = await engine()
    with database() as opened:
        scope = scope_of(opened, portfolio, file)
        with progress("recorded", len(read.rows)) as show:
            recorded = await asyncio.to_thread(record, opened, read.rows, scope, show)
        told = await tell_received(opened, client)
        feed(opened, recorded.portfolios | ({portfolio} if portfolio else set()), datetime.now(UTC))
    refused = all_rejects(read, recorded)
    show_rejects(refused)
    kept = keep_rejects(Handed([], {}, refused), file, rejects)
    return answer(file, read, recorded) | {
        "told": len(told.told),
        "waiting": told.waiting,
        "rejects": str(kept) if kept else None,
    }


def look(file: Path, portfolio: str | None, now: datetime) -> tuple[dict[str, Any], list[Reject]]:
    """What the file would bring; nothing is kept and nobody is told."""
    read = read_payments(file, now.astimezone().date())
    seen: list[BankPayment] = []
    recorded = Recorded(Counter(), [], set())
    with database() as opened, opened.reading() as session:
        scope = scope_of(opened, portfolio, file)
        for batch in _batches(read.rows):
            found = sort_out(session, batch, scope, now, seen)
            seen += found.new
            _count(session, found, recorded)
    return answer(file, read, recorded), all_rejects(read, recorded)


def scope_of(opened: Database, portfolio: str | None, file: Path) -> Scope:
    """The bank that the file is of, as far as it was said."""
    if portfolio is None:
        return Scope(file=file.name)
    found = find_portfolio(opened, portfolio)
    return Scope(found.client, found.id, file.name)


def answer(file: Path, read: PaymentsFile, recorded: Recorded) -> dict[str, Any]:
    """The numbers of a file."""
    names = ("new", "known", "unmatched")
    rejected = len({reject.row for reject in all_rejects(read, recorded)})
    common = {"file": file.name, "payments": len(read.rows) - len({reject.row for reject in recorded.rejects})}
    return common | {n: recorded.numbers[n] for n in names} | {"rejected": rejected, "left_out": read.left_out}


def all_rejects(read: PaymentsFile, recorded: Recorded) -> list[Reject]:
    """Rows that could not be read, and payments that were told otherwise before."""
    return sorted([*read.rejects, *recorded.rejects], key=lambda reject: reject.row)


def show_rejects(rejects: Sequence[Reject]) -> None:
    """The first of them, on stderr: a payment is never refused in silence."""
    for reject in rejects[:MOST_SHOWN]:
        say(f"  row {reject.row}, {reject.column or 'whole row'}: {reject.value!r} {reject.reason}")
    if len(rejects) > MOST_SHOWN:
        say(f"  and {len(rejects) - MOST_SHOWN} more")


# --- record ----------------------------------------------------------------------------------------------------------


def record(opened: Database, rows: Sequence[PaymentRow], scope: Scope, show: Show = lambda done: None) -> Recorded:
    """Keep every payment before any case hears of it. What is known stays as it is."""
    recorded, done, now = Recorded(Counter(), [], set()), 0, datetime.now(UTC)
    for batch in _batches(rows):
        with opened.session() as session:
            opened.lock(session, "bank payments")
            found = sort_out(session, batch, scope, now)
            _count(session, found, recorded)
            _keep(session, found)
        done += len(batch)
        show(done)
    return recorded


def _batches(rows: Sequence[PaymentRow]) -> Iterator[Sequence[PaymentRow]]:
    """Payments first: a statement may hold one and its reversal."""
    for kind in ("payment", "reversal"):
        some = [row for row in rows if row.kind == kind]
        yield from (some[start : start + BATCH] for start in range(0, len(some), BATCH))


def _keep(session: Session, found: Sorted) -> None:
    if found.new:
        session.execute(insert(BankPayment), [payment.model_dump(exclude={"id"}) for payment in found.new])
    for payment, whose in found.found:
        assert whose.account
        payment.account, payment.reverses = whose.account.id, whose.reverses
        payment.status, payment.why = "received", None


def _count(session: Session, found: Sorted, recorded: Recorded) -> None:
    known = [*found.new, *found.known]
    recorded.numbers["new"] += len(found.new) + len(found.found)
    recorded.numbers["known"] += len(found.known)
    recorded.numbers["unmatched"] += sum(payment.status == "unmatched" for payment in known)
    recorded.rejects.extend(found.rejects)
    accounts = {payment.account for payment in known} | {whose.account.id for _, whose in found.found if whose.account}
    recorded.portfolios.update(session.exec(select(Account.portfolio).where(col(Account.id).in_(accounts)).distinct()))


def feed(opened: Database, portfolios: Iterable[str], now: datetime) -> None:
    """News of payments came: demands that waited for it go on."""
    with opened.session() as session:
        session.execute(update(Portfolio).where(col(Portfolio.id).in_(portfolios)).values(fed=now))


def show(told: dict[str, Any], as_json: bool) -> None:
    """What became of a file."""
    if as_json:
        show_json(told)
    else:
        show_answer(told)


def show_answer(told: dict[str, Any]) -> None:
    """The numbers of a file in one line, and what is left to do."""
    for reason in told.get("waiting", ())[:MOST_SHOWN]:
        say(f"  not told yet, {reason}")
    parts = [f"{told['told']:,} told"] if "told" in told else [f"{told['new']:,} new"]
    parts.append(f"{told['known']:,} known already")
    if told.get("waiting"):
        parts.append(f"{len(told['waiting']):,} not told yet: run it again")
    if told["unmatched"]:
        parts.append(f"{told['unmatched']:,} unmatched: see `starter.py payments --unmatched`")
    if told["rejected"]:
        parts.append(f"{told['rejected']:,} rejected" + (f": see {told['rejects']}" if told.get("rejects") else ""))
    print(f"{count(told['payments'], 'payment')}: {', '.join(parts)}")
