"""Which accounts of a portfolio are open, page by page, in the order in which they were handed over?"""

from typing import NamedTuple

from sqlmodel import col, select

from models.tables.accounts import Account
from store.database import Database


class Page(NamedTuple):
    """The open accounts of a page, the cursor behind it, and whether another page may follow."""

    accounts: list[str]
    cursor: int
    more: bool


def open_accounts(database: Database, portfolio: str, after: int, limit: int) -> Page:
    """The next accounts; of them those whose case has not ended."""
    rows = select(Account).where(Account.portfolio == portfolio, Account.number > after)
    with database.reading() as session:
        found = session.exec(rows.order_by(col(Account.number)).limit(limit)).all()
    accounts = [row.id for row in found if row.outcome is None]
    return Page(accounts, found[-1].number if found else after, len(found) == limit)
