"""How does who waits see how far something is: a bar on a terminal, lines for a file or a pipe?"""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.output import console, say
from desk.watching import Show


@contextmanager
def progress(what: str, total: int) -> Iterator[Show]:
    """Shows how many of `total` are done."""
    terminal = console()
    if not terminal.is_terminal:
        yield _in_lines(what, total)
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def _in_lines(what: str, total: int) -> Show:
    shown: list[int] = []

    def show(done: int) -> None:
        if done not in shown[-1:]:
            shown.append(done)
            say(f"{what} {done:,} of {total:,}")

    return show
