"""A tariff as its file has it: what a lender charges for being late. Amounts in whole units, percentages as written."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from models.data import Data, Name
from models.tariff import Percent

Amount = Annotated[Decimal, Field(ge=0, le=10**9)]


class RateLine(Data):
    """Interest from a day on, in per cent of the overdue principal a year (of 365 days) or a day."""

    since: date
    percent: Percent
    per: Literal["year", "day"] = "year"


class FeeLine(Data):
    """A fee for an instalment due from a day on that is not paid `after_days` later."""

    since: date
    percent: Percent
    least: Amount = Decimal(0)
    most: Amount | None = None
    after_days: Annotated[int, Field(ge=1, le=365)] = 1


class TariffFile(Data):
    """What one lender charges; the law's caps come on top and are never passed."""

    format: Literal["1"]
    tariff: Name
    title: str
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    """For accounts there only; absent: for all."""
    covers: Literal["late", "contract"] = "late"
    """Whether the interest is one for being late, or the contract's own that goes on."""
    contract_percent: Percent = Decimal(0)
    """The contract's own interest a year, where the law measures late interest by it."""
    statutory: bool = False
    """Interest by the law's own table, and no other."""
    interest: list[RateLine] = []
    late_fees: list[FeeLine] = []
