"""What can be wrong with a pack although every field of it is right? Order, words, names that must exist elsewhere."""

from collections.abc import Iterator
from typing import get_args

import holidays

from channels.channel_table import CHANNELS
from models.contact import LAW_CHANNELS, DayKind
from models.decisions import StepKind
from models.jurisdiction import Holidays, Pack
from models.rules import TIMED, TO_DEBTOR, WEEK, HoursRule
from models.strategy import Cycle, For, If, OfferStep, Stage, StepBase, Strategy
from models.strategy import Step as AnyStep
from models.vocabulary import LEGAL_STATUSES, PRODUCTS
from policy.parsing.schema_faults import expected
from policy.parsing.yaml_source import Loc

Found = Iterator[tuple[Loc, str]]
Placed = tuple[Loc, AnyStep]
WRITTEN = tuple(word for word in LAW_CHANNELS if any(s.law == word for s in CHANNELS.values() if s.written))
CONTACTS = tuple(kind for kind in get_args(StepKind) if kind in {*CHANNELS})
YEAR_OF_PROOF = 2026
PEOPLE_BEFORE_COURT = 2
"""What cannot be undone needs two people, as a rule of the house."""
SECTIONS = ("hours", "counters", "cooldowns", "bans", "duties", "wishes", "suits")


def strategy_faults(strategy: Strategy, texts: frozenset[str] | None) -> Found:
    yield from _words(("for",), strategy.whom)
    for name, reminder in (("promise", strategy.promise.reminder), ("plan", strategy.plan.reminder)):
        if reminder and texts is not None and reminder.text not in texts:
            says = f"there is no text {reminder.text!r}; {expected(reminder.text, sorted(texts))}"
            yield (name, "reminder", "text"), says
    for place, cycle in enumerate(strategy.cycles):
        yield from _cycle(("cycles", place), cycle, strategy, texts)


def law_faults(pack: Pack, texts: frozenset[str] | None) -> Found:
    """Faults of a pack of law; `texts` are the names of the letters that exist (None: not checked)."""
    yield from _twice(pack)
    yield from _content(pack, texts)
    yield from _shut(pack)
    yield from _scope(pack)
    if pack.holidays:
        yield from _calendar(pack.holidays)
    elif pack.hours and pack.kind == "country":
        yield ("holidays",), "is missing; expected the public holidays of a country with hours"


def _twice(pack: Pack) -> Found:
    seen: set[str] = set()
    for section in SECTIONS:
        for place, rule in enumerate(getattr(pack, section)):
            if rule.id in seen:
                yield (section, place, "id"), f"{rule.id} stands twice; expected an id of its own"
            seen.add(rule.id)


def _content(pack: Pack, texts: frozenset[str] | None) -> Found:
    """A duty to name something binds nobody where nothing is written, or in a text that does not exist."""
    for place, duty in enumerate(pack.duties):
        if duty.fields and not set(duty.channels) & set(WRITTEN):
            yield ("duties", place, "channels"), f"nothing is written there; expected one of {', '.join(WRITTEN)}"
        for number, name in enumerate(duty.texts if texts is not None else []):
            if name != TO_DEBTOR and name not in (texts or ()):
                known = [TO_DEBTOR, *sorted(texts or ())]
                yield ("duties", place, "texts", number), f"there is no text {name!r}; {expected(name, known)}"


def _shut(pack: Pack) -> Found:
    """Hours that contradict each other would close a channel for the whole week: nobody means that."""
    for channel in TIMED:
        bound = [rule for rule in pack.hours if channel in rule.channels]
        if bound and all(_named(bound, day) for day in WEEK) and not any(_opens(bound, day) for day in WEEK):
            yield ("hours",), f"no hours are left in the whole week for {channel}; expected some, or a ban"


def _named(rules: list[HoursRule], day: DayKind) -> bool:
    return any(rule.names(day) for rule in rules)


def _opens(rules: list[HoursRule], day: DayKind) -> bool:
    windows = [rule.window(day) for rule in rules if rule.names(day)]
    hours = [(window.opens, window.closes) for window in windows if window]
    return len(hours) == len(windows) and max(o for o, _ in hours) < min(c for _, c in hours)


def _scope(pack: Pack) -> Found:
    if pack.kind == "client" and pack.off:
        yield ("off",), "a client cannot switch a strict reading off; expected rules that tighten"
    for place, span in enumerate(pack.postcodes):
        first, _, last = span.partition("-")
        if pack.kind != "region":
            yield ("postcodes", place), "only a region is found by postcodes; expected them there"
        elif last and (len(first) != len(last) or first > last):
            yield ("postcodes", place), f"{span} is no span; expected two beginnings of the same length in order"
    if pack.inside and not pack.postcodes:
        yield ("inside",), "a city is found in its region by its postcodes; expected them too"
    if pack.elsewhere and pack.kind != "country":
        yield ("elsewhere",), "only a country has regions; expected it there"


