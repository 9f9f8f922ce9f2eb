"""Agents: the worklist, telling a case what happened, the statement of a debt. The voice beside the desk."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from cli.output import code, commands, main, show_json
from cli.tell_commands import add_tellers
from desk.cases import case_holds, contact_permission
from desk.cases.arrangement_offers import chosen, listed, live_case, show, sight, wished
from desk.cases.record_fact import tell as tell_case
from desk.cases.statement import show_statement
from desk.cases.statement import statement as make_statement
from desk.connections import database
from desk.lookup import find_account, find_portfolio
from desk.tasks.worklist import Wanted, show_tasks, tasks
from desk.tasks.worklist import settle as settle_task
from intake.fact_fields import HELP
from intake.pack_files import places
from models.agreement_terms import Arrangement, Schedule
from models.contact import Place
from models.events import Channel

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]

app = commands("agent", __doc__ or "")
telling = typer.Typer(no_args_is_help=True)


@telling.callback()
def tell(account: Annotated[str, typer.Argument(help="By reference, id, or portfolio/reference.")]) -> None:
    """Tell the case of ACCOUNT what happened; it answers at once whether it can be taken."""


add_tellers(telling)
app.add_typer(telling, name="tell")


@app.command()
def worklist(
    assignee: Annotated[str | None, typer.Option(help="A desk or a person.")] = None,
    portfolio: Annotated[str | None, typer.Option(help="One portfolio.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is past its last day.")] = False,
    ended: Annotated[bool, typer.Option("--all", help="Also what is done, overdue or withdrawn.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="The most to show.")] = 100,
    as_json: Json = False,
) -> None:
    """What is to be done, by due date: calls, visits, traces, reviews, releases, and what a person must look at."""
    with database() as opened, opened.reading() as session:
        if portfolio:
            find_portfolio(session, portfolio)
        wanted = Wanted(assignee, portfolio, overdue, ended, limit)
        found, total = tasks(session, wanted, datetime.now(UTC))
    if as_json:
        show_json(found)
    else:
        show_tasks(found, total)


@app.command()
def offer(  # noqa: PLR0913 (a command has as many parameters as options)
    account: Annotated[str, typer.Argument(help="By reference, id, or portfolio/reference.")],
    left: Annotated[str | None, typer.Option(help="What the debtor has left a month; the last budget's.")] = None,
    months: Annotated[int | None, typer.Option(min=1, max=480, help="So many months.")] = None,
    percent: Annotated[float | None, typer.Option(min=0, max=100, help="A discount of so many per cent.")] = None,
    make: Annotated[Arrangement | None, typer.Option(help="Make this offer now.")] = None,
    schedule: Annotated[Schedule | None, typer.Option(help="Of a restructuring: which one.")] = None,
    by: Annotated[str | None, typer.Option(callback=code, help="Who makes it: a code without blanks.")] = None,
    as_json: Json = False,
) -> None:
    """What may be offered to the debtor today, with every schedule and the reasons; with --make it is offered."""
    with database() as opened:
        with opened.reading() as session:
            found = find_account(session, account)
        case = asyncio.run(live_case(found))
        view = sight(opened, case, wished(left, months, percent, case.currency))
        proposed = listed(view)
        if make is None:
            show(view, proposed, as_json)
            return
        made = chosen(proposed, make, schedule, by)
        recorded = asyncio.run(tell_case(opened, found, made))
    if as_json:
        show_json(recorded.model_dump() | {"account": found.reference})
    else:
        waits = "; waits for the yes of somebody else" if made.needs else ""
        typer.echo(f"{found.reference}: {recorded.message} ({recorded.event_id}){waits}")


@app.command(name="open")
def open_(
    key: Annotated[str, typer.Argument(help="The task's key, or the end of it.")],
    account: Annotated[str | None, typer.Option(help="Its account, where several have such a task.")] = None,
    place: Annotated[Place | None, typer.Option(help="Where the debtor is to be reached; at home.")] = None,
    as_json: Json = False,
) -> None:
    """Begin a task: the law is asked once more. Yes, with whom to reach and what must be said; or no, and from when.

    Of a trace: whether others may be asked where the debtor is.
    """
    with database() as opened:
        whom = contact_permission.Whom(place=place)
        _answered(contact_permission.open_task(opened, key, account, places(), datetime.now(UTC), whom), as_json)


@app.command(name="may-call")
def may_call(
    account: Annotated[str, typer.Argument(help="By reference, id, or portfolio/reference.")],
    channel: Annotated[Channel, typer.Option(help="How.")] = Channel.call,
    third_party: Annotated[
        str | None, typer.Option(callback=contact_permission.third_party, help=HELP["third_party"])
    ] = None,
    purpose: Annotated[Literal["location"] | None, typer.Option(help=HELP["purpose"])] = None,
    place: Annotated[Place | None, typer.Option(help=HELP["place"])] = None,
    as_json: Json = False,
) -> None:
    """May the debtor of ACCOUNT, or somebody else about them, be contacted now? Nothing is reserved."""
    if purpose and not third_party:
        raise typer.BadParameter("only a third party is asked where the debtor is: name --third-party")
    whom = contact_permission.Whom(third_party, purpose == "location", place)
    with database() as opened, opened.reading() as session:
        _answered(
            contact_permission.may_call(session, account, channel.value, places(), datetime.now(UTC), whom), as_json
        )


def _answered(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        show_json(told)
        raise typer.Exit(0 if told["decision"] == "allow" else 1)
    contact_permission.show(told)


@app.command()
def settle(
    key: Annotated[str, typer.Argument(help="The task's key, or the end of it.")],
    by: Annotated[str, typer.Option(callback=code, help="Who looked at it: a code without blanks.")],
    note_code: Annotated[str | None, typer.Option(callback=code, help="What was done, as a code word.")] = None,
    account: Annotated[str | None, typer.Option(help="Its account, where several have such a task.")] = None,
    as_json: Json = False,
) -> None:
    """Take off the worklist what a person had to look at, and was."""
    with database() as opened:
        line = settle_task(opened, key, by, note_code, account)
    if as_json:
        show_json(line.detail)
    else:
        typer.echo(line.reason)


@app.command()
def holds(
    account: Annotated[str, typer.Argument(help="By reference, id, or portfolio/reference.")], as_json: Json = False
) -> None:
    """What holds the case of ACCOUNT now: since when, until when, what each hold stops and what it leaves allowed."""
    with database() as opened:
        found = asyncio.run(case_holds.holds(opened, account))
    if as_json:
        show_json(found)
    else:
        case_holds.show_holds(found)


@app.command()
def statement(
    account: Annotated[str, typer.Argument(help="By reference, id, or portfolio/reference.")],
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="What is owed on that day; today.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where the PDF goes.")] = None,
    as_json: Json = False,
) -> None:
    """The statement of the debt as PDF in the debtor's language: every entry, how it was computed, what is open."""
    with database() as opened:
        told = asyncio.run(make_statement(opened, account, on.date() if on else None, out))
    if as_json:
        show_json(told)
    else:
        show_statement(told)


if __name__ == "__main__":
    main(app)
