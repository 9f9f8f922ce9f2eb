"""What waits for people, as tables: tasks, money and messages that nobody could place."""

from collections.abc import Mapping, Sequence
from typing import Any

from cli.output import count, local, say, show_table
from desk.readable import amount

_TASKS = ("due", "what", "for", "account", "debtor", "phone", "why", "key")
_PAYMENTS = ("reference", "what", "value date", "amount", "from", "why", "file")
_WEBHOOKS = ("number", "when (UTC)", "from", "what", "state", "why")
_FROM_NO_STEP = ("attention", "refund")
"""Kinds of tasks that have no attempts: somebody looks, or pays money back."""


def show_tasks(found: Sequence[Mapping[str, Any]], total: int) -> None:
    """The worklist."""
    rows = [
        [t["last_day"], _task(t), t["assignee"], t["account"], t["debtor"], t["phone"], _why(t), t["short_key"]]
        for t in found
    ]
    show_table("Worklist", _TASKS, rows)
    more = f", {len(found)} shown: raise --limit" if total > len(found) else ""
    say(f"{count(total, 'task')}{more}")


def _why(task: Mapping[str, Any]) -> str:
    return f"{task['why']}: {task['text']}" if task["text"] else str(task["why"])


def _task(task: Mapping[str, Any]) -> str:
    what = task["kind"] if task["kind"] in _FROM_NO_STEP else f"{task['kind']} {task['attempt']}"
    return what if task["status"] == "open" else f"{what} ({task['outcome'] or task['status']})"


def show_unmatched(found: Sequence[Mapping[str, Any]]) -> None:
    """Money that nobody can place."""
    rows = [
        [p["reference"], p["kind"], p["value_date"], amount(p["amount"], p["currency"]), p["text"], p["why"], p["file"]]
        for p in found
    ]
    show_table("Unmatched payments", _PAYMENTS, rows, right=("amount",))
    say(f"{count(len(found), 'payment')}; hand one over with --assign REFERENCE ACCOUNT --by NAME")


def show_webhooks(found: Sequence[Mapping[str, Any]]) -> None:
    """What vendors told over the web."""
    rows = [[w["id"], local(w["at"]), w["source"], _said(w["content"]), w["status"], w["why"]] for w in found]
    show_table("Webhooks", _WEBHOOKS, rows, right=("number",))
    say(f"{count(len(found), 'webhook')}; settle one with --settle NUMBER --by NAME, or --account ACCOUNT with it")


def _said(content: Mapping[str, Any]) -> str:
    said = content.get("body") or content.get("opted") or content.get("status") or content.get("reference")
    parts = (content.get("address"), str(said or ""), content.get("cause"))
    return " ".join(part for part in parts if part)
