"""What to do next with a case: `decide`, a pure function. The answer is recorded with its reason, never recomputed."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zlib import crc32

from channels.channel_table import CHANNELS
from channels.step_kind_table import REACHING
from models import events as e
from models.case import Case
from models.decisions import Act, Close, Decision, Wait
from models.events import Channel
from models.jurisdiction import Jurisdiction
from models.strategy import Strategy
from policy.case.holds import runs
from policy.deciding.case_status import below_threshold, closed, gate, last_day, only_agreed, running
from policy.deciding.court import dated, kept_waiting, objections
from policy.deciding.cycle import Candidate, Now, channels, look
from policy.deciding.finding_effects import noted
from policy.deciding.findings import finding
from policy.deciding.instruction import instruction
from policy.deciding.running_agreements import open_offers, reminder
from policy.law.may_contact import aim, debtor_day, end_of_day, start_of_day
from policy.money.position import position
from policy.phrases import day_text, money_text, short
from policy.procedures.hold_rules import GATES
from policy.procedures.procedure_table import duties

OFFICE_OPENS = timedelta(hours=8)
SPREAD_SECONDS = 90 * 60
"""Wake-ups of a day are spread over this time, by account, so that a million do not come at once."""
MOST_FINDINGS = 500
MADE = frozenset({"issued", "placed"})


class Feed(NamedTuple):
    """When the last information on payments came, and after how many hours it is stale."""

    fed: datetime
    fresh_hours: int


def decide(case: Case, strategy: Strategy, pack: Jurisdiction, now: datetime, feed: Feed | None = None) -> Decision:
    """Act, wait or close. `now` is an aware instant; amounts in minor units; findings come in the order of thinking."""
    findings: list[e.Finding] = []
    while len(findings) < MOST_FINDINGS:
        view = look(case, strategy, now, position(case, debtor_day(now, case.zone)))
        found = finding(view, len(findings), pack)
        if found is None:
            break
        findings.append(found)
        case = noted(case, found, now)
    else:
        raise RuntimeError(f"{MOST_FINDINGS} findings and no end: {findings[-1]!r}")
    return Decision(
        number=case.decisions + 1,
        at=now,
        findings=tuple(findings),
        next=_next(view, pack, feed),
        stage=case.stage or "prevention",
        days_past_due=view.position.days_past_due,
        days_that_count=view.days_that_count,
        outstanding=view.position.outstanding,
        overdue=view.position.overdue,
    )


def _next(now: Now, pack: Jurisdiction, feed: Feed | None) -> Act | Wait | Close:
    waits = closed(now) or _held(now, pack, feed) or _awaited(now) or _offered(now) or _not_worth(now)
    found = waits or _step(now, pack, feed)
    return _till_a_hold_ends(now, found) if isinstance(found, Wait) else found


def _till_a_hold_ends(now: Now, wait: Wait) -> Wait:
    """Also a hold that lets the cycle go on ends by itself, at its own end; and a day of a procedure passes."""
    ends = [hold.until for hold in now.case.holds if hold.until is not None and runs(hold, now.at)]
    asked = [duty.by for _, duty in duties(now.case, now.position.oldest_unpaid)]
    ends += [end_of_day(by, now.case.zone) for by in asked if by >= now.today]
    ends += [wait.until] if wait.until else []
    return wait.model_copy(update={"until": min(ends)}) if ends else wait


def _held(now: Now, pack: Jurisdiction, feed: Feed | None) -> Act | Wait | None:
    holding = running(now)
    if not holding:
        return None
    courtesy = _courtesy(now, pack, feed) if only_agreed(now) else None
    if isinstance(courtesy, Act):
        return courtesy
    if courtesy is not None:
        holding = [*holding, ("", courtesy)]
    if now.case.pending and now.case.pending.due:
        holding = [*holding, ("", now.case.pending.due)]
    return Wait(until=_first_end(holding), why=short(_words(holding)))


def _words(holding: list[tuple[str, datetime | None]]) -> str:
    return "; ".join(text for text, _ in holding if text)


def _first_end(holding: list[tuple[str, datetime | None]]) -> datetime | None:
    return min((end for _, end in holding if end is not None), default=None)


def _courtesy(now: Now, pack: Jurisdiction, feed: Feed | None) -> Act | datetime | None:
    """The reminder of what was agreed, or when its moment comes: at a lawful hour, not after the agreed day."""
    found = reminder(now)
    if found is None:
        return None
    candidate, channel = found.candidate, channels(now, found.candidate)[0]
    at, _ = _moment(now, pack, candidate, channel)
    if debtor_day(at, now.case.zone) > found.last:
        return None
    stale = _stale(now, candidate, feed)
    if stale and at <= now.at:
        return stale.until
    return at if at > now.at else instruction(now, candidate, channel)


def _offered(now: Now) -> Wait | None:
    offers = open_offers(now)
    if not offers:
        return None
    first = min(offers, key=lambda o: o.until)
    why = f"the answer to the offer of a {first.what}, open until {day_text(first.until)}"
    return Wait(until=end_of_day(first.until, now.case.zone), why=why)


def _awaited(now: Now) -> Wait | None:
    pending = now.case.pending
    if pending is None:
        return None
    words = {"outcome": "outcome", "proof": "proof of delivery", "answer": "answer", "release": "release by a person"}
    last = f" by {day_text(last_day(now, pending.due))}" if pending.due else ""
    why = f"{words[pending.waits_for]} of {pending.step} {pending.attempt}{last}"
    return Wait(until=pending.due, step=pending.step, why=why)


def _not_worth(now: Now) -> Wait | Close | None:
    if not below_threshold(now):
        return None
    why = f"{money_text(now.position.overdue, now.case.currency)} overdue is below what is chased"
    coming = [i.due for i, _ in now.position.open if i.due >= now.today]
    if not coming:
        return Close(outcome="closed", why=why)
    return Wait(until=office(now, min(coming) + timedelta(days=1)), why=why)


def _step(now: Now, pack: Jurisdiction, feed: Feed | None) -> Act | Wait | Close:
    candidate = now.candidate
    if candidate is None:
        return _nothing_left(now)
    if blocked := gate(now, candidate):
        what = f"{GATES.get(candidate.step.do, candidate.step.id)} is blocked by"
        return Wait(until=_first_end(blocked), step=candidate.step.id, why=short(f"{what} {_words(blocked)}"))
    usable = channels(now, candidate)
    if candidate.day <= now.today and (kept_waiting(now, candidate, pack) or not usable):
        about = ": ".join(filter(None, (candidate.step.id, "; ".join(objections(now, candidate, pack)))))
        return Wait(until=None, step=candidate.step.id, why=short(f"a person's decision about {about}"))
    at, why = _moment(now, pack, candidate, usable[0] if usable else None)
    stale = _stale(now, candidate, feed)
    if stale and at <= now.at:
        return stale
    if at > now.at:
        return Wait(until=at, step=candidate.step.id, why=short(f"{candidate.step.id}: {why}"))
    return dated(instruction(now, candidate, usable[0]), now, pack)


def _nothing_left(now: Now) -> Wait | Close:
    if now.case.episode_open and (blocked := running(now, "court") + running(now, "assignment")):
        # An open dispute, for one: what is handed over to a court or an agency is handed over for good.
        return Wait(until=_first_end(blocked), why=short(f"the cycle is done; its end waits for {_words(blocked[:1])}"))
    if now.case.episode_open:
        return Close(outcome=_end(now), why=f"every step of the cycle {now.cycle.name} was taken")
    due = now.position.oldest_unpaid or now.today
    return Wait(until=office(now, due + timedelta(days=1)), why=f"the instalment due {day_text(due)}")


def _end(now: Now) -> str:
    """The cycle's outcome, as far as its steps were really taken: a package that was passed over went to no court."""
    outcomes = {"certificate": "uncollectible", "legal_package": "legal", "placement": "placement"}
    do = {step.id: step.do for stage in now.cycle.stages for step in stage.steps}
    taken = [do.get(r.step, "") for r in now.of_episode if r.result in MADE]
    last = [outcomes[kind] for kind in taken if kind in outcomes]
    return last[-1] if last else "closed"


