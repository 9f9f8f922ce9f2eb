"""Romania's thirty days: what may be done after the debtor was told that the debt was assigned (OUG 52/2016 d))?"""

from datetime import date, timedelta

from policy.law.deadlines import Calendar, recovery_from
from policy.procedures.procedure import ALL_BUT_INTEREST, HoldRule, Notice, Procedure

REASON = "assignment_notice"


def last_day(noticed: date, _: Calendar) -> date:
    """RO-C1: day 30 still belongs to the term, day 31 is free."""
    free = recovery_from(noticed)
    assert free
    return free - timedelta(days=1)


NOTICE = Notice(REASON, last_day, needs_calendar=False)
ASSIGNMENT = Procedure(
    name="assignment",
    country="RO",
    # Who bought the debt sends the one, who sold it the other.
    notices={"assignment_notice": NOTICE, "transfer_notice": NOTICE._replace(asks=False)},
    holds={REASON: HoldRule(ALL_BUT_INTEREST, "nothing is recovered for thirty days after the notice (OUG 52/2016)")},
)
