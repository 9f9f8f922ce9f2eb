"""What does a portfolio bring that is loaded again: differences by account, what is refused, who is missing?"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from desk.actor import Actor
from desk.portfolios.disclosure_gaps import gaps_of_file
from desk.portfolios.portfolio_load import Handed
from desk.refused import Refused
from desk.watching import Watch, unseen
from intake.feed_differences import Compared, Difference, compare, differences
from intake.people import opaque_id
from intake.portfolio_file import AccountRow
from models.tables.accounts import Portfolio
from store.database import Database, Session
from store.handover import check_client, known_accounts, portfolio_if_any

BATCH = 1000


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


def look(opened: Database | None, portfolio: Portfolio, handed: Handed, watch: Watch = unseen) -> Looked:
    """Compare, and write nothing. Without a database everything is new."""
    if opened is None:
        return Looked(handed)
    with opened.reading() as session:
        before = portfolio_if_any(session, portfolio.id)
        if before is None:
            return Looked(handed)
        check_client(before.client, portfolio)
        _check_role(before, portfolio)
        known = known_accounts(session, portfolio.id)
        handed = _with_known_unfit(handed, portfolio, set(known))
        looked = _compared(session, portfolio, handed, set(known), watch if len(handed.rows) > BATCH else unseen)
    return looked._replace(missing=_missing(known, handed))


def _check_role(before: Portfolio, portfolio: Portfolio) -> None:
    """What may be charged on the accounts was worked out for the role that was told first."""
    if "role" in portfolio.model_fields_set and portfolio.role != before.role:
        raise Refused(f"portfolio {before.id} was begun as {before.role}, not as {portfolio.role}: name another one")
    portfolio.role = before.role


def _with_known_unfit(handed: Handed, portfolio: Portfolio, known: set[str]) -> Handed:
    """An account keeps the strategy that it has: a row that fits none any more brings its differences all the same."""
    kept = [row for row in handed.unfit if opaque_id(portfolio.id, row.account) in known]
    if not kept:
        return handed
    numbers = {row.row for row in kept}
    rejects = [reject for reject in handed.rejects if reject.row not in numbers]
    rows = sorted([*handed.rows, *kept], key=lambda row: row.row)
    return handed._replace(rows=rows, rejects=rejects, unfit=[row for row in handed.unfit if row.row not in numbers])


def _compared(session: Session, portfolio: Portfolio, handed: Handed, known: set[str], watch: Watch) -> Looked:
    all_differences: list[Difference] = []
    differing: list[AccountRow] = []
    refused: set[int] = set()
    rejects = list(handed.rejects)
    done = 0
    with watch("compared", len(handed.rows)) as show:
        for batch in batches(handed.rows):
            found = compare(session, portfolio, batch, handed.columns)
            all_differences += differences(found)
            rejects += found.rejects
            refused |= {reject.row for reject in found.rejects}
            differing += _differing(portfolio, batch, found)
            done += len(batch)
            show(done)
    rows = [row for row in handed.rows if row.row not in refused]
    rejects.sort(key=lambda reject: reject.row)
    still_known = sum(opaque_id(portfolio.id, row.account) in known for row in rows)
    changed = len({difference.account for difference in all_differences})
    return Looked(handed._replace(rows=rows, rejects=rejects), still_known, differing, all_differences, changed)


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


def would_bring(
    by: Actor, looked: Looked, portfolio: Portfolio, opened: Database | None
) -> tuple[Handed, dict[str, Any]]:
    """What of the file would be started, and what is different from before; personal details are named only."""
    told = [difference._asdict() for difference in looked.differences]
    more = {"known": looked.known, "changed": looked.changed, "differences": told, "missing": list(looked.missing)}
    more["incomplete"] = gaps_of_file(looked.handed.rows, portfolio, _before(opened, portfolio.id))
    return _fresh(looked, portfolio, opened), more


def _before(opened: Database | None, portfolio: str) -> Portfolio | None:
    """The portfolio as earlier files said it."""
    if opened is None:
        return None
    with opened.reading() as session:
        return portfolio_if_any(session, portfolio)


def _fresh(looked: Looked, portfolio: Portfolio, opened: Database | None) -> Handed:
    """What of the file would be started: the accounts that the portfolio has not yet."""
    if opened is None or not looked.known:
        return looked.handed
    with opened.reading() as session:
        known = set(known_accounts(session, portfolio.id))
    rows = [row for row in looked.handed.rows if opaque_id(portfolio.id, row.account) not in known]
    return looked.handed._replace(rows=rows)
