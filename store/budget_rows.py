"""Debtors' budgets: each kept once by the event id of the hardship that it was told with."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel import col, select

from models.tables.accounts import Budget
from store.database import Database


@dataclass(frozen=True)
class BudgetTold:
    """A month in minor units, and who took it down."""

    key: str
    account: str
    income: int
    costs: int
    people: int
    currency: str
    by: str
    at: datetime

    def same_as(self, other: "BudgetTold") -> bool:
        """Whether the figures are those of another telling under the same id."""
        names = ("account", "income", "costs", "people")
        return all(getattr(self, name) == getattr(other, name) for name in names)


def keep_budget(database: Database, told: BudgetTold) -> BudgetTold | None:
    """Write it, unless that id has one: the one that was known."""
    with database.session() as session:
        known = session.get(Budget, told.key)
        if known is None:
            session.add(Budget(**asdict(told)))
            return None
        return BudgetTold(**known.model_dump())


def forget_budget(database: Database, key: str) -> None:
    """Of a hardship that its case did not take nothing is kept."""
    with database.session() as session:
        session.delete(session.get_one(Budget, key))


def last_budget(database: Database, account: str) -> BudgetTold | None:
    """The budget that was told last."""
    told = select(Budget).where(Budget.account == account).order_by(col(Budget.at).desc())
    with database.reading() as session:
        found = session.exec(told).first()
        return None if found is None else BudgetTold(**found.model_dump())
