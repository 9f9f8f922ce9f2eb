"""America's validation notice: until when may the debtor dispute, and what waits so long (12 CFR 1006.34, 1006.38)?"""

from datetime import date

from policy.law.deadlines import Calendar, validation_period
from policy.procedures.procedure import NO_COURT, HoldRule, Notice, Procedure

PERIOD = "validation_period"


def last_day(sent: date, off: Calendar) -> date:
    """US-C4: thirty days from the day on which it counts as received."""
    return validation_period(sent, off).last_day


VALIDATION = Procedure(
    name="validation_notice",
    country="US",
    notices={"validation_notice": Notice(PERIOD, last_day, asks=False, itemises="US-C2")},
    holds={
        PERIOD: HoldRule(
            NO_COURT,
            "the debtor may still dispute the debt or ask who is owed (12 CFR 1006.34, 1006.38); contact goes on",
        )
    },
    # What threatens, or sets a term of its own, overshadows the right to dispute (1006.38(b)).
    waits={PERIOD: frozenset({"formal_notice", "offer", "second_letter"})},
)
