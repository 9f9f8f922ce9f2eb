"""Which tariff holds for one contract: what its lender charges, under the caps of the law of its place and day."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from models.charges import Charged, ChargesPack, LateFeeRule, RateCap, RateTable, Role
from models.tariff import Ban, Caps, LateFee, Rate, Tariff
from models.tariff_file import FeeLine, TariffFile
from policy.charging.caps import (
    PER_DAY,
    Limit,
    NoRate,
    bans,
    bound,
    caps,
    late_interest_cap,
    price_cap,
    statutory_interest,
    usury_threshold,
)
from policy.charging.costs import late_fee_terms
from policy.minor_units import exponent, scaled
from policy.phrases import day_text

YEAR = 365
NONE = "none"
"""The name of what holds for an account without a tariff: nothing but the law's caps and bans."""


class Contract(NamedTuple):
    """What a tariff depends on; the principal in minor units, the term in days; in which role we collect."""

    day: date | None
    product: str
    principal: int
    currency: str
    term: int | None
    role: Role = "agency"


class NoSuchTariff(ValueError):
    """The tariff does not fit the account."""


def resolve(file: TariffFile, version: str, law: ChargesPack | None, contract: Contract) -> Tariff:
    """The tariff of one contract: what its file asks for, as far as the law of its place allows it to our role.

    What the law takes away is noted with its rule. Raises NoSuchTariff where it asks for a table that its law lacks.
    """
    rates = tuple(Rate(**line.model_dump()) for line in file.interest)
    if file.statutory:
        rates = statutory_interest(law) if law else ()
        if not rates:
            raise NoSuchTariff(f"{file.tariff}: no table of statutory interest is known for {file.country}")
    fees = tuple(_fee(line, contract.currency) for line in file.late_fees)
    if law is None:
        return Tariff(name=file.tariff, version=version, interest=rates, late_fees=fees)
    banned = bans(law, contract.role, file.allowed)
    notes: list[str] = []
    rates = tuple(_lawful_rates(file, rates, law, contract, notes))
    fees = _lawful_fees(fees, law, contract, banned, notes)
    found = _caps(law, contract, banned)
    if found.per_day is not None and any(_a_day(rate) > found.per_day for rate in rates):
        notes.append(f"at most {found.per_day.normalize():f} % a day: {found.rules[0]}")
    return Tariff(
        name=file.tariff,
        version=version,
        interest=rates,
        late_fees=fees,
        caps=found,
        notes=tuple(dict.fromkeys(notes)),
    )


def law_alone(law: ChargesPack, contract: Contract) -> Tariff | None:
    """What binds the charges told on an account without a tariff; None where nothing does."""
    found = _caps(law, contract, bans(law, contract.role))
    return None if found == Caps() else Tariff(name=NONE, caps=found)


def _caps(law: ChargesPack, contract: Contract, banned: tuple[Ban, ...]) -> Caps:
    found = caps(law, contract.day, contract.product, contract.principal, contract.term, contract.currency)
    return found.model_copy(update={"bans": banned})


def _lawful_rates(
    file: TariffFile, rates: Sequence[Rate], law: ChargesPack, contract: Contract, notes: list[str]
) -> Iterator[Rate]:
    """The rates, or the most that the law allows where that is less; none that it forbids or calls usury."""
    kind: Charged = "late_interest" if file.covers == "late" else "interest"
    if rates and (rule := _banned(bans(law, contract.role, file.allowed), kind)):
        notes.append(f"no {kind.replace('_', ' ')}: {rule}")
        return
    threshold = _usury(file, law, contract, notes) if rates and file.allowed.get(kind) != "law" else None
    for rate in rates if file.statutory else _by_days(law, rates):
        limit = None if file.statutory else _limit(file, rate, law, contract.product)
        if threshold and _a_day(rate) * YEAR > threshold.most:
            usury = f"usury above {threshold.most.normalize():f} %"
            notes.append(f"no interest at {_says(rate)}, {usury}: {threshold.rule}")
            yield rate.model_copy(update={"percent": Decimal(0)})
        elif limit and _a_day(rate) > limit.most:
            if _a_day(rate).quantize(PER_DAY, ROUND_DOWN) > limit.most:  # Else it is the limit itself, rounded down.
                notes.append(f"less interest than {_says(rate)}: {limit.rule}")
            yield Rate(since=rate.since, percent=limit.most, per="day")
        else:
            yield rate


