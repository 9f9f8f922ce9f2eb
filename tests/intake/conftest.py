"""What do the intake's tests read? A sound row to be spoiled in one place, as CSV or as a workbook."""

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from intake.portfolio_file import PortfolioFile, read_portfolio

COUNTRIES = frozenset({"IT", "RO", "NL", "RU", "BR", "GB", "PT", "US"})
TODAY = date(2026, 11, 21)
SOUND: dict[str, Any] = {
    "account": "A-1",
    "customer": "C-1",
    "name": "Ginevra Esempi",
    "language": "it",
    "country": "IT",
    "product": "invoice",
    "legal_status": "amicable",
    "creditor": "Luce Inventata SpA",
    "currency": "EUR",
    "principal": "1200.50",
    "instalments": "D-30:1200.50",
}
Reads = Callable[..., PortfolioFile]
Writes = Callable[..., Path]


def _table(rows: tuple[dict[str, Any], ...]) -> list[list[Any]]:
    header = list(dict.fromkeys(name for row in (SOUND, *rows) for name in row))
    return [header, *([(SOUND | row).get(name, "") for name in header] for row in rows)]


@pytest.fixture
def written(tmp_path: Path) -> Writes:
    """Write raw bytes or text as a portfolio."""

    def write(content: str | bytes, name: str = "portfolio.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def read(tmp_path: Path) -> Reads:
    """Read a file, or rows that differ from a sound one as given."""

    def reads(*rows: Any) -> PortfolioFile:
        path = rows[0] if isinstance(rows[0], Path) else tmp_path / "rows.csv"
        if path.name == "rows.csv":
            text = io.StringIO()
            csv.writer(text).writerows(_table(rows))
            path.write_text(text.getvalue())
        return read_portfolio(path, COUNTRIES, TODAY)

    return reads


@pytest.fixture
def workbook(tmp_path: Path) -> Writes:
    """The same rows as an Excel workbook."""

    def write(*rows: dict[str, Any]) -> Path:
        book = Workbook()
        for line in _table(rows):
            book.active.append(line)
        book.save(tmp_path / "rows.xlsx")
        return tmp_path / "rows.xlsx"

    return write


@pytest.fixture
def sound_csv() -> str:
    """One sound account as CSV text."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(_table(({},)))
    return text.getvalue()
