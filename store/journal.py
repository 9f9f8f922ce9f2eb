"""The trail: lines appended to the journal, each chained to the one before by its hash, and the chain verified."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.decisions import Line
from models.tables.trail import Journal

_GENESIS = "0" * 64
_NUMBERED = ("decision:", "finding:d")
"""Keys that say which decision it was, not what it said."""


def append(session: Session, account: str, lines: Iterable[Line]) -> None:
    """Append the lines that are not there yet. A line said again with other words is kept beside the first."""
    wanted = {line.key: line for line in lines}
    if not wanted:
        return
    keys = [*wanted, *(_again(line) for line in wanted.values())]
    known = {row.key: row for row in session.exec(_rows(account).where(col(Journal.key).in_(keys)))}
    last = session.exec(_rows(account).order_by(col(Journal.seq).desc()).limit(1)).first()
    seq, previous = (last.seq, last.hash) if last else (0, _GENESIS)
    for key, line in _new(wanted, known):
        seq += 1
        row = Journal(
            account=account,
            seq=seq,
            key=key,
            at=line.time,
            kind=line.kind,
            step=line.step,
            reason=line.reason,
            detail=line.detail,
            previous=previous,
            hash="",
        )
        row.hash = previous = _digest(row)
        session.add(row)


def _new(wanted: dict[str, Line], known: dict[str, Journal]) -> Iterator[tuple[str, Line]]:
    for key, line in wanted.items():
        if key not in known:
            yield key, line
        elif key.startswith(_NUMBERED) and known[key].reason != line.reason and _again(line) not in known:
            # The worker was lost between recording and acting, and something came in meanwhile: both stand.
            yield _again(line), line


def _again(line: Line) -> str:
    return f"{line.key}:{hashlib.sha256(line.reason.encode()).hexdigest()[:8]}"


def _rows(account: str) -> SelectOfScalar[Journal]:
    return select(Journal).where(Journal.account == account)


def _digest(row: Journal) -> str:
    """The hash of a row: over all its content and the hash before it."""
    at = row.at.astimezone(UTC).isoformat()
    content = [row.previous, row.account, row.seq, row.key, at, row.kind, row.step, row.reason, row.detail]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def read(session: Session, account: str) -> Sequence[Journal]:
    """The whole story of an account, in order."""
    return session.exec(_rows(account).order_by(col(Journal.seq))).all()


def broken_at(rows: Iterable[Journal]) -> int | None:
    """The number of the first line that does not fit the chain, or None when the chain is whole."""
    previous, expected = _GENESIS, 1
    for row in rows:
        if row.seq != expected or row.previous != previous or row.hash != _digest(row):
            return row.seq
        previous, expected = row.hash, expected + 1
    return None
