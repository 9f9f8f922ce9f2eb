"""What auditors can ask of the law itself: its deadlines, and what it gives on an unpaid amount."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

import typer

from cli import law_tables
from cli.output import show_json
from cli.terminal import person
from desk.catalogue import lawful_charges, legal_deadlines

_DAY = ["%Y-%m-%d"]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def deadlines(
    country: Annotated[str | None, typer.Option(help="Where the debtor lives, such as PT; everywhere.")] = None,
    begin: Annotated[datetime | None, typer.Option("--from", formats=_DAY, help="The day of what begins each.")] = None,
    known: Annotated[
        list[str] | None, typer.Option("--given", help="Another day, such as opt_out_by=2026-04-06.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Ask the law."""
    asked = legal_deadlines.Asked(
        country and country.upper(), begin.date() if begin else None, law_tables.given(known or [])
    )
    found = legal_deadlines.legal_deadlines(person("auditor"), asked)
    if as_json:
        show_json(found)
    else:
        law_tables.show_deadlines(found)


def charges(
    country: Annotated[str, typer.Option(help="Where the debtor lives, such as NL.")],
    unpaid: Annotated[float, typer.Option(min=0, max=10**12, help="What was left unpaid, in whole units.")],
    day: Annotated[datetime | None, typer.Option("--on", formats=_DAY, help="On that day; today.")] = None,
    product: Annotated[str, typer.Option(help="What kind of debt.")] = "consumer_loan",
    vat_due: Annotated[bool, typer.Option("--vat-due", help="The creditor cannot reclaim VAT.")] = False,
    as_json: Json = False,
) -> None:
    """Ask the law."""
    today = day.date() if day else datetime.now(UTC).date()
    left = lawful_charges.Unpaid(Decimal(str(unpaid)), today, product, not vat_due)
    found = lawful_charges.lawful_charges(person("auditor"), country.upper(), left)
    if as_json:
        show_json(found)
    else:
        law_tables.show_charges(found)
