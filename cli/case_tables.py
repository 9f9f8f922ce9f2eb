"""What an agent reads of a case at a terminal: offers, holds, whether a contact may be made, the statement."""

from collections.abc import Mapping, Sequence
from typing import Any

import typer

from cli.output import BadNews, console, local, say, show_table
from desk.readable import amount, day

_HOLDS = ("hold", "since", "until", "document", "stops", "leaves")
_OFFERS = ("what", "possible", "comes to", "why")
_SCHEDULE = ("no.", "due", "amount", "interest in it")
_BROKEN = {
    "rest": "what was due all along is due",
    "all_at_once": "everything is due at once",
    "old_terms": "the contract is as it was before",
    "full_debt": "the discount is lost",
}


def show_offers(found: Mapping[str, Any]) -> None:
    """What may be offered, what not, and why; each schedule before anything is agreed."""
    currency = found["currency"]
    rows = [[_name(p), "yes", _sum(p, currency), "; ".join(p["reasons"])] for p in found["possible"]]
    rows += [[_name(p), "no", "", "; ".join(p["reasons"])] for p in found["not_possible"]]
    show_table("What may be offered today", _OFFERS, rows)
    for proposal in found["possible"]:
        if len(proposal["instalments"]) > 1:
            _show_schedule(proposal, currency)
    for offer in found["offers"]:
        if offer["state"] in ("made", "to_approve"):
            state = offer["state"].replace("_", " ")
            say(f"open: {offer['id']} ({offer['what']}), {state}, until {day(offer['until'])}")


def _show_schedule(proposal: Mapping[str, Any], currency: str) -> None:
    instalments: Sequence[Mapping[str, Any]] = proposal["instalments"]
    rows: list[list[Any]] = [
        [n, day(row["due"]), amount(row["amount"], currency), amount(row["interest"], currency)]
        for n, row in enumerate(instalments, 1)
    ]
    total, interest = (sum(row[name] for row in instalments) for name in ("amount", "interest"))
    rows.append(["", "in all", amount(total, currency), amount(interest, currency)])
    title = f"{_name(proposal)}; if broken: {_BROKEN[proposal['if_broken']]}"
    show_table(title, _SCHEDULE, rows, right=_SCHEDULE[2:])


def _name(proposal: Mapping[str, Any]) -> str:
    schedule = proposal["schedule"]
    return f"{proposal['what']}, {schedule.replace('_', ' ')}" if schedule else str(proposal["what"])


def _sum(proposal: Mapping[str, Any], currency: str) -> str:
    first, last = proposal["instalments"][0], proposal["instalments"][-1]
    if first is last:
        return f"{amount(first['amount'], currency)} by {day(first['due'])}"
    number = len(proposal["instalments"])
    return f"{number} x {amount(first['amount'], currency)} until {day(last['due'])}"


def show_holds(found: Mapping[str, Any]) -> None:
    """As a table, with the budget below it."""
    if found["outcome"]:
        say(f"the case of {found['account']} ended as {found['outcome']}: nothing holds it")
    elif not found["holds"]:
        say(f"nothing holds the case of {found['account']}")
    else:
        show_table(f"What holds {found['account']}", _HOLDS, [_hold(hold) for hold in found["holds"]])
    if budget := found["budget"]:
        income, costs = (amount(budget[name], found["currency"]) for name in ("income", "costs"))
        told = f"told to {budget['by']} on {local(budget['at'], found['zone'])}"
        console().print(f"Budget: {income} a month in, {costs} out, for {budget['people']}; {told}")


def _hold(hold: Mapping[str, Any]) -> list[str]:
    about = f" about {hold['about']}" if hold["about"] else ""
    until = day(hold["until"]) if hold["until"] else "released"
    what = hold["reason"].replace("_", " ") + about
    return [what, day(hold["since"]), until, hold["evidence"] or "", ", ".join(hold["blocks"]), hold["leaves"]]


def show_permission(told: Mapping[str, Any]) -> None:
    """The law's answer in words. Raises BadNews where it is no."""
    to = f" to {told['third_party']}" if told.get("third_party") else ""
    what = f"{told['kind']}{to} for {told['account']}"
    if told["decision"] != "allow":
        when = f", from {local(told['until'], told['zone'])}" if told.get("until") else ""
        raise BadNews(f"no {what} now{when}: {told['rule']}")
    typer.echo(f"yes, {what}: {told['debtor']}{', ' + told['details'] if told.get('details') else ''}")
    for duty in told["duties"]:
        say(f"it must hold: {duty['says']} ({duty['rule']})")
    if "others" in told:
        _show_others(told["others"], told["account"])


def _show_others(others: Mapping[str, Any], account: str) -> None:
    if others["decision"] != "allow":
        when = f" before {local(others['until'], others['zone'])}" if others["until"] else ""
        say(f"nobody else may be asked where the debtor is{when}: {others['rule']}")
        return
    say("others may be asked where the debtor is, each only as the law says; before each call:")
    say(f"  agent.py may-call {account} --third-party neighbour-1 --purpose location")
    for duty in others["duties"]:
        say(f"  it must hold: {duty['says']} ({duty['rule']})")


def show_statement(told: Mapping[str, Any]) -> None:
    """Where it was written, and by which number it can be proved."""
    say(f"{told['file']}: {amount(told['owed']['outstanding'], told['currency'])} outstanding on {told['day']}")
    typer.echo(f"{told['sha256']}  {told['file']}")
