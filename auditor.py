"""Auditors: read a case from the journal alone, prove that nobody changed it, export it."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from cli import law_questions, law_tables
from cli.output import commands, count, main, show_json
from cli.terminal import person
from desk.audit import contact_audit
from desk.audit.case_story import casebook, chain_text, show_header, show_story
from desk.catalogue import lawful_charges, legal_deadlines
from desk.connections import database
from desk.refused import Refused
from intake.pack_files import charges as charge_laws
from intake.pack_files import jurisdictions, law_packs

DAY = ["%Y-%m-%d"]
app = commands("auditor", __doc__ or "")


@app.command()
def case(
    account: Annotated[str, typer.Argument(help="By reference, id, or portfolio/reference.")],
    verify: Annotated[bool, typer.Option("--verify", help="Only prove the story, do not tell it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """The whole story in order: each event, decision with its reason, effect and wait; then whether it is unchanged."""
    with database() as opened, opened.reading() as session:
        found = casebook(session, account)
    if as_json:
        show_json({name: found[name] for name in (("account", "chain") if verify else found)})
    else:
        show_header(found["account"])
        if not verify:
            show_story(found)
    if not found["chain"]["whole"]:
        raise Refused(chain_text(found["chain"]))
    if not as_json:
        typer.echo(chain_text(found["chain"]))


@app.command(name="may-contact")
def may_contact(
    file: Annotated[Path, typer.Option("--input", exists=True, dir_okay=False, help="JSON lines: docs/law.md.")],
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON, one object a line.")] = False,
) -> None:
    """May this party be contacted then, on this channel? Each line is answered by rule; nothing is written."""
    faults = law_questions.show_answers(file, law_packs(), as_json)
    if faults:
        raise Refused(f"{count(faults, 'line')} could not be read; the others were answered")


@app.command()
def contacts(
    party: Annotated[str | None, typer.Option(help="One debtor, by the client's reference or the id.")] = None,
    portfolio: Annotated[str | None, typer.Option(help="One portfolio.")] = None,
    begin: Annotated[datetime | None, typer.Option("--from", formats=DAY, help="From that day.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=DAY, help="Through that day.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Every contact of the log, asked again by the law that held then: verdict and rule; fails where one was wrong."""
    period = contact_audit.Period(begin.date() if begin else None, end.date() if end else None)
    with database() as opened, opened.reading() as session:
        found = contact_audit.recheck(session, party, portfolio, period)
    if as_json:
        show_json(found)
    else:
        contact_audit.show(found)
    contact_audit.refuse_unlawful(found)


@app.command()
def deadlines(
    country: Annotated[str | None, typer.Option(help="Where the debtor lives, such as PT; everywhere.")] = None,
    begin: Annotated[datetime | None, typer.Option("--from", formats=DAY, help="The day of what begins each.")] = None,
    known: Annotated[
        list[str] | None, typer.Option("--given", help="Another day, such as opt_out_by=2026-04-06.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """The deadlines of the law by place: rule, whose they are, after what; with --from the days on which they fall."""
    asked = legal_deadlines.Asked(
        country and country.upper(), begin.date() if begin else None, law_tables.given(known or [])
    )
    found = legal_deadlines.legal_deadlines(person("auditor"), jurisdictions(), asked)
    if as_json:
        show_json(found)
    else:
        law_tables.show_deadlines(found)


@app.command()
def charges(
    country: Annotated[str, typer.Option(help="Where the debtor lives, such as NL.")],
    unpaid: Annotated[float, typer.Option(min=0, max=10**12, help="What was left unpaid, in whole units.")],
    day: Annotated[datetime | None, typer.Option("--on", formats=DAY, help="On that day; today.")] = None,
    product: Annotated[str, typer.Option(help="What kind of debt.")] = "consumer_loan",
    vat_due: Annotated[bool, typer.Option("--vat-due", help="The creditor cannot reclaim VAT.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """What the law gives on an unpaid amount: the cost of collecting it and the late fee, each with its rule."""
    today = day.date() if day else datetime.now(UTC).date()
    left = lawful_charges.Unpaid(Decimal(str(unpaid)), today, product, not vat_due)
    found = lawful_charges.lawful_charges(person("auditor"), charge_laws(), country.upper(), left)
    if as_json:
        show_json(found)
    else:
        law_tables.show_charges(found)


if __name__ == "__main__":
    main(app)
