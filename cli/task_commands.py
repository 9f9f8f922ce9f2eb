"""What agents can ask of the worklist."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.output import code, show_json
from cli.task_tables import show_tasks
from cli.terminal import person
from desk.connections import database
from desk.tasks.worklist import settle as settle_task
from desk.tasks.worklist import tasks
from models.wanted_tasks import WantedTasks

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def worklist(
    assignee: Annotated[str | None, typer.Option(help="A desk or a person.")] = None,
    portfolio: Annotated[str | None, typer.Option(help="One portfolio.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is past its last day.")] = False,
    ended: Annotated[bool, typer.Option("--all", help="Also what is done, overdue or withdrawn.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="The most to show.")] = 100,
    as_json: Json = False,
) -> None:
    """Show it."""
    wanted = WantedTasks(assignee, portfolio, overdue, ended, limit)
    with database() as opened:
        found, total = tasks(opened, wanted, datetime.now(UTC), person("agent"))
    show_json(found) if as_json else show_tasks(found, total)


def settle(
    key: Annotated[str, typer.Argument(help="The task's key, or the end of it.")],
    by: Annotated[
        str | None, typer.Option(callback=code, help="Who looked at it; by default who is logged in.")
    ] = None,
    note_code: Annotated[str | None, typer.Option(callback=code, help="What was done, as a code word.")] = None,
    account: Annotated[str | None, typer.Option(help="Its account, where several have such a task.")] = None,
    as_json: Json = False,
) -> None:
    """Close a task."""
    with database() as opened:
        line = settle_task(opened, key, note_code, account, person("agent", by))
    if as_json:
        show_json(line.detail)
    else:
        typer.echo(line.reason)
