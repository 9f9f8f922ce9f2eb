"""Does the auditor find the contact that was not lawful, by the law that held then?"""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from desk.actor import Actor
from desk.audit.contact_audit import recheck, refuse_unlawful
from desk.refused import Refused
from intake.pack_files import law_packs
from models.events import ContactOutcome, Outcome
from models.tables.trail import Attempt, LawText
from store.contact_log import keep_law
from store.database import Database
from tests.activities.test_contact_log import Desk
from tests.now import right_now

Days = tuple[date | None, date | None]
ALWAYS: Days = (None, None)
VERA = Actor("vera", "auditor")
TEXTS = {pack.version: pack.text for pack in law_packs().values()}


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> Desk:
    """A desk whose contact log has one letter."""
    keep_law(sqlite_database, TEXTS)
    made = Desk(sqlite_database, tmp_path)
    assert made.letter(made.case("q")).kind == "message_sent"
    return made


def verdicts(desk: Desk, period: Days = ALWAYS, party: str | None = None) -> list[tuple[str, str, str]]:
    found = recheck(desk.database, party, None, period, VERA)
    return [(f["channel"], f["verdict"], f["rule"].split(":")[0]) for f in found]


def test_what_the_law_allowed_is_found_lawful_again(desk: Desk) -> None:
    assert verdicts(desk) == [("letter", "lawful", "")]


def test_a_call_of_an_agent_at_a_wrong_moment_is_found_with_its_rule(desk: Desk) -> None:
    late = right_now() - timedelta(hours=12)
    desk.hears(desk.case("p"), ContactOutcome(event_id="o-1", outcome=Outcome.right_party, at=late))
    found = verdicts(desk)
    assert [f[:2] for f in found] == [("call", "unlawful"), ("letter", "unlawful")]
    assert found[0][2].startswith("US-H1"), "at midnight"
    with pytest.raises(Refused, match=r"of 2 contacts \d not lawful, 0 that"):
        refuse_unlawful(recheck(desk.database, None, None, ALWAYS, VERA), VERA)


def test_a_call_that_was_told_late_makes_the_letter_after_it_one_too_many(desk: Desk) -> None:
    with desk.database.session() as session:
        [letter] = session.exec(select(Attempt))
        letter.reserved += timedelta(minutes=5)
    now = right_now()
    desk.hears(desk.case("p"), ContactOutcome(event_id="o-1", outcome=Outcome.right_party, at=now))
    assert verdicts(desk) == [("call", "lawful", ""), ("letter", "unlawful", "HOUSE-1")]


@pytest.mark.parametrize(("days", "verdict"), [(5, ("lawful", "")), (6, ("unlawful", "US-C1"))])
def test_a_first_contact_that_was_told_late_makes_a_demand_without_the_notice_unlawful(
    desk: Desk, days: int, verdict: tuple[str, str]
) -> None:
    early = right_now() - timedelta(days=days)
    desk.hears(desk.case("q"), ContactOutcome(event_id="o-1", outcome=Outcome.right_party, at=early))
    assert [found[1:] for found in verdicts(desk) if found[0] == "letter"] == [verdict]


def test_the_edition_that_held_then_decides_and_without_it_nothing_is_proven(desk: Desk) -> None:
    with desk.database.session() as session:
        for text in session.exec(select(LawText)):
            if text.version.startswith("US@"):
                session.delete(text)
    assert verdicts(desk) == [("letter", "unproven", "an edition of the law is not kept")]


def test_days_and_people_are_chosen(desk: Desk) -> None:
    tomorrow = (right_now() + timedelta(days=2)).date()
    assert verdicts(desk, (tomorrow, None)) == []
    assert verdicts(desk, party="P-1") == [("letter", "lawful", "")]
    with pytest.raises(Refused, match="no party 'P-2'"):
        verdicts(desk, party="P-2")


def test_an_open_call_is_no_contact_yet(sqlite_database: Database, tmp_path: Path) -> None:
    desk = Desk(sqlite_database, tmp_path)
    desk.call(desk.case())
    assert verdicts(desk) == []
