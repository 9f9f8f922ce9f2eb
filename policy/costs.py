"""What does the law give for collecting, and how is it computed? Minor units, rounded once, half up."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from models.charges import CENTS, Bands, ChargesPack, Cumulation, CumulationValue, FeeTier, LateFeeRule, Tier, Vat
from policy.charges import bound, in_force, tiers_at
from policy.deadlines import months_later

HUNDRED = Decimal(100)


class OtherCurrency(ValueError):
    """The law speaks of another currency than the debt: a person decides."""


class Line(NamedTuple):
    """One line of a computation: what is taken, and what it comes to in minor units, not yet rounded."""

    says: str
    amount: Decimal


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


def collection_cost(
    pack: ChargesPack, principal_unpaid: int, currency: str, day: date, vat_reclaimable: bool = True
) -> Charge:
    """The cost of collecting what is left unpaid of the principal (law.md NL-L1, NL-L2, NL-L3; BW 6:96, BIK art. 2).

    After a part payment in time it is the cost of the part left unpaid. VAT comes on top only where the creditor cannot
    reclaim it; where nobody knows, none does. Raises OtherCurrency.
    """
    found = _scaled(pack, principal_unpaid, currency, day)
    return _rounded(pack, *found, day, vat_reclaimable) if found else NOTHING


def instalment_cost(pack: ChargesPack, missed: Sequence[Missed], currency: str, vat_reclaimable: bool = True) -> Charge:
    """The cost for the last of the instalments missed on one contract, each with a letter of its own (law.md NL-L4).

    Small ones within the window share one cost: the scale on their sum, less what was charged for the earlier ones, and
    never more than the last would cost alone.
    """
    *earlier, last = missed
    day = last.letter_ended
    alone = _scaled(pack, last.unpaid, currency, day)
    rule = _cumulation(pack, day)
    if alone is None or rule is None or not _small(rule[1], last.unpaid):
        return collection_cost(pack, last.unpaid, currency, day, vat_reclaimable)
    within = [m for m in earlier if _small(rule[1], m.unpaid) and months_later(m.letter_ended, rule[1].months) >= day]
    together = _scaled(pack, last.unpaid + sum(m.unpaid for m in within), currency, day)
    if together is None or not within:
        return _rounded(pack, *alone, day, vat_reclaimable)
    charged = Decimal(sum(m.charged for m in within))
    rest = min(max(together[1] - charged, Decimal(0)), alone[1])
    lines = (*together[2], Line("less what was charged for the earlier instalments", -charged))
    return _rounded(pack, rule[0].id, rest, lines, day, vat_reclaimable)


def bundled_cost(
    pack: ChargesPack, unpaid: Sequence[int], currency: str, day: date, vat_reclaimable: bool = True
) -> Charge:
    """The cost for instalments whose letters were sent late and together (law.md NL-L4).

    The small ones together cost what the dearest of them costs alone; a larger one, and any before the rule, its own.
    """
    each = [(amount, collection_cost(pack, amount, currency, day, vat_reclaimable)) for amount in unpaid]
    rule = _cumulation(pack, day)
    small = [charge for amount, charge in each if rule and _small(rule[1], amount)]
    taken = [charge for amount, charge in each if not (rule and _small(rule[1], amount))]
    if small:
        taken.append(max(small, key=lambda charge: charge.amount))
    named = rule[0].id if rule and len(small) > 1 else next((charge.rule for charge in taken), "")
    return Charge(sum(charge.amount for charge in taken), named, tuple(line for c in taken for line in c.lines))


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


def left_unpaid(principal: int, payments: Sequence[tuple[date, int]], last_free_day: date) -> int:
    """What is left of the principal after the payments up to the last free day, that day included (law.md NL-L3)."""
    return max(principal - sum(amount for day, amount in payments if day <= last_free_day), 0)


Scaled = tuple[str, Decimal, tuple[Line, ...]]


def _scaled(pack: ChargesPack, principal: int, currency: str, day: date) -> Scaled | None:
    """The cost by the scale of the day, without VAT, not rounded; None where no scale holds or nothing is unpaid."""
    for rule in bound(pack, Bands):
        for value in in_force(rule.values, day):
            if principal <= 0:
                return None
            _same_currency(pack, currency)
            lines = tuple(_banded(value.tiers, principal))
            return rule.id, *_within(lines, value.least, value.most)
    return None


def _banded(tiers: Sequence[Tier], principal: int) -> Iterator[Line]:
    below = Decimal(0)
    for tier in tiers:
        end = Decimal(principal) if tier.up_to is None else min(tier.up_to * CENTS, Decimal(principal))
        if end > below:
            yield _share(tier.percent, end - below)
            below = end


def _within(lines: tuple[Line, ...], least: Decimal, most: Decimal | None) -> tuple[Decimal, tuple[Line, ...]]:
    total = sum((line.amount for line in lines), Decimal(0))
    if total < least * CENTS:
        return least * CENTS, (*lines, Line("but at least", least * CENTS))
    if most is not None and total > most * CENTS:
        return most * CENTS, (*lines, Line("but at most", most * CENTS))
    return total, lines


def _fee(rule: str, tier: FeeTier, unpaid: int) -> Charge:
    amount, lines = _within((_share(tier.percent, Decimal(unpaid)),), tier.least, tier.most)
    return Charge(_half_up(amount), rule, lines)


def _share(percent: Decimal, of: Decimal) -> Line:
    return Line(f"{percent.normalize():f} % of {of / CENTS:.2f}", of * percent / HUNDRED)


def _rounded(
    pack: ChargesPack, rule: str, amount: Decimal, lines: tuple[Line, ...], day: date, vat_reclaimable: bool
) -> Charge:
    """With VAT where it is due; rounded only then."""
    rates = [] if vat_reclaimable else [v.percent for vat in bound(pack, Vat) for v in in_force(vat.values, day)]
    taxes = tuple(Line(f"VAT {rate.normalize():f} %", amount * rate / HUNDRED) for rate in rates)
    return Charge(_half_up(amount + sum((tax.amount for tax in taxes), Decimal(0))), rule, lines + taxes)


def _cumulation(pack: ChargesPack, day: date) -> tuple[Cumulation, CumulationValue] | None:
    return next(((rule, value) for rule in bound(pack, Cumulation) for value in in_force(rule.values, day)), None)


def _small(value: CumulationValue, unpaid: int) -> bool:
    return unpaid <= value.instalment_most * CENTS


def _half_up(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def _same_currency(pack: ChargesPack, currency: str) -> None:
    if currency != pack.currency:
        raise OtherCurrency(f"the rules of {pack.country} are in {pack.currency}, the debt is in {currency}")
