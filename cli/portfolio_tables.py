"""How do portfolios look on a terminal: where they stand, what a file brings, who is behind, and why?"""

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any

import typer

from cli.output import WIDTH, count, json_line, local, say, show_json, show_table
from desk.portfolios.portfolio_load import Handed, Reject, Tariff
from desk.portfolios.portfolio_rehearsal import Told
from desk.readable import amount

_MOST_SHOWN = 10
_MOST_DIFFERENCES = 100
"""On a screen; in JSON all of them."""
_MARGIN = " " * 18
_CAUSE_COLUMNS = ("portfolio", "product", "segment", "cause", "accounts", "times told")
_FEED_COLUMNS = ("portfolio", "last news (UTC)", "limit", "state", "demands that wait")
_CREDITOR_COLUMNS = ("creditor_address", "creditor_number")
"""What the file says of a creditor; all else of who writes is an option."""


def show_cause_list(found: list[dict[str, Any]]) -> None:
    """The list as a table."""
    rows = [[row["cause"], row["means"] or f"added by {row['client']}"] for row in found]
    show_table("Causes that may be told", ("cause", "in words"), rows)


def show_causes(found: list[dict[str, Any]]) -> None:
    """As a table."""
    if not found:
        say("no cause was told yet")
        return
    show_table("Causes of default", _CAUSE_COLUMNS, [list(row.values()) for row in found], right=_CAUSE_COLUMNS[4:])


def show_gaps(told: Iterable[Mapping[str, Any]]) -> None:
    """On stderr, a line each."""
    for gap in told:
        channels, lack = ", ".join(gap["channels"]), "lacks" if gap["accounts"] == 1 else "lack"
        accounts, field = count(gap["accounts"], "account"), gap["field"]
        where = f"the column {field}" if field in _CREDITOR_COLUMNS else f"--{field.replace('_', '-')}"
        what = f"{', '.join(gap['texts'])} by {channels}" if gap["texts"] else channels
        say(f"{gap['country']}: {accounts} {lack} {where}: {gap['rule']} keeps {what} from going")


def show_feeds(found: list[dict[str, Any]]) -> None:
    """As a table."""
    if not found:
        say("nothing was handed over yet")
        return
    rows = [[f["portfolio"], local(f["fed"]), _limit(f), _state(f), f["waiting"]] for f in found]
    show_table("News of payments", _FEED_COLUMNS, rows, right=("limit", "demands that wait"))


def _limit(feed: dict[str, Any]) -> str:
    return "none" if feed["fresh_hours"] is None else f"{feed['fresh_hours']} h"


def _state(feed: dict[str, Any]) -> str:
    if feed["fresh_hours"] is None:
        return "not watched"
    return f"stale since {local(feed['stale_since'])}" if feed["stale_since"] else "fresh"


def show_standing(found: dict[str, Any]) -> None:
    """The tables of `status`."""
    if not found["portfolios"]:
        say("nothing was handed over yet")
    else:
        _show_portfolios(found["portfolios"])
        _show_open(found["open"])
        _show_ended(found["ended"])
        say(f"{count(found['for_a_person'], 'matter')} for a person: see `agent.py worklist`")


def _show_portfolios(found: list[dict[str, Any]]) -> None:
    names = ("portfolio", "client", "accounts", "not started", "open", "ended", "paused")
    rows = [[p[n.replace(" ", "_")] for n in names[:-1]] + ["yes" if p["paused"] else ""] for p in found]
    show_table("Portfolios", names, rows, right=names[2:6])


def _show_open(found: list[dict[str, Any]]) -> None:
    names = ("stage", "next step", "accounts", "outstanding", "first due (UTC)")
    rows = [
        [o["stage"], o["next_step"] or "-", o["accounts"], amount(o["outstanding"], o["currency"]), local(o["next_at"])]
        for o in found
    ]
    if rows:
        show_table("Open accounts", names, rows, right=names[2:4])


def _show_ended(found: list[dict[str, Any]]) -> None:
    names = ("outcome", "accounts", "outstanding")
    rows = [[o["outcome"], o["accounts"], amount(o["outstanding"], o["currency"])] for o in found]
    if rows:
        show_table("Ended", names, rows, right=names[1:])


def _show_segments(handed: Handed, more: dict[str, Any]) -> None:
    segments = sorted(handed.by_segment.items())
    rows = [[strategy, cycle, len(due), amount(sum(due), money)] for (strategy, cycle, money), due in segments]
    if rows:
        show_table("Would be started", ("strategy", "cycle", "accounts", "amount"), rows, right=("accounts", "amount"))
    _show_faults(handed.rejects)
    would = f"{count(len(handed.rows), 'account')} would be taken, {count(handed.rejected, 'row')} rejected"
    known = f", {more['known']:,} known already, {more['changed']:,} of them changed" if more["known"] else ""
    say(f"{would}{known}; nothing was done")


def show_notes(tariffs: Iterable[Tariff]) -> None:
    """What the law takes away from tariffs, and what could not be tested, with the rule, on stderr."""
    found = Counter(f"tariff {tariff.name}: {note}" for tariff in tariffs for note in tariff.notes)
    for note, accounts in sorted(found.items()):
        say(f"{note} ({count(accounts, 'account')})")


