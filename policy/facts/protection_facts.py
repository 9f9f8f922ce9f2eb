"""A party that is protected, a channel that is not wanted, what the law asks for: why not, and what follows."""

from datetime import datetime

from models import events as e
from models.case import Case, Known
from policy.case.case_changes import changed, flagged, without_channel_of
from policy.facts.fact_spec import FactSpec
from policy.facts.order_facts import against_hold, hold_words
from policy.law.days import debtor_day
from policy.phrases import day_text
from policy.procedures.hold_rules import held_by, without_hold
from policy.procedures.procedure_table import notice, protected_until
from policy.steps.notice_effects import term_held, unnoticed
from policy.steps.notice_effects import told as told_by_people


def _protection(case: Case, event: e.Protection, at: datetime) -> Case:
    case = flagged(case, "protection", event.event_id, f"protected party: {event.reason}")
    since = debtor_day(min(event.at or at, at), case.zone)
    until = protected_until(case.country, event.reason, since, event.until)
    return held_by(case, event.model_copy(update={"until": until}), event.reason, at)


def _against_circumstance(case: Case, event: e.Circumstance, now: datetime) -> str | None:
    if event.since and event.since > debtor_day(now, case.zone):
        return f"it begins on {day_text(event.since)}, which is still to come"
    if event.ended and not any(known.name == event.name for known in case.known):
        return f"no {event.name.replace('_', ' ')} is known that could end"
    return None


def _circumstance(case: Case, event: e.Circumstance, at: datetime) -> Case:
    begins = notice(case.country, event.name)
    if event.ended and not event.channels:  # Also what a message of ours told, with its term and its cost.
        for message in [k.message for k in case.known if k.name == event.name and k.message]:
            case = unnoticed(case, message)
        if begins:
            case = without_hold(case, begins.hold, at)
    again = None if begins and begins.each_counts and not event.ended else (event.name, event.channels)
    kept = tuple(k for k in case.known if (k.name, k.channels) != again)
    if event.ended:
        about_all = not event.channels
        return changed(case, known=tuple(k for k in kept if not (about_all and k.name == event.name)))
    since = event.since or debtor_day(event.at or at, case.zone)
    told = Known(name=event.name, since=since, until=event.until, channels=event.channels)
    case = changed(case, known=(*kept, told))
    return term_held(case, told_by_people(case, event, since), event.event_id, at, event.evidence)


def _opt_out(case: Case, event: e.OptOut, at: datetime) -> Case:
    if event.status == "lifted":
        return changed(case, opt_outs=tuple(c for c in case.opt_outs if c is not event.channel))
    return without_channel_of(case, event.channel)


PROTECTION = FactSpec(
    e.Protection,
    about="person",
    help="The party is protected: deceased, bankrupt, a minor and so on.",
    words=hold_words,
    take=_protection,
    refuse=against_hold,
)
OPT_OUT = FactSpec(
    e.OptOut,
    about="person",
    help="The party does not want this channel, or wants it again.",
    words=lambda fact, _: f"{fact.channel} is wanted again" if fact.status == "lifted" else f"no more {fact.channel}",
    take=_opt_out,
)
CIRCUMSTANCE = FactSpec(
    e.Circumstance,
    about="person",
    help="A refusal, a consent, a notice: what the law asks for.",
    words=lambda fact, _: f"{fact.name.replace('_', ' ')}{' holds no more' if fact.ended else ''}",
    take=_circumstance,
    refuse=_against_circumstance,
)
