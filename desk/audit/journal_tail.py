"""What happens now: the new lines of a portfolio's journal, as they are written."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from desk.actor import Actor
from desk.lookup import find_portfolio
from desk.portfolios.portfolio_start import busy
from store.audit_rows import lines_since
from store.database import Database

LOOK_SECONDS = 1.0
OVERLAP = timedelta(minutes=2)
"""A line may be written this much later than the moment it tells of."""


def follow_portfolio(database: Database, word: str, by: Actor, *, until_idle: bool) -> Iterator[dict[str, Any]]:
    """New lines for ever; or until nothing is due now."""
    portfolio = find_portfolio(database, word).id
    since = datetime.now(UTC)
    seen = {(line["account"], line["seq"]) for _, line in lines_since(database, portfolio, since - OVERLAP)}
    while True:
        idle = until_idle and busy(database, portfolio, datetime.now(UTC)) == 0
        for reference, line in lines_since(database, portfolio, since - OVERLAP):
            if (line["account"], line["seq"]) not in seen:
                seen.add((line["account"], line["seq"]))
                since = max(since, line["at"])
                yield _told(reference, line)
        if idle:
            return
        time.sleep(LOOK_SECONDS)


def _told(reference: str, line: dict[str, Any]) -> dict[str, Any]:
    names = ("kind", "step", "reason", "detail")
    return {"time": line["at"], "account": reference} | {name: line[name] for name in names}
