"""Where a case stands, in a few lines for the page of its workflow."""

from collections.abc import Iterator

from models.case import Case
from models.decisions import Close, Decision, Wait
from policy.phrases import days_text, money_text


def stands(case: Case, decision: Decision) -> str:
    """What it waits for, what is owed, in which stage: Markdown, where a list begins after an empty line."""
    return "\n".join(_now(case, decision))


def _now(case: Case, decision: Decision) -> Iterator[str]:
    nxt = decision.next
    doing = {"act": "Now", "wait": "Waiting for", "close": "Closed"}[nxt.kind]
    yield f"**{doing}{f' as {nxt.outcome}' if isinstance(nxt, Close) else ''}**: {nxt.why}"
    yield ""
    if isinstance(nxt, Wait) and nxt.until:
        yield f"- Looks again {nxt.until:%Y-%m-%d %H:%M} UTC"
    overdue, outstanding = money_text(decision.overdue, case.currency), money_text(decision.outstanding, case.currency)
    yield f"- Overdue **{overdue}** of {outstanding}, {days_text(decision.days_past_due)} past due"
