"""What does each hold stop, why, and what does it leave allowed? And on which days was something stopped?"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from models import events as e
from models.case import BLOCKS, Case, CaseHold, Disputed
from models.decisions import HoldShown
from models.events import Block
from policy.law.may_contact import debtor_day, end_of_day
from policy.phrases import money_text

Span = tuple[date, date | None]
"""The first and the last debtor's day; None: no end is known."""


class HoldRule(NamedTuple):
    """What a hold for a reason stops unless it is told otherwise, and why so."""

    blocks: tuple[Block, ...]
    why: str


NO_STEPS: tuple[Block, ...] = ("contact", "court", "assignment")
ALL_BUT_INTEREST: tuple[Block, ...] = ("contact", "fees", "court", "assignment")
OTHER = HoldRule(NO_STEPS, "we stop acting; what the contract and the law let run is not ours to stop")
"""A hold for a reason of our own or of the client, such as `ops`."""
PARTED = HoldRule(
    ("court", "assignment"),
    "the rest is owed and asked for, but a court and an agency are given the account as a whole",
)
"""A dispute about a part of the debt."""
HOLDS: dict[str, HoldRule] = {
    "deceased": HoldRule(
        BLOCKS, "nobody can be asked until the heirs are known; they are given what stood at the death"
    ),
    "bankrupt": HoldRule(
        BLOCKS, "the proceedings stay every claim (11 USC 362, 230-FZ 7(1)): it is filed, not collected"
    ),
    "moratorium": HoldRule(BLOCKS, "no interest, fees, contact or enforcement while it runs (SI 2020/1311)"),
    "breathing_space": HoldRule(BLOCKS, "no interest, fees, contact or enforcement while it runs (SI 2020/1311)"),
    "over_indebted": HoldRule(BLOCKS, "all debts are settled together: no creditor may better its place meanwhile"),
    "debt_help": HoldRule(BLOCKS, "an adviser settles all debts together: no creditor may better its place meanwhile"),
    "crisis_treatment": HoldRule(BLOCKS, "no interest, fees, contact or enforcement meanwhile (SI 2020/1311)"),
    "adviser_plan": HoldRule(ALL_BUT_INTEREST, "a debt adviser is building a plan (CONC 7.12)"),
    "persi": HoldRule(
        ("court", "assignment"),
        "no termination, suit or assignment until the letter that ends it (DL 227/2012, 18); contact goes on",
    ),
    "assignment_notice": HoldRule(
        ALL_BUT_INTEREST, "nothing is recovered for thirty days after the notice (OUG 52/2016)"
    ),
    "fourteen_days": HoldRule(
        ("fees", "court", "assignment"),
        "who pays within the term of the 14-day letter owes no cost (BW 6:96(6)); contact goes on",
    ),
    "validation_period": HoldRule(
        ("court", "assignment"),
        "the debtor may still dispute the debt or ask who is owed (12 CFR 1006.34, 1006.38); contact goes on",
    ),
    "incapacitated": HoldRule(NO_STEPS, "only those who represent the debtor may be spoken to (230-FZ 7(1))"),
    "disabled": HoldRule(NO_STEPS, "who is disabled of group I is not contacted (230-FZ 7(1))"),
    "minor": HoldRule(NO_STEPS, "only those who represent a minor may be spoken to (230-FZ 7(1))"),
    "lawyer": HoldRule(NO_STEPS, "only the lawyer may be spoken to (12 CFR 1006.6(b)(2), 230-FZ 8)"),
    "hospital": HoldRule(ALL_BUT_INTEREST, "who is in hospital can neither answer nor keep a date (230-FZ 7(1))"),
    "dispute": HoldRule(
        ALL_BUT_INTEREST,
        "nothing is collected before the answer (12 CFR 1006.38, CONC 7.14); interest is owed if the debtor is wrong",
    ),
    "hardship": HoldRule(
        ALL_BUT_INTEREST, "forbearance comes before enforcement and costs nothing extra (EU 2023/2225, 35)"
    ),
    "notice_period": HoldRule(ALL_BUT_INTEREST, "who pays within the notice owes no further costs and is not sued"),
    "placement": HoldRule(NO_STEPS, "the agency speaks with the debtor until the account comes back"),
    "portfolio_pause": OTHER,
    "promise": HoldRule(NO_STEPS, "while a promise runs nobody is chased"),
    "plan": HoldRule(
        BLOCKS, "while a plan, a deferral or a settlement is kept nobody is chased, and its sum stays what was agreed"
    ),
    "restructuring": HoldRule(NO_STEPS, "while a new schedule is kept nobody is chased"),
}
GATES: dict[str, Block] = {"legal_package": "court", "placement": "assignment"}
"""Steps that wait for holds that let the cycle go on."""
OVERSHADOWS = frozenset({"formal_notice", "offer", "second_letter"})
"""Steps by kind, or by their text, that wait until a validation period is over: what threatens, or sets a term of its
own, overshadows the right to dispute (12 CFR 1006.38(b))."""
LEFT: dict[Block, str] = {
    "contact": "the steps of the cycle",
    "interest": "interest accrues",
    "fees": "fees are charged",
    "court": "court",
    "assignment": "placement with an agency",
}
NOTHING_DISPUTED = Disputed()
ALWAYS = "money, promises, and answers to what the debtor asks"


