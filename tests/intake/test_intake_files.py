"""Is every kind of file read, or refused as a whole with one clear error? Encodings, separators, what is no table."""

import gzip
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from intake import table_reader
from intake import workbook as workbook_file
from intake.portfolio_file import NotAPortfolio


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_usual_encodings_separators_and_line_ends_are_read(
    read: Any, written: Any, sound_csv: str, encoding: str, separator: str, end: str
) -> None:
    text = sound_csv.replace("Ginevra", "Zoë Мнимая").replace(",", separator).replace("\n", end)
    found = read(written(text.encode(encoding)))
    assert [row.name for row in found.rows] == ["Zoë Мнимая Esempi"]


def test_columns_may_come_in_any_order_and_writing(read: Any, written: Any, sound_csv: str) -> None:
    header, row = (line.split(",") for line in sound_csv.splitlines())
    turned = ";".join(name.upper().replace("_", " ") for name in reversed(header)) + "\n" + ";".join(reversed(row))
    assert read(written(turned)).rows[0].legal_status == "amicable"


def test_blank_lines_and_empty_cells_at_the_end_do_not_matter(read: Any, written: Any, sound_csv: str) -> None:
    header, row = sound_csv.splitlines()
    found = read(written(f"\n{header},,\n\n,,,\n{row},,,,\n\n"))
    assert (len(found.rows), found.rows[0].row, found.rejects) == (1, 5, [])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "zip archive"),
        (b"\xd0\xcf\x11\xe0....", "old Excel"),
        (gzip.compress(b"account", mtime=0), "compressed"),
        (b"hello\nworld\n", "names no column of a portfolio"),
        (b"account,customer\nGinevra,Citt\xe0\n", r"byte 29 \(line 2\) is not UTF-8: save the file as UTF-8 CSV"),
        ("account,customer\n".encode("utf-16-le"), "NUL"),
        (b"\xff\xfea\x00b", "UTF-16"),
        (b"\x00" * 100, "NUL"),
    ],
)
def test_a_file_that_is_no_table_is_one_clear_error(read: Any, written: Any, content: bytes, message: str) -> None:
    with pytest.raises(NotAPortfolio, match=message):
        read(written(content))


def test_a_header_alone_is_no_portfolio(read: Any, written: Any, sound_csv: str) -> None:
    with pytest.raises(NotAPortfolio, match="no accounts"):
        read(written(sound_csv.splitlines()[0]))


def test_unknown_repeated_and_missing_columns_are_all_named_at_once(read: Any, written: Any, sound_csv: str) -> None:
    spoiled = sound_csv.replace("principal", "principle").replace("currency", "account")
    with pytest.raises(NotAPortfolio) as refused:
        read(written(spoiled))
    message = str(refused.value)
    assert "unknown column 'principle' (did you mean 'principal'?)" in message
    assert "named twice: account; missing columns: currency, principal" in message
    assert "guarantor_email" in message


def test_what_is_not_there_or_no_file_is_a_clear_error(read: Any, written: Any, tmp_path: Path) -> None:
    for path, message in [
        (tmp_path / "none.csv", "no such file"),
        (tmp_path, "not a file"),
        (written("x", "x.pdf"), "a .csv or an .xlsx"),
    ]:
        with pytest.raises(NotAPortfolio, match=message):
            read(path)


def test_a_file_that_is_far_too_large_is_not_even_opened(
    read: Any, written: Any, sound_csv: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_reader, "LARGEST_FILE", 10)
    with pytest.raises(NotAPortfolio, match="split it"):
        read(written(sound_csv))


@pytest.mark.parametrize("row", ['"never closed,C-2\n', "A" * 200_000 + ",C-2\n", '"' + "A" * 10_000_000 + '"\n'])
def test_a_quotation_mark_that_is_never_closed_is_one_clear_error(
    read: Any, written: Any, sound_csv: str, row: str
) -> None:
    with pytest.raises(NotAPortfolio, match="line 3: a quotation mark"):
        read(written(sound_csv + row))


