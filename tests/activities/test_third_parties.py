"""Neighbours, employers and the workplace: what may be asked of whom, and does what was told count?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlmodel import select
from temporalio.testing import ActivityEnvironment

from cli.case_commands import third_party
from cli.case_tables import show_permission
from desk.audit.contact_audit import recheck
from desk.cases.contact_permission import DEBTOR, Whom, may_call, open_task
from desk.refused import Refused
from intake.pack_files import places
from models import events as e
from models.case import Case
from models.events import Channel, Heard, Outcome
from models.tables.accounts import Party as Person
from models.tables.accounts import PartyFact
from models.tables.trail import Attempt
from policy.deciding.taking import apply
from policy.facts.fact_table import objection
from store.contact_log import law_of
from store.database import Database
from tests.activities.test_contact_log import ANNA, Desk, outcome
from tests.commands.test_contacts import TEXTS, keep_law
from tests.now import right_now

LAW = places()
NEIGHBOUR = Whom("neighbour-1", location=True)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> Desk:
    keep_law(sqlite_database, TEXTS)
    return Desk(sqlite_database, tmp_path)


def asked(desk: Desk, whom: Whom = DEBTOR, account: str = "P", at: datetime | None = None) -> dict[str, Any]:
    return may_call(desk.database, account, "call", at or right_now(), whom, ANNA)


def lives_in(desk: Desk, region: str) -> None:
    with desk.database.session() as session:
        for person in session.exec(select(Person)):
            person.region = region


def told(desk: Desk, case: Case, name: str, ago: timedelta = MINUTE, **more: Any) -> Case:
    """The case after an agent told what came of a contact, made so long ago."""
    return desk.hears(case, outcome(name, at=right_now() - ago, **more))


def verdicts(desk: Desk) -> list[tuple[str, str]]:
    found = recheck(desk.database, None, None, (None, None), ANNA)
    return [(f["verdict"], f["rule"].split(":")[0]) for f in found]


def test_a_neighbour_is_asked_where_the_debtor_is_and_of_no_debt(desk: Desk, capsys: Any) -> None:
    refused, allowed = asked(desk, Whom("neighbour-1")), asked(desk, NEIGHBOUR)
    assert (refused["decision"], refused["rules"]) == ("deny", ["US-T1"])
    assert (allowed["decision"], allowed["details"]) == ("allow", None)
    assert {duty["rule"] for duty in allowed["duties"]} == {"US-T1C", "HOUSE-7"}
    show_permission(allowed)
    assert "not a word of a debt" in capsys.readouterr().err
    with pytest.raises(Refused, match="no call to neighbour-1 for P now: US-T1: third parties only"):
        show_permission(refused)


@pytest.mark.any_day
def test_each_neighbour_is_asked_once_over_all_accounts(desk: Desk) -> None:
    case = told(desk, desk.case(), "o-1", third_party="neighbour-1", purpose="location", outcome=Outcome.no_answer)
    assert asked(desk, NEIGHBOUR)["decision"] == "allow", "nobody was spoken to"
    told(desk, case, "o-2", third_party="neighbour-1", purpose="location", outcome=Outcome.not_found)
    tomorrow = right_now() + timedelta(days=1)
    assert asked(desk, NEIGHBOUR, "Q", tomorrow)["rules"] == ["US-T1B"]
    assert asked(desk, Whom("neighbour-2", location=True), "Q", tomorrow)["decision"] == "allow"


def test_a_neighbour_who_rang_us_was_not_asked(desk: Desk) -> None:
    told(desk, desk.case(), "o-1", third_party="neighbour-1", purpose="location", outcome=Outcome.found, inbound=True)
    tomorrow = right_now() + timedelta(days=1)
    assert asked(desk, NEIGHBOUR, "Q", tomorrow)["decision"] == "allow"


def test_where_an_employer_was_asked_is_not_where_the_debtor_was(desk: Desk) -> None:
    case = desk.case()
    step, opened = desk.call(case)
    case = apply(case, Heard(event=opened, at=right_now()))
    employer = outcome("o-1", third_party="employer", purpose="location", place="work", outcome=Outcome.found)
    desk.hears(case, outcome("o-2", outcome=Outcome.no_answer, task=step.act.key), employer)
    assert {row.third_party: row.place for row in desk.all(Attempt)} == {None: None, "employer": "work"}


def test_who_asked_a_neighbour_has_not_spoken_to_the_debtor(desk: Desk) -> None:
    case = desk.case()
    opened = desk.call(case)[1]
    case = apply(case, Heard(event=opened, at=right_now()))
    event = outcome("o-1", third_party="neighbour-1", purpose="location", outcome=Outcome.refused)
    case = desk.hears(case, event)
    assert case.pending is not None, "the call is still to be made"
    [entry] = [row for row in desk.all(Attempt) if row.third_party]
    assert (entry.third_party, entry.place, entry.demand, entry.outcome) == ("neighbour-1", "other", False, "refused")


def test_a_question_to_a_neighbour_is_no_demand_and_no_talk_with_the_debtor(desk: Desk) -> None:
    told(desk, desk.case(), "o-1", third_party="neighbour-1", purpose="location", outcome=Outcome.found)
    put_off = asked(desk)
    # The house's own cap on contacts of any kind counts it, Regulation F does not.
    assert (put_off["decision"], put_off["rules"]) == ("defer", ["HOUSE-5", "US-H1L", "US-H1"])


def test_a_third_party_answers_no_task_and_only_a_third_party_is_asked_for_the_place(desk: Desk) -> None:
    case, now = desk.case(), right_now()
    with_task = outcome(third_party="neighbour-1", task="a:ring")
    assert "a third party answers no task" in str(objection(case, with_task, now))
    assert "name the third party" in str(objection(case, outcome(purpose="location"), now))


@pytest.mark.parametrize("name", ["Mario Rossi", "neighbour-Rossi", "neighbour-0", "friend", ""])
def test_a_third_party_has_no_name(name: str) -> None:
    with pytest.raises(typer.BadParameter, match="expected family, neighbour, employer or other"):
        third_party(name)
    with pytest.raises(ValueError, match="third_party"):
        outcome(third_party=name)


@pytest.mark.parametrize(
    ("country", "zone", "rule"),
    [("IT", "Europe/Rome", "IT-V1"), ("RO", "Europe/Bucharest", "RO-V1B"), ("GB", "Europe/London", "UK-V1B")],
)
def test_where_law_knows_no_third_parties_nobody_is_asked_for_a_trace_either(
    database: Database, tmp_path: Path, country: str, zone: str, rule: str, capsys: Any
) -> None:
    desk = Desk(database, tmp_path, country=country, time_zone=zone, currency="EUR", language="en")
    assert asked(desk, NEIGHBOUR)["rules"][0] == rule
    opened = trace(desk)
    assert (opened["decision"], opened["others"]["decision"], opened["others"]["rules"][0]) == ("allow", "deny", rule)
    show_permission(opened)
    assert f"nobody else may be asked where the debtor is: {rule}" in capsys.readouterr().err


def trace(desk: Desk) -> dict[str, Any]:
    """A trace that an agent begins."""
    due = right_now() + timedelta(days=5)
    case = desk.case()
    step = desk.step(case, step="trace", key=f"{case.account}:trace", do="trace", channel=None, due=due)
    ActivityEnvironment().run(desk.worklist.open_task, step)
    return open_task(desk.database, step.act.key, None, right_now(), DEBTOR, ANNA)


def test_a_trace_in_america_says_how_others_may_be_asked(desk: Desk, capsys: Any) -> None:
    opened = trace(desk)
    assert opened["others"]["decision"] == "allow"
    assert {duty["rule"] for duty in opened["others"]["duties"]} == {"US-T1C", "HOUSE-7"}
    show_permission(opened)
    assert "agent.py may-call P --third-party neighbour-1 --purpose location" in capsys.readouterr().err


def test_in_russia_both_must_have_consented_in_writing(database: Database, tmp_path: Path) -> None:
    desk = Desk(database, tmp_path, country="RU", time_zone="Europe/Moscow", currency="RUB", language="ru")
    noon = datetime(2026, 11, 25, 9, tzinfo=UTC)
    consent: Any = {"form": "written", "since": datetime(2026, 11, 1, tzinfo=UTC).date()}
    case = desk.hears(desk.case(), e.Circumstance(event_id="c-1", name="debtor_consent_to_third_party", **consent))
    assert asked(desk, Whom("family"), at=noon)["rules"] == ["RU-T1"]
    desk.hears(case, e.Circumstance(event_id="c-2", name="third_party_consent", **consent))
    assert asked(desk, Whom("family"), at=noon)["decision"] == "allow"


def test_the_law_of_the_state_counts_calls_at_work_by_itself(desk: Desk) -> None:
    lives_in(desk, "WA")
    told(desk, desk.case(), "o-1", timedelta(days=2), place="work", outcome=Outcome.no_answer)
    assert [row.place for row in desk.all(Attempt)] == ["work"]
    assert "US-WA-F2" in asked(desk, Whom(place="work"))["rules"]
    assert asked(desk)["decision"] == "allow", "at home there is room"


@pytest.mark.any_day
def test_in_massachusetts_two_calls_elsewhere_in_thirty_days_are_enough(desk: Desk) -> None:
    lives_in(desk, "MA")
    case = desk.case()
    for n, days in enumerate((20, 10)):
        case = told(desk, case, f"o-{n}", timedelta(days=days), place="other", outcome=Outcome.no_answer)
    found = asked(desk, Whom(place="work"))
    assert (found["decision"], found["rule"].split(":")[0]) == ("defer", "US-MA-F2")
    assert asked(desk)["decision"] == "allow"


def test_a_state_without_a_pack_of_its_own_has_the_law_of_the_country(desk: Desk) -> None:
    lives_in(desk, "TX")
    assert [version.split("@")[0] for version in asked(desk)["packs"]] == ["US", "HOUSE"]
    lives_in(desk, "NYC")
    assert [version.split("@")[0] for version in asked(desk)["packs"]] == ["US", "US-NYC", "HOUSE"]


@pytest.mark.parametrize(
    ("country", "postcode", "place"),
    [
        ("US", "02108", "US-MA"),
        ("US", "02808", "US"),  # Rhode Island
        ("US", "11201-3411", "US-NYC"),
        ("US", "11501", "US"),  # Nassau County
        ("US", "98101", "US-WA"),
        ("US", "20001", "US-DC"),
        ("US", "20101", "US"),  # Virginia
        ("US", "25301", "US-WV"),
        ("US", "33101", "US-FL"),
        ("US", "34001", "US"),  # of the armed forces
        ("BR", "01310-100", "BR-SP"),
        ("BR", "22041-001", "BR-RJ"),
        ("BR", "29010-002", "BR-ES"),
        ("BR", "57020-000", "BR-AL"),
        ("BR", "69301-000", "BR"),  # Roraima
        ("BR", "69005-000", "BR-AM"),
        ("BR", "69901-000", "BR"),  # Acre
    ],
)
def test_where_nobody_names_the_region_its_postcode_does(desk: Desk, country: str, postcode: str, place: str) -> None:
    with desk.database.session() as session:
        [person] = session.exec(select(Person))
        person.country, person.postal_code = country, postcode
        session.flush()
        assert law_of(LAW, person).place == place
        person.region = "TX"
        session.flush()
        assert law_of(LAW, person).place == country, "what is told goes before"


def test_a_postcode_finds_the_city_in_the_state_that_is_told(desk: Desk) -> None:
    with desk.database.session() as session:
        [person] = session.exec(select(Person))
        found = []
        for person.region, person.postal_code in (("NY", "10001"), ("NY", "12207"), ("NJ", "10001"), ("NYC", "12207")):
            session.flush()
            found.append(law_of(LAW, person).place)
    assert found == ["US-NYC", "US", "US", "US-NYC"]


def test_a_call_of_a_task_stands_where_it_was_made(desk: Desk) -> None:
    lives_in(desk, "WA")
    case = desk.case()
    step, opened = desk.call(case)
    case = apply(case, Heard(event=opened, at=step.now))
    told = open_task(desk.database, step.act.key, None, right_now(), Whom(place="work"), ANNA)
    assert told["decision"] == "allow"
    desk.hears(case, outcome(outcome=Outcome.no_answer, task=step.act.key, place="work"))
    [row] = desk.all(Attempt)
    assert (row.place, row.law["packs"][1][:6]) == ("work", "US-WA@")


def test_the_auditor_finds_who_was_asked_twice_however_late_it_was_told(desk: Desk) -> None:
    neighbour: Any = {"third_party": "neighbour-1", "purpose": "location", "outcome": Outcome.not_found}
    told(desk, desk.case(), "o-2", **neighbour)
    assert verdicts(desk) == [("lawful", "")]
    told(desk, desk.case("q"), "o-1", 2 * MINUTE, **neighbour)
    assert verdicts(desk) == [("lawful", ""), ("unlawful", "US-T1B")]


def test_the_auditor_finds_the_neighbour_who_was_told_of_the_debt_and_the_second_call_at_work(desk: Desk) -> None:
    lives_in(desk, "WA")
    case = told(desk, desk.case(), "o-1", 3 * MINUTE, third_party="family", outcome=Outcome.third_party)
    assert verdicts(desk) == [("unlawful", "US-T1")]
    for n in (2, 1):
        case = told(desk, case, f"w-{n}", n * MINUTE, place="work", outcome=Outcome.busy)
    case = told(desk, case, "w-0", 0 * MINUTE, place="work", outcome=Outcome.no_answer)
    told(desk, case, "w-9", timedelta(days=1), place="work", outcome=Outcome.no_answer)
    last = recheck(desk.database, None, None, (None, None), ANNA)[-1]
    assert (last["verdict"], "US-WA-F2" in last["rules"]) == ("unlawful", True)


def test_what_we_wrote_to_a_neighbour_is_a_message_of_ours(desk: Desk) -> None:
    told(desk, desk.case(), "o-1", third_party="neighbour-1", channel=Channel.email, outcome=Outcome.done)
    assert {(row.channel, row.inbound, row.demand) for row in desk.all(Attempt)} == {("email", False, True)}
    assert verdicts(desk) == [("unlawful", "US-T1")]


def test_what_the_debtor_wrote_to_us_is_no_call_of_ours(desk: Desk) -> None:
    desk.hears(desk.case(), outcome(outcome=Outcome.callback, channel=Channel.sms, inbound=True))
    desk.hears(desk.case("q"), outcome("o-2", outcome=Outcome.callback, channel=Channel.email))
    found = {(row.channel, row.inbound, row.demand) for row in desk.all(Attempt)}
    assert found == {("sms", True, False), ("email", True, False)}
    assert asked(desk)["decision"] == "allow"


@pytest.mark.parametrize("name", ["employer_email", "electronic_consent", "weekend_agreed", "hidden_number"])
def test_what_only_a_person_knows_can_be_told(desk: Desk, name: Any) -> None:
    desk.hears(desk.case(), e.Circumstance(event_id="c-1", name=name))
    assert [(fact.name, fact.personal) for fact in desk.all(PartyFact)] == [(name, True)]
