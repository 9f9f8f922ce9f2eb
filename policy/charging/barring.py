"""When is a claim barred, with what effect, and when may a small one be written off for tax?"""

from collections.abc import Mapping, Sequence, Set
from datetime import date, timedelta
from typing import Literal, NamedTuple

from models.charges import CENTS, ChargesPack, ClaimKind, Effect, Interruption, PrescriptionRule, WriteOff
from policy.charging.caps import bound, in_force
from policy.law.deadlines import months_later, years_later

Verdict = Literal["met", "met_if_large", "not_yet", "too_large", "other_currency"]


LOAN: frozenset[ClaimKind] = frozenset({"loan"})
ANY: frozenset[ClaimKind] = frozenset({"loan", "periodic", "sale"})
CLAIMS: Mapping[str, frozenset[ClaimKind]] = {"invoice": ANY, "utility": ANY, "leasing": ANY}
"""What a claim from a product may be: of a bill nobody tells us what for. Every other product is a loan."""


class Dues(NamedTuple):
    """The days that a claim is counted from: of its oldest open part, of its last instalment, of its first one."""

    oldest: date
    last: date
    first: date


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
    due: Dues,
    heard: Mapping[Interruption, Sequence[date]] = {},
    claims: Set[ClaimKind] = LOAN,
    region: str | None = None,
) -> Prescription | None:
    """The earliest day after which a claim may be barred (law.md RU-S1, NL-S1, PT-S1, IT-S1, RO-S1, BR-S1, UK-S1).

    Counted from the oldest open part, or from the last instalment where the law does so (Italy): an acceleration or a
    default notice (Portugal, England) can only be later. `heard`: the days of what may have started the years anew,
    which count where the rule says so and the claim was not barred yet. None: no rule for such claims here.
    """
    found = [rule for rule in bound(pack, PrescriptionRule) if rule.claims in claims]
    # A region's own rule goes before the country's; where the region is not known, the shortest holds.
    chosen = [rule for rule in found if region is not None and rule.region == region]
    if not chosen:
        chosen = [rule for rule in found if rule.region is None] if region else found
    return min((_interrupted(rule, due, heard) for rule in chosen), default=None)


def ends_contact(pack: ChargesPack) -> bool:
    """Whether the law of the place lets nobody ask for some barred claims any more."""
    return any(rule.effect == "stop_contact" for rule in bound(pack, PrescriptionRule))


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


def _interrupted(rule: PrescriptionRule, due: Dues, heard: Mapping[Interruption, Sequence[date]]) -> Prescription:
    runs_from = due.last if rule.runs_from == "last_instalment" else due.oldest
    found = _barred(rule, runs_from, due.first)
    for day in sorted(day for what in rule.interrupted_by for day in heard.get(what, ())):
        if runs_from < day <= found.last_day:
            found = _barred(rule, day, due.first)
    return found


def _barred(rule: PrescriptionRule, runs_from: date, first_due: date) -> Prescription:
    value = next(in_force(rule.values, None))
    last = years_later(runs_from, value.years)
    if value.outer:
        last = min(last, years_later(first_due, value.outer))
    return Prescription(last, rule.effect, rule.id)


def _verdict(claim: int, limits: tuple[int, int], old: bool, large: bool | None) -> Verdict:
    small, high = limits
    if claim > (small if large is False else high):
        return "too_large"
    if not old:
        return "not_yet"
    return "met" if claim <= small or large else "met_if_large"