def test_a_row_with_broken_quotes_is_rejected_and_the_next_is_read(read: Any, written: Any, sound_csv: str) -> None:
    header, row = sound_csv.splitlines()
    found = read(written(f'{header}\n"A-0"x,C-0\n{row}\n'))
    assert [(r.row, r.column) for r in found.rejects] == [(2, "")]
    assert [r.row for r in found.rows] == [3]


def test_a_cell_of_several_lines_does_not_shift_the_row_numbers(read: Any, written: Any, sound_csv: str) -> None:
    header, row = sound_csv.splitlines()
    two_lines = row.replace("Ginevra Esempi", '"Ginevra\nEsempi"')
    found = read(written(f"{header}\n{two_lines}\n{row}\n"))
    assert (found.rows[0].name, found.rejects[0].row) == ("Ginevra Esempi", 4)


# --- Workbooks -------------------------------------------------------------------------------------------------------


def test_a_workbook_gives_numbers_days_and_answers_as_such(read: Any, workbook: Any) -> None:
    row = {
        "account": 1001,
        "principal": 0.1 + 0.2,
        "instalments": date(2026, 9, 1),
        "score": 700.0,
        "collateral": True,
        "phone": 3123456701,
    }
    found = read(workbook(row))
    taken = found.rows[0]
    assert found.rejects == []
    assert (taken.account, taken.principal, taken.score, taken.collateral) == ("1001", 30, 700, True)
    assert (taken.phone, taken.instalments[0].due.isoformat()) == ("+393123456701", "2026-09-01")


def test_short_rows_and_blank_rows_of_a_workbook_are_no_fault(read: Any, tmp_path: Path, workbook: Any) -> None:
    path = workbook({"score": 5}, {"account": "A-2", "score": None})
    book = load_workbook(path)
    book.active.insert_rows(3)
    book.save(path)
    assert [row.row for row in read(path).rows] == [2, 4]


@pytest.mark.parametrize("formula", ["=1200+0.5", ArrayFormula("J2:J2", "=SUM(1,2)")])
def test_a_formula_in_a_workbook_is_refused_not_computed(read: Any, workbook: Any, formula: object) -> None:
    rejects = read(workbook({"principal": formula})).rejects
    assert [(r.column, r.reason.split(",")[0]) for r in rejects] == [("principal", "begins with '='")]


def test_the_first_visible_sheet_is_read(read: Any, workbook: Any) -> None:
    path = workbook({})
    book = load_workbook(path)
    hidden = book.create_sheet("notes", 0)
    hidden["A1"] = "not for you"
    hidden.sheet_state = "hidden"
    book.active = 1
    book.save(path)
    assert len(read(path).rows) == 1


def test_a_workbook_that_is_none_is_one_clear_error(read: Any, written: Any, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "zip.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    for path in [tmp_path / "zip.xlsx", written(b"account,customer\n", "csv.xlsx"), written(b"PK\x03\x04", "cut.xlsx")]:
        with pytest.raises(NotAPortfolio, match="not an Excel workbook"):
            read(path)


def test_an_empty_workbook_is_one_clear_error(read: Any, tmp_path: Path) -> None:
    Workbook().save(tmp_path / "empty.xlsx")
    with pytest.raises(NotAPortfolio, match="empty"):
        read(tmp_path / "empty.xlsx")


def test_a_workbook_that_would_unpack_to_a_flood_is_not_opened(
    read: Any, workbook: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_file, "LARGEST_UNPACKED", 100)
    with pytest.raises(NotAPortfolio, match="unpacks to"):
        read(workbook({}))


def test_a_row_number_beyond_excels_last_ends_the_reading(read: Any, workbook: Any, tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    with zipfile.ZipFile(workbook({})) as source, zipfile.ZipFile(path, "w") as target:
        for part in source.namelist():
            target.writestr(part, source.read(part).replace(b'<row r="2"', b'<row r="999999999999"'))
    with pytest.raises(NotAPortfolio):
        read(path)
