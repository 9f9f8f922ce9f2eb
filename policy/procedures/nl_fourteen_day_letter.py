"""The Dutch 14-day letter: until when does it leave free, when is it one, and which cost counts after it (BW 6:96)?

Never one without such a letter (law.md NL-C1). What it announces, and when that falls due, the ledger works out.
"""

from datetime import date, datetime

from models import events as e
from models.case import Case, Charge
from models.contact import FactName
from policy.law.days import debtor_day
from policy.law.deadlines import Calendar, fourteen_day_letter, fourteen_days_from
from policy.phrases import day_text
from policy.procedures.procedure import Announcement, HoldRule, Notice, Procedure

LETTER: FactName = "fourteen_day_letter"
RULE = "NL-C1"
TERM = "fourteen_days"


def last_free_day(posted: date, off: Calendar) -> date:
    """NL-C1, NL-C2: two days of delivery and fourteen days, no Sunday, Monday or holiday among the former."""
    return fourteen_day_letter(posted, off).last_free_day


def no_letter(case: Case, event: e.Event, now: datetime) -> str | None:
    """Why what is told is no 14-day letter, or None; at its shortest it was delivered on its day, before no holiday."""
    if not isinstance(event, e.Circumstance) or event.name != LETTER or event.ended:
        return None
    if event.until is None:
        return f"a 14-day letter is told with its last free day ({RULE}): name it with --until"
    since = event.since or debtor_day(event.at or now, case.zone)
    first = fourteen_days_from(since, lambda _: False, roll_forward=False).last_free_day
    return f"the term of a 14-day letter ends on {day_text(first)} or later ({RULE})" if event.until < first else None


def without_letter(case: Case, charge: Charge) -> str | None:
    """Why a cost of the lender is not owed: it was charged before the term of no letter of theirs was over; or None."""
    if charge.what != "cost":
        return None
    ended = [known.until for known in case.known if known.name == LETTER and not known.message and known.until]
    if any(until < charge.day for until in ended):
        return None
    return f" without a 14-day letter ({RULE}): tell that one was sent, or drop it"


FOURTEEN_DAY_LETTER = Procedure(
    name=LETTER,
    country="NL",
    notices={
        LETTER: Notice(
            TERM,
            last_free_day,
            # Each was for instalments of its own.
            each_counts=True,
            announces=Announcement("14-day letter", "EUR", RULE),
        )
    },
    holds={
        TERM: HoldRule(
            ("fees", "court", "assignment"),
            "who pays within the term of the 14-day letter owes no cost (BW 6:96(6)); contact goes on",
        )
    },
    refuses=no_letter,
    counts_charge=without_letter,
)
