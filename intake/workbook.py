"""Reads the first sheet of an Excel workbook, line by line, formulas left as formulas."""

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import cast
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

from intake.cells import Cell, is_blank
from intake.table_lines import Line, NotAPortfolio

LARGEST_UNPACKED = 500 * 2**20
LAST_ROW = 1_048_576
"""Excel's own limit: a row beyond it was made to exhaust the reader."""
NOT_A_WORKBOOK = "this is not an Excel workbook (.xlsx), or it is damaged or locked with a password"
# openpyxl has no error class of its own for a broken file: it stumbles over whatever is missing.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    NotImplementedError,
)


def workbook_lines(path: Path) -> Iterator[Line]:
    """The lines of the first sheet, each at least as wide as the first that holds anything."""
    _refuse_bombs(path)
    try:
        yield from _lines(path)
    except NotAPortfolio:
        raise
    except BROKEN as error:
        raise NotAPortfolio(NOT_A_WORKBOOK) from error


def _refuse_bombs(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except BROKEN as error:
        raise NotAPortfolio(NOT_A_WORKBOOK) from error
    if unpacked > LARGEST_UNPACKED:
        raise NotAPortfolio(f"the workbook unpacks to {unpacked:,} bytes; {LARGEST_UNPACKED:,} are the most: split it")


def _lines(path: Path) -> Iterator[Line]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(path, read_only=True, data_only=False)
    try:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if not sheets:
            raise NotAPortfolio("the workbook has no visible sheet")
        yield from _sheet_lines(sheets[0])
    finally:
        book.close()


def _sheet_lines(sheet: Worksheet) -> Iterator[Line]:
    # The size a sheet claims to have may be a lie, and is believed by openpyxl.
    cast(ReadOnlyWorksheet, sheet).reset_dimensions()
    width = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > LAST_ROW:
            raise NotAPortfolio(f"the sheet has more than {LAST_ROW:,} rows")
        cells = [_cell(value) for value in values]
        if not width and not all(is_blank(cell) for cell in cells):
            width = len(cells)
        cells += [""] * (width - len(cells))
        yield Line(number, cells)


def _cell(value: object) -> Cell:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        # Fifteen digits are what Excel shows; the rest is noise of the binary fraction.
        return Decimal(format(value, ".15g"))
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str | date):
        return value
    # Array formulas and data tables come as objects of their own.
    return f"={getattr(value, 'text', '')}" if hasattr(value, "ref") else str(value)
