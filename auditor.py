"""Auditors: read a case from the journal alone, prove that nobody changed it, export it."""

from typing import Any

from cli.later import later
from cli.output import commands, main

app = commands("auditor", __doc__ or "")


@later(app, "case")
def _case() -> Any:
    """The whole story in order: each event, decision with its reason, effect and wait; then whether it is unchanged."""
    from cli.audit_commands import case

    return case


@later(app, "may-contact")
def _may_contact() -> Any:
    """May this party be contacted then, on this channel? Each line is answered by rule; nothing is written."""
    from cli.audit_commands import may_contact

    return may_contact


@later(app, "contacts")
def _contacts() -> Any:
    """Every contact of the log, asked again by the law that held then: verdict and rule; fails where one was wrong."""
    from cli.audit_commands import contacts

    return contacts


@later(app, "deadlines")
def _deadlines() -> Any:
    """The deadlines of the law by place: rule, whose they are, after what; with --from the days on which they fall."""
    from cli.law_commands import deadlines

    return deadlines


@later(app, "charges")
def _charges() -> Any:
    """What the law gives on an unpaid amount: the cost of collecting it and the late fee, each with its rule."""
    from cli.law_commands import charges

    return charges


if __name__ == "__main__":
    main(app)
