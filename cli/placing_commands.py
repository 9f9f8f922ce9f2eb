"""Commands for what nobody could place: money of the bank, messages of vendors."""

import asyncio

import typer

from cli.output import show_json
from cli.task_tables import show_unmatched, show_webhooks
from cli.terminal import person
from desk.connections import database
from desk.tasks.unmatched_payments import assign, unmatched
from desk.tasks.unmatched_webhooks import settle_webhook, webhooks


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


def show_webhooks_kept(
    unmatched: bool, settle: int | None, account: str | None, by: str | None, limit: int, as_json: bool
) -> None:
    """Show what vendors told; or close a message by the word of a person, and say so."""
    who = person("operations", by)
    with database() as opened:
        if settle is not None:
            told = settle_webhook(opened, settle, account, who)
            show_json(told) if as_json else typer.echo(f"webhook {told['id']}: {told['why']}")
            return
        found = webhooks(opened, limit, who, unmatched=unmatched)
    show_json(found) if as_json else show_webhooks(found)
