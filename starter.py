"""Ops: read a portfolio, start its cases, follow, pause, resume and withdraw them, rehearse what would happen."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from commands import causes as causing
from commands import (
    choosing,
    feed_looking,
    feeding,
    following,
    moving,
    ordering,
    packing,
    paying,
    portfolios,
    rehearsing,
    running,
    starting,
)
from commands import unmatched as unplaced
from commands.answering import Refused, code, commands, count, main, say, show_json
from commands.feed_telling import tell_updates
from commands.lettering import letters
from commands.meaning import find_portfolio
from commands.placing import webhooks
from commands.reaching import database, database_if_any, engine
from commands.standing import show_standing
from intake.packs import charges, law_packs
from models.charges import Role
from models.tables import Account
from policy.packs.reading import PackFault
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
    wanted = running.Portfolio(file, portfolio or running.name_of(file), client)
    asyncio.run(running.run(load_settings(), wanted, once=once))


@app.command()
def start(  # noqa: PLR0913 (a command has as many parameters as options)
    file: File,
    portfolio: Annotated[str, typer.Option(help="The portfolio's name.")],
    client: Client,
    strategy: Which = choosing.AUTOMATIC,
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
    named = None if strategy == choosing.AUTOMATIC else strategy
    said = {"sender": sender, "contact": contact, "pay_to": pay_to, "sender_address": sender_address, "phone": phone}
    more = {"strategy": named, "fresh_hours": fresh_hours, "licence": licence, "complaints": complaints}
    more |= {"vat_reclaimable": vat_reclaimable} | ({"role": role} if role else {})
    row = portfolios.as_portfolio(portfolio, client, file, **said, **more)
    handed = portfolios.read_file(file, client, strategy, datetime.now(UTC))
    with database_if_any(migrate=not dry_run) as opened:
        looked = feed_looking.look(opened, row, handed)
        portfolios.show_notes(portfolios.tariffs_of(looked.handed, row))
        if dry_run:
            feed_looking.show_dry_run(looked, row, opened, as_json)
    handed = looked.handed
    if dry_run:
        if strict or not handed.rows:
            portfolios.refuse_unsound(handed, strict=strict)
        return
    if rejects and (strict or not handed.rows):
        portfolios.keep_rejects(handed, file, rejects)
    portfolios.refuse_unsound(handed, strict=strict)
    answer = asyncio.run(_started(starting.HandingOver(file, looked, row, rejects), rate, wait))
    if as_json:
        show_json(answer)
    else:
        starting.show_taken(answer)


async def _started(asked: starting.HandingOver, rate: float, wait: bool) -> dict[str, Any]:
    # The engine first: without it nothing is handed over.
    client, settings = await engine()
    with database(migrate=True) as opened:
        answer = await starting.begin(opened, client, settings.task_queue, asked, rate)
        if wait:
            stand = await starting.watch_intake(opened, asked.portfolio.id)
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
        for line in following.follow_portfolio(opened, portfolio, until_idle=until_idle):
            typer.echo(following.as_text(line, as_json))


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
            _, open_accounts = ordering.concerned(opened, target)
        raise Refused(f"this ends {count(open_accounts, 'case')} for good: say --yes")
    _order("withdraw", target, by, reason, as_json)


def _order(what: Literal["pause", "resume", "withdraw"], target: str, by: str, reason: str, as_json: bool) -> None:
    with database() as opened:
        found, accounts = ordering.concerned(opened, target)
        message = asyncio.run(ordering.order(opened, what, found, by, reason))
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
    packs, name = choosing.packs_for(strategy)
    if name is None:
        raise Refused("name the strategy to go over to")
    with database() as opened:
        found, _ = ordering.concerned(opened, target)
        with opened.reading() as session:
            plan = moving.planned(session, found, packs[name])
        told = 0 if dry_run else asyncio.run(moving.move(opened, plan, packs[name], by))
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
        told, refused = paying.look(file, portfolio, datetime.now(UTC))
        paying.show(told, as_json)
        paying.show_rejects(refused)
        say("nothing was done")
    else:
        paying.show(asyncio.run(paying.load(file, portfolio, rejects, datetime.now(UTC))), as_json)


@app.command()
def serve() -> None:
    """The web server: webhooks of Twilio, SendGrid and banks, told to the cases; see docs/webhooks.md."""
    # Only here: what a web server needs takes other commands half a second to load.
    from console import serving

    with database() as opened:
        serving.serve(opened, load_settings())


app.command()(webhooks)
app.command()(letters)


@app.command(name="feed-status")
def feed_status(as_json: Json = False) -> None:
    """When news of payments last came for each portfolio, whether it is stale, and how many demands wait for it."""
    with database() as opened, opened.reading() as session:
        found = feeding.feeds(session, datetime.now(UTC))
    if as_json:
        show_json(found)
    else:
        feeding.show_feeds(found)


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
    packs, faults = choosing.checked_strategies(check or [])
    choosing.show_strategies(packs, as_json)
    if faults:
        raise PackFault(faults)


@app.command()
def packs(as_json: Json = False) -> None:
    """The packs of law on contact and charges: versions, layers, who signed, what is uncertain or unconfirmed."""
    packing.show_packs(law_packs(), charges(), datetime.now(UTC).date(), as_json)


@app.command()
def rehearse(  # noqa: PLR0913
    file: File,
    begin: Annotated[str, typer.Option("--from", help="The first day (from 00:00 UTC), or an instant.")],
    until: Annotated[str, typer.Option(help="The day before which it ends (00:00 UTC), or an instant.")],
    strategy: Which = choosing.AUTOMATIC,
    events: Annotated[Path | None, typer.Option(help="What happens: see docs/events-file.md.")] = None,
    portfolio: PortfolioName = None,
    client: Client = "demo",
    as_json: Json = False,
) -> None:
    """What would happen, on a virtual clock: no engine, no database, nothing is sent."""
    try:
        period = rehearsing.period(begin, until)
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from None
    handed = portfolios.read_file(file, client, strategy, period.begin, period.begin.date())
    if handed.rejects:
        say(f"{count(handed.rejected, 'row')} rejected: see them with `starter.py start --dry-run`")
    cases = rehearsing.cases_of(handed, portfolio or running.name_of(file), client, period.begin)
    written = rehearsing.as_json if as_json else rehearsing.as_text
    for line in rehearsing.rehearsed(handed, cases, events, period.end):
        print(written(line))


if __name__ == "__main__":
    main(app)
