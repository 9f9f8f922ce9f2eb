"""What does a portfolio bring that is loaded again: differences by account, what is refused, who is missing?"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from sqlmodel import Session, col, select

from cli.output import count, say, show_table
from desk.delivery.fact_delivery import progress
from desk.portfolios import portfolio_load
from desk.portfolios.disclosure_gaps import gaps_of_file, show_gaps
from desk.portfolios.portfolio_load import MOST_SHOWN, Handed
from desk.refused import Refused
from intake.feed_differences import Compared, Difference, compare, differences
from intake.people import opaque_id
from intake.portfolio_file import AccountRow
from models.tables.accounts import Account, Portfolio
from store.database import Database
from store.handover import check_client

BATCH = 1000
MOST_DIFFERENCES = 100
"""On a screen; in JSON all of them."""


class Looked(NamedTuple):
    """A file beside what the portfolio's files said before."""

    handed: Handed
    """What of it can be taken."""
    known: int = 0
    """Rows of accounts that the portfolio has already."""
    differing: Sequence[AccountRow] = ()
    differences: Sequence[Difference] = ()
    changed: int = 0
    """Accounts of the file with a difference."""
    missing: Sequence[str] = ()
    """Open accounts that the file does not name: nothing happens to them."""


def look(opened: Database | None, portfolio: Portfolio, handed: Handed) -> Looked:
    """Compare, and write nothing. Without a database everything is new."""
    if opened is None:
        return Looked(handed)
    with opened.reading() as session:
        before = session.get(Portfolio, portfolio.id)
        if before is None:
            return Looked(handed)
        check_client(before.client, portfolio)
        _check_role(before, portfolio)
        known = _known(session, portfolio.id)
        handed = _with_known_unfit(handed, portfolio, set(known))
        looked = _compared(session, portfolio, handed, set(known))
    return looked._replace(missing=_missing(known, handed))


def _check_role(before: Portfolio, portfolio: Portfolio) -> None:
    """What may be charged on the accounts was worked out for the role that was told first."""
    if "role" in portfolio.model_fields_set and portfolio.role != before.role:
        raise Refused(f"portfolio {before.id} was begun as {before.role}, not as {portfolio.role}: name another one")
    portfolio.role = before.role


def _known(session: Session, portfolio: str) -> dict[str, tuple[str, bool]]:
    """Reference and whether its case is open, by account."""
    asked = select(Account.id, Account.reference, Account.outcome).where(Account.portfolio == portfolio)
    rows = session.exec(asked.order_by(col(Account.number)))
    return {account: (reference, outcome is None) for account, reference, outcome in rows}


def _with_known_unfit(handed: Handed, portfolio: Portfolio, known: set[str]) -> Handed:
    """An account keeps the strategy that it has: a row that fits none any more brings its differences all the same."""
    kept = [row for row in handed.unfit if opaque_id(portfolio.id, row.account) in known]
    if not kept:
        return handed
    numbers = {row.row for row in kept}
    rejects = [reject for reject in handed.rejects if reject.row not in numbers]
    rows = sorted([*handed.rows, *kept], key=lambda row: row.row)
    return handed._replace(rows=rows, rejects=rejects, unfit=[row for row in handed.unfit if row.row not in numbers])


def _compared(session: Session, portfolio: Portfolio, handed: Handed, known: set[str]) -> Looked:
    all_differences: list[Difference] = []
    differing: list[AccountRow] = []
    refused: set[int] = set()
    rejects = list(handed.rejects)
    with _progress(len(handed.rows)) as show:
        for batch in batches(handed.rows):
            found = compare(session, portfolio, batch, handed.columns)
            all_differences += differences(found)
            rejects += found.rejects
            refused |= {reject.row for reject in found.rejects}
            differing += _differing(portfolio, batch, found)
            show(batch)
    rows = [row for row in handed.rows if row.row not in refused]
    rejects.sort(key=lambda reject: reject.row)
    still_known = sum(opaque_id(portfolio.id, row.account) in known for row in rows)
    changed = len({difference.account for difference in all_differences})
    return Looked(handed._replace(rows=rows, rejects=rejects), still_known, differing, all_differences, changed)


@contextmanager
def _progress(rows: int) -> Iterator[Callable[[Sequence[AccountRow]], None]]:
    """For who waits: only a file of several batches takes its time."""
    if rows <= BATCH:
        yield lambda batch: None
        return
    done = 0
    with progress("compared", rows) as show:

        def further(batch: Sequence[AccountRow]) -> None:
            nonlocal done
            done += len(batch)
            show(done)

        yield further


def _differing(portfolio: Portfolio, batch: Sequence[AccountRow], found: Compared) -> Iterator[AccountRow]:
    accounts = {change.account for change in found.changes}
    named = {person.account for person in found.people}
    return (row for row in batch if row.account in named or opaque_id(portfolio.id, row.account) in accounts)


def batches(rows: Sequence[AccountRow]) -> Iterator[Sequence[AccountRow]]:
    """As many rows as are asked about at once."""
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def _missing(known: dict[str, tuple[str, bool]], handed: Handed) -> list[str]:
    named = {row.account for row in handed.rows} | {reject.account for reject in handed.rejects}
    return [reference for reference, is_open in known.values() if is_open and reference not in named]


def show_dry_run(looked: Looked, portfolio: Portfolio, opened: Database | None, as_json: bool) -> None:
    """What would be started, and what is different from before; personal details are named only."""
    fresh = _fresh(looked, portfolio, opened)
    told = [difference._asdict() for difference in looked.differences]
    more = {"known": looked.known, "changed": looked.changed, "differences": told, "missing": list(looked.missing)}
    incomplete = gaps_of_file(looked.handed.rows, portfolio, _before(opened, portfolio.id))
    if looked.differences and not as_json:
        rows = looked.differences[:MOST_DIFFERENCES]
        show_table("Differences", ("account", "what", "before", "now"), rows)
        if len(looked.differences) > MOST_DIFFERENCES:
            say(f"  and {len(looked.differences) - MOST_DIFFERENCES:,} more: see --json")
    if not as_json:
        show_missing(looked.missing)
        show_gaps(incomplete)
    portfolio_load.show_dry_run(fresh, as_json, more | {"incomplete": incomplete})


def _before(opened: Database | None, portfolio: str) -> Portfolio | None:
    """The portfolio as earlier files said it."""
    if opened is None:
        return None
    with opened.reading() as session:
        return session.get(Portfolio, portfolio)


def _fresh(looked: Looked, portfolio: Portfolio, opened: Database | None) -> Handed:
    """What of the file would be started: the accounts that the portfolio has not yet."""
    if opened is None or not looked.known:
        return looked.handed
    with opened.reading() as session:
        known = set(_known(session, portfolio.id))
    rows = [row for row in looked.handed.rows if opaque_id(portfolio.id, row.account) not in known]
    return looked.handed._replace(rows=rows)


def show_missing(missing: Sequence[str]) -> None:
    """Open accounts that the file does not name, on stderr."""
    if missing:
        names = ", ".join(missing[:MOST_SHOWN]) + (", ..." if len(missing) > MOST_SHOWN else "")
        say(f"{count(len(missing), 'open account')} not in the file, left as they are: {names}")
