"""What stands against a suit, or the threat of one? Then a person decides: nothing goes silently on to court."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from models.case import Case
from models.charges import Interruption
from models.decisions import Act, Barred
from models.jurisdiction import Jurisdiction
from policy.case.rounds import of_episode
from policy.charging.barring import CLAIMS, LOAN, Dues, Prescription, prescription
from policy.deciding.cycle import Candidate, Now, exhausted
from policy.law.binding import in_force
from policy.law.days import debtor_day
from policy.money.ledger import counted, counts_from
from policy.money.position import Position
from policy.phrases import day_text
from policy.procedures.procedure_table import against_suit as lost_by_law

SUITS = frozenset({"legal_package"})
THREATS = SUITS | {"formal_notice"}
DATED = frozenset({"certificate", "legal_package"})
"""Papers that say until when the claim can be brought."""
DONE = frozenset({"done", "refused"})
"""What people answer to a review: either way they looked."""


class Against(NamedTuple):
    """One thing that stands against a suit, from a debtor's day on."""

    why: str
    since: date


def against_suit(now: Now, do: str, law: Jurisdiction) -> Iterator[Against]:
    """All that stands against a step today, each with its rule; a step that threatens no suit meets nothing."""
    yield from _barred(now, do, law)
    if do in SUITS:
        yield from _no_forbearance(now, law)
        for why in lost_by_law(now.case, now.today):
            yield Against(why, now.case.episode_since or now.today)


def kept_waiting(now: Now, candidate: Candidate, law: Jurisdiction) -> str | None:
    """Why a person must look before a step that has come due can go on, or None."""
    found = objections(now, candidate, law)
    return f"{candidate.step.id}: {'; '.join(found)}" if found else exhausted(now, candidate)


def objections(now: Now, candidate: Candidate, law: Jurisdiction) -> list[str]:
    """What stands against a suit that nobody has answered: a person's yes to the step, since it stood, answers it."""
    records = now.records.get((candidate.round, candidate.step.id), [])
    said = [debtor_day(r.at, now.case.zone) for r in records if r.result == "again"]
    return [a.why for a in against_suit(now, candidate.step.do, law) if not any(day >= a.since for day in said)]


def barred_after(case: Case, owed: Position, law: Jurisdiction) -> Prescription | None:
    """The earliest last day of the claim, as far as the ledger knows it; None: no rule, or nothing is open."""
    due = [i.due for i, _ in owed.open] + ([owed.oldest_unpaid] if owed.oldest_unpaid else [])
    if law.charges is None or not due:
        return None
    heard: dict[Interruption, list[date]] = {
        "payment": [counts_from(payment, case.zone) for payment in counted(case)],
        "formal_notice": [debtor_day(h.since, case.zone) for h in case.holds if h.reason == "notice_period"],
    }
    days = [i.due for i in case.instalments] + due
    dues = Dues(min(due), max(days), min(days))
    return prescription(law.charges, dues, heard, CLAIMS.get(case.product, LOAN))


def dated(act: Act, now: Now, law: Jurisdiction) -> Act:
    """The instruction for a paper that says until when the claim can be brought, with that day."""
    found = barred_after(now.case, now.position, law) if act.do in DATED and act.waits_for is None else None
    return act.model_copy(update={"barred": Barred(**found._asdict())}) if found else act


def _barred(now: Now, do: str, law: Jurisdiction) -> Iterator[Against]:
    found = barred_after(now.case, now.position, law) if do in THREATS or do == "placement" else None
    # What nobody may ask for any more is not given to others either.
    if found and found.barred(now.today) and (do in THREATS or found.effect == "stop_contact"):
        since = found.last_day + timedelta(days=1)
        yield Against(f"the claim may be barred since {day_text(since)} ({found.rule})", since)


def _no_forbearance(now: Now, law: Jurisdiction) -> Iterator[Against]:
    for rule in (rule for pack in law.packs for rule in pack.suits):
        if in_force(rule, now.today) and not LOOKED[rule.needs](now):
            yield Against(f"{rule.says} ({rule.id})", now.case.episode_since or now.today)


def _forbearance_looked_at(now: Now) -> bool:
    """Whether a cause was ever heard, or in this episode an offer was made, a hardship told or the file reviewed."""
    case = now.case
    reviews = {step.id for stage in now.cycle.stages for step in stage.steps if step.do == "review"}
    # One that a colleague refused, or nobody approved in time, was never made.
    made = [o.at for o in case.offers if len(o.approvals) >= o.needs] + [plan.made for plan in case.plans]
    offered = any(_of_episode(case, at) for at in made)
    asked = case.causes or any(hold.reason == "hardship" and _of_episode(case, hold.since) for hold in case.holds)
    reviewed = any(r.step in reviews and r.round == of_episode(case.episode) and r.result in DONE for r in case.records)
    return bool(offered or asked or reviewed)


def _of_episode(case: Case, at: datetime) -> bool:
    return case.episode_since is None or debtor_day(at, case.zone) >= case.episode_since


LOOKED = {"forbearance_check": _forbearance_looked_at}
"""Whether what a rule needs before a suit stands in the file."""
