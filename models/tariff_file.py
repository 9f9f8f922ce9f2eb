"""A tariff as its file has it: what a lender charges for being late. Amounts in whole units, percentages as written."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from models.charges import Charged
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


class MeanRate(Data):
    """The mean rate a year of such credit that a quarter's decree published (Italy: TEGM), for contracts since."""

    since: date
    percent: Percent


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
    allowed: dict[Charged, Literal["agreement", "law"]] = {}
    """What allows a kind of charge expressly, where the law forbids it otherwise: the agreement that made the debt, or
    a law. Told charges of that kind are allowed with it."""
    mean_rates: list[MeanRate] = []
    """Where the law tests rates for usury; without them they are not tested, and that is said."""
    statutory: bool = False
    """Interest by the law's own table, and no other."""
    interest: list[RateLine] = []
    late_fees: list[FeeLine] = []