def _banned(banned: Sequence[Ban], charge: Charged) -> str | None:
    """The rule that forbids a charge on any day: what a tariff holds is charged for years."""
    return next((ban.rule for ban in banned if ban.charge == charge), None)


def _by_days(law: ChargesPack, rates: Sequence[Rate]) -> Iterator[Rate]:
    """The rates, each anew from every day on which the law on rates changes."""
    changes = {v.valid_from for rule in law.rules if isinstance(rule, RateCap | RateTable) for v in rule.values}
    for since in sorted({rate.since for rate in rates} | {day for day in changes if day}):
        asked = max((rate for rate in rates if rate.since <= since), key=lambda r: r.since, default=None)
        if asked:
            yield asked.model_copy(update={"since": since})


def _limit(file: TariffFile, rate: Rate, law: ChargesPack, product: str) -> Limit | None:
    """The most that the law of the rate's first day allows, in per cent a day."""
    limits = []
    if file.covers == "late":
        limits.append(late_interest_cap(law, rate.since, product, file.contract_percent, interest_runs=True))
    try:
        price = price_cap(law, rate.since, product)
    except NoRate:
        price = None  # Older than the law's table: the caps of the contract bind it all the same.
    if price:
        limits.append(Limit((price.most / YEAR).quantize(PER_DAY, ROUND_DOWN), price.rule))
    return min((limit for limit in limits if limit), default=None)


def _usury(file: TariffFile, law: ChargesPack, contract: Contract, notes: list[str]) -> Limit | None:
    """The highest rate a year that is no usury, by the mean rate of the contract's quarter; the lowest, if unknown."""
    rule = usury_threshold(law, Decimal(0), contract.day)
    if rule is None:
        return None
    told = [line for line in file.mean_rates if contract.day is None or line.since <= contract.day]
    if not told:
        when = f"of {day_text(contract.day)}" if contract.day else "of an unknown day"
        notes.append(f"interest is not tested for usury, no mean rate is given for a contract {when}: {rule.rule}")
        return None
    last = max(told, key=lambda line: line.since)
    mean = last.percent if contract.day else min(line.percent for line in told)
    return usury_threshold(law, mean, contract.day)


def _a_day(rate: Rate) -> Decimal:
    return rate.percent if rate.per == "day" else rate.percent / YEAR


def _says(rate: Rate) -> str:
    return f"{rate.percent.normalize():f} % a {rate.per}"


def _lawful_fees(
    fees: tuple[LateFee, ...], law: ChargesPack, contract: Contract, banned: Sequence[Ban], notes: list[str]
) -> tuple[LateFee, ...]:
    """The fees as far as the law allows them; none that it forbids."""
    if fees and (rule := _banned(banned, "fee")):
        notes.append(f"no late fees: {rule}")
        return ()
    if contract.currency != law.currency:
        return fees
    found = tuple(_within_terms(fees, late_fee_terms(law, contract.product)))
    if {(fee.percent, fee.least, fee.most) for fee in found} - {(fee.percent, fee.least, fee.most) for fee in fees}:
        rules = ", ".join(rule.id for rule in bound(law, LateFeeRule, contract.product))
        notes.append(f"lower late fees than it asks for: {rules}")
    return found


def _within_terms(fees: Sequence[LateFee], law: Sequence[LateFee]) -> Iterator[LateFee]:
    """The fees, or the most that the law of an instalment's day allows where that is less."""
    for since in sorted({term.since for term in (*fees, *law)}):
        asked = max((fee for fee in fees if fee.since <= since), key=lambda f: f.since, default=None)
        most = max((term for term in law if term.since <= since), key=lambda t: t.since, default=None)
        if asked and most:
            ends = [end for end in (asked.most, most.most) if end is not None]
            less = {"percent": min(asked.percent, most.percent), "least": min(asked.least, most.least)}
            yield asked.model_copy(update={"since": since, **less, "most": min(ends, default=None)})
        elif asked:
            yield asked.model_copy(update={"since": since})


def _fee(line: FeeLine, currency: str) -> LateFee:
    return LateFee(
        since=line.since,
        percent=line.percent,
        least=_minor(line.least, currency),
        most=None if line.most is None else _minor(line.most, currency),
        after_days=line.after_days,
    )


def _minor(amount: Decimal, currency: str) -> int:
    return int(scaled(amount, exponent(currency)))


def term_days(begins: date | None, due: Iterable[date]) -> int | None:
    """How many days a contract runs: from its day to its last instalment; None where its day is not known."""
    return None if begins is None else (max(due) - begins).days
