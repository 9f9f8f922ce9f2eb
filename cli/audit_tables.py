"""What an auditor reads at a terminal: the story of a case, contacts asked again, answers of the law."""

from collections.abc import Mapping, Sequence
from typing import Any

from cli.output import console, count, json_line, local, say, show_table
from desk.readable import amount

_CONTACTS = ("when", "zone", "account", "channel", "outcome", "verdict", "rule")
_ANSWERS = ("id", "decision", "until (UTC)", "rules", "why, and what it must hold")


def show_header(account: Mapping[str, Any]) -> None:
    """Which case this is, and where it stands."""
    out, currency = console(), account["currency"]
    out.print(f"Account {account['reference']} ({account['id']}) of portfolio {account['portfolio']}", style="bold")
    out.print(f"Strategy {account['strategy']}, cycle {account['cycle']}, stage {account['stage'] or 'not started'}")
    if account["outstanding"] is not None:
        overdue, owed = amount(account["overdue"], currency), amount(account["outstanding"], currency)
        out.print(f"Position: {owed} outstanding, {overdue} overdue, {account['days_past_due']} days past due")
    ended = f"{account['outcome']} on {local(account['closed'], account['zone'])}" if account["outcome"] else "open"
    out.print(f"Outcome: {ended}. Times are the debtor's, {account['zone']}.")


def show_story(found: Mapping[str, Any]) -> None:
    """Every line: when, what kind, and why."""
    zone = found["account"]["zone"]
    rows = [[s["seq"], local(s["at"], zone), s["kind"], s["reason"]] for s in found["story"]]
    show_table("Story", ("line", "time", "kind", "what and why"), rows, right=("line",))


def chain_text(chain: Mapping[str, Any]) -> str:
    """What the hashes prove."""
    if not chain["whole"]:
        return f"the chain is broken at line {chain['broken_at']} of {chain['lines']}: the journal was changed"
    last = f"; last hash:\n{chain['last']}" if chain["last"] else ""
    return f"the chain of {count(chain['lines'], 'line')} is whole{last}"


def show_contacts(found: Sequence[Mapping[str, Any]]) -> None:
    """The verdicts on contacts of the past."""
    rows = [
        [local(f["at"], f["zone"]), f["zone"], f["account"], f["channel"], f["outcome"], f["verdict"], f["rule"]]
        for f in found
    ]
    show_table("Contacts, asked again", _CONTACTS, rows)
    say(count(len(found), "contact"))


def show_answers(found: Sequence[Mapping[str, Any]]) -> None:
    """What the law says to each question."""
    show_table("May they be contacted?", _ANSWERS, [_answer(told) for told in found])


def _answer(found: Mapping[str, Any]) -> Sequence[object]:
    says = found["rule"] or "; ".join(f"{duty['rule']}: {duty['says']}" for duty in found["duties"])
    rules = "" if found["decision"] == "allow" else ", ".join(found["rules"])
    return found["id"], found["decision"], local(found["until"]), rules, says


def line_text(told: Mapping[str, Any], as_json: bool) -> str:
    """A new line of the journal as it was asked for; on a screen instants are in UTC."""
    if as_json:
        return json_line(told)
    return f"{local(told['time'])}Z  {told['account']}  {told['kind']}  {told['reason']}"
