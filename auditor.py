"""Auditors: read a case from the journal alone, prove that nobody changed it, export it."""

from typing import Annotated

import typer

from commands.answering import Refused, commands, main, show_json
from commands.casebook import casebook, chain_text, show_header, show_story
from commands.reaching import database

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


if __name__ == "__main__":
    main(app)
