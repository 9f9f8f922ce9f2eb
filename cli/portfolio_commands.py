"""What do the commands of ops do: ask the use case, then show its answer in tables or as JSON?"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import typer

from cli import portfolio_tables as tables
from cli.output import count, say, show_json
from cli.progress_bars import progress
from cli.terminal import person
from desk.actor import Actor
from desk.catalogue import strategies
from desk.connections import database, database_if_any
from desk.delivery.feed_delivery import tell_updates
from desk.engine_calls import engine
from desk.lookup import find_portfolio
from desk.portfolios import causes as causing
from desk.portfolios import (
    feed_comparison,
    feed_freshness,
    ops_orders,
    payment_intake,
    portfolio_load,
    portfolio_rehearsal,
    portfolio_start,
    portfolio_status,
    strategy_move,
)
from desk.refused import Refused


class Wanted(NamedTuple):
    """A portfolio to be started, as the command line says it."""

    file: Path
    portfolio: str
    client: str
    strategy: str
    rejects: Path | None
    said: dict[str, Any]
    """What was said of the portfolio itself: who writes, in which role, and so on."""


class How(NamedTuple):
    """How it is to be started."""

    rate: float
    strict: bool
    wait: bool


class When(NamedTuple):
    """Two days or instants as they are written, and the processes that rehearse between them."""

    begin: str
    until: str
    jobs: int | None


@contextmanager
def faults_shown() -> Iterator[None]:
    """Where rows keep all from being taken, the first of them are shown before it is refused."""
    try:
        yield
    except portfolio_load.Unsound as unsound:
        tables.show_rejects(unsound.rejects)
        raise


def start(wanted: Wanted, how: How, as_json: bool) -> None:
    """Hand a portfolio over and start its cases."""
    row, looked = _looked(wanted, migrate=True)
    with faults_shown():
        if wanted.rejects and (how.strict or not looked.handed.rows):
            portfolio_load.keep_rejects(looked.handed, wanted.file, wanted.rejects)
        portfolio_load.refuse_unsound(looked.handed, strict=how.strict)
    answer = asyncio.run(_started(portfolio_start.HandingOver(wanted.file, looked, row, wanted.rejects), how))
    show_json(answer) if as_json else tables.show_taken(answer)


def show_what_would_start(by: Actor, wanted: Wanted, *, strict: bool, as_json: bool) -> None:
    """What would be started; nothing is kept."""
    row, looked = _looked(wanted, migrate=False)
    with database_if_any(migrate=False) as opened:
        fresh, more = feed_comparison.would_bring(by, looked, row, opened)
    tables.show_dry_run_json(fresh, more) if as_json else tables.show_dry_run(fresh, more)
    if strict or not looked.handed.rows:
        with faults_shown():
            portfolio_load.refuse_unsound(looked.handed, strict=strict)


def _looked(wanted: Wanted, *, migrate: bool) -> tuple[portfolio_load.Portfolio, feed_comparison.Looked]:
    row = portfolio_load.as_portfolio(wanted.portfolio, wanted.client, wanted.file, **wanted.said)
    handed = portfolio_load.read_file(wanted.file, wanted.client, wanted.strategy, datetime.now(UTC))
    with database_if_any(migrate=migrate) as opened:
        looked = feed_comparison.look(opened, row, handed, progress)
    tables.show_notes(portfolio_load.tariffs_of(looked.handed, row))
    return row, looked


async def _started(asked: portfolio_start.HandingOver, how: How) -> dict[str, Any]:
    # The engine first: without it nothing is handed over.
    client, settings = await engine()
    with database(migrate=True) as opened:
        answer = await portfolio_start.begin(opened, client, settings.task_queue, asked, how.rate, progress)
        if how.wait:
            stand = await portfolio_start.watch_intake(opened, asked.portfolio.id, watch=progress)
            answer["paused"] = stand.held
            if answer["waiting"]:
                later = await tell_updates(opened, client, progress)
                answer |= {"told": answer["told"] + later.told, "waiting": later.waiting}
        answer["told"] = len(answer["told"])
    return answer


def show_status(portfolio: str | None, as_json: bool) -> None:
    """Where the accounts stand."""
    with database() as opened, opened.reading() as session:
        if portfolio:
            find_portfolio(opened, portfolio)
        found = portfolio_status.standing(session, portfolio)
    show_json(found) if as_json else tables.show_standing(found)


def follow(portfolio: str, *, until_idle: bool, as_json: bool) -> None:
    """New lines of the journal as they are written."""
    # Only here: it needs what an auditor reads.
    from cli.audit_tables import line_text
    from desk.audit import journal_tail

    with database() as opened, suppress(KeyboardInterrupt):
        for line in journal_tail.follow_portfolio(opened, portfolio, person("operations"), until_idle=until_idle):
            typer.echo(line_text(line, as_json))


def order(what: ops_orders.What, target: str, by: Actor, reason: str, as_json: bool) -> None:
    """Pause, resume or withdraw an account or a portfolio."""
    with database() as opened:
        found, accounts = ops_orders.concerned(opened, target)
        message = asyncio.run(ops_orders.order(opened, what, found, by, reason))
    if as_json:
        show_json(
            {
                "order": what,
                "portfolio" if isinstance(found, ops_orders.KnownPortfolio) else "account": target,
                "accounts": accounts,
                "message": message,
            }
        )
    else:
        typer.echo(f"{message} ({count(accounts, 'open account')})")


def refuse_unmeant(target: str) -> None:
    """A withdrawal ends cases for good: it has to be meant."""
    with database() as opened:
        _, open_accounts = ops_orders.concerned(opened, target)
    raise Refused(f"this ends {count(open_accounts, 'case')} for good: say --yes")


def move(target: str, strategy: str, by: Actor, *, dry_run: bool, as_json: bool) -> None:
    """Move an account or a portfolio to another strategy version."""
    packs, name = strategies.packs_for(strategy)
    if name is None:
        raise Refused("name the strategy to go over to")
    with database() as opened:
        found, _ = ops_orders.concerned(opened, target)
        with opened.reading() as session:
            plan = strategy_move.planned(session, found, packs[name])
        told = 0 if dry_run else asyncio.run(strategy_move.move(opened, plan, packs[name], by))
    stay = {account.reference: why for account, why in plan.stay}
    answer = {"strategy": packs[name].version, "moves": len(plan.moves), "told": told, "stay": stay}
    show_json(answer) if as_json else tables.show_move(answer, dry_run=dry_run)


def payments(file: Path, portfolio: str | None, rejects: Path | None, *, dry_run: bool, as_json: bool) -> None:
    """Take a payments file, or only look at it."""
    now = datetime.now(UTC)
    with faults_shown():
        if dry_run:
            loaded = payment_intake.look(file, portfolio, now)
        else:
            loaded = asyncio.run(payment_intake.load(file, portfolio, rejects, now, progress))
    tables.show_rejects(loaded.refused)
    show_json(loaded.answer) if as_json else tables.show_payments(loaded.answer)
    if dry_run:
        say("nothing was done")


def show_feeds(as_json: bool) -> None:
    """Whether payment information is fresh."""
    with database() as opened, opened.reading() as session:
        found = feed_freshness.feeds(session, datetime.now(UTC))
    show_json(found) if as_json else tables.show_feeds(found)


def add_cause(cause: str, client: str, as_json: bool) -> None:
    """Add a cause to a client's list."""
    with database() as opened, opened.session() as session:
        message = causing.add_cause(session, cause, client)
    show_json({"cause": cause, "client": client, "message": message}) if as_json else typer.echo(message)


