"""What is taken from a portfolio, what is rejected and why, and does it agree with the documentation?"""

import csv
import re
import stat
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from channels.channel_table import reach
from intake.portfolio_columns import COLUMNS, KNOWN
from intake.portfolio_file import Reject, read_portfolio, write_rejects
from models.events import Channel
from models.tables.accounts import Party
from models.vocabulary import LANGUAGES, LEGAL_STATUSES, PRODUCTS

HOUSE = Path(__file__).parents[2]
EXAMPLE = HOUSE / "examples" / "portfolio.csv"
BAD = HOUSE / "examples" / "portfolio-bad.csv"
GOLDEN = Path(__file__).parent / "portfolio-bad.expected.csv"
COUNTRIES = frozenset({"IT", "RO", "NL", "RU", "BR", "GB", "PT", "US"})
TODAY = date(2026, 11, 21)


def faults(rejects: list[Reject]) -> list[tuple[int, str]]:
    return [(reject.row, reject.column) for reject in rejects]


# --- The examples ----------------------------------------------------------------------------------------------------


def test_the_example_is_taken_whole_on_any_day() -> None:
    for today in (TODAY, date(2028, 2, 29), date(2030, 3, 31)):
        found = read_portfolio(EXAMPLE, COUNTRIES, today)
        assert (len(found.rows), found.rejects) == (60, [])


def test_the_example_shows_every_product_status_language_and_way_to_be_reached() -> None:
    rows = read_portfolio(EXAMPLE, COUNTRIES, TODAY).rows
    assert {row.product for row in rows} == set(PRODUCTS)
    assert {row.legal_status for row in rows} == set(LEGAL_STATUSES)
    assert {row.language for row in rows} == set(LANGUAGES)
    assert {len(reach(row)) for row in rows} >= {0, 1, 2, 3, 5}
    assert {row.guarantor.role for row in rows if row.guarantor} == {"guarantor", "co_debtor"}


def test_the_example_reaches_from_before_the_due_date_to_more_than_a_year_after() -> None:
    rows = read_portfolio(EXAMPLE, COUNTRIES, TODAY).rows
    past_due = sorted((TODAY - row.instalments[0].due).days for row in rows)
    assert (past_due[0], past_due[-1]) == (-5, 400)
    assert (min(row.principal for row in rows), max(row.principal for row in rows)) == (400, 6_000_000)


def test_one_person_of_the_example_has_three_accounts() -> None:
    rows = read_portfolio(EXAMPLE, COUNTRIES, TODAY).rows
    assert [row.account for row in rows if row.customer == "IT-C001"] == ["IT-0001", "IT-0013", "IT-0014"]


def test_the_bad_example_is_rejected_word_for_word_as_expected(tmp_path: Path) -> None:
    found = read_portfolio(BAD, COUNTRIES, TODAY)
    write_rejects(tmp_path / "rejects.csv", found.rejects)
    assert (tmp_path / "rejects.csv").read_text("utf-8-sig") == GOLDEN.read_text("utf-8")


def test_the_good_rows_of_the_bad_example_are_taken() -> None:
    assert [row.name for row in read_portfolio(BAD, COUNTRIES, TODAY).rows] == ["Fausta Buonariga", "Ultimo Buonariga"]


def test_the_bad_example_holds_a_fault_of_every_column() -> None:
    assert {reject.column for reject in read_portfolio(BAD, COUNTRIES, TODAY).rejects} == {"", *KNOWN}


def test_every_reason_of_the_code_is_in_the_bad_example() -> None:
    reasons = " ".join(reject.reason for reject in read_portfolio(BAD, COUNTRIES, TODAY).rejects)
    of_others = {"payments_file.py", "camt.py", "events_file.py", "fact_fields.py"}
    source = "".join(path.read_text() for path in (HOUSE / "intake").glob("*.py") if path.name not in of_others)
    written = re.findall(r"raise Refused\(f?\"((?:[^\"\\]|\\.)*)\"", source)
    pieces = [max(re.split(r"\{[^}]*\}+", text), key=len).strip() for text in written]
    assert len(pieces) > 20
    assert [piece for piece in pieces if piece not in reasons] == []


# --- Rows ------------------------------------------------------------------------------------------------------------


def test_a_row_is_taken_with_typed_values(read: Any) -> None:
    row = read({"phone": "312 345 6701", "postal_code": "20121", "product": "Consumer Loan", "language": "IT"}).rows[0]
    assert (row.principal, row.phone, row.postal_code) == (120050, "+393123456701", "20121")
    assert (row.product, row.language, row.time_zone) == ("consumer_loan", "it", "Europe/Rome")
    assert (row.score, row.collateral, row.guarantor) == (None, False, None)


