"""Which words of the debtor does the law take, in which form, and when does a protection end that nobody dated?"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from models.case import Case
from models.facts import Circumstance, Form, Protection
from policy.law.days import debtor_day
from policy.law.deadlines import (
    adviser_pause,
    breathing_space,
    credit_holidays_until,
    crisis_moratorium,
    next_breathing_space_from,
)
from policy.phrases import day_text

LAST_DAY: dict[tuple[str, str], Callable[[date], date]] = {
    ("GB", "breathing_space"): lambda since: breathing_space(since).last_day,
    ("GB", "adviser_plan"): lambda since: adviser_pause(since).last_day,
    ("RU", "moratorium"): lambda since: credit_holidays_until(since) - timedelta(days=1),
}
"""The last day of a protection by the day on which it began, where the law of a place has one."""
FORMS: dict[tuple[str, str], tuple[tuple[Form, ...], str]] = {
    ("RU", "refusal"): (
        ("statutory",),
        "a refusal of contact goes through a notary, by registered letter or by hand (230-FZ art. 8(5)); "
        "a stop on a channel is an opt_out",
    ),
    ("RU", "third_party_consent"): (("written", "statutory"), "a consent to third parties is written (230-FZ 4(5))"),
    ("RU", "debtor_consent_to_third_party"): (
        ("written", "statutory"),
        "a consent to third parties is written (230-FZ 4(5))",
    ),
    ("US", "cease"): (
        ("message", "written", "statutory"),
        "to cease everything is told in writing (15 USC 1692c(c)); a stop on a channel may be said: tell an opt_out",
    ),
}
"""The forms in which a word of the debtor counts, and what to tell instead; any form where nothing stands here."""


def protected_until(country: str, reason: str, since: date, told: date | None) -> date | None:
    """The last day of a protection: the day that was told, that of the law, or None where it has no end of its own.

    Of a crisis treatment the day that was told is the treatment's last: the protection lasts longer (UK-P2).
    """
    if (country, reason) == ("GB", "crisis_treatment") and told:
        return crisis_moratorium(told).last_day
    by_law = LAST_DAY.get((country, reason))
    return told or (by_law(since) if by_law else None)


def against_form(country: str, event: Circumstance) -> str | None:
    """Why a word of the debtor does not count in the form in which it was told, or None."""
    forms, says = FORMS.get((country, event.name), ((), ""))
    if event.ended or not forms or event.form in forms:
        return None
    return f"{says}; its form is {event.form or 'not told'}, expected {' or '.join(forms)}"


def against_again(case: Case, event: Protection, now: datetime) -> str | None:
    """Why a British breathing space cannot begin: the last one began within twelve months (UK-P1); or None."""
    begun = [debtor_day(h.since, case.zone) for h in case.holds if h.reason == event.reason == "breathing_space"]
    if case.country != "GB" or not begun:
        return None
    free = next_breathing_space_from(max(begun))
    if debtor_day(event.at or now, case.zone) >= free:
        return None
    return f"the last breathing space began on {day_text(max(begun))}: not before {day_text(free)} (UK-P1)"
