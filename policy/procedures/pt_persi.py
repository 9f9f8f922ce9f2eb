"""Portugal's PERSI (DL 227/2012): which of its days passed without the event, what ends it, what it keeps from court?

Its days are duties of the creditor: one that passes is put before a person. Its end is a letter and nothing else.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from models import events as e
from models.case import Case, CaseHold
from policy.case.holds import over
from policy.law.days import debtor_day, end_of_day
from policy.law.deadlines import (
    EndLetter,
    guarantor_informed_by,
    persi,
    persi_answer_by,
    persi_ended_on,
    persi_forbids,
    persi_window,
)
from policy.phrases import day_text
from policy.procedures.procedure import NO_COURT, Duty, HoldRule, Procedure

COUNTRY, REASON = "PT", "persi"
PRODUCTS = frozenset({"consumer_loan", "microloan", "overdraft", "credit_card", "mortgage", "leasing"})
"""Credit, whoever collects it: the bank, a buyer of its loans, or an agency for either. An invoice has no PERSI."""
BY_TIME = "17-1-c"
NOT_REACHED = frozenset(
    [
        *("failed", "bounced", "withdrawn", "overdue", "rejected", "passed", "unknown"),
        *("busy", "no_answer", "not_home", "wrong_address", "wrong_number", "third_party", "voicemail"),
    ]
)
"""What told the client nothing; a machine neither, nor somebody else."""


def binds(case: Case) -> bool:
    """Whether the rules on PERSI are for this debt."""
    return case.country == COUNTRY and case.product in PRODUCTS


def duties(case: Case, oldest: date | None) -> Iterator[Duty]:
    """What is still to be done, by its last day; `oldest`: the oldest unpaid due date.

    Days before the case was opened are the creditor's own: of them only the entry is asked for.
    """
    if not binds(case) or oldest is None or case.closed:
        return
    opened = debtor_day(case.opened, case.zone)
    hold = _entered(case, oldest)
    found = _before(case, oldest) if hold is None else _inside(case, debtor_day(hold.since, case.zone), hold)
    yield from (duty for duty in found if duty.by >= opened or duty.rule == "PT-T2")


def without_persi(case: Case, today: date) -> str | None:
    """Why a suit is lost for want of a PERSI, or None (law.md PT-G1). While one runs, its hold makes the step wait."""
    if not binds(case):
        return None
    hold = _entered(case, case.episode_since)
    entered = debtor_day(hold.since, case.zone) if hold else None
    if "sue" not in persi_forbids(today, entered, _last_day(case, hold)):
        return None
    return "no PERSI was entered and ended by its letter (PT-G1, DL 227/2012 art. 18)"


def against(case: Case, event: e.Event, now: datetime) -> str | None:
    """Why the beginning or the end of a PERSI cannot be taken as told (law.md PT-T7, PT-T8), or None."""
    match event:
        case e.Protection() | e.Hold() if event.reason == REASON and event.until:
            return "a PERSI ends by its letter alone: leave the end open and release it (PT-T8)"
        case e.Release() if event.of == REASON:
            return _against_end(case, event, debtor_day(event.at or now, case.zone))
    return None


def _against_end(case: Case, event: e.Release, day: date) -> str | None:
    hold = running(case)
    if hold is None:
        return None
    entered, letter = debtor_day(hold.since, case.zone), EndLetter(day, event.ground or "", event.reasons or "")
    if day < entered:
        return f"a letter of {day_text(day)} does not end a PERSI that was entered on {day_text(entered)} (PT-T7)"
    if persi_ended_on(entered, event.ground == BY_TIME, letter):
        return None
    if not event.ground or not event.reasons:
        return "a PERSI ends only by a letter that states ground and reasons: name --ground and --reasons (PT-T8)"
    first = persi(entered).may_end_from
    return f"time ends a PERSI from {day_text(first)} on, the 91st day, not before (PT-T7)"


def ended(case: Case, event: e.Release, at: datetime) -> Case | None:
    """The case whose PERSI ended by a letter: its day still belongs to the PERSI. None where none is released."""
    hold = running(case)
    if event.of != REASON or hold is None:
        return None
    until = end_of_day(debtor_day(event.at or at, case.zone), case.zone)
    holds = tuple(h.model_copy(update={"until": until}) if h is hold else h for h in case.holds)
    flags = tuple(flag for flag in case.flags if flag.about != hold.id)
    return case.model_copy(update={"holds": holds, "flags": flags})


def _before(case: Case, due: date) -> Iterator[Duty]:
    window = persi_window(due)
    if not any(_reached_since(case, due)):
        yield Duty("PT-T1", window.inform_by, "the client is told of the delay and asked for its causes")
    yield Duty("PT-T2", window.enter_by, "the client enters PERSI")
    if case.guarantors and not _told(case, "guarantor_informed", due):
        yield Duty("PT-G2", guarantor_informed_by(due), "the guarantor is told")


def _inside(case: Case, entered: date, hold: CaseHold) -> Iterator[Duty]:
    if over(hold) is not None:
        return
    days, proposed = persi(entered), _told(case, "persi_proposal", entered)
    if not _told(case, "persi_entry_letter", entered):
        yield Duty("PT-T3", days.entry_letter_by, "the client is told of the entry")
    if not proposed:
        yield Duty("PT-T5", days.propose_by, "a proposal, or a reasoned no")
    elif not _told(case, "persi_answer", proposed):
        yield Duty("PT-T6", persi_answer_by(proposed), "the answer to the proposal")


def _told(case: Case, name: str, since: date) -> date | None:
    return next((known.since for known in case.known if known.name == name and known.since >= since), None)


def _reached_since(case: Case, due: date) -> Iterator[bool]:
    for record in case.records:
        if record.channel and record.result not in NOT_REACHED:
            yield debtor_day(record.at, case.zone) > due


def _entered(case: Case, since: date | None) -> CaseHold | None:
    """The last PERSI that did not end before a day: an earlier one was for an earlier delay."""
    found = [hold for hold in case.holds if hold.reason == REASON]
    last = found[-1] if found else None
    end = _last_day(case, last)
    return None if last and end and since and end < since else last


def _last_day(case: Case, hold: CaseHold | None) -> date | None:
    end = over(hold) if hold else None
    return debtor_day(end - timedelta(microseconds=1), case.zone) if end else None


def running(case: Case) -> CaseHold | None:
    """The PERSI that no letter has ended yet."""
    return next((h for h in case.holds if h.reason == REASON and h.ended is None and h.until is None), None)


PERSI = Procedure(
    name=REASON,
    country=COUNTRY,
    holds={
        REASON: HoldRule(
            NO_COURT,
            "no termination, suit or assignment until the letter that ends it (DL 227/2012, 18); contact goes on",
        )
    },
    duties=duties,
    refuses=against,
    against_suit=without_persi,
    released=ended,
)
