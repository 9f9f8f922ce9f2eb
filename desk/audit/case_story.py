"""The whole story of a case, in order, from the journal alone; and whether nobody changed it."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from cli.output import amount, console, count, local, show_table
from desk.lookup import find_account, party_of
from models.tables.accounts import Account
from models.tables.trail import Journal
from store import journal


def casebook(session: Session, word: str) -> dict[str, Any]:
    """The case and its lines, without any person in them."""
    account = find_account(session, word)
    lines = journal.read(session, account.id)
    return {
        "account": _account(account, party_of(session, account).zone),
        "story": [_line(line) for line in lines],
        "chain": _chain(lines),
    }


def _account(account: Account, zone: str) -> dict[str, Any]:
    names = ("reference", "id", "portfolio", "strategy", "cycle", "stage", "currency", "outstanding", "overdue")
    more = ("days_past_due", "next_step", "next_at", "why", "started", "closed", "outcome")
    return {name: getattr(account, name) for name in (*names, *more)} | {"zone": zone}


def _line(line: Journal) -> dict[str, Any]:
    names = ("seq", "at", "key", "kind", "step", "reason", "detail", "previous", "hash")
    return {name: getattr(line, name) for name in names}


def _chain(lines: Sequence[Journal]) -> dict[str, Any]:
    broken = journal.broken_at(lines)
    return {
        "lines": len(lines),
        "whole": broken is None,
        "broken_at": broken,
        "last": lines[-1].hash if lines else None,
    }


def show_header(account: dict[str, Any]) -> None:
    """Which case this is, and where it stands."""
    out, currency = console(), account["currency"]
    out.print(f"Account {account['reference']} ({account['id']}) of portfolio {account['portfolio']}", style="bold")
    out.print(f"Strategy {account['strategy']}, cycle {account['cycle']}, stage {account['stage'] or 'not started'}")
    if account["outstanding"] is not None:
        overdue, owed = amount(account["overdue"], currency), amount(account["outstanding"], currency)
        out.print(f"Position: {owed} outstanding, {overdue} overdue, {account['days_past_due']} days past due")
    ended = f"{account['outcome']} on {local(account['closed'], account['zone'])}" if account["outcome"] else "open"
    out.print(f"Outcome: {ended}. Times are the debtor's, {account['zone']}.")


def show_story(found: dict[str, Any]) -> None:
    """Every line: when, what kind, and why."""
    zone = found["account"]["zone"]
    rows = [[s["seq"], local(s["at"], zone), s["kind"], s["reason"]] for s in found["story"]]
    show_table("Story", ("line", "time", "kind", "what and why"), rows, right=("line",))


def chain_text(chain: dict[str, Any]) -> str:
    """What the hashes prove."""
    if not chain["whole"]:
        return f"the chain is broken at line {chain['broken_at']} of {chain['lines']}: the journal was changed"
    last = f"; last hash:\n{chain['last']}" if chain["last"] else ""
    return f"the chain of {count(chain['lines'], 'line')} is whole{last}"
