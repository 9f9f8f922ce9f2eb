"""Are causes counted by portfolio, product and segment, and is nobody named?"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from cli.portfolio_tables import show_cause_list, show_causes
from desk.portfolios.causes import add_cause, causes, listed, refuse_unknown
from desk.refused import Refused
from models.case import Case
from models.events import ContactOutcome, Hardship, Heard, Outcome
from models.tables.accounts import Account, Portfolio
from models.vocabulary import CAUSES
from policy.telling.story import event_line
from store import journal
from store.database import Database
from store.handover import hand_over, opaque_id
from tests.commands.conftest import Command
from tests.now import days_ago
from tests.workflows.houses import account_row, pack

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def take(database: Database, portfolio: str, product: str, cycle: str, *references: str) -> None:
    cec = pack("cec")
    rows = [account_row(r, "cec", [(days_ago(40), 50_000)], product=product) for r in references]
    owner = Portfolio(id=portfolio, client="c", source="test", created=NOW, fed=NOW)
    with database.session() as session:
        hand_over(session, owner, rows, lambda _: (cec.version, cycle), {cec.version: cec.text})


def tell(database: Database, portfolio: str, reference: str, *facts: ContactOutcome | Hardship) -> None:
    account = opaque_id(portfolio, reference)
    case = Case.model_construct(account=account, currency="EUR", flags=())
    with database.session() as session:
        journal.append(session, account, [event_line(case, Heard(event=fact, at=NOW)) for fact in facts])


def call(event_id: str, cause: str | None) -> ContactOutcome:
    return ContactOutcome(event_id=event_id, outcome=Outcome.right_party, cause=cause)


@pytest.fixture
def told(database: Database) -> Database:
    """Two portfolios in which some people said why."""
    take(database, "one", "mortgage", "in_court", "A-1", "A-2", "A-3")
    take(database, "two", "invoice", "out_of_court", "B-1")
    tell(database, "one", "A-1", call("e1", "job_loss"), Hardship(event_id="e2", cause="job_loss"))
    tell(database, "one", "A-2", call("e3", "job_loss"), call("e4", "illness"))
    tell(database, "one", "A-3", call("e5", None))
    tell(database, "two", "B-1", Hardship(event_id="e6", cause="illness"))
    return database


def counted(database: Database, portfolio: str | None = None) -> list[tuple[Any, ...]]:
    with database.reading() as session:
        return [tuple(row.values()) for row in causes(session, portfolio)]


def test_causes_are_counted_by_portfolio_product_and_segment(told: Database) -> None:
    assert counted(told) == [
        ("one", "mortgage", "in_court", "job_loss", 2, 3),
        ("one", "mortgage", "in_court", "illness", 1, 1),
        ("two", "invoice", "out_of_court", "illness", 1, 1),
    ]


def test_one_portfolio_may_be_asked_for(told: Database) -> None:
    assert [row[0] for row in counted(told, "two")] == ["two"]


def test_nothing_was_told_yet(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    show_causes([])
    assert (counted(database), capsys.readouterr().err) == ([], "no cause was told yet\n")


def test_no_person_and_no_account_is_named_and_the_table_fits(
    told: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with told.reading() as session:
        found = causes(session, None)
    show_causes(found)
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 100
    assert [name for name in ("A-1", "Щукина", opaque_id("one", "A-1")) if name in shown + json.dumps(found)] == []


# --- the list ---------------------------------------------------------------------------------------------------------


def of_client(database: Database, client: str | None) -> list[str]:
    with database.reading() as session:
        return [row["cause"] for row in listed(session, client)]


def refused(database: Database, cause: str) -> str | None:
    with database.reading() as session:
        try:
            refuse_unknown(session, session.get_one(Account, opaque_id("one", "A-1")), cause)
        except Refused as refusal:
            return str(refusal)
    return None


def test_a_client_adds_a_cause_of_its_own(told: Database) -> None:
    with told.session() as session:
        assert add_cause(session, "flood_2026", "c") == "flood_2026 added to the list of c"
    assert of_client(told, "c") == [*CAUSES, "flood_2026"]
    assert of_client(told, "other") == [*CAUSES]
    assert refused(told, "flood_2026") is None


def test_a_cause_is_added_once(told: Database) -> None:
    with told.session() as session:
        assert add_cause(session, "job_loss", "c") == "job_loss is on the common list: lost the job"
        add_cause(session, "flood_2026", "c")
        assert add_cause(session, "flood_2026", "c") == "flood_2026 is on the list of c already"


def test_a_cause_of_nobody_is_refused(told: Database) -> None:
    with told.session() as session, pytest.raises(Refused, match="there is no client 'd'; there are: c"):
        add_cause(session, "flood_2026", "d")


def test_an_unknown_cause_is_refused_with_the_list(told: Database) -> None:
    why = refused(told, "laziness")
    assert why is not None
    assert [code for code in CAUSES if code not in why] == []
    assert "starter.py causes --add laziness --client c" in why


def test_every_common_cause_is_a_code_with_its_meaning(told: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert [code for code in CAUSES if not call("e", code).cause] == []
    with told.reading() as session:
        show_cause_list(listed(session))
    shown = capsys.readouterr().out
    assert [words for words in CAUSES.values() if words not in shown] == []


def test_a_cause_outside_the_list_that_another_client_told_is_counted_as_told(told: Database) -> None:
    tell(told, "one", "A-3", call("e9", "laziness"))
    assert ("one", "mortgage", "in_court", "laziness", 1, 1) in counted(told)


@pytest.mark.parametrize("words", [("--add", "flood"), ("one", "--list"), ("--list", "--add", "x", "--client", "c")])
def test_one_thing_is_asked_of_the_causes_at_a_time(command: Command, words: tuple[str, ...]) -> None:
    assert command("starter", "causes", *words).exit_code == 2
