"""Commands for what nobody could place: money of the bank, messages of vendors."""

import asyncio
from typing import Annotated

import typer

from cli.output import code, show_json
from cli.task_tables import show_unmatched, show_webhooks
from cli.terminal import person
from desk.connections import database
from desk.tasks.unmatched_payments import assign, unmatched
from desk.tasks.unmatched_webhooks import settle_webhook
from desk.tasks.unmatched_webhooks import webhooks as kept_webhooks


def list_unmatched(portfolio: str | None, as_json: bool) -> None:
    """Show what money nobody can place."""
    with database() as opened:
        found = unmatched(opened, portfolio, person("operations"))
    show_json(found) if as_json else show_unmatched(found)


def assign_one(pair: tuple[str, str], by: str | None, portfolio: str | None, as_json: bool) -> None:
    """Hand a payment to an account by the word of a person, and say so."""
    if by is None:
        raise typer.BadParameter("say who assigns it: --by NAME")
    with database() as opened:
        told = asyncio.run(assign(opened, *pair, portfolio, person("operations", by)))
    if as_json:
        show_json(told)
    else:
        typer.echo(f"{told['kind']} {told['reference']} handed to {told['account']} by {told['by']}")


def webhooks(
    unmatched: Annotated[bool, typer.Option("--unmatched", help="Those that fit no case, for a person.")] = False,
    settle: Annotated[int | None, typer.Option(metavar="NUMBER", help="A person has dealt with this one.")] = None,
    account: Annotated[str | None, typer.Option(help="With --settle: the account it is about; its case hears.")] = None,
    by: Annotated[str | None, typer.Option(callback=code, help="Who settles it: a code without blanks.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The most to show.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """What vendors told over the web, newest first, and what nobody could place."""
    if (settle is None) != (by is None) or (settle is not None and unmatched) or (account and settle is None):
        raise typer.BadParameter("give --unmatched, or --settle NUMBER --by NAME (and --account ACCOUNT)")
    with database() as opened:
        if settle is not None:
            told = settle_webhook(opened, settle, account, person("operations", by))
            show_json(told) if as_json else typer.echo(f"webhook {told['id']}: {told['why']}")
            return
        found = kept_webhooks(opened, limit, person("operations"), unmatched=unmatched)
    show_json(found) if as_json else show_webhooks(found)
