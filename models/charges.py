"""The law on charges of one country as data: what being late may cost, how much at most, when a claim is barred.

Percentages are as written (15 means 15 %), shares are multiples of the principal, amounts are whole units of the pack's
currency. Every value has its days; `basis` says whose day that is: of the contract, of the instalment's due date, or of
the event (the charge itself).
"""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.contact import Capacity
from models.data import Data, Name

Percent = Annotated[Decimal, Field(ge=0, le=1000)]
Share = Annotated[Decimal, Field(ge=0, le=100)]
Amount = Annotated[Decimal, Field(ge=0, le=10**9)]
Text = Annotated[str, Field(min_length=1)]
RuleId = Annotated[str, Field(pattern=r"^[A-Z]{2,5}-[A-Z0-9]{1,6}$")]
Conf = Literal["H", "M", "L"]
Basis = Literal["contract", "due", "event"]
Role = Capacity
Charged = Literal["fee", "interest", "late_interest", "cost"]
ClaimKind = Literal["loan", "periodic", "sale"]
Effect = Literal["no_suit", "must_be_pleaded", "stop_contact"]
Interruption = Literal["payment", "formal_notice"]
CENTS = 100
"""Minor units of one whole unit: true for every currency that a pack may have."""


class Value(Data):
    """What holds from a day to a day, both included; an absent day is open. Its own source outdoes the rule's."""

    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    conf: Conf | None = None
    from_memory: bool = False
    note: str = ""

    def holds(self, day: date) -> bool:
        """Whether the value holds on the day."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


class Tier(Data):
    """A part of a scale, up to an amount (included); the last one may be open."""

    up_to: Amount | None = None
    percent: Percent


class FeeTier(Tier):
    """A part of a scale of fees, with its own limits."""

    least: Amount = Decimal(0)
    most: Amount | None = None


class BandsValue(Value):
    """Each tier takes its percentage of its own part of the principal; the sum is then held between least and most."""

    tiers: Annotated[list[Tier], Field(min_length=1)]
    least: Amount = Decimal(0)
    most: Amount | None = None


class TieredValue(Value):
    """The tier in which the principal lies gives the percentage of the whole."""

    tiers: Annotated[list[Tier], Field(min_length=1)]


class FeeTierValue(Value):
    """The tier in which the unpaid instalment lies gives percentage and limits."""

    tiers: Annotated[list[FeeTier], Field(min_length=1)]


class ShareValue(Value):
    """A multiple of the principal."""

    share: Share


class PercentValue(Value):
    """A percentage."""

    percent: Percent


class AmountValue(Value):
    """An amount."""

    amount: Amount


class CumulationValue(Value):
    """Instalments up to `instalment_most` of one contract within `months` share one cost."""

    instalment_most: Amount
    months: Annotated[int, Field(ge=1, le=60)]


class WriteOffValue(Value):
    """A claim up to an amount, higher for a large creditor, so many months past due."""

    most: Amount
    most_large: Amount
    months: Annotated[int, Field(ge=1, le=120)]


class UsuryValue(Value):
    """The published mean rate times `factor` and `points`, but at most `most_points` above it."""

    factor: Annotated[Decimal, Field(ge=1, le=10)]
    points: Percent
    most_points: Percent


class YearsValue(Value):
    """Years until a claim is barred; `outer` years at the very latest."""

    years: Annotated[int, Field(ge=1, le=30)]
    outer: Annotated[int, Field(ge=1, le=60)] | None = None


class RuleBase(Data):
    """What every rule says of itself."""

    id: RuleId
    says: Text
    basis: Basis
    article: Text
    source: str = ""
    """Where a person can read it; empty only for what stands here from memory."""
    conf: Conf
    from_memory: bool = False
    """Nobody compared it with a source yet."""
    checked: date
    level: Literal["statute", "regulation", "soft_law", "policy"]
    binds: Annotated[list[Role], Field(min_length=1)]
    products: list[Name] = []
    """Only these; empty: every product."""
    sign_off: str = "none"
    """The lawyer who signed; `none`: nobody has, so nothing may be charged on its word alone."""
    note: str = ""

    @model_validator(mode="after")
    def _sourced(self) -> Self:
        if not self.source and not self.from_memory:
            raise ValueError("no source; expected an address, or from_memory: true")
        values: list[Value] = getattr(self, "values", [])
        for before, after in pairwise(values):
            if (before.valid_to or date.max) >= (after.valid_from or date.min):
                raise ValueError("values overlap or are out of order; expected each to begin after the one before ends")
        for value in values:
            if (value.valid_from or date.min) > (value.valid_to or date.max):
                raise ValueError("a value ends before it begins")
        return self


class Bands(RuleBase):
    """A cost by a scale on the principal."""

    what: Literal["bands"]
    values: Annotated[list[BandsValue], Field(min_length=1)]


class Vat(RuleBase):
    """The VAT that comes on top of a cost, where the creditor cannot reclaim it."""

    what: Literal["vat"]
    values: Annotated[list[PercentValue], Field(min_length=1)]


class Cumulation(RuleBase):
    """Costs of several small instalments do not add up."""

    what: Literal["no_cumulation"]
    values: Annotated[list[CumulationValue], Field(min_length=1)]


class CapMultiple(RuleBase):
    """A cap as a multiple of the principal, on all charges or on those for lateness."""

    what: Literal["cap_multiple"]
    covers: Literal["all", "late"]
    principal_most: Amount | None = None
    """Only for contracts up to this principal; one in another currency is taken for smaller."""
    days_most: Annotated[int, Field(ge=1)] | None = None
    """Only for contracts of at most so many days; an unknown term is taken for shorter."""
    values: Annotated[list[ShareValue], Field(min_length=1)]


class AmountCap(RuleBase):
    """A cap in money on all fees for lateness of one contract."""

    what: Literal["amount_cap"]
    values: Annotated[list[AmountValue], Field(min_length=1)]


class RateCap(RuleBase):
    """A cap on a rate, in per cent a day or a year; or so many points over the contract's rate or over a table."""

    what: Literal["rate_cap"]
    covers: Literal["all", "late"]
    per: Literal["day", "year"]
    principal_above: Amount | None = None
    """Only for contracts above this principal; one in another currency is taken for larger."""
    over: str | None = None
    """`contract`, or the id of a table of this pack; absent: the percentage is the cap itself."""
    interest: Literal["runs", "stopped"] | None = None
    """Only while the contract's own interest runs on the overdue principal, or only once it does not."""
    values: Annotated[list[TieredValue], Field(min_length=1)]