def show_dry_run_json(handed: Handed, more: dict[str, Any]) -> None:
    """The same as JSON."""
    segments = sorted(handed.by_segment.items())
    names = ("strategy", "cycle", "currency", "accounts", "amount")
    told = [dict(zip(names, (*segment, len(due), sum(due)), strict=True)) for segment, due in segments]
    # Without the value: it may be a name or a number of a person.
    faults = [{name: value for name, value in r._asdict().items() if name != "value"} for r in handed.rejects]
    show_json({"accounts": len(handed.rows), "rejected": handed.rejected, "segments": told, "rejects": faults} | more)


def _show_faults(rejects: Sequence[Reject]) -> None:
    if not rejects:
        return
    columns = Counter(reject.column or "whole row" for reject in rejects)
    show_table("Would be rejected", ("column", "faults"), sorted(columns.items()), right=("faults",))


def show_dry_run(handed: Handed, more: dict[str, Any]) -> None:
    """What would be started: for each segment its strategy, cycle, accounts and money; what differs from before."""
    if more["differences"]:
        rows = [tuple(difference.values()) for difference in more["differences"][:_MOST_DIFFERENCES]]
        show_table("Differences", ("account", "what", "before", "now"), rows)
        if len(more["differences"]) > _MOST_DIFFERENCES:
            say(f"  and {len(more['differences']) - _MOST_DIFFERENCES:,} more: see --json")
    _show_missing(more["missing"])
    show_gaps(more["incomplete"])
    _show_segments(handed, more)


def _show_missing(missing: Sequence[str]) -> None:
    """Open accounts that the file does not name, on stderr."""
    if missing:
        names = ", ".join(missing[:_MOST_SHOWN]) + (", ..." if len(missing) > _MOST_SHOWN else "")
        say(f"{count(len(missing), 'open account')} not in the file, left as they are: {names}")


def show_taken(answer: dict[str, Any]) -> None:
    """What a file brought, in one line; on stderr what it left open."""
    _show_missing(answer["missing"])
    show_gaps(answer["incomplete"])
    for reason in answer["waiting"][:_MOST_SHOWN]:
        say(f"  not told yet, {reason}")
    parts = [f"{count(answer['taken'], 'account')} taken", f"{answer['known']} known already"]
    if answer["changed"]:
        parts.append(f"{answer['changed']:,} of them changed")
    if answer["told"]:
        parts.append(f"{count(answer['told'], 'change')} told")
    if answer["waiting"]:
        parts.append(f"{len(answer['waiting']):,} not told yet: run it again")
    if answer["rejected"]:
        parts.append(f"{answer['rejected']} rejected: see {answer['rejects']}")
    print(", ".join(parts))


def show_rejects(rejects: Sequence[Reject]) -> None:
    """The first of them, on stderr: a payment is never refused in silence."""
    for reject in rejects[:_MOST_SHOWN]:
        say(f"  row {reject.row}, {reject.column or 'whole row'}: {reject.value!r} {reject.reason}")
    if len(rejects) > _MOST_SHOWN:
        say(f"  and {len(rejects) - _MOST_SHOWN} more")


def show_payments(told: dict[str, Any]) -> None:
    """The numbers of a file in one line, and what is left to do."""
    for reason in told.get("waiting", ())[:_MOST_SHOWN]:
        say(f"  not told yet, {reason}")
    parts = [f"{told['told']:,} told"] if "told" in told else [f"{told['new']:,} new"]
    parts.append(f"{told['known']:,} known already")
    if told.get("waiting"):
        parts.append(f"{len(told['waiting']):,} not told yet: run it again")
    if told["unmatched"]:
        parts.append(f"{told['unmatched']:,} unmatched: see `starter.py payments --unmatched`")
    if told["rejected"]:
        parts.append(f"{told['rejected']:,} rejected" + (f": see {told['rejects']}" if told.get("rejects") else ""))
    print(f"{count(told['payments'], 'payment')}: {', '.join(parts)}")


def rehearsal_json(told: Told) -> str:
    """One JSON object: time, account, kind, step, reason, detail."""
    line = told.line
    return json_line(
        {
            "time": line.time.astimezone(UTC),
            "account": told.account,
            "kind": line.kind,
            "step": line.step,
            "reason": line.reason,
            "detail": line.detail,
        }
    )


def rehearsal_text(told: Told) -> str:
    """The line for a screen, within 100 columns."""
    line = told.line
    head = f"{line.time.astimezone(UTC):%Y-%m-%d %H:%M}Z {told.account}  {line.kind}  "
    return textwrap.fill(head + line.reason, WIDTH, subsequent_indent=_MARGIN, break_on_hyphens=False)


def show_move(answer: dict[str, Any], *, dry_run: bool) -> None:
    """How many went over, and who stays and why."""
    would = "would go over" if dry_run else "told to go over"
    typer.echo(f"{count(answer['moves'] if dry_run else answer['told'], 'account')} {would} to {answer['strategy']}")
    for reference, why in answer["stay"].items():
        typer.echo(f"{reference} stays: {why}")
