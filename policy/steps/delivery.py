"""What became of a message: it arrived, it came back, or it will never arrive where it is sent."""

from datetime import datetime

from models.case import Case
from models.event import Channel
from models.facts import DeliveryReport
from policy.case.case_changes import attempted, changed, recorded, rewritten, settled, without_channels
from policy.steps.notice_effects import unnoticed

ON_ITS_WAY = frozenset({"sent", "unknown", "delivered", "failed", "bounced", "overdue"})
"""Results of a message that a delivery report may still change."""


MOST_FAILED = 3


def reported(case: Case, event: DeliveryReport, at: datetime) -> Case:
    """The case after a report of what became of a message."""
    pending = case.pending if case.pending and case.pending.key == event.message else None
    known = pending or attempted(case, event.message)
    # Whoever reports on it knows that it left: no person needs to find out.
    case = settled(case, "unknown", event.message)
    if known is None:
        return changed(case, reports=(*case.reports, (event.message, event.status)))
    if pending and event.status != "delivered":
        # An offer or a notice that came back is not waited for.
        case = recorded(case, event.status, at)
    elif _on_its_way(case, event.message):
        case = rewritten(case, event.message, event.status)
    if event.status != "delivered":
        case = unnoticed(case, event.message)
    if event.status == "delivered" or known.channel is None:
        return case
    if event.status == "bounced" or _never_arrives(case, known.channel):
        return without_channels(case, known.channel)
    # The number may be out of reach today: this step goes out otherwise, the next one may try again.
    return changed(case, refused=(*case.refused, (known.round, known.step, known.channel)))


def _never_arrives(case: Case, channel: Channel) -> bool:
    """Whether the last messages on the channel all failed: then it is a bad address, whatever the vendor calls it."""
    last = [r.result for r in case.records if r.channel is channel and r.result in ("delivered", "failed")]
    return len(last) >= MOST_FAILED and set(last[-MOST_FAILED:]) == {"failed"}


def _on_its_way(case: Case, key: str) -> bool:
    # A notice is decided by its proof, an offer by its answer: no report unmakes them.
    notice = any(key == issued for issued, _ in case.notice_days)
    known = attempted(case, key)
    return not notice and known is not None and known.result in ON_ITS_WAY
