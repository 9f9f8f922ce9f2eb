"""What every reader of a table gives: its lines, or one clear error."""

from typing import NamedTuple

from intake.cells import Cell


class NotAPortfolio(ValueError):
    """The file as a whole cannot be read; the message says why and what to do."""


class Line(NamedTuple):
    """One line of a table; `number` is where it begins in the file, `fault` why it could not be read."""

    number: int
    cells: list[Cell]
    fault: str | None = None