def rule_of(reason: str, disputed: Disputed | None = None) -> HoldRule:
    """What holds for this reason stop; a dispute about a part of the debt stops less."""
    return PARTED if disputed else HOLDS.get(reason, OTHER)


def part_of(event: e.Dispute) -> Disputed | None:
    """The part of the debt that a dispute is about; None: all of it."""
    named = bool(event.instalments or event.charges or event.amount)
    instalments, charges = tuple(sorted({*event.instalments})), tuple(sorted({*event.charges}))
    return Disputed(instalments=instalments, charges=charges, amount=event.amount) if named else None


def stopped_by(event: e.Dispute | e.Hardship | e.Protection | e.Hold) -> tuple[Block, ...]:
    """What a hold stops that begins with this event."""
    match event:
        case e.Hold():
            return event.blocks or rule_of(event.reason).blocks
        case e.Protection():
            return rule_of(event.reason).blocks
        case e.Dispute():
            return rule_of("dispute", part_of(event)).blocks
        case e.Hardship():
            return rule_of("hardship").blocks


def leaves(blocks: Iterable[Block]) -> str:
    """What stays allowed, in words. A hold that blocks contact stops the cycle, and with it court and placement."""
    blocked = {*blocks}
    if "contact" in blocked:
        blocked |= {"court", "assignment"}
    return ", ".join([words for block, words in LEFT.items() if block not in blocked] + [ALWAYS])


def over(hold: CaseHold) -> datetime | None:
    """The first instant after the hold: its end, or its release if that came before; None while no end is known."""
    ends = [end for end in (hold.ended, hold.until) if end is not None]
    return min(ends) if ends else None


def runs(hold: CaseHold, at: datetime) -> bool:
    """Whether the hold runs at an instant."""
    end = over(hold)
    return hold.since <= at and (end is None or at < end)


def blocked_days(case: Case, what: Block) -> list[Span]:
    """The debtor's days on which a hold stops this, in order and apart. A hold's last day belongs to it."""
    apart: list[Span] = []
    for first, last in sorted(_spans(case, what), key=lambda span: span[0]):
        before = apart[-1] if apart else None
        if before and (before[1] is None or first <= before[1] + timedelta(days=1)):
            apart[-1] = (before[0], None if before[1] is None or last is None else max(before[1], last))
        else:
            apart.append((first, last))
    return apart


def _spans(case: Case, what: Block) -> Iterator[Span]:
    for hold in case.holds:
        end = over(hold)
        if what in hold.blocks and (end is None or end > hold.since):
            last = None if end is None else debtor_day(end - timedelta(microseconds=1), case.zone)
            yield debtor_day(hold.since, case.zone), last
    if what in HOLDS["plan"].blocks:
        yield from _kept(case)


