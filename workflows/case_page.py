"""What stands on the page of a case's workflow: where it stands, as the policy said, and what happened last."""

from collections.abc import Iterator
from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from models.case import Case

_LATEST = 12


def case_page(stands: str, case: Case) -> str:
    """Markdown, where a list begins after an empty line. What happened is read off the case: it costs no event."""
    latest = sorted(_happened(case))[-_LATEST:]
    lines = [stands, *(["", "#### What happened", ""] if latest else [])]
    lines += [f"- {at:%Y-%m-%d %H:%M} {what}" for at, what in latest]
    if case.flags:
        lines += ["", "#### Put before a person", "", *(f"- {flag.why}" for flag in case.flags[-3:])]
    # The page takes HTML for HTML.
    return "\n".join(lines).replace("<", "&lt;")


def _happened(case: Case) -> Iterator[tuple[datetime, str]]:
    taken_back = set(case.reversed)
    for payment in case.payments:
        yield payment.heard, "a payment came" + (", and was taken back" if payment.event_id in taken_back else "")
    for promise in case.promises:
        yield promise.made, f"promised by {promise.due}: {promise.verdict.replace('_', ' ')}"
    for plan in case.plans:
        yield plan.made, f"{plan.what} of {len(plan.instalments)} instalments: {plan.verdict}"
    for offer in case.offers:
        yield offer.at, f"offered a {offer.what}, open until {offer.until}: {offer.state.replace('_', ' ')}"
    for hold in case.holds:
        ended = f", ended {hold.ended:%Y-%m-%d}" if hold.ended else ""
        yield hold.since, f"hold: {hold.reason.replace('_', ' ')}{ended}"
    for r in case.records:
        by = f" by {r.channel}" if r.channel else ""
        yield r.at, f"{r.step} {r.attempt}{by}: {r.result.replace('_', ' ')}"
