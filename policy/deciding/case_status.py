"""Where a case stands: is it closed, what holds it, is it free for its next step?"""

from datetime import date, datetime, timedelta

from models.case import Case
from models.decisions import Close
from models.events import Block
from policy.case.holds import runs
from policy.deciding.cycle import Candidate, Now
from policy.deciding.running_agreements import agreed, open_offers
from policy.law.may_contact import debtor_day, end_of_day
from policy.minor_units import whole_units
from policy.phrases import day_text, money_text
from policy.procedures.hold_rules import GATES
from policy.procedures.procedure_table import waits_for


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
    if ended or waits or why_held(now) or below_threshold(now):
        return False
    if not any(runs(hold, now.at) for hold in now.case.holds):
        return True
    candidate = now.candidate
    return candidate is None or not gate(now, candidate)


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
        return Close(outcome="paid", why=_settled(case) or _given_up(case) or "nothing is outstanding")
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


def _given_up(case: Case) -> str | None:
    given = -sum(a.amount for a in case.adjustments if a.write_off)
    return f"nothing is outstanding: {money_text(given, case.currency)} written off" if given else None


def _rest_settled(now: Now) -> str | None:
    """Why only what is disputed is left to be asked for, in words; None when something else is."""
    if not now.position.disputed:
        return None
    rest = now.position.overdue - now.position.disputed
    if rest == 0:
        return "the rest is paid; the disputed part waits"
    least = now.strategy.worth_chasing.get(now.case.currency)
    small = least is not None and whole_units(rest, now.case.currency) < least
    return "the rest is below what is chased; the disputed part waits" if small else None


def running(now: Now, what: Block = "contact") -> list[tuple[str, datetime | None]]:
    """Everything that stops this (contact: the case and its cycle), in words, with its end."""
    case = now.case
    held: list[tuple[str, datetime | None]] = []
    for hold in case.holds:
        if what in hold.blocks and runs(hold, now.at):
            end = f" until {day_text(last_day(now, hold.until))}" if hold.until else " until released"
            held.append((f"{hold.reason.replace('_', ' ')}{end}", hold.until))
    settled = _rest_settled(now)
    if settled and what == "contact":
        coming = [i.due for i, _ in now.position.open if i.due >= now.today]
        held.append((settled, end_of_day(min(coming), case.zone) if coming else None))
    held += agreed(now)
    return held


def only_agreed(now: Now) -> bool:
    """Whether nothing but promises and arrangements hold the case."""
    return not any("contact" in hold.blocks and runs(hold, now.at) for hold in now.case.holds)


def why_held(now: Now) -> str | None:
    """All that holds the case, in words; None when nothing does."""
    return "; ".join(text for text, _ in running(now)) or None


def gate(now: Now, candidate: Candidate) -> list[tuple[str, datetime | None]]:
    """What keeps a step that has come due from being taken, though the cycle goes on."""
    if candidate.day > now.today:
        return []
    what = GATES.get(candidate.step.do)
    return running(now, what) if what else _waits(now, candidate)


def _waits(now: Now, candidate: Candidate) -> list[tuple[str, datetime | None]]:
    """The terms by law whose end this step waits for, in words."""
    reasons = waits_for(now.case.country, candidate.step.do, getattr(candidate.step, "text", None))
    terms = [(h.reason, h.until) for h in now.case.holds if h.reason in reasons and runs(h, now.at)]
    return [(f"{why.replace('_', ' ')} until {day_text(last_day(now, end))}", end) for why, end in terms if end]