def _kept(case: Case) -> Iterator[Span]:
    """The days of arrangements that are kept, after the day for which their sum was computed.

    One that breaks leaves none: interest and fees are owed as if it had never been agreed.
    """
    offered = {offer.id: offer.at for offer in case.offers}
    for plan in case.plans:
        if plan.what != "restructuring" and plan.verdict != "broken":
            computed = debtor_day(offered.get(plan.offer or "", plan.made), case.zone)
            if plan.settled is None or plan.settled > computed:
                yield computed + timedelta(days=1), plan.settled


def shown(case: Case, at: datetime) -> tuple[HoldShown, ...]:
    """Every hold that runs at an instant, running promises and plans among them, as people read it."""
    found = [(hold, rule_of(hold.reason, hold.disputed)) for hold in case.holds if runs(hold, at)]
    agreed = [(p.event_id, "promise", p.made, p.due) for p in case.promises if p.verdict == "running"]
    for p in case.plans:
        if p.verdict == "running":
            reason = "restructuring" if p.what == "restructuring" else "plan"
            agreed.append((p.event_id, reason, p.made, p.instalments[-1][0]))
    for id_, reason, made, due in agreed:
        hold = CaseHold(
            id=id_, reason=reason, since=made, until=end_of_day(due, case.zone), blocks=rule_of(reason).blocks
        )
        found.append((hold, rule_of(reason)))
    return tuple(_shown(case, hold, rule) for hold, rule in found)


def _shown(case: Case, hold: CaseHold, rule: HoldRule) -> HoldShown:
    return HoldShown(
        id=hold.id,
        reason=hold.reason,
        since=debtor_day(hold.since, case.zone),
        until=debtor_day(hold.until - timedelta(microseconds=1), case.zone) if hold.until else None,
        evidence=hold.evidence,
        about=parts_text(hold.disputed, case.currency) if hold.disputed else None,
        blocks=hold.blocks,
        leaves=leaves(hold.blocks),
        why=rule.why if hold.blocks == rule.blocks else "as told",
    )


# --- disputes about a part -------------------------------------------------------------------------------------------


def open_disputes(case: Case, only: str | None = None) -> list[CaseHold]:
    """The disputes that are to be answered, or the one of this id. One that ended by itself is still among them."""
    asked = {flag.id for flag in case.flags}
    disputes = [h for h in case.holds if h.reason == "dispute" and only in (None, h.id)]
    return [h for h in disputes if h.ended is None or f"dispute:{h.id}" in asked]


def disputed_parts(case: Case, day: date) -> Disputed:
    """All that is disputed on a debtor's day where the dispute is about a part: these pause, the rest does not.

    As of the day's end: the day of the dispute belongs to it, the day of its answer no more.
    """
    told = [hold for hold in case.holds if hold.disputed]
    if not told:
        return NOTHING_DISPUTED
    last_moment = end_of_day(day, case.zone) - timedelta(microseconds=1)
    parts = [hold.disputed for hold in told if hold.disputed and runs(hold, last_moment)]
    return Disputed(
        instalments=tuple(sorted({number for part in parts for number in part.instalments})),
        charges=tuple(sorted({charge for part in parts for charge in part.charges})),
        amount=sum(part.amount or 0 for part in parts) or None,
    )


def parts_text(disputed: Disputed, currency: str) -> str:
    """`instalments 2, 3 and charge C-1`, or the amount."""
    words = []
    if disputed.instalments:
        words.append(f"instalment{'s' * (len(disputed.instalments) > 1)} {', '.join(map(str, disputed.instalments))}")
    if disputed.charges:
        words.append(f"charge{'s' * (len(disputed.charges) > 1)} {', '.join(disputed.charges)}")
    words += [money_text(disputed.amount, currency)] if disputed.amount else []
    return " and ".join(words)