def test_all_faults_of_a_row_are_told_at_once(read: Any) -> None:
    rejects = read({"name": "=1", "language": "xx", "principal": "0", "email": "x", "country": "FR"}).rejects
    assert [r.column for r in rejects] == ["name", "language", "country", "email", "principal"]
    assert {r.account for r in rejects} == {"A-1"}


def test_a_second_row_of_the_same_account_is_rejected_even_if_the_first_was(read: Any) -> None:
    assert faults(read({"principal": "0"}, {}, {}).rejects) == [(2, "principal"), (3, "account"), (4, "account")]


def test_rows_of_one_customer_must_agree(read: Any) -> None:
    rows = [{"phone": "3123456701"}, {"account": "A-2"}, {"account": "A-3", "phone": "+39 312 345 6701"}]
    found = read(*rows)
    assert [row.account for row in found.rows] == ["A-1", "A-3"]
    assert [r.reason for r in found.rejects] == ["differs from row 2, where customer C-1 has '+393123456701'"]


def test_a_rejected_row_does_not_bind_later_ones(read: Any) -> None:
    assert faults(read({"name": "Wrong Name", "principal": "0"}, {"account": "A-2"}).rejects) == [(2, "principal")]


def test_a_guarantor_takes_the_language_of_the_debtor_unless_told(read: Any) -> None:
    bond = {"guarantor_customer": "G-1", "guarantor_name": "Amedeo Garante"}
    other = {"account": "A-2", "guarantor_customer": "G-2", "guarantor_name": "B Garante", "guarantor_language": "en"}
    found = read(bond, other).rows
    assert [(g.language, g.role) for row in found if (g := row.guarantor)] == [("it", "guarantor"), ("en", "guarantor")]


def test_half_a_guarantor_is_a_fault(read: Any) -> None:
    assert faults(read({"guarantor_phone": "3123456701"}).rejects) == [
        (2, "guarantor_customer"),
        (2, "guarantor_name"),
    ]


def test_a_guarantor_who_is_a_debtor_elsewhere_must_have_that_name(read: Any) -> None:
    bond = {"account": "A-2", "customer": "C-2", "guarantor_customer": "C-1", "guarantor_name": "Someone Else"}
    assert faults(read({}, bond).rejects) == [(3, "guarantor_name")]


# --- How to reach ----------------------------------------------------------------------------------------------------

ALL = {"phone": "3123456701", "email": "a@example.org", "street": "Via 1", "city": "Milano", "postal_code": "20121"}


@pytest.mark.parametrize(
    ("row", "channels"),
    [
        (ALL, "sms call email letter visit"),
        ({}, ""),
        ({"phone": "02 1234 5678"}, "call"),
        ({"phone": "+1 201 555 0123"}, "sms call"),
        (ALL | {"phone": "", "postal_code": ""}, "email"),
    ],
)
def test_channels_follow_from_the_details(read: Any, row: dict[str, str], channels: str) -> None:
    assert " ".join(reach(read(row).rows[0])) == channels


def test_a_party_of_the_database_is_asked_the_same_way() -> None:
    party = Party(id="p", client="c", reference="r", name="n", language="it", country="IT", zone="Europe/Rome")
    assert reach(party) == ()
    party.email = "a@example.org"
    assert reach(party) == (Channel.email,)


# --- Rejects ---------------------------------------------------------------------------------------------------------


def test_a_rejects_file_is_safe_to_open_and_nobody_elses_to_read(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    write_rejects(path, [Reject(2, "=A1", "name", "@SUM(1)", "begins with '@'"), Reject(3, "A", "phone", "+39", "bad")])
    lines = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    assert lines[1] == ["2", "'=A1", "name", "'@SUM(1)", "begins with '@'"]
    assert lines[2][3] == "'+39"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["rejects.csv"]


def test_rejects_that_cannot_be_written_leave_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "rejects.csv").mkdir()
    with pytest.raises(OSError):
        write_rejects(tmp_path / "rejects.csv", [])
    assert [p.name for p in tmp_path.iterdir()] == ["rejects.csv"]


# --- Documentation ---------------------------------------------------------------------------------------------------


def test_the_documentation_names_every_column_in_order_and_whether_it_is_required() -> None:
    text = (HOUSE / "docs" / "portfolio-file.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (yes|no|depends) \|", text, re.M)
    assert [name for name, _ in rows] == list(KNOWN)
    assert [name for name, required in rows if required == "yes"] == [c.name for c in COLUMNS if c.required]


def test_the_documentation_names_every_word() -> None:
    text = (HOUSE / "docs" / "portfolio-file.md").read_text()
    assert [word for word in (*PRODUCTS, *LEGAL_STATUSES, *LANGUAGES) if f"`{word}`" not in text] == []
