"""Ops: read a portfolio, start its cases, follow, pause, resume and withdraw them, rehearse what would happen."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from cli import run_all
from cli.output import code, commands, count, main, say, show_json
from desk.audit import journal_tail
from desk.catalogue import strategies
from desk.catalogue.law_packs import show_packs
from desk.catalogue.text_catalogue import letters
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
    strategy_move,
)
from desk.portfolios.portfolio_status import show_standing
from desk.refused import Refused
from desk.tasks import unmatched_payments as unplaced
from desk.tasks.unmatched_webhooks import webhooks
from intake.pack_files import charges_read, law_packs
from models.charges import Role
from models.tables.accounts import Account
from policy.parsing.pack_reading import PackFault
from settings import load_settings

File = Annotated[Path, typer.Argument(metavar="FILE", help="A portfolio: .csv or .xlsx, see docs/portfolio-file.md.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Client = Annotated[str, typer.Option(help="Who hands the accounts over.")]
Which = Annotated[str, typer.Option("--strategy", help="A strategy, a YAML file, or `automatic`: chosen by segment.")]
PortfolioName = Annotated[str | None, typer.Option("--portfolio", help="Its name; the file's by default.")]
Target = Annotated[str, typer.Argument(metavar="TARGET", help="A portfolio, or an account by reference or id.")]
Acting = Annotated[Role | None, typer.Option(help="In which role we act; agency, or as first told.")]
By = Annotated[str, typer.Option(callback=code, help="Who orders it: a code without blanks.")]
Payments = Annotated[Path | None, typer.Argument(metavar="FILE", help="CSV, .xlsx or camt.053: docs/payments-file.md.")]
Pair = Annotated[tuple[str, str] | None, typer.Option(metavar="REFERENCE ACCOUNT", help="Say whose a payment is.")]

app = commands("starter", __doc__ or "")


@app.command()
def run(
    file: File,
    once: Annotated[bool, typer.Option(help="End as soon as nothing is due now.")] = False,
    portfolio: PortfolioName = None,
    client: Client = "demo",
) -> None:
    """All in one terminal: engine, database, worker and a portfolio; stays up until Ctrl-C."""
    wanted = run_all.Portfolio(file, portfolio or run_all.name_of(file), client)
    asyncio.run(run_all.run(load_settings(), wanted, once=once))


@app.command()
def start(  # noqa: PLR0913 (a command has as many parameters as options)
    file: File,
    portfolio: Annotated[str, typer.Option(help="The portfolio's name.")],
    client: Client,
    strategy: Which = strategies.AUTOMATIC,
    rate: Annotated[float, typer.Option(min=0, help="Accounts started per second; 0: as fast as can be.")] = 0,
    strict: Annotated[bool, typer.Option(help="Take all rows or none.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Only show what would be started.")] = False,
    rejects: Annotated[Path | None, typer.Option(help="Where rejected rows go; <FILE>-rejects.csv.")] = None,
    sender: Annotated[str | None, typer.Option(help="Who writes to the debtor; the creditor.")] = None,
    contact: Annotated[str | None, typer.Option(help="Whom the debtor may ask; the sender.")] = None,
    pay_to: Annotated[str | None, typer.Option(help="How to pay.")] = None,
    sender_address: Annotated[str | None, typer.Option(help="Where the sender is.")] = None,
    phone: Annotated[str | None, typer.Option(help="A number at which a person answers.")] = None,
    licence: Annotated[str | None, typer.Option(help="The sender's licence or register number.")] = None,
    complaints: Annotated[str | None, typer.Option(help="Where to complain about the sender.")] = None,
    role: Acting = None,
    fresh_hours: Annotated[int | None, typer.Option(min=1, help="Demands wait for news of payments.")] = None,
    vat_reclaimable: Annotated[bool | None, typer.Option(help="The creditor reclaims VAT; else unknown.")] = None,
    wait: Annotated[bool, typer.Option(help="Wait until all cases were started.")] = True,
    as_json: Json = False,
) -> None:
    """Hand a portfolio over and start its cases. Loaded again it brings what is different, and starts nothing twice."""
    named = None if strategy == strategies.AUTOMATIC else strategy
    said = {"sender": sender, "contact": contact, "pay_to": pay_to, "sender_address": sender_address, "phone": phone}
    more = {"strategy": named, "fresh_hours": fresh_hours, "licence": licence, "complaints": complaints}
    more |= {"vat_reclaimable": vat_reclaimable} | ({"role": role} if role else {})
    row = portfolio_load.as_portfolio(portfolio, client, file, **said, **more)
    handed = portfolio_load.read_file(file, client, strategy, datetime.now(UTC))
    with database_if_any(migrate=not dry_run) as opened:
        looked = feed_comparison.look(opened, row, handed)
        portfolio_load.show_notes(portfolio_load.tariffs_of(looked.handed, row))
        if dry_run:
            feed_comparison.show_dry_run(looked, row, opened, as_json)
    handed = looked.handed
    if dry_run:
        if strict or not handed.rows:
            portfolio_load.refuse_unsound(handed, strict=strict)
        return
    if rejects and (strict or not handed.rows):
        portfolio_load.keep_rejects(handed, file, rejects)
    portfolio_load.refuse_unsound(handed, strict=strict)
    answer = asyncio.run(_started(portfolio_start.HandingOver(file, looked, row, rejects), rate, wait))
    if as_json:
        show_json(answer)
    else:
        portfolio_start.show_taken(answer)


async def _started(asked: portfolio_start.HandingOver, rate: float, wait: bool) -> dict[str, Any]:
    # The engine first: without it nothing is handed over.
    client, settings = await engine()
    with database(migrate=True) as opened:
        answer = await portfolio_start.begin(opened, client, settings.task_queue, asked, rate)
        if wait:
            stand = await portfolio_start.watch_intake(opened, asked.portfolio.id)
            answer["paused"] = stand.held
            if answer["waiting"]:
                later = await tell_updates(opened, client)
                answer |= {"told": answer["told"] + later.told, "waiting": later.waiting}
        answer["told"] = len(answer["told"])
    return answer


@app.command()
def status(
    portfolio: Annotated[str | None, typer.Argument(help="One portfolio.")] = None, as_json: Json = False
) -> None:
    """Accounts by stage and next step, by outcome, and how many need a person; needs no engine."""
    with database() as opened, opened.reading() as session:
        if portfolio:
            find_portfolio(session, portfolio)
        show_standing(session, portfolio, as_json)


@app.command()
def follow(
    portfolio: str,
    until_idle: Annotated[bool, typer.Option(help="End as soon as nothing is due now.")] = False,
    as_json: Json = False,
) -> None:
    """New lines of the journal as they are written, until Ctrl-C."""
    with database() as opened, suppress(KeyboardInterrupt):
        with opened.reading() as session:
            find_portfolio(session, portfolio)
        for line in journal_tail.follow_portfolio(opened, portfolio, until_idle=until_idle):
            typer.echo(journal_tail.as_text(line, as_json))


@app.command()
def pause(target: Target, by: By = "ops", as_json: Json = False) -> None:
    """Stop acting on an account or a whole portfolio until it is resumed."""
    _order("pause", target, by, "", as_json)


@app.command()
def resume(target: Target, by: By = "ops", as_json: Json = False) -> None:
    """Go on where a pause stopped."""
    _order("resume", target, by, "", as_json)


@app.command()
def withdraw(
    target: Target,
    by: By = "ops",
    reason: Annotated[str, typer.Option(callback=code, help="Why, as a code word; for one account.")] = "recalled",
    yes: Annotated[bool, typer.Option(help="It cannot be undone: say that you mean it.")] = False,
    as_json: Json = False,
) -> None:
    """The client takes an account or a whole portfolio back: the cases end."""
    if not yes:
        with database() as opened:
            _, open_accounts = ops_orders.concerned(opened, target)
        raise Refused(f"this ends {count(open_accounts, 'case')} for good: say --yes")
    _order("withdraw", target, by, reason, as_json)


def _order(what: Literal["pause", "resume", "withdraw"], target: str, by: str, reason: str, as_json: bool) -> None:
    with database() as opened:
        found, accounts = ops_orders.concerned(opened, target)
        message = asyncio.run(ops_orders.order(opened, what, found, by, reason))
    if as_json:
        kind = "account" if isinstance(found, Account) else "portfolio"
        show_json({"order": what, kind: target, "accounts": accounts, "message": message})
    else:
        typer.echo(f"{message} ({count(accounts, 'open account')})")


@app.command("move")
def move_(
    target: Target,
    strategy: Annotated[str, typer.Option(help="The strategy to go over to: a name, or a YAML file.")],
    by: By = "ops",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would move.")] = False,
    as_json: Json = False,
) -> None:
    """Move an account, or the open accounts of a portfolio, to another strategy version; no step is repeated."""
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
    if as_json:
        show_json(answer)
    else:
        would = "would go over" if dry_run else "told to go over"
        typer.echo(f"{count(len(plan.moves) if dry_run else told, 'account')} {would} to {packs[name].version}")
        for reference, why in stay.items():
            typer.echo(f"{reference} stays: {why}")


@app.command()
def payments(  # noqa: PLR0913
    file: Payments = None,
    portfolio: Annotated[
        str | None, typer.Option(help="The file is of this portfolio, from its client's bank.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Only show what would be taken.")] = False,
    rejects: Annotated[Path | None, typer.Option(help="Where rejected rows go; <FILE>-rejects.csv.")] = None,
    unmatched: Annotated[bool, typer.Option("--unmatched", help="List what nobody can place.")] = False,
    assign: Pair = None,
    by: Annotated[str | None, typer.Option(callback=code, help="Who assigns it: a code without blanks.")] = None,
    as_json: Json = False,
) -> None:
    """Tell the cases what the bank says was paid; the same file again tells nothing twice."""
    if [file is not None, unmatched, assign is not None].count(True) != 1:
        raise typer.BadParameter("give a FILE, or --unmatched, or --assign REFERENCE ACCOUNT --by NAME")
    if assign is not None:
        unplaced.assign_one(assign, by, portfolio, as_json)
    elif file is None:
        unplaced.list_unmatched(portfolio, as_json)
    elif dry_run:
        told, refused = payment_intake.look(file, portfolio, datetime.now(UTC))
        payment_intake.show(told, as_json)
        payment_intake.show_rejects(refused)
        say("nothing was done")
    else:
        payment_intake.show(asyncio.run(payment_intake.load(file, portfolio, rejects, datetime.now(UTC))), as_json)


@app.command()
def serve() -> None:
    """The web server: webhooks of Twilio, SendGrid and banks, told to the cases; see docs/webhooks.md."""
    # Only here: what a web server needs takes other commands half a second to load.
    from web import server

    with database() as opened:
        server.serve(opened, load_settings())


app.command()(webhooks)
app.command()(letters)


@app.command(name="feed-status")
def feed_status(as_json: Json = False) -> None:
    """When news of payments last came for each portfolio, whether it is stale, and how many demands wait for it."""
    with database() as opened, opened.reading() as session:
        found = feed_freshness.feeds(session, datetime.now(UTC))
    if as_json:
        show_json(found)
    else:
        feed_freshness.show_feeds(found)


@app.command()
def causes(
    portfolio: Annotated[str | None, typer.Argument(help="One portfolio.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="The causes that may be told (of --client).")] = False,
    add: Annotated[str | None, typer.Option(callback=code, help="A cause to add to the list of --client.")] = None,
    client: Annotated[str | None, typer.Option(help="Whose list.")] = None,
    as_json: Json = False,
) -> None:
    """Why people do not pay: causes told at calls and with hardship, by portfolio, product and segment."""
    if [portfolio is not None, listed, add is not None].count(True) > 1 or (add and not client):
        raise typer.BadParameter("give a portfolio, or --list, or --add CODE --client CLIENT")
    if add and client:
        with database() as opened, opened.session() as session:
            message = causing.add_cause(session, add, client)
        show_json({"cause": add, "client": client, "message": message}) if as_json else typer.echo(message)
        return
    with database() as opened, opened.reading() as session:
        if portfolio:
            find_portfolio(session, portfolio)
        found = causing.listed(session, client) if listed else causing.causes(session, portfolio)
    if as_json:
        show_json(found)
    else:
        causing.show_list(found) if listed else causing.show_causes(found)


@app.command(name="strategies")
def list_strategies(
    check: Annotated[list[Path] | None, typer.Option(help="Check this file too; may be repeated.")] = None,
    as_json: Json = False,
) -> None:
    """The strategies with their versions and cycles, each checked; every fault is told."""
    packs, faults = strategies.checked_strategies(check or [])
    strategies.show_strategies(packs, as_json)
    if faults:
        raise PackFault(faults)


@app.command()
def packs(as_json: Json = False) -> None:
    """The packs of law on contact and charges: versions, layers, who signed, what is uncertain or unconfirmed."""
    show_packs(law_packs(), charges_read(), datetime.now(UTC).date(), as_json)


@app.command()
def rehearse(  # noqa: PLR0913
    file: File,
    begin: Annotated[str, typer.Option("--from", help="The first day (from 00:00 UTC), or an instant.")],
    until: Annotated[str, typer.Option(help="The day before which it ends (00:00 UTC), or an instant.")],
    strategy: Which = strategies.AUTOMATIC,
    events: Annotated[Path | None, typer.Option(help="What happens: see docs/events-file.md.")] = None,
    portfolio: PortfolioName = None,
    client: Client = "demo",
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; as many as there are cores by default.")] = None,
    as_json: Json = False,
) -> None:
    """What would happen, on a virtual clock: no engine, no database, nothing is sent."""
    try:
        period = portfolio_rehearsal.period(begin, until)
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from None
    handed = portfolio_load.read_file(file, client, strategy, period.begin, period.begin.date())
    if handed.rejects:
        say(f"{count(handed.rejected, 'row')} rejected: see them with `starter.py start --dry-run`")
    cases = portfolio_rehearsal.cases_of(handed, portfolio or run_all.name_of(file), client, period.begin)
    written = portfolio_rehearsal.as_json if as_json else portfolio_rehearsal.as_text
    for line in portfolio_rehearsal.rehearsed(handed, cases, events, period.end, written, jobs):
        print(line)


if __name__ == "__main__":
    main(app)
