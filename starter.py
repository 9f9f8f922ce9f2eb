"""Ops: read a portfolio, start its cases, follow, pause, resume and withdraw them, rehearse what would happen."""

# What a command needs is loaded when it runs: who asks for help waits for neither engine nor database.
import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.output import code, commands, main
from cli.terminal import person

Role = Literal["creditor", "agency", "servicer", "buyer"]
_AUTOMATIC = "automatic"
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
Country = Annotated[
    str | None,
    typer.Option(help="Where the debtor is, or a region with its own pack (US-NYC): what its law wants named."),
]

app = commands("starter", __doc__ or "")


@app.command()
def run(
    file: File,
    once: Annotated[bool, typer.Option(help="End as soon as nothing is due now.")] = False,
    portfolio: PortfolioName = None,
    client: Client = "demo",
) -> None:
    """All in one terminal: engine, database, worker and a portfolio; stays up until Ctrl-C."""
    from cli import run_all
    from settings import load_settings

    wanted = run_all.Portfolio(file, portfolio or run_all.name_of(file), client)
    asyncio.run(run_all.run(load_settings(), wanted, once=once))


@app.command()
def start(  # noqa: PLR0913 (a command has as many parameters as options)
    file: File,
    portfolio: Annotated[str, typer.Option(help="The portfolio's name.")],
    client: Client,
    strategy: Which = _AUTOMATIC,
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
    from cli import portfolio_commands

    named = None if strategy == _AUTOMATIC else strategy
    said = {"sender": sender, "contact": contact, "pay_to": pay_to, "sender_address": sender_address, "phone": phone}
    more = {"strategy": named, "fresh_hours": fresh_hours, "licence": licence, "complaints": complaints}
    more |= {"vat_reclaimable": vat_reclaimable} | ({"role": role} if role else {})
    wanted = portfolio_commands.Wanted(file, portfolio, client, strategy, rejects, said | more)
    if dry_run:
        portfolio_commands.show_what_would_start(person("operations"), wanted, strict=strict, as_json=as_json)
    else:
        portfolio_commands.start(wanted, portfolio_commands.How(rate, strict, wait), as_json)


@app.command()
def status(
    portfolio: Annotated[str | None, typer.Argument(help="One portfolio.")] = None, as_json: Json = False
) -> None:
    """Accounts by stage and next step, by outcome, and how many need a person; needs no engine."""
    from cli import portfolio_commands

    portfolio_commands.show_status(portfolio, as_json)


@app.command()
def follow(
    portfolio: str,
    until_idle: Annotated[bool, typer.Option(help="End as soon as nothing is due now.")] = False,
    as_json: Json = False,
) -> None:
    """New lines of the journal as they are written, until Ctrl-C."""
    from cli import portfolio_commands

    portfolio_commands.follow(portfolio, until_idle=until_idle, as_json=as_json)


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
        from cli import portfolio_commands

        portfolio_commands.refuse_unmeant(target)
    _order("withdraw", target, by, reason, as_json)


def _order(what: Literal["pause", "resume", "withdraw"], target: str, by: str, reason: str, as_json: bool) -> None:
    from cli import portfolio_commands

    portfolio_commands.order(what, target, person("operations", by), reason, as_json)


@app.command("move")
def move_(
    target: Target,
    strategy: Annotated[str, typer.Option(help="The strategy to go over to: a name, or a YAML file.")],
    by: By = "ops",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would move.")] = False,
    as_json: Json = False,
) -> None:
    """Move an account, or the open accounts of a portfolio, to another strategy version; no step is repeated."""
    from cli import portfolio_commands

    portfolio_commands.move(target, strategy, person("operations", by), dry_run=dry_run, as_json=as_json)


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
    from cli import portfolio_commands

    if file is not None:
        portfolio_commands.payments(file, portfolio, rejects, dry_run=dry_run, as_json=as_json)
        return
    from cli import placing_commands

    if assign is not None:
        placing_commands.assign_one(assign, by, portfolio, as_json)
    else:
        placing_commands.list_unmatched(portfolio, as_json)


@app.command()
def serve() -> None:
    """The web server: webhooks of Twilio, SendGrid and banks, told to the cases; see docs/webhooks.md."""
    from desk.connections import database
    from desk.delivery.hook_desk import HookDesk
    from settings import load_settings
    from web import server

    with database() as opened:
        server.serve(HookDesk(opened, load_settings()))


@app.command()
def webhooks(
    unmatched: Annotated[bool, typer.Option("--unmatched", help="Those that fit no case, for a person.")] = False,
    settle: Annotated[int | None, typer.Option(metavar="NUMBER", help="A person has dealt with this one.")] = None,
    account: Annotated[str | None, typer.Option(help="With --settle: the account it is about; its case hears.")] = None,
    by: Annotated[str | None, typer.Option(callback=code, help="Who settles it: a code without blanks.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The most to show.")] = 100,
    as_json: Json = False,
) -> None:
    """What vendors told over the web, newest first, and what nobody could place."""
    if (settle is None) != (by is None) or (settle is not None and unmatched) or (account and settle is None):
        raise typer.BadParameter("give --unmatched, or --settle NUMBER --by NAME (and --account ACCOUNT)")
    from cli import placing_commands

    placing_commands.show_webhooks_kept(unmatched, settle, account, by, limit, as_json)


@app.command()
def letters(
    name: Annotated[str | None, typer.Argument(help="Show this text for a sample account.")] = None,
    language: Annotated[str | None, typer.Option(help="Only this language.")] = None,
    channel: Annotated[str | None, typer.Option(help="Only this channel: sms, email, letter.")] = None,
    country: Country = None,
    out: Annotated[Path | None, typer.Option(help="A directory for letters (PDF) and e-mails (HTML).")] = None,
    as_json: Json = False,
) -> None:
    """All texts with languages, channels and SMS segments; with a NAME or --out: as a sample account gets them."""
    from cli import catalogue_commands
    from desk.catalogue.text_catalogue import Asked

    catalogue_commands.show_texts(person("operations"), Asked(name, language, channel, country), out, as_json)


@app.command(name="feed-status")
def feed_status(as_json: Json = False) -> None:
    """When news of payments last came for each portfolio, whether it is stale, and how many demands wait for it."""
    from cli import portfolio_commands

    portfolio_commands.show_feeds(as_json)


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
    from cli import portfolio_commands

    if add and client:
        portfolio_commands.add_cause(add, client, as_json)
    elif listed:
        portfolio_commands.list_causes(client, as_json)
    else:
        portfolio_commands.show_causes(portfolio, as_json)


@app.command(name="strategies")
def list_strategies(
    check: Annotated[list[Path] | None, typer.Option(help="Check this file too; may be repeated.")] = None,
    as_json: Json = False,
) -> None:
    """The strategies with their versions and cycles, each checked; every fault is told."""
    from cli import catalogue_commands

    catalogue_commands.show_strategies(person("operations"), check or [], as_json)


@app.command()
def packs(as_json: Json = False) -> None:
    """The packs of law on contact and charges: versions, layers, who signed, what is uncertain or unconfirmed."""
    from cli import catalogue_commands

    catalogue_commands.show_packs(person("operations"), as_json)


@app.command()
def rehearse(  # noqa: PLR0913
    file: File,
    begin: Annotated[str, typer.Option("--from", help="The first day (from 00:00 UTC), or an instant.")],
    until: Annotated[str, typer.Option(help="The day before which it ends (00:00 UTC), or an instant.")],
    strategy: Which = _AUTOMATIC,
    events: Annotated[Path | None, typer.Option(help="What happens: see docs/events-file.md.")] = None,
    portfolio: PortfolioName = None,
    client: Client = "demo",
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; as many as there are cores by default.")] = None,
    as_json: Json = False,
) -> None:
    """What would happen, on a virtual clock: no engine, no database, nothing is sent."""
    from cli import portfolio_commands
    from cli.run_all import name_of

    wanted = portfolio_commands.Wanted(file, portfolio or name_of(file), client, strategy, None, {})
    portfolio_commands.rehearse(wanted, portfolio_commands.When(begin, until, jobs), events, as_json)


if __name__ == "__main__":
    main(app)
