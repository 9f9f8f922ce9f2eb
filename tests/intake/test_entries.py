"""How do charges, adjustments and credits of a portfolio file read, and does a rehearsal begin with them?"""

from datetime import UTC, date, datetime
from typing import Any, get_args

import pytest

from intake.lender_entries import Kind
from intake.portfolio_file import AccountRow, PortfolioFile, read_portfolio
from settings import HOUSE
from store.case_opening import case_of_row
from tests.intake.conftest import COUNTRIES, TODAY
from tests.workflows.houses import pack

BY_TWO = "2026-10-01:600.25|2026-11-01:600.25"


def only(found: PortfolioFile) -> AccountRow:
    assert found.rejects == []
    (row,) = found.rows
    return row


def reasons(found: PortfolioFile) -> list[str]:
    assert found.rows == []
    return [f"{reject.column}: {reject.reason}" for reject in found.rejects]


def test_an_instalment_may_say_how_much_of_it_is_interest(read: Any) -> None:
    row = only(read({"instalments": "2026-10-01:600.25:41.10|2026-11-01:600.25:0|2026-12-01:5"}))
    assert [(i.number, i.amount, i.interest) for i in row.instalments] == [(1, 60025, 4110), (2, 60025, 0), (3, 500, 0)]


@pytest.mark.parametrize("cell", ["2026-10-01:10:-1", "2026-10-01:10:1:1", "2026-10-01:10:", "2026-10-01::1"])
def test_an_instalment_with_other_parts_is_refused(read: Any, cell: str) -> None:
    assert [reason.partition(":")[0] for reason in reasons(read({"instalments": cell}))] == ["instalments"]


def test_entries_are_read_in_minor_units_with_their_sign(read: Any) -> None:
    cells = {
        "instalments": BY_TWO,
        "charges": "F-17:late fee:2026-10-02:12.50@2 | K/4:cost:2026-10-20:30",
        "adjustments": "A-3:2026-10-05:-40.00|A-4:2026-10-05:+0,50",
        "credits": "C-9:2026-10-05:25",
        "credit_reversals": "C-9:2026-10-15",
    }
    assert [tuple(entry) for entry in only(read(cells)).entries] == [
        ("F-17", "late_fee", 1250, date(2026, 10, 2), 2),
        ("K/4", "cost", 3000, date(2026, 10, 20), None),
        ("A-3", "adjustment", -4000, date(2026, 10, 5), None),
        ("A-4", "adjustment", 50, date(2026, 10, 5), None),
        ("C-9", "credit", -2500, date(2026, 10, 5), None),
        ("reversal:C-9", "credit_reversal", 2500, date(2026, 10, 15), None),
    ]


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("charges", "F:cost:2026-10-01:1.234", "can be read as 1234 or as 1.234"),
        ("charges", "F:cost:2026-10-01:-5", "is not more than zero"),
        ("charges", "F:cost:2026-10-01:5@0", "is for an instalment that is not there"),
        ("adjustments", "A:2026-10-01:5", "has no sign: write +5 when it raises the debt, -5 when it lowers it"),
        ("adjustments", "A:2026-10-01:-0", "is not more than zero"),
        ("credits", "C:2026-10-01:5|C:2026-10-02:5", "names C twice"),
        ("credit_reversals", "C:2026-10-01", "takes back C, which is no credit of this row"),
        ("charges", "=1+1", "which a spreadsheet takes for a formula"),
    ],
)
def test_what_is_ambiguous_or_wrong_is_refused(read: Any, column: str, cell: str, reason: str) -> None:
    (fault,) = reasons(read({column: cell}))
    assert fault.startswith(column)
    assert reason in fault


def test_a_reference_is_one_entry_over_all_columns(read: Any) -> None:
    cells = {"charges": "X-1:cost:2026-10-01:5", "credits": "X-1:2026-10-01:5"}
    assert reasons(read(cells)) == ["credits: names X-1 twice: a reference is one entry"]


@pytest.mark.parametrize("name", ["late", "nl_statutory"])
def test_a_tariff_that_is_not_known_there_is_refused_with_those_that_are(read: Any, name: str) -> None:
    assert reasons(read({"tariff": name})) == ["tariff: is no tariff for accounts in IT; there are: it_legal"]


def test_a_tariff_is_kept_by_its_name(read: Any) -> None:
    assert only(read({"tariff": "it_legal"})).tariff == "it_legal"


def test_a_contract_is_not_signed_tomorrow(read: Any) -> None:
    assert only(read({"contract_date": "2026-11-21"})).contract_date == TODAY
    assert reasons(read({"contract_date": "2026-11-22"})) == ["contract_date: 2026-11-22 is still to come"]


def test_the_daily_example_is_taken_whole() -> None:
    found = read_portfolio(HOUSE / "examples" / "portfolio-daily.csv", COUNTRIES, date(2026, 11, 21))
    assert (len(found.rows), found.rejects) == (3, [])
    assert {entry.kind for row in found.rows for entry in row.entries} == set(get_args(Kind))


def test_a_rehearsal_begins_with_charges_adjustments_and_the_contract(read: Any) -> None:
    cells = {"charges": "F-1:cost:2026-10-01:5", "credits": "voucher Ž:2026-10-01:2".replace(" Ž", "Ž")}
    row = only(read(cells | {"contract_date": "2024-03-15"}))
    case = case_of_row(row, "p", pack("cec"), "out_of_court", datetime(2026, 11, 21, 9, tzinfo=UTC))
    assert (case.contract_date, case.principal) == (date(2024, 3, 15), 120050)
    assert [(c.id, c.what, c.amount) for c in case.charges] == [("lender:F-1", "cost", 500)]
    (credit,) = case.adjustments
    assert (credit.amount, credit.reason) == (-200, "credit")
    # A reference that may be a name is told by its hash.
    assert credit.id.startswith("lender:sha256:")
