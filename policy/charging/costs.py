"""What does the law give for collecting, and how is it computed? Minor units, rounded once, half up."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from models.charges import CENTS, Bands, ChargesPack, Cumulation, FeeTier, LateFeeRule, Vat
from models.tariff import CostScale, CostTier, LateFee
from policy.charging.caps import bound, in_force, tiers_at
from policy.law.deadlines import months_later
from policy.minor_units import half_up

HUNDRED = Decimal(100)


class OtherCurrency(ValueError):
    """The law speaks of another currency than the debt: a person decides."""


class Line(NamedTuple):
    """One line of a computation: what is taken, and what it comes to in minor units, not yet rounded."""

    says: str
    amount: Decimal
    what: Literal["share", "least", "most", "earlier", "vat"] = "share"
    percent: Decimal | None = None
    base: Decimal | None = None


class Charge(NamedTuple):
    """Minor units, the rule that gives it, how it was computed; 0 without a rule: no law gives it."""

    amount: int
    rule: str
    lines: tuple[Line, ...] = ()


class Missed(NamedTuple):
    """An instalment that was not paid in time: minor units, left unpaid on the last free day of its 14-day letter."""

    unpaid: int
    letter_ended: date
    charged: int = 0
    """What was charged for it already, without VAT."""


NOTHING = Charge(0, "")
Scaled = tuple[str, Decimal, tuple[Line, ...]]
"""The rule, the cost before VAT and rounding, its lines."""


def scale_of(pack: ChargesPack, currency: str, day: date, vat_reclaimable: bool = True) -> CostScale | None:
    """The scale of a day with its VAT and what small instalments share; None where no law gives a cost then.

    VAT comes on top only where the creditor cannot reclaim it (NL-L2). Raises OtherCurrency.
    """
    found = next(((rule, value) for rule in bound(pack, Bands) for value in in_force(rule.values, day)), None)
    if found is None:
        return None
    _same_currency(pack, currency)
    rule, value = found
    rates = [] if vat_reclaimable else [v.percent for vat in bound(pack, Vat) for v in in_force(vat.values, day)]
    shared: dict[str, Any] = next(
        (
            {"sharing": r.id, "sharing_article": r.article, "small_most": v.instalment_most, "months": v.months}
            for r in bound(pack, Cumulation)
            for v in in_force(r.values, day)
        ),
        {},
    )
    return CostScale(
        rule=rule.id,
        article=rule.article,
        tiers=tuple(CostTier(up_to=tier.up_to, percent=tier.percent) for tier in value.tiers),
        least=value.least,
        most=value.most,
        vat=sum(rates, Decimal(0)),
        **shared,
    )


def letter_cost(scale: CostScale, unpaid: Sequence[int], ended: date, earlier: Sequence[Missed] = ()) -> Charge:
    """The cost of one letter for instalments of one contract, by what is left unpaid of each when its term `ended`.

    The scale takes their sum (law.md NL-L1, NL-L3). Small ones together cost no more than the dearest of them alone,
    and with those of earlier letters within the window no more than the scale on all, less what those cost (NL-L4).
    """
    owed = [amount for amount in unpaid if amount > 0]
    if not owed:
        return NOTHING
    together = _scaled(scale, sum(owed))
    small = [amount for amount in owed if _small(scale, amount)]
    within = [m for m in earlier if _small(scale, m.unpaid) and months_later(m.letter_ended, scale.months) >= ended]
    if not small or (len(small) == 1 and not within):
        return _rounded(scale, *together)
    _, part, lines = min(_shares(scale, small, within), key=lambda scaled: scaled[1])
    if big := sum(owed) - sum(small):
        _, more, and_lines = _scaled(scale, big)
        part, lines = part + more, lines + and_lines
    return _rounded(scale, *min((scale.sharing, part, lines), together, key=lambda scaled: scaled[1]))


def _shares(scale: CostScale, small: Sequence[int], within: Sequence[Missed]) -> Iterator[Scaled]:
    """What small instalments may cost: the dearest alone, or what they add to those of earlier letters."""
    yield _scaled(scale, max(small))
    if within:
        charged = Decimal(sum(m.charged for m in within))
        rule, amount, lines = _scaled(scale, sum(small) + sum(m.unpaid for m in within))
        less = Line("less what was charged for the earlier instalments", -charged, "earlier")
        yield rule, max(amount - charged, Decimal(0)), (*lines, less)


def missed(scale: CostScale, unpaid: Sequence[int], ended: date, cost: int) -> list[Missed]:
    """What a letter's cost, without VAT, says to the letters after it: the small instalments, and what they cost."""
    small = [amount for amount in unpaid if amount > 0 and _small(scale, amount)]
    big = sum(amount for amount in unpaid if amount > 0) - sum(small)
    rest = max(cost - half_up(_scaled(scale, big)[1]), 0) if big else cost
    return [Missed(amount, ended, 0 if n else rest) for n, amount in enumerate(small)]