def _stale(now: Now, candidate: Candidate, feed: Feed | None) -> Wait | None:
    if feed is None or candidate.step.do not in REACHING or candidate.step.by_law:
        return None
    if now.at - feed.fed <= timedelta(hours=feed.fresh_hours):
        return None
    why = f"payment information is older than {feed.fresh_hours} hours"
    return Wait(until=office(now, now.today + timedelta(days=1)), step=candidate.step.id, why=why)


def _moment(now: Now, pack: Jurisdiction, candidate: Candidate, channel: Channel | None) -> tuple[datetime, str]:
    """When the step is to be taken: its day, office hours, lawful hours, and not before a deferral ends."""
    case = now.case
    at, why = office(now, candidate.day), candidate.why
    deferred = case.deferred
    if deferred and (deferred.step, deferred.round) == (candidate.step.id, candidate.round) and deferred.until > at:
        at, why = max(deferred.until, office(now, debtor_day(deferred.until, case.zone))), deferred.why
    at = max(at, now.at)
    if channel is None:
        return at, why
    aimed, rule = aim(pack, case.zone, CHANNELS[channel].law, at, spread(case))
    return aimed, f"quiet hours ({rule})" if rule and candidate.day <= now.today else why


def office(now: Now, day: date) -> datetime:
    """The moment of a debtor's day at which our side acts: from 08:00, spread by account."""
    return start_of_day(day, now.case.zone) + OFFICE_OPENS + spread(now.case)


def spread(case: Case) -> timedelta:
    """How long after the beginning of a day's work this account's turn comes; always the same."""
    return timedelta(seconds=crc32(case.account.encode()) % SPREAD_SECONDS)
