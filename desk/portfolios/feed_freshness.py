"""When did news of payments last come, is it fresh enough to demand money, and how many demands wait for it?"""

from datetime import datetime, timedelta
from typing import Any

from models.tables.accounts import Portfolio
from store.database import Session
from store.portfolio_rows import all_portfolios, demands_waiting

STALE = "payment information is older than"
"""How the policy begins the reason of a demand that waits."""


def feeds(session: Session, now: datetime) -> list[dict[str, Any]]:
    """Each portfolio with its limit, if it has one, and since when it is stale."""
    waiting = demands_waiting(session, STALE)
    return [_feed(portfolio, waiting.get(portfolio.id, 0), now) for portfolio in all_portfolios(session)]


def _feed(portfolio: Portfolio, waiting: int, now: datetime) -> dict[str, Any]:
    hours = portfolio.fresh_hours
    ends = None if hours is None else portfolio.fed + timedelta(hours=hours)
    return {
        "portfolio": portfolio.id,
        "fed": portfolio.fed,
        "fresh_hours": hours,
        "stale_since": ends if ends and ends < now else None,
        "waiting": waiting,
    }
