"""What auditors can ask for."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.audit_tables import chain_text, show_answers, show_contacts, show_header, show_story
from cli.output import BadNews, count, json_line, say, show_json
from cli.terminal import person
from desk.connections import database
from desk.refused import Refused

_DAY = ["%Y-%m-%d"]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def case(
    account: Annotated[str, typer.Argument(help="By reference, id, or portfolio/reference.")],
    verify: Annotated[bool, typer.Option("--verify", help="Only prove the story, do not tell it.")] = False,
    as_json: Json = False,
) -> None:
    """Read it, prove it."""
    from desk.audit.case_story import casebook

    with database() as opened:
        found = casebook(opened, account, person("auditor"))
    if as_json:
        show_json({name: found[name] for name in (("account", "chain") if verify else found)})
    else:
        show_header(found["account"])
        if not verify:
            show_story(found)
    if not found["chain"]["whole"]:
        raise BadNews(chain_text(found["chain"]))
    if not as_json:
        typer.echo(chain_text(found["chain"]))


def may_contact(
    file: Annotated[Path, typer.Option("--input", exists=True, dir_okay=False, help="JSON lines: docs/law.md.")],
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON, one object a line.")] = False,
) -> None:
    """Answer every line that can be read."""
    from desk.audit.law_answers import answers_to_file

    faults, good = 0, []
    for answer in answers_to_file(file, person("auditor")):
        if answer.fault:
            faults += 1
            say(f"auditor: {file.name}:{answer.line}: {answer.fault}")
        else:
            good.append(answer.told)
        if as_json:
            typer.echo(json_line(answer.told))
    if not as_json:
        show_answers(good)
    if faults:
        raise BadNews(f"{count(faults, 'line')} could not be read; the others were answered")


def contacts(
    party: Annotated[str | None, typer.Option(help="One debtor, by the client's reference or the id.")] = None,
    portfolio: Annotated[str | None, typer.Option(help="One portfolio.")] = None,
    begin: Annotated[datetime | None, typer.Option("--from", formats=_DAY, help="From that day.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=_DAY, help="Through that day.")] = None,
    as_json: Json = False,
) -> None:
    """Ask the law again."""
    from desk.audit.contact_audit import recheck, refuse_unlawful

    by = person("auditor")
    days = (begin.date() if begin else None, end.date() if end else None)
    with database() as opened:
        found = recheck(opened, party, portfolio, days, by)
    show_json(found) if as_json else show_contacts(found)
    try:
        refuse_unlawful(found, by)
    except Refused as unlawful:
        raise BadNews(str(unlawful)) from None
