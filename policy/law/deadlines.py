"""Until when, and from when? Each deadline of the law as a function of its own, with its own way of counting days.

All days are days on the debtor's calendar. `last_...`, `..._by` and `..._until` are the last day that is still in time,
`..._from` is the first day on which something may be done; a term's last day belongs to it. `off` tells which days are
public holidays: the calendar comes from the jurisdiction's pack, so that a decree of tomorrow counts.

The procedures of the countries (policy/procedures/) ask for those of notices, protections and PERSI; all of them are
shown to people by `auditor.py deadlines`, who do what the house does not: keep and delete files, tell credit bureaus.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import count, islice
from typing import Literal, NamedTuple

Calendar = Callable[[date], bool]
"""Whether a day belongs to the calendar: is a holiday, is a working day."""
MONDAY, SATURDAY, SUNDAY = 0, 5, 6
DAY = timedelta(days=1)


def months_later(day: date, months: int) -> date:
    """The same day so many months later; where that month is shorter, its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def years_later(day: date, years: int) -> date:
    """The same day so many years later; 28 February for the 29th."""
    return months_later(day, 12 * years)


# --- Netherlands -----------------------------------------------------------------------------------------------------


class FourteenDays(NamedTuple):
    """The 14-day letter: when it counts as delivered, the last day to pay for free, the first day of the cost."""

    delivered: date
    last_free_day: date
    fee_from: date


def fourteen_day_letter(posted: date, off: Calendar, roll_forward: bool = True) -> FourteenDays:
    """NL-C1, NL-C2 (BW 6:96(6); HR 2016:2704): delivered on the 2nd day after posting, no Sunday, Monday or holiday
    counted; the 14 days begin on the day after that.

    `roll_forward` is strict (Atw art. 1): a last day on a Saturday, Sunday or holiday moves to the next other day.
    """
    delivered = _nth(posted, 2, lambda day: day.weekday() in (MONDAY, SUNDAY) or off(day))
    return fourteen_days_from(delivered, off, roll_forward)


def fourteen_days_from(delivered: date, off: Calendar, roll_forward: bool = True) -> FourteenDays:
    """The same where the day of delivery is proven (NL-C2: the creditor must prove it if it is disputed)."""
    last = delivered + 14 * DAY
    while roll_forward and (last.weekday() in (SATURDAY, SUNDAY) or off(last)):
        last += DAY
    return FourteenDays(delivered, last, last + DAY)


def fee_allowed_from(letter_posted: date | None, off: Calendar) -> date | None:
    """The first day on which a Dutch collection cost may be charged; None without a 14-day letter: never (NL-C1)."""
    return None if letter_posted is None else fourteen_day_letter(letter_posted, off).fee_from


def nl_file_kept_until(closed: date) -> date:
    """NL-R1 (Bki 5.1(4)): the last day on which the file must still be there, two years after closing."""
    return years_later(closed, 2)


# --- United States ---------------------------------------------------------------------------------------------------


class Validation(NamedTuple):
    """The validation notice: assumed receipt, and the last day to dispute."""

    received: date
    last_day: date


def validation_period(sent: date, off: Calendar) -> Validation:
    """US-C4 (12 CFR 1006.34(b)(5)): received on the 5th day after sending without Saturdays, Sundays and holidays of
    5 USC 6103(a), and 30 days from there.

    6103(a) names the days themselves; a calendar that also has the observed ones is the strict reading.
    """
    received = _nth(sent, 5, lambda day: day.weekday() in (SATURDAY, SUNDAY) or off(day))
    return Validation(received, received + 30 * DAY)


def validation_notice_by(first_contact: date) -> date:
    """US-C1 (1006.34(a)): the last day for the notice that was not in the first communication itself."""
    return first_contact + 5 * DAY


def credit_report_from(talked: date | None, letter_sent: date | None) -> date | None:
    """US-X3 (1006.30(a)): from the talk on, or once 14 days have gone by for a letter to come back; else never."""
    after_letter = letter_sent + 14 * DAY if letter_sent else None
    return min((day for day in (talked, after_letter) if day), default=None)


def number_checked_until(confirmed: date) -> date:
    """US-O4 (1006.6(d)(5)): consent to texts, or the check that a number was not reassigned, is good for 60 days."""
    return confirmed + 60 * DAY


def email_use_from(notice_sent: date, opt_out_by: date) -> date | None:
    """US-O5 (1006.6(d)(4)(ii)): once the time to opt out is over, if the notice gave 35 days or more; else never."""
    return opt_out_by + DAY if opt_out_by >= notice_sent + 35 * DAY else None


