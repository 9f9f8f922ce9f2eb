"""Which message will be asked for when a wait is over, if nothing comes in meanwhile? Asked of the policy itself."""

from typing import Any

from channels.channel_table import FOR_SEVERAL
from models.case import Case
from models.decisions import Act, Close, Decision, Wait
from models.jurisdiction import Jurisdiction
from models.strategy import Strategy
from policy.case.holds import runs
from policy.deciding.taking import follow
from policy.deciding.treatment import decide
from policy.law.may_contact import debtor_day, start_of_day
from policy.steps.step_outcomes import step_input


def foreseen(case: Case, strategy: Strategy, pack: Jurisdiction, decision: Decision) -> dict[str, Any] | None:
    """The SMS or e-mail of the decision, or of the end of its wait, minor units; None where it is none.

    `case` is as it is after the decision. None too where more than the hour of the day stands before it, a promise
    that runs until that day or a hold: another message of that day must not come before its end. Whether payment
    information is fresh then is not asked: whoever sends for this account too waits for the same information.
    """
    nxt, at = decision.next, decision.at
    if not strategy.one_message or isinstance(nxt, Close):
        return None
    if isinstance(nxt, Wait):
        if nxt.until is None:
            return None
        at, waiting = nxt.until, nxt
        morning = start_of_day(debtor_day(at, case.zone), case.zone)
        before = decide(case, strategy, pack, morning).next if morning > decision.at else waiting
        later = decide(case, strategy, pack, at)
        held = any(runs(hold, max(morning, decision.at)) for hold in case.holds)
        deferred = case.deferred is not None and case.deferred.until > morning
        case, nxt = follow(case, later), later.next
        if held or deferred or getattr(before, "step", None) != getattr(nxt, "step", None):
            return None
    if not isinstance(nxt, Act) or nxt.do not in FOR_SEVERAL or nxt.waits_for:
        return None
    asked = step_input(case, nxt, at)
    return {
        "key": nxt.key,
        "channel": nxt.channel,
        "text": nxt.text,
        "day": debtor_day(at, case.zone).isoformat(),
        "overdue": asked.overdue,
        "outstanding": asked.outstanding,
    }
