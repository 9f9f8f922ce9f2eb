"""Agents: the worklist, telling a case what happened, the statement of a debt. The voice beside the desk."""

from typing import Any

from cli.later import later
from cli.output import commands, main

app = commands("agent", __doc__ or "")


@later(app, "worklist")
def _worklist() -> Any:
    """What is to be done, by due date: calls, visits, traces, reviews, releases, and what a person must look at."""
    from cli.task_commands import worklist

    return worklist


@later(app, "offer")
def _offer() -> Any:
    """What may be offered to the debtor today, with every schedule and the reasons; with --make it is offered."""
    from cli.case_commands import offer

    return offer


@later(app, "open")
def _open_task() -> Any:
    """Begin a task: the law is asked once more. Yes, with whom to reach and what must be said; or no, and from when.

    Of a trace: whether others may be asked where the debtor is.
    """
    from cli.case_commands import open_task

    return open_task


@later(app, "may-call")
def _may_call() -> Any:
    """May the debtor of ACCOUNT, or somebody else about them, be contacted now? Nothing is reserved."""
    from cli.case_commands import may_call

    return may_call


@later(app, "settle")
def _settle() -> Any:
    """Take off the worklist what a person had to look at, and was."""
    from cli.task_commands import settle

    return settle


@later(app, "holds")
def _holds() -> Any:
    """What holds the case of ACCOUNT now: since when, until when, what each hold stops and what it leaves allowed."""
    from cli.case_commands import holds

    return holds


@later(app, "statement")
def _statement() -> Any:
    """The statement of the debt as PDF in the debtor's language: every entry, how it was computed, what is open."""
    from cli.case_commands import statement

    return statement


@later(app, "tell")
def _tell() -> Any:
    """Tell the case of ACCOUNT what happened; it answers at once whether it can be taken."""
    from cli.tell_commands import tell

    return tell


if __name__ == "__main__":
    main(app)