def revocation_by(asked: date, off: Calendar) -> date:
    """US-O6 (47 CFR 64.1200(a)(10)): the last of 10 business days to honour a revocation; the house does it at once."""
    return _nth(asked, 10, lambda day: day.weekday() in (SATURDAY, SUNDAY) or off(day))


def us_records_kept_until(last_activity: date) -> date:
    """US-R1 (1006.100): three years after the last collection activity; recordings three years after the call."""
    return years_later(last_activity, 3)


# --- Portugal --------------------------------------------------------------------------------------------------------

PersiAct = Literal["terminate", "sue", "assign"]


class PersiWindow(NamedTuple):
    """Before PERSI: tell the client by a day, enter from a day to a day (earlier at the client's request)."""

    inform_by: date
    enter_from: date
    enter_by: date


def persi_window(due: date, requested: date | None = None) -> PersiWindow:
    """PT-T1, PT-T2 (DL 227/2012 art. 13, 14): told by day 15 after the due date; entry on day 31 to 60, or at once."""
    enter_from = due + 31 * DAY
    enter_by = due + 60 * DAY
    if requested:
        enter_from = enter_by = min(requested, enter_by)
    return PersiWindow(due + 15 * DAY, enter_from, enter_by)


class Persi(NamedTuple):
    """Inside PERSI: the entry letter, the proposal (or a reasoned no), the first day on which time may end it."""

    entry_letter_by: date
    propose_by: date
    may_end_from: date


def persi(entered: date) -> Persi:
    """PT-T3, PT-T5, PT-T7 (art. 14(4), 15(4), 17(1)): 5 days, 30 days, and the 91st day after entry."""
    return Persi(entered + 5 * DAY, entered + 30 * DAY, entered + 91 * DAY)


def persi_documents_by(requested: date) -> date:
    """PT-T4 (art. 15(3)): the client's documents, 10 days after the request."""
    return requested + 10 * DAY


def persi_answer_by(proposed: date) -> date:
    """PT-T6 (art. 16): a counter-proposal, and the answer to it, 15 days each."""
    return proposed + 15 * DAY


def guarantor_informed_by(default: date) -> date:
    """PT-G2 (art. 21): the guarantor is told within 15 days."""
    return default + 15 * DAY


def guarantor_persi_by(informed: date) -> date:
    """PT-G2 (art. 21): the guarantor may ask for a PERSI of their own within 10 days."""
    return informed + 10 * DAY


class EndLetter(NamedTuple):
    """The letter that ends a PERSI: the day it took effect with the client, and what it says."""

    day: date
    ground: str
    """The legal ground, such as `17(1)(c)`; empty: none."""
    reasons: str
    """Why, in facts: that 91 days went by is a ground, not a reason."""


def persi_ended_on(entered: date, by_time: bool, letter: EndLetter | None) -> date | None:
    """PT-T7, PT-T8 (art. 17): the day of a sound letter, for a PERSI ends by nothing else; None: it has not ended.

    A letter without ground or reasons is void, and so is one that goes `by_time` before the 91st day.
    """
    if letter is None or not letter.ground.strip() or not letter.reasons.strip():
        return None
    if by_time and letter.day < persi(entered).may_end_from:
        return None
    return letter.day


def persi_forbids(day: date, entered: date | None, ended: date | None) -> frozenset[PersiAct]:
    """PT-G1 (art. 18): neither termination nor suit nor assignment from the day of entry to that of the end letter.

    Without any PERSI a bank's suit fails too (Tribunal da Relacao de Evora, 451/21.7T8ENT.E1).
    """
    if entered is None or day < entered:
        return frozenset({"sue"})
    running = ended is None or day <= ended
    return frozenset({"terminate", "sue", "assign"}) if running else frozenset()


def loan_sale_from(due: date) -> date:
    """PT-A1 (DL 103/2025): a loan may be sold to others than funds once it is more than 90 days overdue."""
    return due + 91 * DAY


# --- Romania ---------------------------------------------------------------------------------------------------------


def recovery_from(notified: date, objection_open: bool = False) -> date | None:
    """RO-C1 (OUG 52/2016 d)): after 30 calendar days from the notice; None while an objection is not answered."""
    return None if objection_open else notified + 31 * DAY


