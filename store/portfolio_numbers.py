"""How many accounts stand where: by stage and next step, by outcome, and how many matters wait for a person?"""

from typing import Any

from sqlmodel import Session, case, col, func, select

from models.tables.accounts import Account, Portfolio
from models.tables.trail import FOR_A_PERSON, Task


def _of(statement: Any, portfolio: str | None) -> Any:
    return statement if portfolio is None else statement.where(Account.portfolio == portfolio)


def _number(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def numbers_by_portfolio(session: Session, portfolio: str | None) -> list[dict[str, Any]]:
    """Accounts of each portfolio: not started, open, ended."""
    started, ended = col(Account.started).is_not(None), col(Account.outcome).is_not(None)
    numbers = (func.count(), _number(~started & ~ended), _number(started & ~ended), _number(ended))
    by = select(Portfolio.id, Portfolio.client, Portfolio.held, *numbers)  # type: ignore[call-overload]
    by = _of(by.join(Account, col(Account.portfolio) == Portfolio.id), portfolio)
    grouped = by.group_by(Portfolio.id, Portfolio.client, Portfolio.held).order_by(Portfolio.id)
    names = ("portfolio", "client", "paused", "accounts", "not_started", "open", "ended")
    return [dict(zip(names, row, strict=True)) for row in session.exec(grouped)]


def open_by_stage(session: Session, portfolio: str | None) -> list[dict[str, Any]]:
    """Open accounts by stage, next step and currency, with their money and first due."""
    keys = (Account.stage, Account.next_step, Account.currency)
    sums = (func.count(), func.sum(Account.outstanding), func.min(Account.next_at))
    running = select(*keys, *sums).where(col(Account.outcome).is_(None), col(Account.started).is_not(None))  # type: ignore[call-overload]
    names = ("stage", "next_step", "currency", "accounts", "outstanding", "next_at")
    rows = session.exec(_of(running, portfolio).group_by(*keys).order_by(*keys))
    return [_whole(dict(zip(names, row, strict=True))) for row in rows]


def ended_by_outcome(session: Session, portfolio: str | None) -> list[dict[str, Any]]:
    """Accounts that ended, by outcome and currency."""
    keys = (Account.outcome, Account.currency)
    sums = (func.count(), func.sum(Account.outstanding))
    ended: Any = select(*keys, *sums)
    ended = ended.where(col(Account.outcome).is_not(None))
    rows = session.exec(_of(ended, portfolio).group_by(*keys).order_by(*keys))
    names = ("outcome", "currency", "accounts", "outstanding")
    return [_whole(dict(zip(names, row, strict=True))) for row in rows]


def _whole(row: dict[str, Any]) -> dict[str, Any]:
    # PostgreSQL sums big integers as decimals.
    return row | {"outstanding": int(row["outstanding"] or 0)}


def matters_for_a_person(session: Session, portfolio: str | None) -> int:
    """How many open tasks only a person can settle."""
    tasks = select(func.count()).select_from(Task).join(Account, col(Account.id) == Task.account)
    waiting = _of(tasks.where(col(Task.kind).in_(FOR_A_PERSON), Task.status == "open"), portfolio)
    return int(session.exec(waiting).one())
