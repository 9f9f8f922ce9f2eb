"""Auditors: read a case from the journal alone, prove that nobody changed it, export it."""

from cli.later import later
from cli.output import commands, main

app = commands("auditor", __doc__ or "")


@later(app, "cli.audit_commands")
def case() -> None:
    """The whole story in order: each event, decision with its reason, effect and wait; then whether it is unchanged."""


@later(app, "cli.audit_commands", name="may-contact")
def may_contact() -> None:
    """May this party be contacted then, on this channel? Each line is answered by rule; nothing is written."""


@later(app, "cli.audit_commands")
def contacts() -> None:
    """Every contact of the log, asked again by the law that held then: verdict and rule; fails where one was wrong."""


@later(app, "cli.law_commands")
def deadlines() -> None:
    """The deadlines of the law by place: rule, whose they are, after what; with --from the days on which they fall."""


@later(app, "cli.law_commands")
def charges() -> None:
    """What the law gives on an unpaid amount: the cost of collecting it and the late fee, each with its rule."""


if __name__ == "__main__":
    main(app)
