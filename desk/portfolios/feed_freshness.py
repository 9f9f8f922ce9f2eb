"""When did news of payments last come, is it fresh enough to demand money, and how many demands wait for it?"""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from cli.output import local, say, show_table
from models.tables.accounts import Account, Portfolio

STALE = "payment information is older than"
"""How the policy begins the reason of a demand that waits."""
COLUMNS = ("portfolio", "last news (UTC)", "limit", "state", "demands that wait")


def feeds(session: Session, now: datetime) -> list[dict[str, Any]]:
    """Each portfolio with its limit, if it has one, and since when it is stale."""
    waits = select(Account.portfolio, func.count()).where(
        col(Account.outcome).is_(None), col(Account.why).startswith(STALE)
    )
    waiting = dict(session.exec(waits.group_by(Account.portfolio)).all())
    portfolios = session.exec(select(Portfolio).order_by(Portfolio.id)).all()
    return [_feed(portfolio, waiting.get(portfolio.id, 0), now) for portfolio in portfolios]


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


def show_feeds(found: list[dict[str, Any]]) -> None:
    """As a table."""
    if not found:
        say("nothing was handed over yet")
        return
    rows = [[f["portfolio"], local(f["fed"]), _limit(f), _state(f), f["waiting"]] for f in found]
    show_table("News of payments", COLUMNS, rows, right=("limit", "demands that wait"))


def _limit(feed: dict[str, Any]) -> str:
    return "none" if feed["fresh_hours"] is None else f"{feed['fresh_hours']} h"


def _state(feed: dict[str, Any]) -> str:
    if feed["fresh_hours"] is None:
        return "not watched"
    return f"stale since {local(feed['stale_since'])}" if feed["stale_since"] else "fresh"
