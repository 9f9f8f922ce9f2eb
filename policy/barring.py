"""When is a claim barred, with what effect, and when may a small one be written off for tax?"""

from datetime import date, timedelta
from typing import Literal, NamedTuple

from models.charges import CENTS, ChargesPack, PrescriptionRule, WriteOff
from policy.charges import bound, in_force
from policy.deadlines import months_later, years_later

Effect = Literal["no_suit", "must_be_pleaded", "stop_contact"]
Verdict = Literal["met", "met_if_large", "not_yet", "too_large", "other_currency"]


class Prescription(NamedTuple):
    """The last day on which the claim can be brought; after it: no suit, barred if pleaded, or no contact at all."""

    last_day: date
    effect: Effect
    rule: str

    def barred(self, day: date) -> bool:
        """Whether the claim is barred on the day."""
        return day > self.last_day


class WriteOffTest(NamedTuple):
    """What the test of a small claim says, with what it was made on. Amounts in minor units."""

    verdict: Verdict
    claim: int
    limit: int
    limit_large: int
    due: date
    """When the last part of the claim was due."""
    from_day: date
    """The first day that is far enough past due."""
    rule: str


def prescription(
    pack: ChargesPack,
    runs_from: date,
    claims: Literal["loan", "periodic", "sale"] = "loan",
    region: str | None = None,
    first_due: date | None = None,
) -> Prescription | None:
    """When a claim is barred, nothing having interrupted it (law.md RU-S1, NL-S1, PT-S1, IT-S1, RO-S1, BR-S1, UK-S1).

    `runs_from` is what the rule counts from: the due date of the instalment, of the last one (Italy), the acceleration
    (Portugal), the expiry of the default notice (England); a caller gives the day after an interruption instead.
    `first_due` bounds it where the law has an outer limit that nothing interrupts. None: no rule for such claims here.
    """
    found = [rule for rule in bound(pack, PrescriptionRule) if rule.claims == claims]
    # A region's own rule goes before the country's; where the region is not known, the shortest holds.
    chosen = [rule for rule in found if region is not None and rule.region == region]
    if not chosen:
        chosen = [rule for rule in found if rule.region is None] if region else found
    return min((_barred(rule, runs_from, first_due) for rule in chosen), default=None)


def write_off_test(
    pack: ChargesPack, claim: int, currency: str, last_due: date, day: date, large: bool | None = None
) -> WriteOffTest | None:
    """Whether a small claim may be written off for tax on a day without further proof (law.md IT-W1; TUIR 101(5)).

    `claim` is all that is open on one contract, in minor units, `last_due` the due date of its last part; `large`: a
    creditor with the revenue of the higher limit, None where nobody knows. None: the country has no such test.
    """
    for rule in bound(pack, WriteOff):
        for value in in_force(rule.values, day):
            limits = int(value.most * CENTS), int(value.most_large * CENTS)
            old = months_later(last_due, value.months) + timedelta(days=1)
            verdict = _verdict(claim, limits, day >= old, large) if currency == pack.currency else "other_currency"
            return WriteOffTest(verdict, claim, *limits, last_due, old, rule.id)
    return None


def _barred(rule: PrescriptionRule, runs_from: date, first_due: date | None) -> Prescription:
    value = next(in_force(rule.values, None))
    last = years_later(runs_from, value.years)
    if value.outer and first_due:
        last = min(last, years_later(first_due, value.outer))
    return Prescription(last, rule.effect, rule.id)


def _verdict(claim: int, limits: tuple[int, int], old: bool, large: bool | None) -> Verdict:
    small, high = limits
    if claim > (small if large is False else high):
        return "too_large"
    if not old:
        return "not_yet"
    return "met" if claim <= small or large else "met_if_large"
