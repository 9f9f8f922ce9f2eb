"""What does each hold stop, why, and what does it leave allowed?"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from models import events as e
from models.case import BLOCKS, Case, CaseHold, Disputed
from models.decisions import HoldShown
from models.events import Block
from policy.case.case_changes import changed, settled
from policy.case.holds import part_of, parts_text, runs
from policy.law.days import debtor_day, end_of_day
from policy.procedures.procedure import ALL_BUT_INTEREST, NO_COURT, NO_STEPS, HoldRule
from policy.procedures.procedure_table import PROCEDURES, hold_rule

OTHER = HoldRule(NO_STEPS, "we stop acting; what the contract and the law let run is not ours to stop")
"""A hold for a reason of our own or of the client, such as `ops`."""
PARTED = HoldRule(
    NO_COURT, "the rest is owed and asked for, but a court and an agency are given the account as a whole"
)
"""A dispute about a part of the debt."""
HOLDS: dict[str, HoldRule] = {
    "deceased": HoldRule(
        BLOCKS, "nobody can be asked until the heirs are known; they are given what stood at the death"
    ),
    "bankrupt": HoldRule(
        BLOCKS, "the proceedings stay every claim (11 USC 362, 230-FZ 7(1)): it is filed, not collected"
    ),
    "over_indebted": HoldRule(BLOCKS, "all debts are settled together: no creditor may better its place meanwhile"),
    "debt_help": HoldRule(BLOCKS, "an adviser settles all debts together: no creditor may better its place meanwhile"),
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
} | {reason: rule for procedure in reversed(PROCEDURES) for reason, rule in procedure.holds.items()}
"""Those that any country knows, and those of the procedures."""
GATES: dict[str, Block] = {"legal_package": "court", "placement": "assignment"}
"""Steps that wait for holds that let the cycle go on."""
LEFT: dict[Block, str] = {
    "contact": "the steps of the cycle",
    "interest": "interest accrues",
    "fees": "fees are charged",
    "court": "court",
    "assignment": "placement with an agency",
}
ALWAYS = "money, promises, and answers to what the debtor asks"


def rule_of(reason: str, disputed: Disputed | None = None, country: str = "") -> HoldRule:
    """What holds for this reason stop, by the law of a country where it has a rule of its own.

    A dispute about a part of the debt stops less.
    """
    return PARTED if disputed else hold_rule(country, reason) or HOLDS.get(reason, OTHER)


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


def shown(case: Case, at: datetime) -> tuple[HoldShown, ...]:
    """Every hold that runs at an instant, running promises and plans among them, as people read it."""
    found = [(hold, rule_of(hold.reason, hold.disputed, case.country)) for hold in case.holds if runs(hold, at)]
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


def stops_text(event: e.Dispute | e.Hardship | e.Protection | e.Hold) -> str:
    """`: stops contact, court`."""
    return f": stops {', '.join(stopped_by(event))}"


# --- how a case comes to be held -------------------------------------------------------------------------------------


class HoldMore(TypedDict, total=False):
    """What else may be said of a hold; `blocks` absent: what holds for its reason do."""

    blocks: tuple[Block, ...] | None
    evidence: str | None
    disputed: Disputed | None


def held(case: Case, hold: str, reason: str, since: datetime, until: datetime | None, **more: Unpack[HoldMore]) -> Case:
    """The case with a hold from a moment on, through the last one before `until`."""
    blocks, disputed = more.get("blocks"), more.get("disputed")
    begun = CaseHold(
        id=hold,
        reason=reason,
        since=since,
        until=until,
        blocks=rule_of(reason, disputed).blocks if blocks is None else blocks,
        evidence=more.get("evidence"),
        disputed=disputed,
    )
    return changed(case, holds=(*case.holds, begun))


def held_by(
    case: Case,
    event: e.Dispute | e.Hardship | e.Protection | e.Hold,
    reason: str,
    at: datetime,
    **more: Unpack[HoldMore],
) -> Case:
    """With a hold from when it happened, if that was told, through the last moment of its last day."""
    until = end_of_day(event.until, case.zone) if event.until else None
    more["evidence"] = event.evidence
    return held(case, event.event_id, reason, min(event.at or at, at), until, **more)


def without_hold(case: Case, reason: str, at: datetime, only: str | None = None) -> Case:
    """The case with its holds for this reason ended, or `only` one of them; what they asked of a person is answered.

    What a dispute that ended by itself left to be answered is answered too.
    """
    meant = {h.id for h in case.holds if h.reason == reason and only in (None, h.id)}
    holds = tuple(_ended(h, at) if h.id in meant and h.ended is None else h for h in case.holds)
    case = changed(case, holds=holds, flags=tuple(flag for flag in case.flags if flag.about not in meant))
    over = reason == "dispute" and not any(h.reason == reason and h.ended is None for h in holds)
    return settled(case, "upheld") if over else case


def _ended(hold: CaseHold, at: datetime) -> CaseHold:
    # Told late, a hold was over at its own end all the same.
    return hold.model_copy(update={"ended": at if hold.until is None else min(at, hold.until)})
