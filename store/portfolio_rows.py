"""What stands in the rows of a portfolio: itself, its accounts, how far its intake is, what waits in it?"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, func, select

from models.addressee import Creditor
from models.tables.accounts import Account, Guarantor, Party, Portfolio, StrategyText

POSTCODE = 5
"""By so many characters at most a region is found where nobody names it."""
Owed = tuple[str, str | None, str | None, Creditor]
"""Country, region and how the postcode of the debtor begins, and who is owed."""


class IntakeStand(NamedTuple):
    """How far the intake of a portfolio is: accounts, those whose case has begun, whether ops paused it."""

    accounts: int
    started: int
    held: bool


def all_portfolios(session: Session) -> Sequence[Portfolio]:
    """All of them, by name."""
    return session.exec(select(Portfolio).order_by(Portfolio.id)).all()


def open_account_rows(session: Session, portfolio: str) -> Sequence[Account]:
    """Those whose case did not end, as they were handed over."""
    mine = select(Account).where(Account.portfolio == portfolio, col(Account.outcome).is_(None))
    return session.exec(mine.order_by(col(Account.number))).all()


def number_open(session: Session, portfolio: str) -> int:
    """How many they are."""
    mine = select(func.count()).where(Account.portfolio == portfolio, col(Account.outcome).is_(None))
    return session.exec(mine).one()


def owed_in(session: Session, portfolio: str) -> dict[Owed, int]:
    """Where the debtors of open accounts live and whom they owe, with the number of accounts."""
    code = func.substr(Party.postal_code, 1, POSTCODE)
    creditor = (col(Account.creditor), col(Account.creditor_address), col(Account.creditor_number))
    kinds = (col(Party.country), col(Party.region), code, *creditor)
    asked = select(*kinds, func.count()).join(Party, col(Party.id) == Account.party).group_by(*kinds)  # type: ignore[call-overload]
    mine = asked.where(col(Account.portfolio) == portfolio, col(Account.outcome).is_(None))
    rows = session.execute(mine)
    return {(country, region, postcode, Creditor(*of)): n for country, region, postcode, *of, n in rows}


def demands_waiting(session: Session, because: str) -> dict[str, int]:
    """How many open accounts of each portfolio wait for a reason that begins so."""
    waits = select(Account.portfolio, func.count()).where(
        col(Account.outcome).is_(None), col(Account.why).startswith(because)
    )
    return dict(session.exec(waits.group_by(Account.portfolio)).all())


def set_held(session: Session, portfolio: str, *, held: bool) -> None:
    """Whether accounts that are started from now on begin with the hold of a pause."""
    session.get_one(Portfolio, portfolio).held = held


def intake_stand(session: Session, portfolio: str) -> IntakeStand:
    """How far the intake is: what it did stands here, also while its worker answers nobody."""
    counts = select(func.count(), func.count(col(Account.started))).where(Account.portfolio == portfolio)
    accounts, started = session.exec(counts).one()
    return IntakeStand(accounts, started, session.get_one(Portfolio, portfolio).held)


def number_due(session: Session, portfolio: str, now: datetime) -> int:
    """How many accounts have something to do now: not decided yet, or their next action is due."""
    held = session.get_one(Portfolio, portfolio).held
    due = col(Account.started).is_not(None) & (Account.next_at <= now)  # type: ignore[operator]
    waits = due if held else due | col(Account.started).is_(None)
    open_ones = select(func.count()).where(Account.portfolio == portfolio, col(Account.outcome).is_(None), waits)
    return session.exec(open_ones).one()


def keep_strategy(session: Session, version: str, text: str, now: datetime) -> None:
    """Keep the text of a strategy's version, once."""
    if session.get(StrategyText, version) is None:
        session.add(StrategyText(version=version, text=text, added=now))


def has_guarantor(session: Session, account: str) -> bool:
    """Whether somebody stands for the debt beside the debtor."""
    return session.exec(select(Guarantor).where(Guarantor.account == account)).first() is not None
