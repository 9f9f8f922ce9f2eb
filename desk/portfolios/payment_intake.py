"""What does a payments file bring: read, kept before any case hears of it, matched, told, and its numbers?"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from desk.connections import database
from desk.delivery.fact_delivery import tell_received
from desk.engine_calls import engine
from desk.lookup import find_portfolio
from desk.portfolios.portfolio_load import Handed, keep_rejects, refuse_unsound
from desk.watching import Show, Watch, unseen
from intake.cells import Reject
from intake.payments_file import PaymentRow, PaymentsFile, read_payments
from models.tables.arrivals import BankPayment
from store.database import Database, Session
from store.payment_matching import Scope, Sorted, keep_payments, mark_fed, portfolios_of, sort_out

BATCH = 1000


class Recorded(NamedTuple):
    """What a file brought that was new, and what was known."""

    numbers: Counter[str]
    rejects: list[Reject]
    portfolios: set[str]
    """Those whose payments the file holds."""


class Loaded(NamedTuple):
    """What became of a file, and the rows of it that were not taken."""

    answer: dict[str, Any]
    refused: list[Reject]


async def load(file: Path, portfolio: str | None, rejects: Path | None, now: datetime, watch: Watch = unseen) -> Loaded:
    """Take the file: record, match, tell, and note that news of payments came."""
    read = read_payments(file, now.astimezone().date())
    if not read.rows and read.rejects:
        keep_rejects(Handed([], {}, read.rejects), file, rejects)
        refuse_unsound(Handed([], {}, read.rejects), strict=False)
    # The engine first: without it nothing is taken.
    client, _ = await engine()
    with database() as opened:
        scope = scope_of(opened, portfolio, file)
        with watch("recorded", len(read.rows)) as show:
            recorded = await asyncio.to_thread(record, opened, read.rows, scope, show)
        told = await tell_received(opened, client, watch=watch)
        feed(opened, recorded.portfolios | ({portfolio} if portfolio else set()), datetime.now(UTC))
    refused = all_rejects(read, recorded)
    kept = keep_rejects(Handed([], {}, refused), file, rejects)
    more = {"told": len(told.told), "waiting": told.waiting, "rejects": str(kept) if kept else None}
    return Loaded(answer(file, read, recorded) | more, refused)


def look(file: Path, portfolio: str | None, now: datetime) -> Loaded:
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
    return Loaded(answer(file, read, recorded), all_rejects(read, recorded))


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


def record(opened: Database, rows: Sequence[PaymentRow], scope: Scope, show: Show = lambda done: None) -> Recorded:
    """Keep every payment before any case hears of it. What is known stays as it is."""
    recorded, done, now = Recorded(Counter(), [], set()), 0, datetime.now(UTC)
    for batch in _batches(rows):
        with opened.session() as session:
            opened.lock(session, "bank payments")
            found = sort_out(session, batch, scope, now)
            _count(session, found, recorded)
            keep_payments(session, found)
        done += len(batch)
        show(done)
    return recorded


def _batches(rows: Sequence[PaymentRow]) -> Iterator[Sequence[PaymentRow]]:
    """Payments first: a statement may hold one and its reversal."""
    for kind in ("payment", "reversal"):
        some = [row for row in rows if row.kind == kind]
        yield from (some[start : start + BATCH] for start in range(0, len(some), BATCH))


def _count(session: Session, found: Sorted, recorded: Recorded) -> None:
    known = [*found.new, *found.known]
    recorded.numbers["new"] += len(found.new) + len(found.found)
    recorded.numbers["known"] += len(found.known)
    recorded.numbers["unmatched"] += sum(payment.status == "unmatched" for payment in known)
    recorded.rejects.extend(found.rejects)
    accounts = {payment.account for payment in known} | {whose.account.id for _, whose in found.found if whose.account}
    recorded.portfolios.update(portfolios_of(session, accounts))


def feed(opened: Database, portfolios: Iterable[str], now: datetime) -> None:
    """News of payments came: demands that waited for it go on."""
    with opened.session() as session:
        mark_fed(session, portfolios, now)
