"""What agents can ask about a case: each imports what it needs, so that the one that is asked loads no other's."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from cli.case_tables import show_holds, show_offers, show_permission, show_statement
from cli.fact_options import HELP
from cli.output import code, show_json
from cli.terminal import person
from desk.connections import database
from models.agreement_terms import Arrangement, Schedule
from models.contact import Place
from models.events import Channel

Account = Annotated[str, typer.Argument(help="By reference, id, or portfolio/reference.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
By = Annotated[str | None, typer.Option(callback=code, help="Who does it, a code; by default who is logged in.")]


def offer(  # noqa: PLR0913 (a command has as many parameters as options)
    account: Account,
    left: Annotated[str | None, typer.Option(help="What the debtor has left a month; the last budget's.")] = None,
    months: Annotated[int | None, typer.Option(min=1, max=480, help="So many months.")] = None,
    percent: Annotated[float | None, typer.Option(min=0, max=100, help="A discount of so many per cent.")] = None,
    make: Annotated[Arrangement | None, typer.Option(help="Make this offer now.")] = None,
    schedule: Annotated[Schedule | None, typer.Option(help="Of a restructuring: which one.")] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Show what may be offered, or offer it."""
    from desk.cases.arrangement_offers import Wished, make_offer, offers

    wished, who = Wished(left, months, percent), person("agent", by)
    with database() as opened:
        if make is None:
            found = asyncio.run(offers(opened, account, wished, who))
            show_json(found) if as_json else show_offers(found)
            return
        made = asyncio.run(make_offer(opened, account, wished, make, schedule, who))
    needs = made.pop("needs")
    if as_json:
        show_json(made)
    else:
        waits = "; waits for the yes of somebody else" if needs else ""
        typer.echo(f"{made['account']}: {made['message']} ({made['event_id']}){waits}")


def open_task(
    key: Annotated[str, typer.Argument(help="The task's key, or the end of it.")],
    account: Annotated[str | None, typer.Option(help="Its account, where several have such a task.")] = None,
    place: Annotated[Place | None, typer.Option(help="Where the debtor is to be reached; at home.")] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Ask the law, and reserve."""
    from desk.cases import contact_permission as permission

    with database() as opened:
        whom = permission.Whom(place=place)
        _answered(
            permission.open_task(opened, key, account, datetime.now(UTC), whom, person("agent", by)), as_json=as_json
        )


def third_party(text: str | None) -> str | None:
    """Check an option that ends in the contact log: who somebody is to the debtor and which one, but no name."""
    from desk.cases.contact_permission import is_third_party

    if text is None or is_third_party(text, person("agent")):
        return text
    says = "no third party: expected family, neighbour, employer or other, alone or with a number (neighbour-2)"
    raise typer.BadParameter(f"{text!r} is {says}")


def may_call(
    account: Account,
    channel: Annotated[Channel, typer.Option(help="How.")] = Channel.call,
    third_party: Annotated[str | None, typer.Option(callback=third_party, help=HELP["third_party"])] = None,
    purpose: Annotated[Literal["location"] | None, typer.Option(help=HELP["purpose"])] = None,
    place: Annotated[Place | None, typer.Option(help=HELP["place"])] = None,
    as_json: Json = False,
) -> None:
    """Ask law and case."""
    from desk.cases import contact_permission as permission

    if purpose and not third_party:
        raise typer.BadParameter("only a third party is asked where the debtor is: name --third-party")
    whom, now = permission.Whom(third_party, purpose == "location", place), datetime.now(UTC)
    with database() as opened:
        told = asyncio.run(permission.may_call_now(opened, account, channel.value, now, whom, person("agent")))
    _answered(told, as_json=as_json)


def _answered(told: dict[str, Any], *, as_json: bool) -> None:
    if not as_json:
        show_permission(told)
        return
    show_json(told)
    if told["decision"] != "allow":
        raise typer.Exit(1)


def holds(account: Account, as_json: Json = False) -> None:
    """Ask the case."""
    from desk.cases.case_holds import holds as held

    with database() as opened:
        found = asyncio.run(held(opened, account, person("agent")))
    show_json(found) if as_json else show_holds(found)


def statement(
    account: Account,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="What is owed on that day; today.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where the PDF goes.")] = None,
    as_json: Json = False,
) -> None:
    """Make the paper."""
    from desk.cases.statement import statement as made

    with database() as opened:
        told = asyncio.run(made(opened, account, on.date() if on else None, out, person("agent")))
    show_json(told) if as_json else show_statement(told)
