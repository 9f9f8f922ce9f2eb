"""What may being late cost at most? Caps, rates and bans of a contract's law: of several the strictest."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple, TypeVar

from models.charges import (
    CENTS,
    AmountCap,
    CapMultiple,
    Charged,
    ChargesPack,
    Forbidden,
    RateCap,
    RateTable,
    Role,
    RuleBase,
    Tier,
    Usury,
    Value,
)
from models.tariff import Ban, Caps, Rate

DAYS_OF_YEAR = 365
PER_DAY = Decimal("0.000001")
R = TypeVar("R", bound=RuleBase)
V = TypeVar("V", bound=Value)
T = TypeVar("T", bound=Tier)


class NoRate(ValueError):
    """A table does not know the day: we say so and never guess."""


class Limit(NamedTuple):
    """The most that is allowed, with the rule that says so."""

    most: Decimal
    rule: str


def caps(
    pack: ChargesPack,
    contract_date: date | None,
    product: str,
    principal: int,
    days: int | None,
    currency: str = "",
) -> Caps:
    """What the law allows at most for one contract: the strictest of all its rules (law.md RU-L, RO-L, UK-L, NL-L6).

    `principal` is in minor units, `days` the contract's term. What is not known (the day of the contract, the term, the
    principal in the law's currency when `currency` is another) is taken so that the cap is the lower one. A rate that
    goes by the day of the event is capped by the lowest one known from the contract's day on: caps stand for its life.
    A cap on fees in another currency than the debt's leaves none.
    """
    amount = principal if currency in ("", pack.currency) else None
    per_day = min(_rates(pack, contract_date, product, amount), default=None)
    total = min(_shares(pack, "all", contract_date, product, amount, days), default=None)
    late = min(_shares(pack, "late", contract_date, product, amount, days), default=None)
    fees = default_fees_at_most(pack, contract_date, product)
    if fees and amount is None:
        fees = Limit(Decimal(0), fees.rule)
    return Caps(
        per_day=per_day.most if per_day else None,
        total=total.most if total else None,
        late=late.most if late else None,
        fees=int(fees.most) if fees else None,
        rules=tuple(dict.fromkeys(limit.rule for limit in (per_day, total, late, fees) if limit)),
    )


def late_interest_cap(
    pack: ChargesPack, day: date, product: str, contract_rate: Decimal, interest_runs: bool
) -> Limit | None:
    """The highest late interest, in per cent of the overdue principal a day (law.md RU-L4, PT-L1, RO-L3, BR-L1).

    `contract_rate` is the contract's own interest in per cent a year; `interest_runs`: whether it keeps running on what
    is overdue. `Caps.per_day` binds beside it. None: no rule here, then only the agreement and the caps decide.
    """
    runs = "runs" if interest_runs else "stopped"
    found = (
        Limit(_per_day(rule, tier.percent + (contract_rate if rule.over == "contract" else 0)), rule.id)
        for rule in bound(pack, RateCap, product)
        if rule.covers == "late" and rule.interest in (None, runs)
        for value in in_force(rule.values, day)
        for tier in value.tiers
    )
    return min(found, default=None)


def statutory_interest(pack: ChargesPack) -> tuple[Rate, ...]:
    """Statutory interest as the rates of a tariff, oldest first (law.md NL-L5); none where the pack has no table."""
    return tuple(
        Rate(since=value.valid_from or date.min, percent=value.percent, per="year")
        for table in pack.rules
        if isinstance(table, RateTable) and table.what == "statutory_interest"
        for value in table.values
    )


def rate_on(pack: ChargesPack, table: str, day: date) -> Decimal:
    """A table's rate on a day, in per cent a year. Raises NoRate for a day that it does not know."""
    for rule in bound(pack, RateTable):
        for value in in_force(rule.values, day):
            if rule.id == table:
                return value.percent
    raise NoRate(f"{table} has no rate for {day}")


def price_cap(pack: ChargesPack, day: date, product: str) -> Limit | None:
    """The highest price of credit on a day where it goes by the event, in per cent a year (law.md NL-L6).

    Raises NoRate for a day that the table below it does not know.
    """
    found = (
        Limit(value.tiers[-1].percent + rate_on(pack, rule.over, day), rule.id)
        for rule in bound(pack, RateCap, product)
        if rule.basis == "event" and rule.covers == "all" and rule.over and rule.over != "contract"
        for value in in_force(rule.values, day)
    )
    return min(found, default=None)


