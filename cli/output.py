"""How does a command answer: a table of 100 columns, JSON, or one line that says why not?"""

import json
import os
import sys
import traceback
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup
from typer.exceptions import TyperException

from desk.actor import NAME
from desk.refused import Refused

WIDTH = 100


class BadNews(Refused):
    """The answer was given, and it is no: nothing is added to it but the exit code and a line on stderr."""


class Commands(TyperGroup):
    """Commands that end with exit code 1 and `name: reason` on stderr where they are refused; as JSON where asked."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        as_json = "--json" in (*ctx._protected_args, *ctx.args)
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, TyperException):
            raise
        except Exception as fault:
            refused = _refused(fault)
            if refused is None:
                raise
            if as_json and not isinstance(refused, BadNews):
                show_json(refused.told())
            for line in str(refused).splitlines():
                say(f"{self.name}: {line}")
            raise typer.Exit(1) from None


def _refused(fault: Exception) -> Refused | None:
    """What a person is told of it; None: it is a fault of ours."""
    if isinstance(fault, Refused):
        return fault
    # Only now: a command that is not refused, or only asked for help, needs neither engine nor readers.
    from desk.faults import reason

    why = reason(fault)
    return None if why is None else Refused(why)


def _with_own_packs() -> None:
    # Only here: who asks for help needs no settings.
    from desk.catalogue.own_packs import lay_own_packs

    lay_own_packs()


def commands(name: str, about: str) -> typer.Typer:
    """A root command with its subcommands."""
    # Locals of a traceback may be personal data.
    app = typer.Typer(
        name=name, help=about, cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )
    app.callback()(_with_own_packs)
    return app


def main(app: typer.Typer) -> None:
    """Run the command that the process was started for, and end the process."""
    code: str | int | None = 1
    try:
        app()
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    # Threads of the engine's client may crash an interpreter that ends in the usual way (temporalio/sdk-python#300).
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def code(text: str | None) -> str | None:
    """Check an option that ends in a history: a code word, neither a name nor a sentence."""
    if text is None or NAME.fullmatch(text):
        return text
    raise typer.BadParameter(f"{text!r} is no code: letters, digits and _ . : @ - without blanks")


def say(text: str) -> None:
    """A remark beside the answer, on stderr."""
    typer.echo(text, err=True)


def show_json(value: Any) -> None:
    """One JSON document."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=plain))


def json_line(value: Any) -> str:
    """One JSON document on one line; the same value is always the same line."""
    text = json.dumps(value, ensure_ascii=False, default=plain)
    for mark in "\x85\u2028\u2029":  # Some readers end a line there.
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def plain(value: Any) -> str:
    """An instant or a day as JSON has it."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def console() -> Console:
    """A console of 100 columns, also where nobody looks: a file or a pipe reads the same."""
    return Console(width=WIDTH, markup=False, emoji=False, highlight=False)


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()) -> None:
    """A table that fits; numbers stand in the columns `right`."""
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console().print(table)


def count(number: int, what: str) -> str:
    """`1 account`, `2 accounts`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def local(at: datetime | None, zone: str = "UTC") -> str:
    """An instant on the debtor's clock, to the minute."""
    return "" if at is None else f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
