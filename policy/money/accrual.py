"""What being late costs: interest by the day from dated rates, late fees, and the caps that are never passed."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from models.case import Case, Charge, Instalment
from models.charges import Charged
from models.tariff import LateFee, Rate, Tariff
from policy.case.holds import blocked_days
from policy.charging.caps import forbidden
from policy.minor_units import half_up

A_DAY = timedelta(days=1)
YEAR_DAYS = 365
"""A rate a year is one of 365 days, in leap years too."""
MILLIONTHS = 10**6
WHOLE = YEAR_DAYS * 100 * MILLIONTHS
"""Interest is kept exact as a whole number of these parts of a minor unit."""
NEVER = date.max
BOUNDLESS = 10**30
NO_TARIFF = Tariff(name="none")
KIND: dict[str, Charged] = {"cost": "cost", "late_fee": "fee", "interest": "interest"}
"""What the law calls a charge that was told. Told interest may be any: it is not taken for that for being late."""


class Period(NamedTuple):
    """Interest of the days from `first` to `last` on one base at one rate."""

    first: date
    last: date
    base: int
    rate: str
    amount: int
    capped: bool


class FeeDay(NamedTuple):
    """The day on which an instalment that is still unpaid costs a late fee."""

    day: date
    instalment: Instalment
    rule: LateFee


class _Stretch(NamedTuple):
    """Between two days this rate holds: millionths of a per cent a year; 0 where nothing runs."""

    since: date
    until: date
    rate: int
    says: str


class Accrual:
    """The charges of one account for being late, as its days go by. An account without a tariff accrues nothing."""

    def __init__(self, case: Case, *, explained: bool = True) -> None:
        tariff = case.tariff or NO_TARIFF
        self.periods: list[Period] = []
        self._explained = explained
        self._stretches = _stretches(tariff, blocked_days(case, "interest")) if tariff.interest else []
        """Those that are not over yet: the days only go forward."""
        self._exact = 0
        self._counted = 0
        lent = case.principal or sum(i.amount - i.interest for i in case.instalments)
        self._room = _multiple(tariff.caps.total, lent, sum(i.interest for i in case.instalments))
        self._room_late = _multiple(tariff.caps.late, lent, 0)
        self._room_fees = BOUNDLESS if tariff.caps.fees is None else tariff.caps.fees

    def interest(self, base: int, after: date, through: date) -> int:
        """Minor units for the days after one day up to and including another, on an overdue principal."""
        while self._stretches and self._stretches[0].until <= after:
            del self._stretches[0]
        if base <= 0:
            return 0
        more = 0
        for since, until, rate, says in self._stretches:
            if since > through:
                break
            if rate:
                first = since if since > after else after + A_DAY
                more += self._run(base, rate, first, min(through, until), says)
        return more

    def _run(self, base: int, rate: int, first: date, last: date, says: str) -> int:
        self._exact += base * rate * ((last - first).days + 1)
        # Half up, of all that has come together: so it is the same by the day or at once.
        come = (2 * self._exact + WHOLE) // (2 * WHOLE)
        more, self._counted = come - self._counted, come
        amount = self.allowed(more, late=True)
        if self._explained:
            self._note(Period(first, last, base, says, amount, amount < more))
        return amount

    def allowed(self, amount: int, *, late: bool, fee: bool = False) -> int:
        """As much of a charge as the caps leave room for; it counts from now on. `late`: interest and fees for being
        late, `fee`: fees and costs."""
        amount = min(amount, self._room, self._room_late if late else amount, self._room_fees if fee else amount)
        self._room -= amount
        if late:
            self._room_late -= amount
        if fee:
            self._room_fees -= amount
        return amount

    def _note(self, period: Period) -> None:
        last = self.periods[-1] if self.periods else None
        if last and (last.last + A_DAY, last.base, last.rate) == (period.first, period.base, period.rate):
            amount, capped = last.amount + period.amount, last.capped or period.capped
            self.periods[-1] = last._replace(last=period.last, amount=amount, capped=capped)
        else:
            self.periods.append(period)


def _multiple(cap: Decimal | None, principal: int, used: int) -> int:
    """How many minor units a cap leaves; no end of them where there is none."""
    return BOUNDLESS if cap is None else max(int(cap * principal) - used, 0)


def _stretches(tariff: Tariff, blocked: list[tuple[date, date | None]]) -> list[_Stretch]:
    days = {rate.since for rate in tariff.interest}
    for first, last in blocked:
        days |= {first} | ({last + A_DAY} if last else set())
    begins = sorted(days)
    ends = [day - A_DAY for day in begins[1:]] + [NEVER]
    return [_Stretch(day, end, *_rate(tariff, blocked, day)) for day, end in zip(begins, ends, strict=True)]


def _rate(tariff: Tariff, blocked: list[tuple[date, date | None]], day: date) -> tuple[int, str]:
    rates = [rate for rate in tariff.interest if rate.since <= day]
    if not rates or is_blocked(blocked, day):
        return 0, ""
    rate = max(rates, key=lambda r: r.since)
    yearly = _a_year(rate)
    most = None if tariff.caps.per_day is None else int(tariff.caps.per_day * YEAR_DAYS * MILLIONTHS)
    if most is not None and yearly > most:
        return most, f"{_plain(tariff.caps.per_day)} % a day, the most the law allows"
    return yearly, f"{_plain(rate.percent)} % a {rate.per}"


def _a_year(rate: Rate) -> int:
    return int(rate.percent * MILLIONTHS) * (YEAR_DAYS if rate.per == "day" else 1)


def _plain(number: Decimal | None) -> str:
    return f"{(number or Decimal(0)).normalize():f}"


def is_blocked(blocked: list[tuple[date, date | None]], day: date) -> bool:
    """Whether the day lies in one of the spans; an open span never ends."""
    return any(first <= day <= (last or NEVER) for first, last in blocked)


def forbidden_charge(case: Case, charge: Charge) -> str | None:
    """The rule by which a charge that was told is not owed, or None."""
    return forbidden(case.tariff.caps.bans, KIND[charge.what], charge.day) if case.tariff else None


def fee_days(case: Case) -> Iterator[FeeDay]:
    """When each instalment would cost a late fee. A day on which fees are blocked costs none, then or later."""
    rules = case.tariff.late_fees if case.tariff else ()
    if not rules:
        return
    blocked = blocked_days(case, "fees")
    latest_first = sorted(rules, key=lambda rule: rule.since, reverse=True)
    for instalment in case.instalments:
        rule = next((rule for rule in latest_first if rule.since <= instalment.due), None)
        if rule is None:
            continue
        day = instalment.due + timedelta(days=rule.after_days)
        if not is_blocked(blocked, day):
            yield FeeDay(day, instalment, rule)


def late_fee(rule: LateFee, unpaid: int) -> int:
    """The fee on what is unpaid of an instalment, minor units, rounded once, half up; none where nothing is unpaid."""
    if unpaid <= 0:
        return 0
    fee = half_up(unpaid * rule.percent / 100)
    return max(rule.least, fee if rule.most is None else min(fee, rule.most))
