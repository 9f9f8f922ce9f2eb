"""May we contact this party on this channel now? If not: from when, and by which rules."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Literal, NamedTuple

from models.contact import LAW_CHANNELS, Contact, Facts, Party
from models.jurisdiction import Jurisdiction
from models.rules import BanRule, CooldownRule, CounterRule, WishRule
from policy.law.binding import Binding, binding
from policy.law.conditions import Known, agreed, known_facts, next_unbound, terms
from policy.law.counts import counts, next_free
from policy.law.days import debtor_day, end_of_day, start_of_day, utc, zone_known
from policy.law.hours import (
    HORIZON_DAYS,
    closed_by,
    is_holiday,
    next_not_quiet,
    next_open,
    nothing_agreed,
    open_day,
)

__all__ = [
    "Allow",
    "Answer",
    "Defer",
    "Deny",
    "Duty",
    "Human",
    "Inputs",
    "aim",
    "debtor_day",
    "end_of_day",
    "is_holiday",
    "lawful_from",
    "may_contact",
    "start_of_day",
]

NO_ZONE = "HOUSE-2: no contact where the debtor's time zone is not known"
ANYBODY = Facts()


class Inputs(NamedTuple):
    """What was asked, of which editions of the law."""

    party: Party
    channel: str
    at: datetime
    log: Sequence[Contact]
    facts: Facts
    packs: tuple[str, ...]


class Duty(NamedTuple):
    """Something that the contact must hold or bring with it."""

    rule: str
    needs: str
    says: str


class Allow(NamedTuple):
    """Yes, by these rules, with these duties."""

    rules: tuple[str, ...]
    duties: tuple[Duty, ...]
    inputs: Inputs


class Defer(NamedTuple):
    """Not now; `until` is allowed and no minute before it. `rule` is a sentence, `rules` all that moved it."""

    until: datetime
    rule: str
    rules: tuple[str, ...]
    inputs: Inputs


class Deny(NamedTuple):
    """No."""

    rule: str
    rules: tuple[str, ...]
    inputs: Inputs


class Human(NamedTuple):
    """A person must look at it first."""

    rule: str
    rules: tuple[str, ...]
    inputs: Inputs


Answer = Allow | Defer | Deny | Human


class Block(NamedTuple):
    """One rule on one clock: the first instant not before another one that it leaves free (None: none comes)."""

    says: Callable[[datetime], tuple[str, ...]]
    """What it says against an instant; of hours, every rule that is closed then."""
    free: Callable[[datetime], datetime | None]
    never: Literal["deny", "human"]


def may_contact(
    party: Party, channel: str, at: datetime, log: Sequence[Contact], facts: Facts, packs: Jurisdiction
) -> Answer:
    """The answer of all packs together, on every clock that may be the debtor's.

    `log` holds the party's other contacts of at least `LOG_DAYS` days, in any order. Raises ValueError for an unknown
    channel and for an instant without a time zone.
    """
    if channel not in LAW_CHANNELS:
        raise ValueError(f"{channel!r} is no channel of the law; expected one of {', '.join(LAW_CHANNELS)}")
    now = utc(at)
    inputs = Inputs(party, channel, now, log, facts, packs.versions)
    if not party.zones or not all(zone_known(zone) for zone in party.zones):
        return Deny(NO_ZONE, (NO_ZONE.split(":")[0],), inputs)
    bound, known = binding(packs, channel, facts), known_facts(party, facts, channel)
    blocks = list(_blocks(bound, known, inputs))
    against = _against(blocks, now)
    if against:
        return _refusal(blocks, against, inputs)
    return Allow(bound.ids, _duties(bound, known, party.zones, now), inputs)


def lawful_from(packs: Jurisdiction, zone: str, channel: str, at: datetime) -> tuple[datetime | None, str]:
    """The earliest instant within lawful hours that is not before `at`, and the rule that moved it, if any did."""
    now = utc(at)
    if channel == "letter":
        return now, ""
    bound = binding(packs, channel, ANYBODY)
    opens = next_open(bound, zone, nothing_agreed, now)
    return opens, "" if opens == now else closed_by(bound, zone, nothing_agreed, now)[0]


def aim(packs: Jurisdiction, zone: str, channel: str, at: datetime, turn: timedelta) -> tuple[datetime, str]:
    """When to plan a contact: within lawful hours, not before `at`, and not before this account's turn after they open.

    So that no herd comes at the opening minute. Where no lawful hour comes, `at`: the last moment asks again and says
    no. The sentence is of the rule that moved it, if any did.
    """
    opens, rule = lawful_from(packs, zone, channel, at)
    if opens is None or channel == "letter":
        return utc(at), ""
    bound = binding(packs, channel, ANYBODY)
    turned = open_day(bound, zone, debtor_day(opens, zone)).opens + turn
    later, _ = lawful_from(packs, zone, channel, max(opens, turned))
    return later or opens, rule


def _blocks(bound: Binding, known: Known, inputs: Inputs) -> Iterator[Block]:
    party, _, now, log, facts, _ = inputs
    called_for = [(ban, terms(ban, known)) for ban in bound.bans if facts.demand or not ban.demands]
    bans = [(ban, when) for ban, when in called_for if when is not None]
    counted = counts(bound, party.id, facts, known, log, now)
    lifted = agreed(bound, known)
    for zone in party.zones:
        for ban, when in bans:
            yield Block(_sentence(ban), partial(next_unbound, ban, when, zone), ban.answer)
        if bound.channel != "letter":
            yield Block(partial(closed_by, bound, zone, lifted), partial(next_open, bound, zone, lifted), "human")
        for wish in bound.wishes if facts.quiet else ():
            free = partial(next_not_quiet, facts.quiet, bound.jurisdiction, zone)
            yield Block(_sentence(wish), free, "human")
        for count in counted:
            yield Block(_sentence(count.tally.rule), partial(next_free, count, zone), "human")


def _sentence(rule: BanRule | WishRule | CounterRule | CooldownRule) -> Callable[[datetime], tuple[str, ...]]:
    return lambda at: (f"{rule.id}: {rule.says}",)


def _against(blocks: list[Block], at: datetime) -> list[tuple[Block, datetime | None]]:
    """The rules that forbid an instant, each with the first one that it leaves free."""
    answers = [(block, block.free(at)) for block in blocks]
    return [(block, free) for block, free in answers if free != at]


def _refusal(blocks: list[Block], against: list[tuple[Block, datetime | None]], inputs: Inputs) -> Defer | Deny | Human:
    """The earliest instant that every rule leaves free. Each rule only skips what it forbids, so none is missed."""
    moved: list[str] = []
    until, last = inputs.at, inputs.at + timedelta(days=HORIZON_DAYS)
    while against and until <= last:
        moved += [says for block, _ in against for says in block.says(until)]
        never = sorted((block for block, free in against if free is None), key=lambda block: block.never)
        if never:
            kind = Deny if never[0].never == "deny" else Human
            return kind(never[0].says(until)[0], _ids(moved), inputs)
        until = max(free for _, free in against if free is not None)
        against = _against(blocks, until)
    if against:
        return Human(moved[-1], _ids(moved), inputs)
    return Defer(until, moved[0], _ids(moved), inputs)


def _ids(sentences: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentence.split(":")[0] for sentence in sentences))


def _duties(bound: Binding, known: Known, zones: tuple[str, ...], now: datetime) -> tuple[Duty, ...]:
    found = []
    for duty in bound.duties:
        when = terms(duty, known)
        if when is not None and any(next_unbound(duty, when, zone, now) != now for zone in zones):
            found.append(Duty(duty.id, duty.needs, duty.says))
    return tuple(found)