class LateFeeRule(RuleBase):
    """A fee for each instalment that was not paid in time."""

    what: Literal["late_fee"]
    values: Annotated[list[FeeTierValue], Field(min_length=1)]


class RateTable(RuleBase):
    """A rate by its days, in per cent a year: statutory interest, or a central bank's rate that a cap is built on."""

    what: Literal["statutory_interest", "reference_rate"]
    values: Annotated[list[PercentValue], Field(min_length=1)]


class Forbidden(RuleBase):
    """What may not be charged at all, unless the agreement or a law allows it."""

    what: Literal["forbidden"]
    charges: Annotated[list[Charged], Field(min_length=1)]
    unless: list[Literal["agreement", "law"]] = []
    values: Annotated[list[Value], Field(min_length=1)] = [Value()]


class WriteOff(RuleBase):
    """When a small claim may be written off for tax without further proof."""

    what: Literal["write_off"]
    values: Annotated[list[WriteOffValue], Field(min_length=1)]


class Usury(RuleBase):
    """From which rate on credit is usury, late interest included."""

    what: Literal["usury"]
    values: Annotated[list[UsuryValue], Field(min_length=1)]


class PrescriptionRule(RuleBase):
    """When a claim is barred, from what, and what that means."""

    what: Literal["prescription"]
    runs_from: Literal["instalment", "last_instalment", "acceleration", "default_notice_expiry"]
    effect: Effect
    region: Name | None = None
    claims: ClaimKind = "loan"
    interrupted_by: list[Interruption] = []
    """What we hear of that starts the years anew; nothing else is counted, so that the day is the earliest."""
    values: Annotated[list[YearsValue], Field(min_length=1)]


Rule = Annotated[
    Bands
    | Vat
    | Cumulation
    | CapMultiple
    | AmountCap
    | RateCap
    | LateFeeRule
    | RateTable
    | Forbidden
    | WriteOff
    | Usury
    | PrescriptionRule,
    Field(discriminator="what"),
]


class ChargesPack(Data):
    """All rules on charges of one country."""

    format: Literal["1"]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    currency: Literal["BRL", "EUR", "GBP", "RON", "RUB", "USD"]
    title: Text
    repealed: list[str] = []
    """Of a file that a user lays over one of the house: the rules of that one which it leaves out on purpose."""
    rules: Annotated[list[Rule], Field(min_length=1)]
