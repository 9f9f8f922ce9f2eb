"""Entries of an account's ledger: what raised or lowered the debt, when, by how much, and how it was computed."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

PartKind = Literal["cost", "late_fee", "interest", "principal"]
ALLOCATION: tuple[PartKind, ...] = ("cost", "late_fee", "interest", "principal")
"""What money is taken for first, where the strategy says nothing else."""
EntryKind = Literal[
    "principal",
    "instalment_due",
    "interest",
    "late_fee",
    "cost",
    "payment",
    "reversal",
    "adjustment",
    "write_off",
    "refund",
]


class Served(BaseModel):
    """What a payment went to, in minor units."""

    model_config = ConfigDict(frozen=True)
    what: PartKind
    instalment: int | None
    amount: int


class OpenCharge(BaseModel):
    """What is open of one thing that is no instalment, minor units; the interest that runs has no day."""

    model_config = ConfigDict(frozen=True)
    what: PartKind
    day: date | None
    amount: int
    instalment: int | None = None


ItemisedBy = Literal["last_statement", "charge_off", "last_payment", "transaction", "judgment"]
"""The five days from which a debt may be itemised (12 CFR 1006.34(b)(3))."""


class Itemised(BaseModel):
    """What was owed at the end of a day, and what came to it since; minor units, what lowers the debt is below zero."""

    model_config = ConfigDict(frozen=True)
    by: ItemisedBy
    day: date
    amount: int
    interest: int = 0
    fees: int = 0
    payments: int = 0
    credits: int = 0
    current: int
    sold_since: bool = False
    """The debt was sold after that day: who was owed then is not known by its account."""


class CostLine(BaseModel):
    """One line of how a cost was computed, minor units: a share of a base, a limit, what earlier ones cost, VAT."""

    model_config = ConfigDict(frozen=True)
    what: Literal["share", "least", "most", "earlier", "vat"]
    amount: int
    percent: str | None = None
    base: int | None = None


class Entry(BaseModel):
    """One line of the ledger, in minor units: `amount` above zero raises what is owed, below zero lowers it."""

    model_config = ConfigDict(frozen=True)
    key: str
    kind: EntryKind
    day: date
    amount: int
    instalment: int | None = None
    due: int | None = None
    """What fell due (instalment_due): it was owed before, so `amount` is 0."""
    until: date | None = None
    """The last day of a period of interest."""
    base: int | None = None
    """The overdue principal on which it was computed."""
    rate: str | None = None
    """Such as `8 % a year`."""
    capped: bool = False
    """Less than computed, for a cap."""
    reason: str | None = None
    rule: str | None = None
    """The rule of law that gives it, with its article."""
    lines: tuple[CostLine, ...] = ()
    """How a cost was computed by the scale of the law."""
    served: tuple[Served, ...] = ()
    """What a payment went to, and what stays as credit is missing here."""
