"""Does the law know since when a debtor knows of a debt, however long ago and by whomever it was told?"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from models import events as e
from models.case import Case
from models.contact import Fact
from models.events import Channel, Outcome
from models.tables.trail import Attempt
from policy.law.counts import LOG_DAYS
from policy.law.may_contact import Allow, Answer, Human
from store.contact_log import Wanted, question
from store.database import Database
from tests.activities.test_contact_log import LAW, Desk, outcome
from tests.now import right_now


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(database, tmp_path)


def begun(desk: Desk, days: int, **changes: Any) -> None:
    """All contacts of the log were made so many days ago."""
    with desk.database.session() as session:
        for row in session.exec(select(Attempt)).all():
            row.reserved -= timedelta(days=days)
            row.local_day -= timedelta(days=days)
            row.made = row.made and row.made - timedelta(days=days)
            for name, value in changes.items():
                setattr(row, name, value)


def asked(desk: Desk, case: Case, demand: bool = True) -> tuple[Answer, list[Fact]]:
    """The law's answer to a letter now, and what it was told of the first contact."""
    with desk.database.reading() as session:
        put = question(session, Wanted(case.account, case.party, case.zone, "letter", demand), right_now())
        return put.answer(LAW["US"]), [fact for fact in put.facts.known if fact.name == "contacted"]


def test_the_first_contact_is_known_longer_than_any_limit_looks_back(desk: Desk) -> None:
    case = desk.case()
    desk.letter(case)
    begun(desk, LOG_DAYS + 300)
    answer, [fact] = asked(desk, case)
    assert (type(answer), answer.rule.split(":")[0]) == (Human, "US-C1")
    assert fact.since == (right_now() - timedelta(days=LOG_DAYS + 300)).date()


@pytest.mark.any_day
@pytest.mark.parametrize(("days", "answers"), [(5, Allow), (6, Human)])
def test_the_notice_has_five_days(desk: Desk, days: int, answers: type) -> None:
    case = desk.case()
    desk.letter(case)
    begun(desk, days)
    assert isinstance(asked(desk, case)[0], answers)


def test_the_notice_itself_may_leave_late_and_opens_the_way(desk: Desk) -> None:
    case = desk.case()
    desk.letter(case)
    begun(desk, 20)
    assert isinstance(asked(desk, case, demand=False)[0], Allow)
    desk.hears(case, e.Circumstance(event_id="v-1", name="validation_notice"))
    assert isinstance(asked(desk, case)[0], Allow)


def test_another_debt_of_the_person_has_a_first_contact_of_its_own(desk: Desk) -> None:
    desk.letter(desk.case("p"))
    begun(desk, 20)
    answer, known = asked(desk, desk.case("q"))
    assert (type(answer), known) == (Allow, [])


@pytest.mark.parametrize(
    ("result", "told"), [("no_answer", []), ("busy", []), ("voicemail", [6]), ("right_party", [6])]
)
def test_a_call_that_reached_nobody_told_nothing(desk: Desk, result: str, told: list[int]) -> None:
    case = desk.case()
    step, _ = desk.call(case)
    begun(desk, 6, outcome=Outcome(result).value)
    assert step.act.channel is Channel.call
    assert [(right_now().date() - fact.since).days for fact in asked(desk, case)[1] if fact.since] == told


def test_what_a_third_party_was_asked_told_the_debtor_nothing(desk: Desk) -> None:
    case = desk.hears(desk.case(), outcome(third_party="neighbour-1", purpose="location"))
    begun(desk, 6)
    assert asked(desk, case)[1] == []


def test_who_rang_us_about_the_debt_knows_of_it(desk: Desk) -> None:
    case = desk.hears(desk.case(), outcome(inbound=True))
    begun(desk, 6)
    assert len(asked(desk, case)[1]) == 1


def test_a_neighbour_who_was_asked_where_the_debtor_is_told_them_nothing(desk: Desk) -> None:
    case = desk.hears(desk.case(), outcome(third_party="neighbour-1", purpose="location", outcome=Outcome.not_found))
    begun(desk, 6)
    answer, known = asked(desk, case)
    assert (type(answer), known) == (Allow, [])