def bureau_report_from(notified: date) -> date:
    """RO-E1 (Biroul de Credit, from memory): at least 15 days after the debtor was told."""
    return notified + 15 * DAY


# --- United Kingdom --------------------------------------------------------------------------------------------------


class Moratorium(NamedTuple):
    """The last day of a protection, and the first day on which the debtor may be contacted for the debt."""

    last_day: date
    contact_from: date


def breathing_space(started: date) -> Moratorium:
    """UK-P1 (SI 2020/1311): 60 days, the day it starts being the first."""
    return Moratorium(started + 59 * DAY, started + 60 * DAY)


def next_breathing_space_from(started: date) -> date:
    """UK-P1: not within 12 months of the last one."""
    return months_later(started, 12) + DAY


def crisis_moratorium(treatment_ended: date) -> Moratorium:
    """UK-P2 (SI 2020/1311): the treatment and 30 days; there may be any number of them."""
    return Moratorium(treatment_ended + 30 * DAY, treatment_ended + 31 * DAY)


def adviser_pause(noticed: date) -> Moratorium:
    """UK-P3 (CONC 7.12, from memory): 30 days for a debt adviser to build a plan, the last of them included."""
    return Moratorium(noticed + 30 * DAY, noticed + 31 * DAY)


def default_notice_may_end(served: date) -> date:
    """UK-C1 (CCA 1974 s. 88(2)): the earliest day that a default notice may name for the remedy, 14 after service."""
    return served + 14 * DAY


def arrears_notice_by(second_missed: date, last_notice: date | None = None) -> date:
    """UK-C1 (CCA 1974 s. 86B, from memory): 14 days after two payments were missed, then every six months."""
    return months_later(last_notice, 6) if last_notice else second_missed + 14 * DAY


# --- Russia ----------------------------------------------------------------------------------------------------------


def refusal_counts_from(overdue_since: date) -> date:
    """RU-O2 (230-FZ art. 8(6)): a refusal of contact counts from four months after the delay began; earlier it is none.

    The house honours an earlier one too: this day says only what the law would.
    """
    return months_later(overdue_since, 4)


def agency_notice_by(engaged: date, working: Calendar) -> date:
    """RU-C3 (230-FZ art. 9(1)): told within 30 working days; the calendar knows moved days and working Saturdays."""
    return _nth(engaged, 30, lambda day: not working(day))


def overdue_notice_by(overdue_since: date) -> date:
    """RU-C4 (353-FZ art. 10(4), from memory): the debtor is told within 7 days of the delay."""
    return overdue_since + 7 * DAY


def credit_holidays_until(started: date) -> date:
    """RU-P2 (353-FZ art. 6.1-2): at most six months; no demand and no penalty while they last."""
    return months_later(started, 6)


def ru_records_kept_until(recorded: date) -> date:
    """RU-R1 (230-FZ art. 17; Minjust order 134): three years, for texts too (strict: the law has 1.5 for these)."""
    return years_later(recorded, 3)


# --- Italy, Brazil, European Union -----------------------------------------------------------------------------------

CCD2_FROM = date(2026, 11, 20)


def diffida_may_end(received: date) -> date:
    """IT-C3 (c.c. 1454): the earliest day that a diffida ad adempiere may set as its last, 15 days after it arrived."""
    return received + 15 * DAY


def bureau_record_until(due: date) -> date:
    """BR-N2 (CDC art. 43 par. 1; Sumula 323): a negative record stays five years from the due date at most."""
    return years_later(due, 5)


def bureau_cleared_by(paid: date, off: Calendar) -> date:
    """BR-N2 (Sumula 548): the record goes within five working days of the payment."""
    return _nth(paid, 5, lambda day: day.weekday() in (SATURDAY, SUNDAY) or off(day))


def servicer_records_kept_until(mandate_ended: date) -> date:
    """EU-3 (Dir. 2021/2167 art. 11, from memory): five years after the mandate."""
    return years_later(mandate_ended, 5)


def under_ccd2(contract_date: date) -> bool:
    """IT-E1, law.md 0.8 (Dir. 2023/2225): the new directive's rules bind agreements made from 2026-11-20 on."""
    return contract_date >= CCD2_FROM


def _nth(start: date, number: int, skipped: Calendar) -> date:
    """The n-th day after `start`, days that are skipped not counted."""
    return next(islice((day for day in _after(start) if not skipped(day)), number - 1, None))


def _after(start: date) -> Iterator[date]:
    return (start + DAY * ahead for ahead in count(1))
