"""Which days does the law of a place set, by which rule, for whom, and which day is it after a given event?

The house does what its procedures ask for; the others are for people: files, credit bureaus, the lender's own duties.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

from policy.law import deadlines as law
from policy.law.deadlines import Calendar


class Deadline(NamedTuple):
    """A deadline, or several that one event begins."""

    rule: str
    whose: str
    says: str
    given: tuple[str, ...]
    """The days that must be known: the first is that of the event that begins it."""
    count: Callable[..., Any]
    """By the first day, the calendar where it needs one, the other days."""
    calendar: Literal["", "holidays", "working_days"] = ""
    also: tuple[str, ...] = ()
    """Days that change it where they are known."""


class Answer(NamedTuple):
    """One day of a deadline: none, and `never` true, where the law gives none."""

    name: str
    day: date | None
    never: bool = False


class Calendars(NamedTuple):
    """Which days are holidays where the debtor lives, and which are worked on."""

    holidays: Calendar
    working_days: Calendar


def _reported(letter_sent: date, talked: date | None = None) -> date | None:
    return law.credit_report_from(talked, letter_sent)


def _under_new_law(contract: date) -> date | None:
    return contract if law.under_ccd2(contract) else None


CATALOGUE: dict[str, tuple[Deadline, ...]] = {
    "NL": (
        Deadline(
            "NL-C1, NL-C2",
            "lender",
            "the 14-day letter: its delivery, its last free day, from when it costs",
            ("posted",),
            law.fourteen_day_letter,
            "holidays",
        ),
        Deadline(
            "NL-C2",
            "lender",
            "the same where the day of its delivery is proven",
            ("delivered",),
            law.fourteen_days_from,
            "holidays",
        ),
        Deadline(
            "NL-C1",
            "lender",
            "from when a cost of collecting may be charged, and never without a letter",
            ("posted",),
            law.fee_allowed_from,
            "holidays",
        ),
        Deadline("NL-R1", "agency", "the file is kept until", ("closed",), law.nl_file_kept_until),
    ),
    "US": (
        Deadline(
            "US-C4",
            "agency",
            "the validation notice: assumed receipt, last day to dispute",
            ("sent",),
            law.validation_period,
            "holidays",
        ),
        Deadline("US-C1", "agency", "the validation notice is sent by", ("first_contact",), law.validation_notice_by),
        Deadline(
            "US-X3", "agency", "from when a credit bureau may be told", ("letter_sent",), _reported, "", ("talked",)
        ),
        Deadline(
            "US-O4",
            "agency",
            "a consent to texts, or a check of the number, is good until",
            ("confirmed",),
            law.number_checked_until,
        ),
        Deadline(
            "US-O5",
            "agency",
            "from when an e-mail address may be used",
            ("notice_sent", "opt_out_by"),
            law.email_use_from,
        ),
        Deadline("US-O6", "agency", "a revocation is honoured by", ("asked",), law.revocation_by, "holidays"),
        Deadline("US-R1", "agency", "records are kept until", ("last_activity",), law.us_records_kept_until),
    ),
    "PT": (
        Deadline(
            "PT-T1, PT-T2",
            "lender",
            "before PERSI: the client is told, and enters",
            ("due",),
            law.persi_window,
            "",
            ("requested",),
        ),
        Deadline(
            "PT-T3, PT-T5, PT-T7",
            "lender",
            "inside PERSI: letter of entry, proposal, end by time",
            ("entered",),
            law.persi,
        ),
        Deadline("PT-T4", "client", "the documents that were asked for", ("requested",), law.persi_documents_by),
        Deadline("PT-T6", "both", "a counter-proposal, and the answer to it", ("proposed",), law.persi_answer_by),
        Deadline("PT-G2", "lender", "the guarantor is told", ("default",), law.guarantor_informed_by),
        Deadline("PT-G2", "guarantor", "a PERSI of their own is asked for", ("informed",), law.guarantor_persi_by),
        Deadline(
            "PT-A1", "lender", "from when the loan may be sold to others than funds", ("due",), law.loan_sale_from
        ),
    ),
    "RO": (
        Deadline("RO-C1", "buyer", "from when the debt may be recovered", ("notified",), law.recovery_from),
        Deadline("RO-E1", "lender", "from when the credit bureau may be told", ("notified",), law.bureau_report_from),
    ),
    "GB": (
        Deadline(
            "UK-P1",
            "all",
            "breathing space: its last day, from when there may be contact",
            ("started",),
            law.breathing_space,
        ),
        Deadline("UK-P1", "debtor", "from when the next one may begin", ("started",), law.next_breathing_space_from),
        Deadline(
            "UK-P2",
            "all",
            "crisis moratorium: its last day, from when there may be contact",
            ("treatment_ended",),
            law.crisis_moratorium,
        ),
        Deadline(
            "UK-P3",
            "all",
            "an adviser's pause: its last day, from when there may be contact",
            ("noticed",),
            law.adviser_pause,
        ),
        Deadline(
            "UK-C1", "lender", "the first day that a default notice may name", ("served",), law.default_notice_may_end
        ),
        Deadline(
            "UK-C1",
            "lender",
            "the notice of sums in arrears",
            ("second_missed",),
            law.arrears_notice_by,
            "",
            ("last_notice",),
        ),
    ),
    "RU": (
        Deadline("RU-O2", "debtor", "from when a refusal of contact counts", ("overdue",), law.refusal_counts_from),
        Deadline(
            "RU-C3", "lender", "the debtor is told of the agency", ("engaged",), law.agency_notice_by, "working_days"
        ),
        Deadline("RU-C4", "lender", "the debtor is told of the delay", ("overdue",), law.overdue_notice_by),
        Deadline("RU-P2", "debtor", "credit holidays end before", ("started",), law.credit_holidays_until),
        Deadline("RU-R1", "agency", "records are kept until", ("recorded",), law.ru_records_kept_until),
    ),
    "IT": (Deadline("IT-C3", "lender", "the first day that a diffida may set", ("received",), law.diffida_may_end),),
    "BR": (
        Deadline("BR-N2", "lender", "a negative record stays until", ("due",), law.bureau_record_until),
        Deadline("BR-N2", "lender", "and goes after a payment by", ("paid",), law.bureau_cleared_by, "holidays"),
    ),
    "EU": (
        Deadline("EU-3", "servicer", "records are kept until", ("mandate_ended",), law.servicer_records_kept_until),
        Deadline("IT-E1", "lender", "the directive of 2023 binds the contract of", ("contract",), _under_new_law),
    ),
}
"""By place: what binds in the European Union binds in its countries too."""


def answers(deadline: Deadline, days: Mapping[str, date], calendars: Calendars) -> tuple[Answer, ...]:
    """The days of a deadline; none where a day that it needs is not given."""
    if not all(name in days for name in deadline.given):
        return ()
    first, *others = (days[name] for name in deadline.given)
    calendar = [getattr(calendars, deadline.calendar)] if deadline.calendar else []
    more = {name: days[name] for name in deadline.also if name in days}
    found = deadline.count(first, *calendar, *others, **more)
    if isinstance(found, tuple):
        return tuple(Answer(name, day) for name, day in found._asdict().items())  # type: ignore[attr-defined]
    return (Answer("", found, never=found is None),)
