"""What holds stop: stand-in until the holds branch is merged."""

from datetime import date, datetime, timedelta

from models.case import Case, Disputed
from models.event import Block
from policy.contact_law import debtor_day


def blocked_days(case: Case, what: Block) -> list[tuple[date, date | None]]:
    """First and last days on the debtor's calendar on which holds stop `what`."""
    spans = []
    for hold in case.holds:
        if what in hold.blocks:
            end: datetime | None = hold.ended or hold.until
            last = debtor_day(end - timedelta(microseconds=1), case.zone) if end else None
            spans.append((debtor_day(hold.since, case.zone), last))
    return spans


def disputed_parts(case: Case) -> Disputed:
    """All that is disputed in part."""
    parts = [h.disputed for h in case.holds if h.ended is None and h.disputed]
    return Disputed(
        instalments=tuple(n for p in parts for n in p.instalments),
        charges=tuple(c for p in parts for c in p.charges),
        amount=sum(p.amount or 0 for p in parts) or None,
    )
