"""The case in a few lines, for the page of its workflow: Markdown, where a list begins after an empty line."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from models.case import Case
from models.decisions import Close, Decision, Wait
from policy.phrases import days_text, money_text
from policy.telling.story import tell

LATEST = 12


def told(event: Any, currency: str) -> str:
    """What came, in a line: what a decision was made upon."""
    return f"{event.kind.replace('_', ' ')}: {tell(event, currency)}"


def details(case: Case, decision: Decision) -> str:
    """Where the case stands, what it waits for, and what happened last."""
    text = "\n".join([*_now(case, decision), *_happened(case), *_for_a_person(case)])
    # The page takes HTML for HTML.
    return text.replace("<", "&lt;")


def _now(case: Case, decision: Decision) -> Iterator[str]:
    nxt = decision.next
    doing = {"act": "Now", "wait": "Waiting for", "close": "Closed"}[nxt.kind]
    yield f"**{doing}{f' as {nxt.outcome}' if isinstance(nxt, Close) else ''}**: {nxt.why}"
    yield ""
    if isinstance(nxt, Wait) and nxt.until:
        yield f"- Looks again {nxt.until:%Y-%m-%d %H:%M} UTC"
    overdue, outstanding = money_text(decision.overdue, case.currency), money_text(decision.outstanding, case.currency)
    yield f"- Overdue **{overdue}** of {outstanding} outstanding"
    yield f"- {days_text(decision.days_past_due)} past due, {decision.days_that_count} of them count"
    yield f"- Stage **{decision.stage}**, cycle {case.cycle}, strategy {case.strategy}"
    if case.pending:
        yield f"- Open: {case.pending.step} {case.pending.attempt}, awaiting its {case.pending.waits_for}"


def _happened(case: Case) -> Iterator[str]:
    latest = sorted(_events(case))[-LATEST:]
    if latest:
        yield from ("", "#### What happened", "")
    yield from (f"- {at:%Y-%m-%d %H:%M} {what}" for at, what in latest)


def _for_a_person(case: Case) -> Iterator[str]:
    if case.flags:
        yield from ("", "#### Put before a person", "")
    yield from (f"- {flag.why}" for flag in case.flags[-3:])


def _events(case: Case) -> Iterator[tuple[datetime, str]]:
    taken_back = set(case.reversed)
    for p in case.payments:
        back = ", taken back" if p.event_id in taken_back else ""
        yield p.heard, f"paid {money_text(p.amount, case.currency)}{back}"
    for promise in case.promises:
        verdict = promise.verdict.replace("_", " ")
        yield promise.made, f"promised {money_text(promise.amount, case.currency)} by {promise.due}: {verdict}"
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