def collection_cost(
    pack: ChargesPack, principal_unpaid: int, currency: str, day: date, vat_reclaimable: bool = True
) -> Charge:
    """The cost of collecting what is left unpaid of the principal (law.md NL-L1, NL-L2, NL-L3; BW 6:96, BIK art. 2).

    After a part payment in time it is the cost of the part left unpaid. VAT comes on top only where the creditor cannot
    reclaim it; where nobody knows, none does. Raises OtherCurrency.
    """
    scale = scale_of(pack, currency, day, vat_reclaimable)
    return _rounded(scale, *_scaled(scale, principal_unpaid)) if scale and principal_unpaid > 0 else NOTHING


def late_fee(pack: ChargesPack, unpaid: int, currency: str, due: date, product: str) -> Charge:
    """The highest fee for one instalment not paid in time, by its due date (law.md PT-L1, BR-L1). Raises OtherCurrency.

    Nothing where no rule of the country gives one: then only the agreement can, within the caps.
    """
    fees = [
        _fee(rule.id, tier, unpaid)
        for rule in bound(pack, LateFeeRule, product)
        for value in in_force(rule.values, due)
        for tier in tiers_at(value.tiers, unpaid)
    ]
    if not fees or unpaid <= 0:
        return NOTHING
    _same_currency(pack, currency)
    return min(fees, key=lambda fee: fee.amount)


def late_fee_terms(pack: ChargesPack, product: str) -> tuple[LateFee, ...]:
    """The fees of the law as the terms of a tariff, oldest first (law.md PT-L1, BR-L1); none where no law gives one.

    A tariff has one scale where the law may have several: the first is taken, by which no instalment costs more.
    """
    return tuple(
        LateFee(
            since=value.valid_from or date.min,
            percent=tier.percent,
            least=int(tier.least * CENTS),
            most=None if tier.most is None else int(tier.most * CENTS),
        )
        for rule in bound(pack, LateFeeRule, product)
        for value in rule.values
        for tier in value.tiers[:1]
    )


def _scaled(scale: CostScale, principal: int) -> Scaled:
    """The cost by the scale, without VAT, not rounded."""
    return scale.rule, *_within(tuple(_banded(scale.tiers, principal)), scale.least, scale.most)


def _banded(tiers: Sequence[CostTier], principal: int) -> Iterator[Line]:
    below = Decimal(0)
    for tier in tiers:
        end = Decimal(principal) if tier.up_to is None else min(tier.up_to * CENTS, Decimal(principal))
        if end > below:
            yield _share(tier.percent, end - below)
            below = end


def _within(lines: tuple[Line, ...], least: Decimal, most: Decimal | None) -> tuple[Decimal, tuple[Line, ...]]:
    total = sum((line.amount for line in lines), Decimal(0))
    if total < least * CENTS:
        return least * CENTS, (*lines, Line("but at least", least * CENTS, "least"))
    if most is not None and total > most * CENTS:
        return most * CENTS, (*lines, Line("but at most", most * CENTS, "most"))
    return total, lines


def _fee(rule: str, tier: FeeTier, unpaid: int) -> Charge:
    amount, lines = _within((_share(tier.percent, Decimal(unpaid)),), tier.least, tier.most)
    return Charge(half_up(amount), rule, lines)


def _share(percent: Decimal, of: Decimal) -> Line:
    says = f"{percent.normalize():f} % of {of / CENTS:.2f}"
    return Line(says, of * percent / HUNDRED, percent=percent, base=of)


def _rounded(scale: CostScale, rule: str, amount: Decimal, lines: tuple[Line, ...]) -> Charge:
    """With VAT where it is due; rounded only then."""
    tax = amount * scale.vat / HUNDRED
    taxes = (Line(f"VAT {scale.vat.normalize():f} %", tax, "vat", scale.vat),) if scale.vat else ()
    return Charge(half_up(amount + tax), rule, lines + taxes)


def _small(scale: CostScale, unpaid: int) -> bool:
    return bool(scale.sharing) and unpaid <= scale.small_most * CENTS


def _same_currency(pack: ChargesPack, currency: str) -> None:
    if currency != pack.currency:
        raise OtherCurrency(f"the rules of {pack.country} are in {pack.currency}, the debt is in {currency}")