def list_causes(client: str | None, as_json: bool) -> None:
    """The causes that may be told."""
    with database() as opened, opened.reading() as session:
        found = causing.listed(session, client)
    show_json(found) if as_json else tables.show_cause_list(found)


def show_causes(portfolio: str | None, as_json: bool) -> None:
    """The causes that were told."""
    with database() as opened, opened.reading() as session:
        if portfolio:
            find_portfolio(opened, portfolio)
        found = causing.causes(session, portfolio)
    show_json(found) if as_json else tables.show_causes(found)


def rehearse(wanted: Wanted, when: When, events: Path | None, as_json: bool) -> None:
    """What would happen on a virtual clock."""
    try:
        period = portfolio_rehearsal.period(when.begin, when.until)
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from None
    handed = portfolio_load.read_file(wanted.file, wanted.client, wanted.strategy, period.begin, period.begin.date())
    if handed.rejects:
        say(f"{count(handed.rejected, 'row')} rejected: see them with `starter.py start --dry-run`")
    cases = portfolio_rehearsal.cases_of(handed, wanted.portfolio, wanted.client, period.begin)
    written = tables.rehearsal_json if as_json else tables.rehearsal_text
    for line in portfolio_rehearsal.rehearsed(handed, cases, events, period.end, written, when.jobs):
        print(line)
