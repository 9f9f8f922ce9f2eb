"""Does the notice of a transfer hold what European law asks of it, and does it open the way for what may follow?"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from temporalio.testing import ActivityEnvironment

from activities.attempt_frame import Effects
from activities.decide import Deciding
from activities.send_message import Contacting
from activities.vendors.outbox.outbox_send import Outbox
from intake.pack_files import jurisdictions
from models import events as e
from models.case import Case
from models.decisions import Act, DecideInput
from models.events import Channel, Heard
from models.tables.accounts import Account, Portfolio
from policy.case.evolve import evolved
from policy.deciding.taking import apply
from policy.law.may_contact import Allow, Deny
from policy.steps.step_outcomes import step_input
from store.case_opening import load_cases
from store.contact_log import Wanted, question
from store.database import Database
from tests.activities.letter_facts import TEXTS, spaced
from tests.activities.telling import told
from tests.durability.machine import take
from tests.now import days_ago, right_now
from tests.workflows.houses import SENDER, account_row, pack

LAW = jurisdictions()
SOLD_DAYS_AGO = 10


class Desk:
    """One account that was sold, and the real activities around an outbox."""

    def __init__(self, database: Database, directory: Path, place: str, **more: Any) -> None:
        self.database, self.outbox = database, Outbox(directory)
        self.contacting = Contacting(Effects(database, LAW, self.outbox), TEXTS)
        self.deciding = Deciding(database, LAW)
        row = account_row("A-77", place, [(days_ago(40), 500_00)], **more)
        take(database, "p", [row], pack(place), lambda _: pack(place).strategy.cycles[-1].name)
        with database.reading() as session:
            self.case: Case = load_cases(session, "p", 0, 1, right_now())[0][0]

    def hears(self, *events: Any) -> None:
        """The case after it was told and decided, as the workflow does it."""
        now = right_now()
        asked = DecideInput(case=self.case, told=told(events, now), now=now)
        self.case = evolved(self.case, ActivityEnvironment().run(self.deciding.decide, asked).events)

    def send(self) -> Any:
        key = f"{self.case.account}:x:e1:transfer_notice:1"
        common: dict[str, Any] = {"step": "transfer_notice", "round": "e1", "key": key, "attempt": 1, "why": "due"}
        act = Act(**common, do="letter", channel=Channel.letter, text="transfer_notice")
        result = ActivityEnvironment().run(self.contacting.send_message, step_input(self.case, act, right_now()))
        self.case = apply(self.case, Heard(event=result, at=right_now()))
        return result

    def demanded(self) -> Any:
        """The law's answer to a letter that asks for money, had it all the days of the log behind it."""
        with self.database.reading() as session:
            contact = Wanted(self.case.account, self.case.party, self.case.zone, "letter")
            return question(session, contact, right_now()).answer(LAW[self.case.country])

    def say(self, table: type[Any], **values: Any) -> None:
        with self.database.session() as session:
            row = session.exec(select(table)).one()
            for name, value in values.items():
                setattr(row, name, value)


def sold_on() -> date:
    return days_ago(SOLD_DAYS_AGO).date()


def sold() -> e.Circumstance:
    return e.Circumstance(event_id="sold", name="transferred", since=sold_on())


@pytest.mark.any_day
@pytest.mark.parametrize("place", ["cec", "alth", "kruk"])
def test_the_notice_holds_all_that_the_law_asks_for(sqlite_database: Database, tmp_path: Path, place: str) -> None:
    desk = Desk(sqlite_database, tmp_path, place)
    desk.hears(sold())
    assert desk.send().kind == "message_sent"
    [file] = desk.outbox.directory.glob("*/*.txt")
    body = spaced(file.read_text(encoding="utf-8"))
    day, party = sold_on(), ["A-77", "Banca Esempio", "Via Esempio 1, 00184 Roma"]
    wanted = [str(day.year), str(day.day), *party, *SENDER.values()]
    assert [part for part in wanted if part not in body and part != SENDER["phone"]] == []
    assert body.count("500") >= 2, "the sum, and the principal that it is made of"


def test_nothing_is_asked_before_the_notice_and_it_opens_the_way(sqlite_database: Database, tmp_path: Path) -> None:
    desk = Desk(sqlite_database, tmp_path, "cec")
    assert isinstance(desk.demanded(), Allow)
    desk.hears(sold())
    before = desk.demanded()
    assert isinstance(before, Deny)
    assert before.rules == ("EU-1",)
    sent = desk.send()
    assert (sent.notice.fact, sent.notice.until) == ("transfer_notice", None)
    desk.hears()
    assert "EU-1" not in str(desk.demanded().rules if isinstance(desk.demanded(), Deny) else "")
    assert [(k.name, bool(k.message)) for k in desk.case.known] == [("transferred", False), ("transfer_notice", True)]


def test_a_debt_that_is_sold_again_needs_a_notice_of_its_own(sqlite_database: Database, tmp_path: Path) -> None:
    desk = Desk(sqlite_database, tmp_path, "cec")
    desk.hears(e.Circumstance(event_id="n", name="transfer_notice", since=sold_on() - timedelta(days=1)), sold())
    again = desk.demanded()
    assert isinstance(again, Deny)
    assert again.rules == ("EU-1",)
    desk.hears(e.Circumstance(event_id="m", name="transfer_notice", since=sold_on()))
    assert isinstance(desk.demanded(), Allow)


def test_without_the_day_of_the_transfer_it_does_not_go(sqlite_database: Database, tmp_path: Path) -> None:
    desk = Desk(sqlite_database, tmp_path, "cec")
    refused = desk.send()
    assert (refused.kind, refused.person) == ("step_refused", True)
    assert refused.rule.startswith("EU-1N: transferred not known")


@pytest.mark.parametrize(
    ("table", "missing"),
    [(Portfolio, "licence"), (Portfolio, "complaints"), (Portfolio, "sender_address"), (Account, "creditor_address")],
)
def test_without_any_of_its_fields_it_does_not_go(
    sqlite_database: Database, tmp_path: Path, table: type[Any], missing: str
) -> None:
    desk = Desk(sqlite_database, tmp_path, "cec")
    desk.say(Portfolio, sender="Servicer SpA")
    desk.hears(sold())
    desk.say(table, **{missing: None})
    refused = desk.send()
    assert (refused.kind, refused.person) == ("step_refused", True)
    assert missing in refused.rule
    assert not list(desk.outbox.directory.glob("*/*"))
