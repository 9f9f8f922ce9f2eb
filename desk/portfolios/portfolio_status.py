"""Where do the accounts stand: by stage and next step, by outcome, and how many need a person?"""

from typing import Any

from sqlmodel import Session, case, col, func, select

from cli.output import count, local, say, show_json, show_table
from desk.readable import amount
from models.tables.accounts import Account, Portfolio
from models.tables.trail import FOR_A_PERSON, Task


def standing(session: Session, portfolio: str | None) -> dict[str, Any]:
    """The numbers, without any person in them."""
    return {
        "portfolios": _portfolios(session, portfolio),
        "open": _open(session, portfolio),
        "ended": _ended(session, portfolio),
        "for_a_person": _for_a_person(session, portfolio),
    }


def show_standing(session: Session, portfolio: str | None, as_json: bool = False) -> None:
    """The tables of `status`."""
    found = standing(session, portfolio)
    if as_json:
        show_json(found)
    elif not found["portfolios"]:
        say("nothing was handed over yet")
    else:
        _show_portfolios(found["portfolios"])
        _show_open(found["open"])
        _show_ended(found["ended"])
        say(f"{count(found['for_a_person'], 'matter')} for a person: see `agent.py worklist`")


def _show_portfolios(found: list[dict[str, Any]]) -> None:
    names = ("portfolio", "client", "accounts", "not started", "open", "ended", "paused")
    rows = [[p[n.replace(" ", "_")] for n in names[:-1]] + ["yes" if p["paused"] else ""] for p in found]
    show_table("Portfolios", names, rows, right=names[2:6])


def _show_open(found: list[dict[str, Any]]) -> None:
    names = ("stage", "next step", "accounts", "outstanding", "first due (UTC)")
    rows = [
        [o["stage"], o["next_step"] or "-", o["accounts"], amount(o["outstanding"], o["currency"]), local(o["next_at"])]
        for o in found
    ]
    if rows:
        show_table("Open accounts", names, rows, right=names[2:4])


def _show_ended(found: list[dict[str, Any]]) -> None:
    names = ("outcome", "accounts", "outstanding")
    rows = [[o["outcome"], o["accounts"], amount(o["outstanding"], o["currency"])] for o in found]
    if rows:
        show_table("Ended", names, rows, right=names[1:])


def _of(statement: Any, portfolio: str | None) -> Any:
    return statement if portfolio is None else statement.where(Account.portfolio == portfolio)


def _number(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _portfolios(session: Session, portfolio: str | None) -> list[dict[str, Any]]:
    started, ended = col(Account.started).is_not(None), col(Account.outcome).is_not(None)
    numbers = (func.count(), _number(~started & ~ended), _number(started & ~ended), _number(ended))
    by = select(Portfolio.id, Portfolio.client, Portfolio.held, *numbers)  # type: ignore[call-overload]
    by = _of(by.join(Account, col(Account.portfolio) == Portfolio.id), portfolio)
    grouped = by.group_by(Portfolio.id, Portfolio.client, Portfolio.held).order_by(Portfolio.id)
    names = ("portfolio", "client", "paused", "accounts", "not_started", "open", "ended")
    return [dict(zip(names, row, strict=True)) for row in session.exec(grouped)]


def _open(session: Session, portfolio: str | None) -> list[dict[str, Any]]:
    keys = (Account.stage, Account.next_step, Account.currency)
    sums = (func.count(), func.sum(Account.outstanding), func.min(Account.next_at))
    running = select(*keys, *sums).where(col(Account.outcome).is_(None), col(Account.started).is_not(None))  # type: ignore[call-overload]
    names = ("stage", "next_step", "currency", "accounts", "outstanding", "next_at")
    rows = session.exec(_of(running, portfolio).group_by(*keys).order_by(*keys))
    return [_whole(dict(zip(names, row, strict=True))) for row in rows]


def _ended(session: Session, portfolio: str | None) -> list[dict[str, Any]]:
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


def _for_a_person(session: Session, portfolio: str | None) -> int:
    tasks = select(func.count()).select_from(Task).join(Account, col(Account.id) == Task.account)
    waiting = _of(tasks.where(col(Task.kind).in_(FOR_A_PERSON), Task.status == "open"), portfolio)
    return int(session.exec(waiting).one())
