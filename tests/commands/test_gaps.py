"""Does `starter.py start` say what a portfolio leaves unsaid, for how many, and what will not go for it?"""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select
from typer.testing import Result

from desk.portfolios.disclosure_gaps import gaps_kept, gaps_of_file
from desk.portfolios.portfolio_load import as_portfolio
from intake.pack_files import jurisdictions
from intake.portfolio_file import AccountRow, read_portfolio
from models.tables.accounts import Account, Portfolio
from settings import HOUSE
from store.database import Database
from store.handover import hand_over
from tests.commands.conftest import SENDER, Command
from tests.now import days_ago, right_now
from tests.workflows.houses import account_row
from writing.samples import SAMPLE_SENDER

EXAMPLE = HOUSE / "examples" / "portfolio.csv"
START = ("start", EXAMPLE, "--portfolio", "spring", "--client", "bank", "--dry-run")
ROWS = read_portfolio(EXAMPLE, frozenset(jurisdictions()), date(2026, 11, 21)).rows

UNLICENSED: dict[str, Any] = SAMPLE_SENDER | {"licence": None}


def gaps(command: Callable[..., Result], *words: object) -> set[tuple[str, str, str, int]]:
    told = json.loads(command("starter", *START, "--json", *words).stdout)["incomplete"]
    return {(gap["country"], gap["rule"], gap["field"], gap["accounts"]) for gap in told}


def american(postcode: str) -> AccountRow:
    place = {"country": "US", "currency": "USD", "postal_code": postcode}
    return account_row(postcode, "cec", [(days_ago(3), 100)], **place)


def test_a_dry_run_says_by_country_what_is_missing(command: Command, here: Path) -> None:
    assert gaps(command) == {
        ("GB", "UK-C2", "licence", 6),
        ("IT", "IT-R1", "licence", 14),
        ("NL", "NL-C4", "complaints", 8),
        ("NL", "NL-C5", "licence", 8),
        ("RU", "RU-C2", "phone", 9),
        ("RU", "RU-C5", "phone", 9),
        ("RU", "RU-C6", "licence", 9),
    }
    assert gaps(command, *SENDER) == set()


def test_in_words_it_names_the_option_the_rule_and_what_does_not_go(command: Command, here: Path) -> None:
    said = command("starter", *START).stderr
    assert "RU: 9 accounts lack --phone: RU-C2 keeps sms, email from going\n" in said
    rows = EXAMPLE.read_text().replace("CNPJ 00.000.000/0000-00", "")
    (here / "blank.csv").write_text(rows)
    said = command("starter", "start", "blank.csv", *START[2:], *SENDER).stderr
    assert "BR: 11 accounts lack the column creditor_number: BR-C1 keeps sms, email, letter from going\n" in said


def test_the_example_as_it_is_run_lacks_nothing() -> None:
    assert gaps_of_file(ROWS, as_portfolio("p", "demo", EXAMPLE, **SAMPLE_SENDER), None) == []


def test_what_was_said_before_is_not_asked_for_again() -> None:
    before = as_portfolio("p", "demo", EXAMPLE, **SAMPLE_SENDER)
    assert gaps_of_file(ROWS, as_portfolio("p", "demo", EXAMPLE), before) == []


def test_a_rule_about_one_text_names_it() -> None:
    rows = [account_row("U1", "cec", [(days_ago(3), 100)], country="US", currency="USD")]
    told = gaps_of_file(rows, as_portfolio("p", "demo", EXAMPLE, sender="An agency"), None)
    assert [(gap["rule"], gap["field"], gap["channels"], gap["texts"]) for gap in told] == [
        ("US-C2", "sender_address", ("email", "letter"), ("validation_notice",))
    ]


def test_what_a_city_wants_is_asked_for_where_only_the_postcode_tells_it() -> None:
    told = gaps_of_file([american("10001"), american("60601")], as_portfolio("p", "demo", EXAMPLE, **UNLICENSED), None)
    assert [(gap["rule"], gap["field"], gap["accounts"]) for gap in told] == [("US-NYC-C1", "licence", 1)]


def test_a_city_is_found_by_the_postcodes_that_are_kept(database: Database) -> None:
    now = right_now()
    with database.session() as session:
        owner = Portfolio(id="p", client="c", source="test", created=now, fed=now, **UNLICENSED)
        hand_over(session, owner, [american("10001-1234"), american("60601")], lambda _: ("v", "c"), {"v": "text"})
    with database.reading() as session:
        assert [(gap["rule"], gap["field"], gap["accounts"]) for gap in gaps_kept(session, "p")] == [
            ("US-NYC-C1", "licence", 1)
        ]


@pytest.mark.parametrize(("region", "postcode"), [("NYC", None), (None, "11201"), ("NY", "11201")])
def test_a_rule_of_a_city_is_asked_for_wherever_the_last_moment_asks_for_it(region: Any, postcode: Any) -> None:
    place = {"country": "US", "currency": "USD", "region": region, "postal_code": postcode}
    rows = [account_row("U1", "cec", [(days_ago(3), 100)], **place)]
    told = gaps_of_file(rows, as_portfolio("p", "demo", EXAMPLE, phone="1"), None)
    assert [(gap["rule"], gap["field"], gap["accounts"]) for gap in told] == [("US-NYC-C1", "licence", 1)]


def test_whom_a_rule_does_not_bind_it_asks_for_nothing() -> None:
    own = as_portfolio("p", "demo", EXAMPLE, role="creditor", phone="1", complaints="2")
    assert gaps_of_file(ROWS, own, None) == []


def test_open_accounts_of_a_portfolio_are_counted_as_they_are_kept(database: Database) -> None:
    now = right_now()
    rows = [account_row(name, "crecerto", [(days_ago(3), 100)], creditor_number=None) for name in ("B1", "B2", "B3")]
    with database.session() as session:
        owner = Portfolio(id="p", client="c", source="test", created=now, fed=now)
        hand_over(session, owner, rows, lambda _: ("v", "c"), {"v": "text"})
    with database.session() as session:
        accounts: list[Any] = list(session.exec(select(Account).order_by(col(Account.number))))
        accounts[0].creditor_number, accounts[1].outcome = "CNPJ 1", "paid"
    with database.reading() as session:
        told = gaps_kept(session, "p")
    assert [(gap["field"], gap["channels"], gap["accounts"]) for gap in told] == [
        ("creditor_number", ("sms", "email", "letter"), 1)
    ]
