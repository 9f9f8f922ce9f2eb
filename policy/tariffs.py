"""Which tariff holds for one contract: what its lender charges, under the caps of the law of its place and day."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from models.charges import ChargesPack
from models.tariff import Caps, LateFee, Rate, Tariff
from models.tariff_file import FeeLine, TariffFile
from policy.charges import caps, late_interest_cap, statutory_interest
from policy.costs import late_fee_terms
from policy.words import exponent


class Contract(NamedTuple):
    """What a tariff depends on; the principal in minor units, the term in days."""

    day: date | None
    product: str
    principal: int
    currency: str
    term: int | None


class NoSuchTariff(ValueError):
    """The tariff does not fit the account."""


def resolve(file: TariffFile, version: str, law: ChargesPack | None, contract: Contract) -> Tariff:
    """The tariff of one contract. Raises NoSuchTariff where it asks for a table that its law does not have."""
    if file.statutory:
        rates = statutory_interest(law) if law else ()
        if not rates:
            raise NoSuchTariff(f"{file.tariff}: no table of statutory interest is known for {file.country}")
    else:
        rates = tuple(Rate(**line.model_dump()) for line in file.interest)
    allowed = Caps()
    if law:
        day, product, principal, currency, term = contract
        allowed = caps(law, day, product, principal, term, currency)
        if file.covers == "late" and not file.statutory:
            rates = tuple(_lawful(file, rate, law, product) for rate in rates)
    fees = tuple(_fee(line, contract.currency) for line in file.late_fees)
    if law and contract.currency == law.currency:
        fees = tuple(_lawful_fees(fees, late_fee_terms(law, contract.product)))
    return Tariff(name=file.tariff, version=version, interest=rates, late_fees=fees, caps=allowed)


def _lawful(file: TariffFile, rate: Rate, law: ChargesPack, product: str) -> Rate:
    """The rate, or the most that the law allows for being late (per cent a day) where that is less."""
    limit = late_interest_cap(law, rate.since, product, file.contract_percent, interest_runs=True)
    daily = rate.percent if rate.per == "day" else rate.percent / 365
    return rate if limit is None or daily <= limit.most else Rate(since=rate.since, percent=limit.most, per="day")


def _lawful_fees(fees: Sequence[LateFee], law: Sequence[LateFee]) -> Iterator[LateFee]:
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
    return int(amount.scaleb(exponent(currency)))


def term_days(begins: date | None, due: Iterable[date]) -> int | None:
    """How many days a contract runs: from its day to its last instalment; None where its day is not known."""
    return None if begins is None else (max(due) - begins).days
