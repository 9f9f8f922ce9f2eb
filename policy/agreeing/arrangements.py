"""What may be offered today, what it comes to, and why (not): by strategy, position, budget and history."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import get_args

from models.agreement_terms import (
    Arrangement,
    IfBroken,
    OfferRules,
    Offers,
    PlanOffer,
    RestructuringOffer,
    Schedule,
    SettlementOffer,
    Terms,
)
from models.case import Case, Offer
from models.events import OfferMade, PlanInstalment
from models.strategy import Strategy
from policy.agreeing.schedules import SPLITS, Row, months_after, parts, rows
from policy.law.may_contact import debtor_day
from policy.minor_units import half_up, whole_units
from policy.money.position import Position
from policy.phrases import day_text, money_text

PROTECTED = ("bankrupt", "deceased", "minor", "hospital", "moratorium")
"""With whom, or about whose debt, nothing is negotiated."""
OPEN = ("to_approve", "made")


@dataclass(frozen=True)
class Wish:
    """What the debtor can or wants: `left` a month in minor units, months, a discount in per cent."""

    left: int | None = None
    months: int | None = None
    percent: Decimal | None = None


@dataclass(frozen=True)
class Proposal:
    """One arrangement as it could be offered today; without instalments where it is not possible."""

    what: Arrangement
    reasons: tuple[str, ...]
    instalments: tuple[Row, ...] = ()
    schedule: Schedule | None = None
    waived: int = 0
    if_broken: IfBroken = "rest"
    until: date | None = None
    needs: int = 0

    @property
    def possible(self) -> bool:
        """Whether it may be offered."""
        return bool(self.instalments)


@dataclass(frozen=True)
class Sight:
    """An account on a day, with what is wished; `left` from the last budget where nothing else is said."""

    case: Case
    strategy: Strategy
    position: Position
    today: date
    wish: Wish

    @property
    def left(self) -> int | None:
        """What the debtor has left a month, minor units."""
        return self.case.monthly_left if self.wish.left is None else self.wish.left

    def money(self, amount: int) -> str:
        """The amount in words."""
        return money_text(amount, self.case.currency)


def proposals(sight: Sight) -> Iterator[Proposal]:
    """Every kind of arrangement, possible or not, each with its reasons; a new schedule once for each way of it."""
    offers = sight.strategy.offers
    rules: dict[Arrangement, OfferRules | None] = {
        "deferral": offers.deferral,
        "plan": offers.plan,
        "restructuring": offers.restructuring,
        "settlement": offers.settlement,
    }
    for what, rule in rules.items():
        against = tuple(_against(sight, what, rule))
        if rule is None or against:
            yield Proposal(what, against)
            continue
        for found in _proposed(sight, what, rule):
            yield replace(found, until=sight.today + timedelta(days=rule.valid_days)) if found.possible else found


def _proposed(sight: Sight, what: Arrangement, rule: OfferRules) -> Iterator[Proposal]:
    match rule:
        case PlanOffer():
            yield _plan(sight, rule)
        case RestructuringOffer():
            yield from (_restructuring(sight, rule, schedule) for schedule in rule.schedules)
        case SettlementOffer():
            yield _settlement(sight, rule)
        case _:
            yield _deferral(sight)


# --- whether at all --------------------------------------------------------------------------------------------------


def _against(sight: Sight, what: Arrangement, rule: OfferRules | None) -> Iterator[str]:
    """Every reason why it may not be offered, whatever it would come to."""
    if rule is None:
        yield f"the strategy offers no {what}"
        return
    case, position = sight.case, sight.position
    if position.outstanding == 0:
        yield "nothing is owed"
    if rule.dpd and not rule.dpd.holds(position.days_past_due):
        yield f"{position.days_past_due} days past due; {_between(rule.dpd.min, rule.dpd.max)} by the strategy"
    if rule.outstanding and not rule.outstanding.holds(whole_units(position.outstanding, case.currency)):
        limits = _between(rule.outstanding.min, rule.outstanding.max)
        yield f"{sight.money(position.outstanding)} outstanding; {limits} by the strategy"
    yield from _history(case, what, rule)
    for hold in case.holds:
        if hold.ended is None and hold.reason in PROTECTED:
            yield f"the party is protected: {hold.reason}"


def _history(case: Case, what: Arrangement, rule: OfferRules) -> Iterator[str]:
    broken = sum(p.verdict in ("broken", "partly_kept") for p in case.promises)
    broken += sum(p.verdict == "broken" for p in case.plans)
    if broken > rule.broken_at_most:
        yield f"{broken} promises or arrangements were broken, {rule.broken_at_most} at most by the strategy"
    made = [offer for offer in case.offers if offer.what == what and _of_episode(case, offer)]
    if len(made) >= rule.times:
        yield f"offered {len(made)} times in this episode, {rule.times} at most by the strategy"
    for offer in made:
        if offer.state in OPEN:
            waits = " and waits for approval" if offer.state == "to_approve" else ""
            yield f"one is open until {day_text(offer.until)}{waits} ({offer.id})"
    if any(p.what == what and p.verdict == "running" for p in case.plans):
        yield "one runs"


def _of_episode(case: Case, offer: Offer) -> bool:
    return case.episode_since is None or debtor_day(offer.at, case.zone) >= case.episode_since


def _between(least: Decimal | None, most: Decimal | None) -> str:
    ends = [f"from {least}" if least is not None else "", f"up to {most}" if most is not None else ""]
    return " ".join(end for end in ends if end)


# --- what it comes to ------------------------------------------------------------------------------------------------


def _plan(sight: Sight, rule: PlanOffer) -> Proposal:
    owed, left = sight.position.outstanding, sight.left
    longest = min(rule.months, owed)
    least = rule.least.get(sight.case.currency)
    if least is not None:
        longest = max(1, min(longest, int(whole_units(owed, sight.case.currency) / least)))
    months = sight.wish.months or (-(-owed // left) if left else longest)
    if against := _too_long(sight, months, longest):
        return Proposal("plan", (against,))
    amounts = parts(owed, months)
    if left is not None and amounts[0] > left:
        return Proposal("plan", (_too_much(sight, amounts[0], months),))
    reasons = (
        _months_reason(sight, months),
        f"{sight.money(owed)} in equal parts, the last takes the rest",
    )
    instalments = rows((amounts, [0] * months), months_after(sight.today, 1))
    return Proposal("plan", reasons, instalments, if_broken=rule.if_broken)


def _restructuring(sight: Sight, rule: RestructuringOffer, schedule: Schedule) -> Proposal:
    owed, left = sight.position.outstanding, sight.left
    longest = min(rule.months, owed)

    def highest(months: int) -> int:
        return max(SPLITS[schedule](owed, months, rule.percent)[0])

    months = sight.wish.months or longest
    if left and not sight.wish.months:
        # The more months, the less a month.
        months = min(longest, 1 + bisect_left(range(1, longest + 1), -left, key=lambda n: -highest(n)))
    if against := _too_long(sight, months, longest):
        return Proposal("restructuring", (against,), schedule=schedule)
    if left is not None and highest(months) > left:
        return Proposal("restructuring", (_too_much(sight, highest(months), months),), schedule=schedule)
    amounts, interest = SPLITS[schedule](owed, months, rule.percent)
    reasons = (
        _months_reason(sight, months),
        f"{sight.money(owed)} outstanding and {sight.money(sum(interest))} interest at {rule.percent} % a year",
    )
    instalments = rows((amounts, interest), months_after(sight.today, 1))
    return Proposal("restructuring", reasons, instalments, schedule, if_broken=rule.if_broken)


def _deferral(sight: Sight) -> Proposal:
    rule = sight.strategy.offers.deferral
    assert rule is not None
    day = sight.today + timedelta(days=rule.days)
    amount = due_until(sight.position, day)
    if amount <= 0:
        return Proposal("deferral", (f"nothing is due until {day_text(day)}",))
    reasons = (f"{sight.money(amount)} is due until {day_text(day)}, {rule.days} days from today",)
    return Proposal("deferral", reasons, (Row(day, amount),), if_broken=rule.if_broken)


def due_until(position: Position, day: date) -> int:
    """What is owed without the instalments that fall due after the day."""
    return position.outstanding - sum(rest for instalment, rest in position.open if instalment.due > day)


def _settlement(sight: Sight, rule: SettlementOffer) -> Proposal:
    percent = rule.approve_above or rule.percent if sight.wish.percent is None else sight.wish.percent
    if percent > rule.percent:
        return Proposal("settlement", (f"a discount of {percent} %, {rule.percent} % at most by the strategy",))
    waived = discount(sight.position.outstanding, percent)
    rest = sight.position.outstanding - waived
    if waived <= 0 or rest <= 0:
        return Proposal("settlement", (f"{sight.money(sight.position.outstanding)} leaves nothing to waive",))
    needs = rule.people if percent > rule.approve_above else 0
    reasons = [f"{percent} % of {sight.money(sight.position.outstanding)} is {sight.money(waived)}"]
    if needs:
        reasons.append(f"more than {rule.approve_above} % needs the yes of {needs} other{'s' if needs > 1 else ''}")
    elif rule.percent > rule.approve_above:
        reasons.append(f"up to {rule.percent} % with the yes of {rule.people} other{'s' if rule.people > 1 else ''}")
    due = sight.today + timedelta(days=rule.valid_days)
    return Proposal("settlement", tuple(reasons), (Row(due, rest),), None, waived, rule.if_broken, needs=needs)


def discount(owed: int, percent: Decimal) -> int:
    """What is waived at so many per cent: what is left to pay is rounded, once."""
    return owed - half_up(Decimal(owed) * (100 - percent) / 100)


def _too_long(sight: Sight, months: int, longest: int) -> str | None:
    if sight.left == 0:
        return "nothing is left a month"
    if months <= longest:
        return None
    at = "as wished" if sight.wish.months else f"at the {sight.money(sight.left or 0)} that is left a month"
    return f"{months} months {at}, {longest} at most"


def _too_much(sight: Sight, amount: int, months: int) -> str:
    return f"{sight.money(amount)} a month over {months} months, {sight.money(sight.left or 0)} is left a month"


def _months_reason(sight: Sight, months: int) -> str:
    if sight.wish.months:
        return f"{months} months as wished"
    if sight.left:
        return f"{months} months, so that no month takes more than the {sight.money(sight.left)} that is left"
    return f"{months} months, the longest by the strategy"


# --- as it is pinned, as it is told -----------------------------------------------------------------------------------


def terms(offers: Offers) -> Terms:
    """What is pinned in a case, so that an agent is answered at once."""
    kinds = tuple(name for name in get_args(Arrangement) if getattr(offers, name) is not None)
    less = offers.settlement
    if less is None:
        return Terms(offers=kinds)
    return Terms(offers=kinds, waive_at_most=less.percent, approve_above=less.approve_above, people=less.people)


def offer_of(proposal: Proposal, event_id: str, by: str | None = None) -> OfferMade:
    """The proposal as the fact that makes it an offer."""
    assert proposal.until is not None
    return OfferMade(
        event_id=event_id,
        what=proposal.what,
        instalments=tuple(
            PlanInstalment(due=r.due, amount=r.amount, interest=r.interest) for r in proposal.instalments
        ),
        waived=proposal.waived,
        if_broken=proposal.if_broken,
        until=proposal.until,
        needs=proposal.needs,
        by=by,
    )
