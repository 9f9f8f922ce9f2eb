"""Where a case stands: is it closed, what holds it, is it free for its next step?"""

from datetime import date, datetime, timedelta

from models.case import Case, CaseHold
from models.decisions import Close
from policy.contact_law import debtor_day
from policy.cycle import Now
from policy.following import agreed, open_offers
from policy.words import day_text, money_text, whole_units


def must_end(now: Now) -> bool:
    """Whether the case has nothing more to do: paid, or withdrawn by the client."""
    return now.case.withdrawn is not None or now.position.outstanding == 0


def last_day(now: Now, until: datetime) -> date:
    """The last debtor's day before an instant at which something ends."""
    return debtor_day(until - timedelta(microseconds=1), now.case.zone)


def ended_for_good(case: Case) -> bool:
    """Whether the case ended by a decision that money coming or going does not undo by itself."""
    return case.closed is not None and case.outcome not in ("paid", "cured")


def free(now: Now) -> bool:
    """Whether nothing keeps the case from its next step."""
    ended = must_end(now) or ended_for_good(now.case)
    waits = now.case.pending is not None or bool(open_offers(now))
    return not ended and not waits and not why_held(now) and not below_threshold(now)


def below_threshold(now: Now) -> bool:
    """Whether less is overdue than the strategy chases."""
    least = now.strategy.worth_chasing.get(now.case.currency)
    if least is None or not now.case.episode_open:
        return False
    return whole_units(now.position.overdue, now.case.currency) < least


def closed(now: Now) -> Close | None:
    """Whether the position, the client or an earlier end closes the case."""
    case = now.case
    if case.withdrawn:
        return Close(outcome="withdrawn", why=f"withdrawn by the client: {case.withdrawn}")
    if ended_for_good(case):
        return Close(
            outcome=case.outcome or "closed", why=f"ended as {case.outcome} before; a person looks at what came"
        )
    if now.position.outstanding == 0:
        return Close(outcome="paid", why=_settled(case) or "nothing is outstanding")
    runs = any(plan.verdict == "running" for plan in case.plans)
    if now.position.overdue == 0 and case.episode > 0 and now.strategy.on_cure == "close" and not runs:
        return Close(outcome="cured", why="nothing is overdue any more")
    return None


def _settled(case: Case) -> str | None:
    waived = [a for a in case.adjustments if a.reason == "settled"]
    last = case.plans[-1] if case.plans else None
    if last is None or (last.what, last.verdict) != ("settlement", "fulfilled") or not waived:
        return None
    return f"settled for less: {money_text(-waived[-1].amount, case.currency)} waived"


def _active_holds(now: Now) -> list[CaseHold]:
    return [h for h in now.case.holds if h.ended is None and h.since <= now.at]


def running(now: Now) -> list[tuple[str, datetime | None]]:
    """Everything that holds the case, in words, with its end."""
    held: list[tuple[str, datetime | None]] = []
    for hold in _active_holds(now):
        end = f" until {day_text(last_day(now, hold.until))}" if hold.until else " until released"
        held.append((f"{hold.reason.replace('_', ' ')}{end}", hold.until))
    held += agreed(now)
    return held


def only_agreed(now: Now) -> bool:
    """Whether nothing but promises and arrangements hold the case."""
    return not _active_holds(now)


def why_held(now: Now) -> str | None:
    """All that holds the case, in words; None when nothing does."""
    return "; ".join(text for text, _ in running(now)) or None
