"""Is this file a table with our columns? Gives its rows one by one; a file that is no portfolio is one clear error."""

import csv
import difflib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from intake.cells import Cell, is_blank, shown, tidy
from intake.table_lines import Line, NotAPortfolio
from intake.workbook import workbook_lines

LARGEST_FILE = 200 * 2**20
SEPARATORS = (",", ";", "\t")
FOREIGN = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive or an Excel workbook (name it .xlsx if it is one)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls) or a locked one: save it as .xlsx without password",
    b"\x1f\x8b": "a compressed file",
    b"{\\rtf": "a text document",
}


class Row(NamedTuple):
    """One row by its columns; `fault` says why it could not be read at all."""

    number: int
    cells: dict[str, Cell]
    fault: str | None = None


def read_table(path: Path, known: tuple[str, ...], required: tuple[str, ...]) -> Iterator[Row]:
    """The rows below the header, blank ones left out. Raises NotAPortfolio, at the latest while reading."""
    _check_file(path)
    lines = workbook_lines(path) if path.suffix.lower() == ".xlsx" else _csv_lines(path, known)
    header: list[str] | None = None
    for line in lines:
        if line.fault is None and all(is_blank(cell) for cell in line.cells):
            continue
        if header is None:
            header = _header(line, known, required)
        else:
            yield _row(line, header)
    if header is None:
        raise NotAPortfolio("the file is empty")


def _check_file(path: Path) -> None:
    if not path.exists():
        raise NotAPortfolio("there is no such file")
    if not path.is_file():
        raise NotAPortfolio("this is not a file")
    if path.suffix.lower() not in (".csv", ".tsv", ".txt", ".xlsx"):
        raise NotAPortfolio("a portfolio is a .csv or an .xlsx file")
    size = path.stat().st_size
    if size == 0:
        raise NotAPortfolio("the file is empty")
    if size > LARGEST_FILE:
        raise NotAPortfolio(f"the file has {size:,} bytes; {LARGEST_FILE:,} are the most: split it")


def _header(line: Line, known: tuple[str, ...], required: tuple[str, ...]) -> list[str]:
    if line.fault:
        raise NotAPortfolio(f"row {line.number}: {line.fault}")
    names = [_column(cell) for cell in line.cells]
    while names and not names[-1]:
        names.pop()
    if not set(names) & set(known):
        seen = shown(", ".join(name for name in names if name))
        raise NotAPortfolio(f"row {line.number} names no column of a portfolio (it reads: {seen}); {_known(known)}")
    faults = _header_faults(names, known, required)
    if faults:
        raise NotAPortfolio(f"{'; '.join(faults)}; {_known(known)}")
    return names


def _header_faults(names: list[str], known: tuple[str, ...], required: tuple[str, ...]) -> list[str]:
    faults = [_unknown(name, known) for name in names if name not in known]
    twice = sorted({name for name in names if name in known and names.count(name) > 1})
    missing = [name for name in required if name not in names]
    if twice:
        faults.append(f"named twice: {', '.join(twice)}")
    if missing:
        faults.append(f"missing columns: {', '.join(missing)}")
    return faults


def _unknown(name: str, known: tuple[str, ...]) -> str:
    if not name:
        return "a column has no name"
    close = difflib.get_close_matches(name, known, n=1)
    return f"unknown column {shown(name)!r}" + (f" (did you mean {close[0]!r}?)" if close else "")


def _known(known: tuple[str, ...]) -> str:
    return f"the columns are: {', '.join(known)}"


def _column(cell: Cell) -> str:
    return re.sub(r"[ -]+", "_", tidy(cell).lower())


def _row(line: Line, header: list[str]) -> Row:
    cells = line.cells
    while len(cells) > len(header) and is_blank(cells[-1]):
        cells.pop()
    fault = line.fault
    if fault is None and len(cells) > len(header):
        fault = f"has {len(cells)} cells where the header has {len(header)}: quote a cell that holds the separator"
    if fault is None and len(cells) < len(header):
        fault = f"has {len(cells)} cells where the header has {len(header)}: leave a cell empty, not out"
    return Row(line.number, dict(zip(header, cells, strict=False)), fault)


def _csv_lines(path: Path, known: tuple[str, ...]) -> Iterator[Line]:
    text = _decoded(path.read_bytes())
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text, known), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            yield Line(number, list(next(reader)))
        except StopIteration:
            return
        except csv.Error as error:
            yield Line(number, [], _broken(error, number, reader.line_num))


def _broken(error: csv.Error, first: int, last: int) -> str:
    # Only this fault leaves the reader at the end of a row; after the others, where the next row begins is a guess.
    if "expected after" in str(error):
        lines = f"line {first}" if first == last else f"lines {first} to {last}"
        return f"the quotation marks of {lines} do not match, so nothing of it was read"
    if "field limit" in str(error) or "unexpected end" in str(error):
        raise NotAPortfolio(f"line {first}: a quotation mark is opened and never closed, or a cell is far too long")
    raise NotAPortfolio(f"line {first}: {error}")


def _decoded(raw: bytes) -> str:
    for start, what in FOREIGN.items():
        if raw.startswith(start):
            raise NotAPortfolio(f"this is no CSV file but {what}")
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        expected = "UTF-16" if encoding == "utf-16" else "UTF-8"
        raise NotAPortfolio(f"byte {error.start} (line {line}) is not {expected}: save the file as UTF-8 CSV") from None
    if "\0" in text.partition("\n")[0]:
        raise NotAPortfolio("this is not text (it begins with NUL bytes): save as UTF-8 CSV")
    return text


def _separator(text: str, known: tuple[str, ...]) -> str:
    first = next((line for line in io.StringIO(text, newline="") if line.strip()), "")

    def columns_found(separator: str) -> int:
        return sum(_column(name.strip().strip('"')) in known for name in first.split(separator))

    return max(SEPARATORS, key=columns_found)