def default_fees_at_most(pack: ChargesPack, contract_date: date | None, product: str) -> Limit | None:
    """All default fees of one agreement together, in minor units (law.md UK-L1); None: no such cap."""
    found = (
        Limit(value.amount * CENTS, rule.id)
        for rule in bound(pack, AmountCap, product)
        for value in in_force(rule.values, contract_date)
    )
    return min(found, default=None)


def usury_threshold(pack: ChargesPack, mean_rate: Decimal, contract_date: date | None) -> Limit | None:
    """The highest rate that is no usury, in per cent a year (law.md IT-L1); None: no such rule.

    `mean_rate` is what was published for such credit in the quarter of the contract (TEGM).
    """
    found = (
        Limit(min(mean_rate * value.factor + value.points, mean_rate + value.most_points), rule.id)
        for rule in bound(pack, Usury)
        for value in in_force(rule.values, contract_date)
    )
    return min(found, default=None)


def bans(pack: ChargesPack, role: Role, allowed: Mapping[Charged, str] | None = None) -> tuple[Ban, ...]:
    """What whoever acts in a role may not charge (law.md US-X2, RO-L1).

    `allowed`: by charge, what allows it expressly, `agreement` or `law`; where nobody says so, nothing does.
    """
    return tuple(
        Ban(charge=charge, rule=rule.id, since=value.valid_from or date.min, until=value.valid_to or date.max)
        for rule in bound(pack, Forbidden)
        for charge in rule.charges
        for value in rule.values
        if role in rule.binds and (allowed or {}).get(charge) not in rule.unless
    )


def forbidden(banned: Sequence[Ban], charge: Charged, day: date) -> str | None:
    """The rule that forbids a charge on a day, or None."""
    return next((ban.rule for ban in banned if ban.charge == charge and ban.since <= day <= ban.until), None)


def bound(pack: ChargesPack, kind: type[R], product: str | None = None) -> Iterator[R]:
    """The rules of a kind that bind the product; of all products where none is named."""
    for rule in pack.rules:
        if isinstance(rule, kind) and (product is None or not rule.products or product in rule.products):
            yield rule


def in_force(values: Sequence[V], day: date | None) -> Iterator[V]:
    """What holds on the day; all of them where the day is not known."""
    return (value for value in values if day is None or value.holds(day))


def tiers_at(tiers: Sequence[T], amount: int | None) -> Iterator[T]:
    """The tier in which an amount of minor units lies; none above the last; all where the amount is not known."""
    for tier in tiers:
        if amount is None:
            yield tier
        elif tier.up_to is None or amount <= tier.up_to * CENTS:
            yield tier
            return


def _rates(pack: ChargesPack, contract_date: date | None, product: str, principal: int | None) -> Iterator[Limit]:
    for rule in bound(pack, RateCap, product):
        large = rule.principal_above is None or principal is None or principal > rule.principal_above * CENTS
        if rule.covers == "all" and large:
            for value in in_force(rule.values, contract_date):
                for tier in tiers_at(value.tiers, principal):
                    yield Limit(_per_day(rule, tier.percent + _lowest_base(pack, rule, contract_date)), rule.id)


def _shares(
    pack: ChargesPack, covers: str, contract_date: date | None, product: str, principal: int | None, days: int | None
) -> Iterator[Limit]:
    for rule in bound(pack, CapMultiple, product):
        small = rule.principal_most is None or principal is None or principal <= rule.principal_most * CENTS
        short = rule.days_most is None or days is None or days <= rule.days_most
        if rule.covers == covers and small and short:
            yield from (Limit(value.share, rule.id) for value in in_force(rule.values, contract_date))


def _lowest_base(pack: ChargesPack, rule: RateCap, contract_date: date | None) -> Decimal:
    """What the points of a cap go on top of: the lowest known on the day that counts, or during the contract's life."""
    if rule.over in (None, "contract"):
        return Decimal(0)
    table = next(t for t in bound(pack, RateTable) if t.id == rule.over)
    if rule.basis == "contract":
        known = list(in_force(table.values, contract_date))
    else:
        known = [v for v in table.values if contract_date is None or (v.valid_to or date.max) >= contract_date]
    return min((value.percent for value in known), default=Decimal(0))


def _per_day(rule: RateCap, percent: Decimal) -> Decimal:
    # Rounded down: a cap that a computation rounds up is none.
    return percent if rule.per == "day" else (percent / DAYS_OF_YEAR).quantize(PER_DAY, ROUND_DOWN)
