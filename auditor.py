"""Auditors: read a case from the journal alone, prove that nobody changed it, export it."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli import law_questions
from cli.output import commands, count, main, show_json
from desk.audit import contact_audit
from desk.audit.case_story import casebook, chain_text, show_header, show_story
from desk.connections import database
from desk.refused import Refused
from intake.pack_files import law_packs

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


if __name__ == "__main__":
    main(app)
