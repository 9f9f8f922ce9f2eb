"""The law once more, read as plainly as can be: one rule, one clock, one instant; none of the product's own code."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays

from models.contact import Contact, Fact, Facts, Party
from models.jurisdiction import Jurisdiction, Pack
from models.rules import BanRule, Condition, CooldownRule, CounterRule, HoursRule, Limit, Rule, WishRule

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOW_FAR = {"unconnected": 0, "attempt": 1, "connected": 2, "conversation": 3, "sent": 3}


class Asked:
    """One question, on one clock."""

    def __init__(
        self, law: Jurisdiction, party: Party, zone: str, channel: str, at: datetime, log: list[Contact], facts: Facts
    ) -> None:
        self.law, self.zone, self.channel, self.log, self.facts = law, zone, channel, log, facts
        self.wall = at.astimezone(ZoneInfo(zone))
        self.day = self.wall.date()
        self.facts_here = [f for f in facts.known if not f.channels or channel in f.channels]
        if party.role == "third_party":
            self.facts_here.append(Fact("third_party"))
        if facts.place == "work":
            self.facts_here.append(Fact("work"))

    def day_of(self, contact: Contact) -> date:
        return contact.at.astimezone(ZoneInfo(self.zone)).date()


def broken(asked: Asked) -> Iterator[str]:
    """Every rule that this contact would break."""
    hours = 0
    for pack in asked.law.packs:
        if asked.channel != "letter" and unconfirmed(asked, pack):
            yield pack.holidays.rule if pack.holidays else ""
        for rule in pack.rules:
            if not binds(asked, pack, rule):
                continue
            if isinstance(rule, HoursRule):
                hours += not lifted(asked, rule) and bool(
                    kinds(asked, pack) & {*rule.closed, *(d for w in rule.windows for d in w.days)}
                )
            if breaks(asked, pack, rule):
                yield rule.id
    if hours == 0 and asked.channel != "letter":
        yield "HOUSE-4"


def unconfirmed(asked: Asked, pack: Pack) -> bool:
    calendar = pack.holidays
    return calendar is not None and calendar.unconfirmed == "closed" and asked.day.year not in calendar.confirmed


def binds(asked: Asked, pack: Pack, rule: Rule) -> bool:
    if asked.channel not in rule.channels:
        return False
    if rule.strict is not None and rule.strict in pack.off:
        return False
    if rule.level == "soft_law" and "soft_law" in pack.off:
        return False
    actors = list(rule.binds) + ([] if "lenders" in pack.off else list(rule.strict_binds))
    if asked.facts.actor is not None and asked.facts.actor not in actors:
        return False
    dated = {"contact": asked.day, "contract": asked.facts.contract_on, "event": None}[rule.basis]
    return dated is None or within(dated, rule.valid_from, rule.valid_to)


def within(day: date, first: date | None, last: date | None) -> bool:
    return not (first is not None and day < first) and not (last is not None and day > last)


def breaks(asked: Asked, pack: Pack, rule: Rule) -> bool:
    if isinstance(rule, HoursRule):
        return outside(asked, pack, rule)
    if isinstance(rule, WishRule):
        return quiet(asked)
    if isinstance(rule, BanRule):
        return banned(asked, rule)
    if isinstance(rule, CounterRule):
        return any(full(asked, rule, limit) for limit in rule.limits)
    if isinstance(rule, CooldownRule):
        return cooling(asked, rule)
    return False


def is_holiday(asked: Asked) -> bool:
    for pack in asked.law.packs:
        if pack.holidays is None:
            continue
        if asked.day in pack.holidays.extra:
            return True
        parts: list[str | None] = [*pack.holidays.subdivisions] or [None]
        for part in parts:
            calendar = holidays.country_holidays(
                pack.holidays.country, part, years=asked.day.year, categories=tuple(pack.holidays.categories)
            )
            if asked.day in calendar:
                return True
    return False


def kinds(asked: Asked, pack: Pack | None) -> set[str]:
    weekday = WEEKDAYS[asked.day.weekday()]
    if pack and pack.holidays and asked.day in pack.holidays.working and "working_saturday" in pack.off:
        weekday = "fri"
    return {weekday, "holiday"} if is_holiday(asked) else {weekday}


def outside(asked: Asked, pack: Pack, rule: HoursRule) -> bool:
    clock = asked.wall.time()
    if lifted(asked, rule):
        return False
    for kind in kinds(asked, pack):
        if kind in rule.closed:
            return True
        for window in rule.windows:
            if kind in window.days and not window.opens <= clock < window.closes:
                return True
    return False


def lifted(asked: Asked, rule: HoursRule) -> bool:
    return rule.unless is not None and holds(asked, rule.unless, rule, allows=True)


def quiet(asked: Asked) -> bool:
    clock = asked.wall.time()
    for wish in asked.facts.quiet:
        if wish.days and not kinds(asked, None) & set(wish.days):
            continue
        if wish.opens <= clock and (wish.closes is None or clock < wish.closes):
            return True
    return False


def banned(asked: Asked, rule: BanRule) -> bool:
    if rule.demands and not asked.facts.demand:
        return False
    if rule.when and not any(holds(asked, condition, rule, allows=False) for condition in rule.when):
        return False
    return not rule.unless or not all(holds(asked, condition, rule, allows=True) for condition in rule.unless)


def holds(asked: Asked, condition: Condition, rule: Rule | None, *, allows: bool) -> bool:
    return any(
        fact.name == condition.fact and applies(asked, condition, fact, rule, allows=allows)
        for fact in asked.facts_here
    )


def applies(asked: Asked, condition: Condition, fact: Fact, rule: Rule | None, *, allows: bool) -> bool:
    if not within(asked.day, fact.since, fact.until):
        return False
    if rule and rule.basis == "event" and fact.since and not within(fact.since, rule.valid_from, rule.valid_to):
        return False
    if condition.days is None and condition.older_than_days is None and condition.not_before is None:
        return True
    if fact.since is None:
        return not allows or condition.not_before is not None
    age = (asked.day - fact.since).days
    if condition.days is not None and age > condition.days - (condition.counts == "event_day"):
        return False
    if condition.older_than_days is not None and age <= condition.older_than_days:
        return False
    return not early(asked, condition, fact.since)


def early(asked: Asked, condition: Condition, told: date) -> bool:
    if condition.not_before is None:
        return False
    begun = [f.since for f in asked.facts_here if f.name == condition.not_before.fact and f.since]
    if not begun:
        return False
    month = min(begun).month - 1 + condition.not_before.months
    year, month, day = min(begun).year + month // 12, month % 12 + 1, min(begun).day
    while True:
        try:
            return told < date(year, month, day)
        except ValueError:
            day -= 1


def counted(asked: Asked, rule: CounterRule | CooldownRule, level: str, *, consented: bool) -> list[date]:
    found = []
    for contact in asked.log:
        if contact.channel not in (rule.counts or rule.channels) or HOW_FAR[contact.level] < HOW_FAR[level]:
            continue
        if contact.inbound and not rule.inbound:
            continue
        if contact.consent and not consented:
            continue
        if rule.key == "party_debt" and "" not in (contact.account, asked.facts.account):
            other_debt = contact.account != asked.facts.account
        else:
            other_debt = False
        if other_debt:
            continue
        if isinstance(rule, CounterRule) and (
            (rule.demands and not contact.demand) or (rule.places and contact.place not in rule.places)
        ):
            continue
        found.append(asked.day_of(contact))
    return found


def full(asked: Asked, rule: CounterRule, limit: Limit) -> bool:
    if (rule.demands and not asked.facts.demand) or (rule.places and asked.facts.place not in rule.places):
        return False
    if rule.unless and consented(asked, rule.unless, rule):
        return False
    days = counted(asked, rule, rule.event, consented=rule.unless is None)
    if limit.calendar == "day":
        return sum(day == asked.day for day in days) >= limit.max
    if limit.calendar == "week":
        return sum(day.isocalendar()[:2] == asked.day.isocalendar()[:2] for day in days) >= limit.max
    if limit.calendar == "month":
        return sum((day.year, day.month) == (asked.day.year, asked.day.month) for day in days) >= limit.max
    return crowded(asked.day, days, limit.rolling_days or 1, limit.max)


def crowded(today: date, days: list[date], span: int, most: int) -> bool:
    """Whether some run of so many days with today in it is full already."""
    for back in range(span):
        run = {today - timedelta(days=back) + timedelta(days=n) for n in range(span)}
        if sum(day in run for day in days) >= most:
            return True
    return False


def cooling(asked: Asked, rule: CooldownRule) -> bool:
    if rule.unless and consented(asked, rule.unless, rule):
        return False
    return crowded(asked.day, counted(asked, rule, rule.after, consented=True), rule.days, 1)


def consented(asked: Asked, condition: Condition, rule: CounterRule | CooldownRule) -> bool:
    calls = {*(rule.counts or []), *rule.channels}
    talks = [asked.day_of(c) for c in asked.log if c.level == "conversation" and c.channel in calls]
    for fact in asked.facts_here:
        given = fact.since if fact.name == condition.fact else None
        if given and applies(asked, condition, fact, None, allows=True):
            over = sum(day == given for day in talks) > 1 or any(day > given for day in talks)
            if not over:
                return True
    return False
