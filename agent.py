"""Agents: the worklist, telling a case what happened, the statement of a debt. The voice beside the desk."""

from cli.later import later
from cli.output import commands, main

app = commands("agent", __doc__ or "")


@later(app, "cli.task_commands")
def worklist() -> None:
    """What is to be done, by due date: calls, visits, traces, reviews, releases, and what a person must look at."""


@later(app, "cli.case_commands")
def offer() -> None:
    """What may be offered to the debtor today, with every schedule and the reasons; with --make it is offered."""


@later(app, "cli.case_commands", name="open")
def open_task() -> None:
    """Begin a task: the law is asked once more. Yes, with whom to reach and what must be said; or no, and from when.

    Of a trace: whether others may be asked where the debtor is.
    """


@later(app, "cli.case_commands", name="may-call")
def may_call() -> None:
    """May the debtor of ACCOUNT, or somebody else about them, be contacted now? Nothing is reserved."""


@later(app, "cli.task_commands")
def settle() -> None:
    """Take off the worklist what a person had to look at, and was."""


@later(app, "cli.case_commands")
def holds() -> None:
    """What holds the case of ACCOUNT now: since when, until when, what each hold stops and what it leaves allowed."""


@later(app, "cli.case_commands")
def statement() -> None:
    """The statement of the debt as PDF in the debtor's language: every entry, how it was computed, what is open."""


@later(app, "cli.tell_commands")
def tell() -> None:
    """Tell the case of ACCOUNT what happened; it answers at once whether it can be taken."""


if __name__ == "__main__":
    main(app)
