"""Bans and duties by what is known of the debtor, the debt and this contact: do their conditions hold on a day?"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from models.contact import Fact, Facts, Party
from models.rules import BanRule, Condition, DutyRule, Rule
from policy.law.binding import Binding, in_force
from policy.law.days import DAY, debtor_day, months_later, start_of_day
from policy.law.hours import Agreed, nothing_agreed

Known = Mapping[str, tuple[Fact, ...]]
Span = tuple[date, date]


class Terms(NamedTuple):
    """When a rule binds, as spans of days: those of `when` (None: always), and those of each of `unless`."""

    when: list[Span] | None
    unless: list[list[Span]]

    def bind(self, day: date) -> bool:
        """Whether the rule binds on that day."""
        if self.when is not None and not _inside(self.when, day):
            return False
        return not self.unless or not all(_inside(spans, day) for spans in self.unless)


def known_facts(party: Party, facts: Facts, channel: str) -> Known:
    """The facts that concern this channel, by name; a third party or a workplace is one by itself."""
    found: dict[str, tuple[Fact, ...]] = {}
    for fact in facts.known:
        if not fact.channels or channel in fact.channels:
            found[fact.name] = (*found.get(fact.name, ()), fact)
    if party.role == "third_party":
        found["third_party"] = (Fact("third_party"),)
    if facts.place == "work":
        found["work"] = (Fact("work"),)
    return found


def terms(rule: BanRule | DutyRule, known: Known) -> Terms | None:
    """When the rule binds; None where nothing that is known calls for it."""
    if rule.when and not any(condition.fact in known for condition in rule.when):
        return None
    when = [s for c in rule.when for s in spans(c, known, rule, favour=False)] if rule.when else None
    if when == []:
        return None
    return Terms(when, [list(spans(c, known, rule, favour=True)) for c in rule.unless])


def agreed(bound: Binding, known: Known) -> Agreed:
    """Which rules on hours the debtor agreed to do without, day by day."""
    found = {
        rule.id: list(spans(rule.unless, known, rule, favour=True))
        for _, rule in bound.hours
        if rule.unless and rule.unless.fact in known
    }
    if not found:
        return nothing_agreed
    return lambda day: frozenset(id_ for id_, days in found.items() if _inside(days, day))


def next_unbound(rule: Rule, bound: Terms, zone: str, at: datetime) -> datetime | None:
    """The earliest instant not before `at` at which the rule does not bind; None where it does for good."""
    day = debtor_day(at, zone)
    if not _binds(rule, bound, day):
        return at
    turns = {last + DAY for _, last in bound.when or () if last < date.max}
    turns |= {first for spans in bound.unless for first, _ in spans}
    turns |= {rule.valid_to + DAY} if rule.valid_to else set()
    for turn in sorted(turn for turn in turns if turn > day):
        if not _binds(rule, bound, turn):
            return start_of_day(turn, zone)
    return None


def spans(condition: Condition, known: Known, rule: Rule | None, *, favour: bool) -> Iterator[Span]:
    """The days on which a condition holds, both included. What is not known is read against the contact: `favour`
    says that the condition allows something."""
    for fact in known.get(condition.fact, ()):
        if _too_early(condition, fact, known) or _another_time(rule, fact):
            continue
        span = _span(condition, fact, favour=favour)
        if span is not None and span[0] <= span[1]:
            yield span


def _span(condition: Condition, fact: Fact, *, favour: bool) -> Span | None:
    first, last = fact.since or date.min, fact.until or date.max
    limited = condition.days is not None or condition.older_than_days is not None
    if fact.since is None:
        return None if favour and limited else (first, last)
    if condition.days is not None:
        counted = condition.days - (1 if condition.counts == "event_day" else 0)
        last = min(last, first + timedelta(days=counted))
    if condition.older_than_days is not None:
        first += timedelta(days=condition.older_than_days + 1)
    return first, last


def _too_early(condition: Condition, fact: Fact, known: Known) -> bool:
    after = condition.not_before
    if after is None or fact.since is None:
        return False
    begun = [other.since for other in known.get(after.fact, ()) if other.since]
    return bool(begun) and fact.since < months_later(min(begun), after.months)


def _another_time(rule: Rule | None, fact: Fact) -> bool:
    return rule is not None and rule.basis == "event" and fact.since is not None and not in_force(rule, fact.since)


def _binds(rule: Rule, bound: Terms, day: date) -> bool:
    return (rule.basis != "contact" or in_force(rule, day)) and bound.bind(day)


def _inside(spans: list[Span], day: date) -> bool:
    return any(first <= day <= last for first, last in spans)
