"""Which rows of a payments file are taken, which refused and why, and does the example agree with the documentation?"""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from intake.payments_file import KNOWN, REQUIRED, NotPayments, PaymentsFile, read_payments
from models.events import PaymentReceived
from models.reference_code import bank_code

HOUSE = Path(__file__).parents[2]
TODAY = date(2026, 11, 21)
SOUND = {"reference": "B-1", "account": "A-1", "amount": "10.50", "currency": "EUR", "value_date": "2026-11-20"}
Reads = Callable[..., PaymentsFile]


@pytest.fixture
def read(tmp_path: Path) -> Reads:
    """Read rows that differ from a sound one as given, or a text."""

    def reads(*rows: Any, separator: str = ",") -> PaymentsFile:
        names = list(dict.fromkeys(name for row in (SOUND, *rows) if isinstance(row, dict) for name in row))
        lines = [separator.join((SOUND | row)[name] for name in names) for row in rows if isinstance(row, dict)]
        path = tmp_path / "payments.csv"
        path.write_text(rows[0] if isinstance(rows[0], str) else "\n".join([separator.join(names), *lines]))
        return read_payments(path, TODAY)

    return reads


def only_fault(found: PaymentsFile) -> tuple[int, str, str]:
    assert found.rows == []
    (reject,) = found.rejects
    return reject.row, reject.column, reject.reason


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_sound_row_is_typed(read: Reads, separator: str) -> None:
    (row,) = read({"payer": "Zoë"}, separator=separator).rows
    assert (row.reference, row.account, row.amount, row.currency) == ("B-1", "A-1", 1050, "EUR")
    assert (row.value_date, row.payer, row.text) == (date(2026, 11, 20), "Zoë", None)


def test_a_payment_may_name_no_account(read: Reads) -> None:
    assert read({"account": ""}).rows[0].account is None


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("amount", "-10.00", "is not more than zero"),
        ("amount", "0", "is not more than zero"),
        ("amount", "1.234", "can be read as 1234 or as 1.234: write 1234"),
        ("amount", "", "is missing"),
        ("currency", "ITL", "is no currency in use: write its ISO 4217 code, such as EUR"),
        ("value_date", "20.11.2026", "is no day: write it as 2026-09-30"),
        ("value_date", "2026-02-30", "'2026-02-30' is no day of the calendar"),
        ("value_date", "2027-11-20", "is more than 31 days from now"),
        ("value_date", "D-5", "is no day: write it as 2026-09-30"),
        ("reference", "", "is missing"),
        ("reference", "=1+1", "begins with '=', which a spreadsheet takes for a formula"),
        ("reference", "x" * 141, "has 141 characters; 140 are the most"),
        ("account", "two words", "is no reference: up to 60 letters, digits and - _ / . are allowed, without blanks"),
        ("text", "x" * 100_000, "has more than 2000 characters"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_column_and_reason(read: Reads, column: str, value: str, reason: str) -> None:
    assert only_fault(read({column: value})) == (2, column, reason)


def test_a_value_date_may_lie_a_month_ahead(read: Reads) -> None:
    assert read({"value_date": "2026-12-22"}).rejects == []


def test_a_currency_without_decimals_works(read: Reads) -> None:
    assert read({"currency": "JPY", "amount": "1050"}).rows[0].amount == 1050


def test_what_a_payer_wrote_is_no_fault_however_it_looks(read: Reads) -> None:
    (row,) = read({"text": "=pay\u202e\x07now"}).rows
    assert row.text == "=pay now"


def test_the_same_reference_in_one_file_is_read_once(read: Reads) -> None:
    found = read({}, {"amount": "99"})
    assert [row.amount for row in found.rows] == [1050]
    assert [(r.row, r.column, r.reason) for r in found.rejects] == [
        (3, "reference", "is in row 2 already; only that one is read")
    ]


def test_all_faults_of_a_row_are_told_at_once(read: Reads) -> None:
    assert [r.column for r in read({"amount": "much", "currency": "XX", "value_date": "soon"}).rejects] == [
        "currency",
        "amount",
        "value_date",
    ]


def test_a_row_with_a_cell_too_many_is_refused(read: Reads) -> None:
    found = read(",".join(REQUIRED) + "\nB-1,A-1,1,50,EUR,2026-11-20\n")
    assert only_fault(found)[2].startswith("has 6 cells where the header has 5")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("hello\nworld\n", "row 1 names no column of a payments file"),
        ("reference,amount\n", "missing columns: account, currency, value_date"),
        (",".join(REQUIRED) + '\nB-1,"' + "x" * 10 * 2**20 + '",1,EUR,2026-11-20\n', "a cell is far too long"),
        ("reference|account|amount|currency|value_date\nB-1|A-1|1|EUR|2026-11-20\n", "names no column of a payments"),
    ],
)
def test_a_file_that_is_no_payments_file_is_one_error(read: Reads, text: str, message: str) -> None:
    with pytest.raises(NotPayments, match=f"^payments.csv: .*{message}"):
        read(text)


def test_another_kind_of_file_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(NotPayments, match=r"pyproject.toml: a payments file is a .csv, an .xlsx or a camt.053 in .xml"):
        read_payments(HOUSE / "pyproject.toml", TODAY)
    with pytest.raises(NotPayments, match=r"none.xml: there is no such file"):
        read_payments(tmp_path / "none.xml", TODAY)


def test_a_workbook_is_read_with_its_numbers_and_days(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(list(REQUIRED))
    book.active.append([77, "A-1", 10.5, "EUR", date(2026, 11, 20)])
    book.save(tmp_path / "payments.xlsx")
    (row,) = read_payments(tmp_path / "payments.xlsx", TODAY).rows
    assert (row.reference, row.amount, row.value_date) == ("77", 1050, date(2026, 11, 20))


@pytest.mark.parametrize(("reference", "code"), [("B-1", "B-1"), ("2026:77_a.b@c", "2026:77_a.b@c")])
def test_a_reference_of_one_word_is_its_code(reference: str, code: str) -> None:
    assert bank_code(reference) == code


@pytest.mark.parametrize("reference", ["MARIO ROSSI RATA 3", "a/b", "sha256:abc", "ß", "-1", "x" * 140 + "é"])
def test_any_other_reference_is_told_by_its_hash(reference: str) -> None:
    code = bank_code(reference)
    assert code.startswith("sha256:")
    PaymentReceived(event_id=f"bank:{code}", amount=1, currency="EUR", reference=code)


def test_references_that_differ_have_codes_that_differ() -> None:
    assert len({bank_code(reference) for reference in ("a/b", "a-b", "a b", "a.b", "A-b")}) == 5


def test_the_documentation_names_every_column() -> None:
    page = (HOUSE / "docs" / "payments-file.md").read_text()
    assert tuple(re.findall(r"^\| `(\w+)` \|", page, re.M)) == KNOWN


@pytest.mark.parametrize(("name", "payments"), [("payments.csv", 4), ("payments.xml", 4)])
def test_the_examples_are_taken_whole(name: str, payments: int) -> None:
    found = read_payments(HOUSE / "examples" / name, TODAY)
    assert (len(found.rows), found.rejects) == (payments, [])
