"""Does a contact, or a word of the debtor, on one account count on all the others, at the last moment?"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select
from temporalio.testing import ActivityEnvironment

from activities.attempt_frame import Effects
from activities.decide import Deciding
from activities.open_task import Worklist
from activities.send_message import Contacting
from activities.vendors.outbox.outbox_send import Outbox
from cli.case_tables import show_permission
from desk.actor import Actor
from desk.cases.contact_permission import DEBTOR, may_call, open_task
from desk.refused import Refused
from intake.pack_files import places, strategy
from models import events as e
from models.case import Case
from models.decisions import DecideInput, StepInput
from models.events import Channel, Heard, Outcome
from models.tables.accounts import Party, PartyFact, Portfolio
from models.tables.arrivals import Webhook
from models.tables.trail import Attempt, Task
from policy.case.evolve import evolved
from policy.deciding.taking import apply
from policy.deciding.treatment import decide
from policy.law.may_contact import Allow, Deny
from policy.steps.step_outcomes import step_input
from settings import HOUSE
from store.case_opening import load_cases
from store.contact_log import Wanted, question, zones
from store.database import Database
from tests.activities.telling import told
from tests.durability.machine import take
from tests.now import days_ago, right_now, zone_at_noon
from tests.workflows.houses import account_row
from writing.texts import load_texts

AT_ONCE = strategy(HOUSE / "tests" / "durability" / "strategy.yaml")
ANNA = Actor("anna", "agent")
LAW, TEXTS = places(), load_texts(HOUSE / "packs" / "letters")


class Desk:
    """One person with several accounts, and the real activities."""

    def __init__(self, database: Database, directory: Path, days: int = 40, **changes: Any) -> None:
        self.database = database
        effects = Effects(database, LAW, Outbox(directory))
        self.contacting, self.worklist = Contacting(effects, TEXTS), Worklist(effects)
        self.deciding = Deciding(database, LAW)
        place = {"country": "US", "time_zone": zone_at_noon(), "currency": "USD", "language": "en"}
        for portfolio in ("p", "q"):
            row = account_row(portfolio.upper(), "cec", [(days_ago(days), 500_00)], customer="P-1", **(place | changes))
            take(database, portfolio, [row], AT_ONCE, lambda _: "papers")

    def case(self, portfolio: str = "p") -> Case:
        with self.database.reading() as session:
            return load_cases(session, portfolio, 0, 1, right_now())[0][0]

    def hears(self, case: Case, *events: e.Event) -> Case:
        """The case after it was told and decided, as the workflow does it."""
        now = right_now()
        turn = ActivityEnvironment().run(self.deciding.decide, DecideInput(case=case, told=told(events, now), now=now))
        return evolved(case, turn.events)

    def step(self, case: Case, **changes: Any) -> StepInput:
        now = right_now()
        act: Any = decide(case, AT_ONCE.strategy, LAW[case.country], now).next
        return step_input(case, act.model_copy(update=changes), now)

    def letter(self, case: Case) -> Any:
        return ActivityEnvironment().run(self.contacting.send_message, self.step(case))

    def call(self, case: Case) -> tuple[StepInput, Any]:
        due = right_now() + timedelta(days=5)
        asked = self.step(case, step="ring", key=f"{case.account}:ring", do="call", channel=Channel.call, due=due)
        return asked, ActivityEnvironment().run(self.worklist.open_task, asked)

    def all(self, table: Any) -> list[Any]:
        with self.database.reading() as session:
            return list(session.exec(select(table)))


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(database, tmp_path)


def outcome(name: str = "o-1", **more: Any) -> e.ContactOutcome:
    return e.ContactOutcome(event_id=name, **({"outcome": Outcome.right_party} | more))


def test_a_call_that_no_step_asked_for_counts_on_every_account_of_the_party(desk: Desk) -> None:
    desk.hears(desk.case("p"), outcome())
    refused = desk.letter(desk.case("q"))
    assert (refused.kind, refused.rule.split(":")[0]) == ("step_deferred", "HOUSE-1")


@pytest.mark.any_day
def test_who_called_us_may_be_written_to_on_the_same_day(desk: Desk) -> None:
    desk.hears(desk.case("p"), outcome(inbound=True))
    assert desk.letter(desk.case("q")).kind == "message_sent"
    assert {(a.step, a.inbound, a.demand) for a in desk.all(Attempt)} == {
        ("contact", True, False),
        ("first_letter", False, True),
    }


def test_a_contact_told_twice_stands_in_the_log_once(desk: Desk) -> None:
    case = desk.hears(desk.case(), outcome())
    desk.hears(case, outcome())
    assert [a.outcome for a in desk.all(Attempt)] == ["right_party"]


def test_a_protected_person_is_protected_on_every_account_and_a_dispute_is_about_one(desk: Desk) -> None:
    case = desk.hears(desk.case("p"), e.Dispute(event_id="d-1"))
    assert desk.letter(desk.case("q")).kind == "message_sent"
    other = desk.case("q")
    desk.hears(case, e.Protection(event_id="b-1", reason="bankrupt"))
    with desk.database.reading() as session:
        contact = Wanted(other.account, other.party, other.zone, "letter")
        answer = question(session, contact, right_now() + timedelta(days=1)).answer(LAW["US"])
    assert isinstance(answer, Deny)
    assert answer.rules == ("US-P2", "HOUSE-8")


@pytest.mark.parametrize(("days", "sent"), [(5 * 366 + 5, False), (4 * 366, True)])
def test_a_brazilian_debt_that_may_be_barred_is_asked_for_no_more(
    sqlite_database: Database, tmp_path: Path, days: int, sent: bool
) -> None:
    home = {"country": "BR", "time_zone": "America/Sao_Paulo", "currency": "BRL", "language": "pt"}
    desk = Desk(sqlite_database, tmp_path, days, **home)
    answer = desk.letter(desk.hears(desk.case()))
    assert (answer.kind == "message_sent", getattr(answer, "rule", "").startswith("BR-S2")) == (sent, not sent)


def test_a_stop_said_to_one_account_holds_for_the_other(desk: Desk) -> None:
    other = desk.case("q")
    desk.hears(desk.case("p"), e.OptOut(event_id="s-1", channel=Channel.letter))
    refused = desk.letter(other)
    assert (refused.kind, refused.channel, refused.rule[:6]) == ("step_refused", "letter", "US-O2:")


def test_what_is_released_is_no_fact_any_more(desk: Desk) -> None:
    case = desk.hears(desk.case(), e.Protection(event_id="b-1", reason="lawyer"))
    assert [(f.name, f.personal) for f in desk.all(PartyFact)] == [("lawyer", True)]
    desk.hears(case, e.Release(event_id="r-1", of="lawyer", by="anna"))
    assert desk.all(PartyFact) == []


@pytest.mark.any_day
def test_PE1_a_protection_told_on_one_account_holds_at_the_gate_and_ends_wherever_its_end_is_told(desk: Desk) -> None:
    first, other = desk.case("p"), desk.case("q")
    first = desk.hears(first, e.Protection(event_id="b-1", reason="deceased", evidence="DEATH-1"))
    refused = desk.letter(other)
    assert (refused.kind, refused.rule[:6]) == ("step_refused", "US-P2:")
    other = desk.hears(other)
    assert [(hold.reason, hold.evidence) for hold in other.holds] == [("deceased", "DEATH-1")]
    other = desk.hears(other, e.Release(event_id="r-1", of="deceased", by="anna"))
    assert [hold.ended is None for hold in desk.hears(first).holds] == [False]
    assert desk.letter(other).kind == "message_sent"


def test_PE1_a_protection_is_passed_on_once_and_so_is_its_end(desk: Desk) -> None:
    first, other = desk.case("p"), desk.case("q")
    first = desk.hears(first, e.Protection(event_id="b-1", reason="lawyer"))
    other = desk.hears(other)
    desk.hears(first, e.Release(event_id="r-1", of="lawyer", by="anna"))
    other = desk.hears(other)
    assert [row.content["person"]["kind"] for row in desk.all(Webhook)] == ["protection", "release"]
    assert ([hold.ended is None for hold in other.holds], other.flags) == ([False], ())


def test_a_call_counts_when_it_was_made_and_one_that_nobody_made_not_at_all(desk: Desk) -> None:
    asked, opened = desk.call(desk.case())
    case = apply(desk.case(), Heard(event=opened, at=asked.now))
    [held] = desk.all(Attempt)
    assert (held.made, held.law["packs"][0][:3]) == (None, "US@")
    case = desk.hears(case, outcome(outcome=Outcome.busy, task=asked.act.key))
    [made] = desk.all(Attempt)
    assert (made.outcome, made.made is not None) == ("busy", True)
    assert desk.letter(desk.case("q")).kind == "message_sent", "an engaged line is no contact"


@pytest.mark.any_day
def test_an_agent_opens_a_task_only_when_the_law_still_says_yes(desk: Desk) -> None:
    asked, _ = desk.call(desk.case())
    now = right_now()
    told = open_task(desk.database, asked.act.key, None, now, DEBTOR, ANNA)
    assert (told["decision"], told["details"]) == ("allow", "+393471234567")
    desk.hears(desk.case("q"), e.Protection(event_id="l-1", reason="lawyer"))
    told = open_task(desk.database, "ring", "P", now, DEBTOR, ANNA)
    assert (told["decision"], told["rules"], told.get("details")) == ("deny", ["US-P1", "HOUSE-8"], None)
    with pytest.raises(Refused, match="no call for P now: US-P1: only with the lawyer"):
        show_permission(told)


def test_an_unscheduled_call_is_asked_the_same_way_and_reserves_nothing(desk: Desk) -> None:
    now = right_now()
    assert may_call(desk.database, "Q", "call", now, DEBTOR, ANNA)["decision"] == "allow"
    desk.hears(desk.case("p"), outcome())
    told = may_call(desk.database, "Q", "call", now, DEBTOR, ANNA)
    assert (told["decision"], told["rule"].split(":")[0]) == ("defer", "HOUSE-1")
    assert [a.step for a in desk.all(Attempt)] == ["contact"]


def test_a_task_says_what_the_contact_must_hold(sqlite_database: Database, tmp_path: Path) -> None:
    zone, at = "Europe/Moscow", datetime(2026, 3, 11, 12, tzinfo=ZoneInfo("Europe/Moscow"))
    desk = Desk(sqlite_database, tmp_path, country="RU", time_zone=zone, currency="RUB", language="ru")
    case = desk.case()
    with desk.database.reading() as session:
        answer = question(session, Wanted(case.account, case.party, zone, "call"), at).answer(LAW["RU"])
    assert isinstance(answer, Allow)
    assert {duty.needs for duty in answer.duties} == {"names", "recording_notice"}


@pytest.mark.parametrize(
    ("phone", "found"),
    [
        ("+13125550142", ("America/New_York", "America/Chicago")),
        ("+74951234567", ("America/New_York", "Europe/Moscow")),
        ("+79123456789", ("America/New_York",)),
        ("+12025550123", ("America/New_York",)),
        (None, ("America/New_York",)),
    ],
)
def test_a_number_with_an_area_adds_its_zone_to_that_of_the_address(phone: str | None, found: tuple[str, ...]) -> None:
    home = "America/New_York"
    person = Party(id="p", client="c", reference="r", name="N", language="en", country="US", zone=home, phone=phone)
    assert zones(person, home) == found


def test_who_has_moved_is_asked_for_on_both_clocks_until_the_case_knows(desk: Desk) -> None:
    with desk.database.session() as session:
        [person] = session.exec(select(Party))
        person.zone = "Pacific/Auckland"
    case = desk.case()
    with desk.database.reading() as session:
        put = question(session, Wanted(case.account, case.party, "America/New_York", "call"), right_now())
    assert put.party.zones == ("America/New_York", "Pacific/Auckland")
    assert {portfolio.role for portfolio in desk.all(Portfolio)} == {put.facts.actor}


def test_what_needs_a_person_is_flagged_and_the_next_channel_is_tried(desk: Desk) -> None:
    asked = desk.step(desk.case())
    refused = e.StepRefused(
        event_id="x",
        step=asked.act.step,
        round=asked.act.round,
        key=asked.act.key,
        attempt=1,
        channel=Channel.letter,
        rule="EU-7: a message with an offer may be marketing",
        person=True,
    )
    case = desk.hears(apply(desk.case(), Heard(event=refused, at=asked.now)))
    assert next(flag.id for flag in case.flags) == f"law:{asked.act.key}"
    assert "attention" in {task.kind for task in desk.all(Task)}