def _calendar(calendar: Holidays) -> Found:
    known = holidays.list_supported_countries(include_aliases=False)
    if calendar.country not in known:
        yield (
            ("holidays", "country"),
            f"no calendar is known for {calendar.country!r}; expected a country of `holidays`",
        )
        return
    for place, part in enumerate(calendar.subdivisions):
        if part not in known[calendar.country]:
            says = f"{part!r} is not known; {expected(part, known[calendar.country])}"
            yield ("holidays", "subdivisions", place), says
    supported = holidays.country_holidays(calendar.country, years=YEAR_OF_PROOF).supported_categories
    for place, category in enumerate(calendar.categories):
        if category not in supported:
            says = f"{category!r} is not kept for {calendar.country}; expected one of {', '.join(supported)}"
            yield ("holidays", "categories", place), says


def _cycle(loc: Loc, cycle: Cycle, strategy: Strategy, texts: frozenset[str] | None) -> Found:
    yield from _words((*loc, "for"), cycle.whom)
    staged = list(_staged(loc, cycle))
    promised = [((*loc, "on_broken_promise", place), step) for place, step in enumerate(cycle.on_broken_promise)]
    for at, step in staged + promised:
        yield from _step(at, step, strategy, texts)
    for place, stage in enumerate(cycle.stages):
        yield from _early((*loc, "stages", place), stage)
    yield from _order(staged)
    yield from _looks_back(staged)


def _staged(loc: Loc, cycle: Cycle) -> Iterator[Placed]:
    for place, stage in enumerate(cycle.stages):
        for number, step in enumerate(stage.steps):
            yield (*loc, "stages", place, "steps", number), step


def _step(loc: Loc, step: AnyStep, strategy: Strategy, texts: frozenset[str] | None) -> Found:
    if step.when:
        yield from _words((*loc, "if"), step.when)
    text = getattr(step, "text", None)
    if texts is not None and text is not None and text not in texts:
        yield (*loc, "text"), f"there is no text {text!r}; {expected(text, sorted(texts))}"
    if getattr(step, "assignee", None) == "specialist" and not strategy.specialists:
        yield (*loc, "assignee"), "no specialist can be appointed; expected `specialists` of the strategy to name some"
    if isinstance(step, OfferStep):
        yield from _offer(loc, step, strategy)
    if step.do == "legal_package" and (step.release is None or step.release.people < PEOPLE_BEFORE_COURT):
        says = f"{PEOPLE_BEFORE_COURT} people decide to sue, never a machine (EU-6: GDPR art. 22)"
        yield (*loc, "release"), f"{says}; expected release: {{by: lawyer, people: {PEOPLE_BEFORE_COURT}}}"


def _offer(loc: Loc, step: OfferStep, strategy: Strategy) -> Found:
    if not (step.months or step.discount_percent or step.defer_days):
        yield loc, "the offer offers nothing; expected months, discount_percent or defer_days"
    if step.schedule and (step.discount_percent or not step.months):
        yield (*loc, "schedule"), "a new schedule needs months and takes no discount; expected months alone"
    less = strategy.offers.settlement
    if less and step.discount_percent and step.discount_percent > less.approve_above and not step.release:
        says = f"{step.discount_percent} % is more than the {less.approve_above} % that go without a second person"
        yield (*loc, "discount_percent"), f"{says}; expected `release` on this step"


def _words(loc: Loc, whom: For | If) -> Found:
    for field, known in (("product", PRODUCTS), ("legal_status", LEGAL_STATUSES)):
        for place, word in enumerate(getattr(whom, field) or []):
            if word not in known:
                yield (*loc, field, place), f"{word!r} is not known; {expected(word, known)}"


def _early(loc: Loc, stage: Stage) -> Found:
    for number, step in enumerate(stage.steps):
        if step.from_dpd is not None and step.from_dpd < stage.from_dpd:
            says = f"{step.from_dpd} lies before the stage {stage.name}; expected {stage.from_dpd} or later"
            yield (*loc, "steps", number, "from_dpd"), says


def _order(staged: list[Placed]) -> Found:
    kinds = [step.do for _, step in staged]
    for place, (loc, step) in enumerate(staged):
        if step.do == "legal_package" and "formal_notice" in kinds[place:]:
            yield loc, "the legal package comes before the formal notice; expected the notice first"
        if step.do == "certificate" and not set(kinds[:place]) & set(CONTACTS):
            yield loc, f"nothing was tried before the certificate; expected one of {', '.join(CONTACTS)} before it"


def _looks_back(staged: list[Placed]) -> Found:
    seen: set[str] = set()
    for loc, step in staged:
        for name in _last(step):
            if name not in seen:
                yield (
                    (*loc, "if", "last", name),
                    f"the step {name} is not taken before {step.id}; expected an earlier step",
                )
        seen.add(step.id)


def _last(step: StepBase) -> list[str]:
    return list(step.when.last or {}) if step.when else []
