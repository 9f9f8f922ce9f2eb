"""Which rules of a place bind this channel and this actor? Worked out once, then asked many times."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from models.contact import Capacity, Facts, Level
from models.jurisdiction import Jurisdiction, Pack
from models.rules import BanRule, Condition, CooldownRule, CounterRule, DutyRule, HoursRule, Limit, Rule, WishRule

RANKS: dict[Level, int] = {"unconnected": 0, "attempt": 1, "connected": 2, "conversation": 3, "sent": 3}


class Tally(NamedTuple):
    """One limit of a counter or cool-down: blocked where `most` contacts that count lie in its window already."""

    rule: CounterRule | CooldownRule
    most: int
    limit: Limit
    channels: frozenset[str]
    rank: int
    by_debt: bool
    inbound: bool
    demands: bool
    places: frozenset[str]
    unless: Condition | None
    consented: bool
    """Contacts under a consent are counted too."""


@dataclass(frozen=True, eq=False)
class Binding:
    """The rules that bind one channel and one actor at one place."""

    jurisdiction: Jurisdiction
    channel: str
    hours: tuple[tuple[Pack, HoursRule], ...]
    bans: tuple[BanRule, ...]
    duties: tuple[DutyRule, ...]
    wishes: tuple[WishRule, ...]
    tallies: tuple[Tally, ...]
    ids: tuple[str, ...]
    kinds: dict[tuple[object, ...], tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=dict)
    """Which tallies a kind of contact counts for: by party, and by debt. Filled as such contacts are met."""


def binding(jurisdiction: Jurisdiction, channel: str, facts: Facts) -> Binding:
    """What binds this contact. An actor or a contract's day that is not known: every rule does."""
    contract_on = facts.contract_on if _by_contract(jurisdiction) else None
    return _binding(jurisdiction, channel, facts.actor, contract_on)


def in_force(rule: Rule, day: date) -> bool:
    """Whether a rule is in force for an event of that day."""
    return (rule.valid_from is None or rule.valid_from <= day) and (rule.valid_to is None or day <= rule.valid_to)


@lru_cache(maxsize=4096)
def _binding(jurisdiction: Jurisdiction, channel: str, actor: Capacity | None, contract_on: date | None) -> Binding:
    bound = [
        (pack, rule)
        for pack in jurisdiction.packs
        for rule in pack.rules
        if channel in rule.channels and _binds(pack, rule, actor, contract_on)
    ]
    return Binding(
        jurisdiction,
        channel,
        hours=tuple((pack, rule) for pack, rule in bound if isinstance(rule, HoursRule)),
        bans=tuple(rule for _, rule in bound if isinstance(rule, BanRule)),
        duties=tuple(rule for _, rule in bound if isinstance(rule, DutyRule)),
        wishes=tuple(rule for _, rule in bound if isinstance(rule, WishRule)),
        tallies=tuple(tally for _, rule in bound for tally in _tallies(rule)),
        ids=tuple(dict.fromkeys(rule.id for _, rule in bound)),
    )


def _binds(pack: Pack, rule: Rule, actor: Capacity | None, contract_on: date | None) -> bool:
    if rule.strict in pack.off and rule.strict is not None:
        return False
    if rule.level == "soft_law" and "soft_law" in pack.off:
        return False
    if rule.basis == "contract" and contract_on is not None and not in_force(rule, contract_on):
        return False
    if actor is None or actor in rule.binds:
        return True
    return actor in rule.strict_binds and "lenders" not in pack.off


def _tallies(rule: Rule) -> list[Tally]:
    if isinstance(rule, CooldownRule):
        limit = Limit(max=0, rolling_days=rule.days)
        return [_tally(rule, 1, limit, RANKS[rule.after], demands=False, places=frozenset())]
    if isinstance(rule, CounterRule):
        return [
            _tally(rule, limit.max, limit, RANKS[rule.event], demands=rule.demands, places=frozenset(rule.places))
            for limit in rule.limits
        ]
    return []


def _tally(
    rule: CounterRule | CooldownRule, most: int, limit: Limit, rank: int, *, demands: bool, places: frozenset[str]
) -> Tally:
    return Tally(
        rule,
        most,
        limit,
        channels=frozenset(rule.counts or rule.channels),
        rank=rank,
        by_debt=rule.key == "party_debt",
        inbound=rule.inbound,
        demands=demands,
        places=places,
        unless=rule.unless,
        consented=isinstance(rule, CooldownRule) or rule.unless is None,
    )


@lru_cache(maxsize=1024)
def _by_contract(jurisdiction: Jurisdiction) -> bool:
    return any(rule.basis == "contract" for pack in jurisdiction.packs for rule in pack.rules)
