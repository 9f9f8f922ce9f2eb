"""Britain's moratoria and pauses: how long do they last, how soon may they come again (SI 2020/1311, CONC 7.12)?"""

from datetime import date, datetime

from models import events as e
from models.case import BLOCKS, Case
from policy.law.days import debtor_day
from policy.law.deadlines import adviser_pause, breathing_space, crisis_moratorium, next_breathing_space_from
from policy.phrases import day_text
from policy.procedures.procedure import ALL_BUT_INTEREST, HoldRule, Procedure, told_or

REASON = "breathing_space"
WHILE_IT_RUNS = "no interest, fees, contact or enforcement while it runs (SI 2020/1311)"


def after_treatment(since: date, told: date | None) -> date | None:
    """The day that was told is the last of the treatment: the protection lasts longer (UK-P2)."""
    return crisis_moratorium(told).last_day if told else None


def too_soon(case: Case, event: e.Event, now: datetime) -> str | None:
    """Why a breathing space cannot begin: the last one began within twelve months (UK-P1); or None."""
    if not isinstance(event, e.Protection) or event.reason != REASON:
        return None
    begun = [debtor_day(hold.since, case.zone) for hold in case.holds if hold.reason == REASON]
    free = next_breathing_space_from(max(begun)) if begun else None
    if free is None or debtor_day(event.at or now, case.zone) >= free:
        return None
    return f"the last breathing space began on {day_text(max(begun))}: not before {day_text(free)} (UK-P1)"


BREATHING_SPACE = Procedure(
    name=REASON,
    country="GB",
    holds={
        REASON: HoldRule(BLOCKS, WHILE_IT_RUNS),
        "moratorium": HoldRule(BLOCKS, WHILE_IT_RUNS),
        "crisis_treatment": HoldRule(BLOCKS, "no interest, fees, contact or enforcement meanwhile (SI 2020/1311)"),
        "adviser_plan": HoldRule(ALL_BUT_INTEREST, "a debt adviser is building a plan (CONC 7.12)"),
    },
    last_days={
        REASON: told_or(lambda since: breathing_space(since).last_day),
        "adviser_plan": told_or(lambda since: adviser_pause(since).last_day),
        "crisis_treatment": after_treatment,
    },
    refuses=too_soon,
)
