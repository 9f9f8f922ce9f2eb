"""What happens now: the new lines of a portfolio's journal, as they are written."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from cli.output import json_line, local
from desk.portfolios.portfolio_start import busy
from models.tables.accounts import Account
from models.tables.trail import Journal
from store.database import Database

LOOK_SECONDS = 1.0
OVERLAP = timedelta(minutes=2)
"""A line may be written this much later than the moment it tells of."""


def follow_portfolio(database: Database, portfolio: str, *, until_idle: bool) -> Iterator[dict[str, Any]]:
    """New lines for ever; or until nothing is due now."""
    since = datetime.now(UTC)
    seen = {(line.account, line.seq) for _, line in _lines(database, portfolio, since - OVERLAP)}
    while True:
        idle = until_idle and busy(database, portfolio, datetime.now(UTC)) == 0
        for reference, line in _lines(database, portfolio, since - OVERLAP):
            if (line.account, line.seq) not in seen:
                seen.add((line.account, line.seq))
                since = max(since, line.at)
                yield _told(reference, line)
        if idle:
            return
        time.sleep(LOOK_SECONDS)


def _lines(database: Database, portfolio: str, since: datetime) -> list[tuple[str, Journal]]:
    with database.reading() as session:
        told = select(Account.reference, Journal).join(Journal, col(Journal.account) == Account.id)
        recent = told.where(Account.portfolio == portfolio, Journal.at >= since)
        return list(session.exec(recent.order_by(col(Journal.at), col(Journal.account), col(Journal.seq))).all())


def _told(reference: str, line: Journal) -> dict[str, Any]:
    names = ("kind", "step", "reason", "detail")
    return {"time": line.at, "account": reference} | {name: getattr(line, name) for name in names}


def line_text(told: dict[str, Any]) -> str:
    """A line for a screen: instants in UTC."""
    return f"{local(told['time'])}Z  {told['account']}  {told['kind']}  {told['reason']}"


def as_text(told: dict[str, Any], as_json: bool) -> str:
    """A line as it was asked for."""
    return json_line(told) if as_json else line_text(told)
