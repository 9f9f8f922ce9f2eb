"""Does a message leave without what the law of the place demands of it? Real activities, one rule after another."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlmodel import select
from temporalio.testing import ActivityEnvironment

from activities.attempt_frame import Effects
from activities.issue_document import Issuing
from activities.send_message import Contacting
from activities.vendors.outbox.outbox_send import Outbox
from intake.pack_files import jurisdictions, places, strategy
from models import events as e
from models.case import Case
from models.decisions import Act, StepInput, Wait
from models.events import Channel, Heard, StepRefused
from models.tables.accounts import Account, Party, Portfolio
from models.tables.trail import Attempt, Document
from policy.deciding.taking import apply, follow
from policy.deciding.treatment import decide
from policy.steps.step_outcomes import step_input
from settings import HOUSE
from store import journal
from store.addressees import addressed
from store.case_opening import load_cases
from store.contact_log import law_of
from store.database import Database
from tests.activities.letter_facts import facts, spaced
from tests.durability.machine import take
from tests.now import days_ago, lawful_noon, right_now
from tests.workflows.houses import PLACES, account_row
from writing.text_facts import Lacking, demanded
from writing.texts import load_texts

AT_ONCE = strategy(HOUSE / "tests" / "durability" / "strategy.yaml")
LAW, TEXTS = jurisdictions(), load_texts(HOUSE / "packs" / "letters")
SHOWN = {
    "licence": "Lic. 115/7",
    "phone": "+39 02 1234567",
    "complaints": "reclami@example.org",
    "sender_address": "Via Esempio 2, 20121 Milano",
    "creditor_address": "Via Esempio 1, 00184 Roma",
    "creditor_number": "CF 00000000000",
}
RULES = [
    ("BR-C1", "crecerto", "sms", "creditor_address"),
    ("BR-C1", "crecerto", "email", "creditor_number"),
    ("BR-C1", "crecerto", "letter", "creditor_number"),
    ("RU-C2", "mfo", "sms", "phone"),
    ("RU-C2", "mfo", "email", "phone"),
    ("RU-C5", "mfo", "letter", "creditor_number"),
    ("RU-C6", "mfo", "letter", "licence"),
    ("NL-C4", "alth", "sms", "complaints"),
    ("NL-C4", "alth", "letter", "complaints"),
    ("NL-C5", "alth", "email", "licence"),
    ("IT-R1", "cec", "sms", "licence"),
    ("IT-R1", "cec", "letter", "licence"),
    ("UK-C2", "gb", "letter", "licence"),
]
GB = {"country": "GB", "time_zone": "Europe/London", "currency": "GBP", "language": "en"}


class Desk:
    """One account, and the real activities around an outbox, on the next lawful noon where the debtor is."""

    def __init__(self, database: Database, directory: Path, place: str, **portfolio: Any) -> None:
        self.database, self.outbox = database, Outbox(directory)
        effects = Effects(database, LAW, self.outbox)
        self.contacting, self.issuing = (make(effects, TEXTS) for make in (Contacting, Issuing))
        country, zone = ("GB", "Europe/London") if place == "gb" else PLACES[place][:2]
        self.now = lawful_noon(country, zone, "sms", "email")
        row = account_row("A1", "cec", [(days_ago(40), 500_00)], **GB) if place == "gb" else None
        take(database, "p", [row or account_row("A1", place, [(days_ago(40), 500_00)])], AT_ONCE, lambda _: "papers")
        self.says(**portfolio)
        with database.reading() as session:
            self.case: Case = load_cases(session, "p", 0, 1, right_now())[0][0]

    def says(self, **changes: Any) -> None:
        """Something else is known of the portfolio, or of the account's creditor."""
        with self.database.session() as session:
            owner, account = session.get_one(Portfolio, "p"), session.exec(select(Account)).one()
            for name, value in changes.items():
                setattr(account if name.startswith("creditor") else owner, name, value)

    def asked(self, **changes: Any) -> StepInput:
        """The case's next step, changed as the test wants it."""
        act: Any = decide(self.case, AT_ONCE.strategy, LAW[self.case.country], self.now).next
        asked = step_input(self.case, act.model_copy(update=changes), self.now)
        return asked.model_copy(update={"released": (("anna", self.now.date()),)})

    def send(self, channel: str, text: str = "first_reminder") -> Any:
        """What comes of writing to the debtor."""
        asked = self.asked(channel=Channel(channel), text=text)
        return ActivityEnvironment().run(self.contacting.send_message, asked)

    def issue(self, do: str) -> Any:
        """What comes of making a document."""
        more: dict[str, Any] = {"channel": Channel.letter} if do == "formal_notice" else {"channel": None}
        due = self.now + timedelta(days=40)
        asked = self.asked(do=do, step=do, key=f"A1:{do}", text=do, notice_days=15, due=due, **more)
        makes = {"formal_notice": self.issuing.issue_notice, "certificate": self.issuing.issue_certificate}
        return ActivityEnvironment().run(makes.get(do, self.issuing.issue_package), asked)

    def sent(self) -> str:
        """All that stands in the outbox."""
        return spaced(" ".join(file.read_text("utf-8") for file in sorted(self.outbox.directory.glob("*/*.txt"))))

    def printed(self) -> str:
        """The text of the document that was kept."""
        with self.database.reading() as session:
            pages = PdfReader(io.BytesIO(session.exec(select(Document)).one().content)).pages
        return " ".join(spaced(" ".join(page.extract_text() for page in pages)).split())

    def story(self) -> list[str]:
        with self.database.reading() as session:
            return [line.reason for line in journal.read(session, self.case.account)]


@pytest.mark.parametrize(("rule", "place", "channel", "field"), RULES)
def test_a_message_without_what_the_rule_demands_does_not_go(
    sqlite_database: Database, tmp_path: Path, rule: str, place: str, channel: str, field: str
) -> None:
    desk = Desk(sqlite_database, tmp_path, place, sender="CEC Srl", **{field: None})
    refused = desk.send(channel)
    assert isinstance(refused, StepRefused)
    assert refused.rule == f"{rule}: {field} not known, portfolio p"
    assert (refused.person, refused.incomplete, desk.sent()) == (True, True, "")
    assert desk.story() == [f"step refused: first_letter on {channel}: {refused.rule}"]


@pytest.mark.any_day
@pytest.mark.parametrize(("rule", "place", "channel", "field"), RULES)
def test_a_message_that_has_it_shows_it(
    sqlite_database: Database, tmp_path: Path, rule: str, place: str, channel: str, field: str
) -> None:
    desk = Desk(sqlite_database, tmp_path, place, sender="CEC Srl")
    assert desk.send(channel).kind == "message_sent"
    assert SHOWN[field] in desk.sent()


def test_all_that_is_missing_is_named_at_once(database: Database, tmp_path: Path) -> None:
    desk = Desk(database, tmp_path, "mfo", phone=None, licence=None, creditor_number=None)
    assert desk.send("letter").rule == "RU-C5: creditor_number, phone; RU-C6: licence not known, portfolio p"


def test_a_creditor_that_writes_itself_needs_no_licence_and_its_address_is_the_senders(
    sqlite_database: Database, tmp_path: Path
) -> None:
    desk = Desk(sqlite_database, tmp_path, "mfo", role="creditor", licence=None, sender_address=None)
    assert desk.send("letter").kind == "message_sent"
    assert desk.sent().count("Via Esempio 1, 00184 Roma") == 1


@pytest.mark.any_day
def test_who_bought_a_debt_in_romania_names_its_registration(sqlite_database: Database, tmp_path: Path) -> None:
    desk = Desk(sqlite_database, tmp_path, "kruk", licence=None)
    assert desk.send("letter").kind == "message_sent", "an agency need not"
    desk.says(role="buyer")
    asked = desk.asked(channel=Channel.letter, text="first_reminder", key="A1:again")
    late = asked.model_copy(update={"now": desk.now + timedelta(days=7)})
    assert ActivityEnvironment().run(desk.contacting.send_message, late).rule.startswith("RO-C2: licence not known")


def test_an_italian_first_letter_says_of_what_the_debt_is_its_parts_and_what_comes_next(
    sqlite_database: Database, tmp_path: Path
) -> None:
    desk = Desk(sqlite_database, tmp_path, "cec")
    assert desk.send("letter", "first_letter").kind == "message_sent"
    sent = desk.sent()
    assert "A che titolo: prestito personale, pratica A1" in sent
    assert "capitale 500,00 €, interessi 0,00 €, spese per ritardo 0,00 €, costi 0,00 €" in sent
    assert "Che cosa può seguire: Se nulla viene pagato o concordato" in sent


@pytest.mark.parametrize("do", ["formal_notice", "certificate", "legal_package"])
def test_a_document_is_not_made_without_it_and_shows_it_on_paper(
    sqlite_database: Database, tmp_path: Path, do: str
) -> None:
    desk = Desk(sqlite_database, tmp_path, "cec", licence=None)
    refused = desk.issue(do)
    assert (refused.kind, refused.rule) == ("step_refused", "IT-R1: licence not known, portfolio p")
    desk.says(licence="Lic. 115/7")
    assert desk.issue(do).kind in ("notice_issued", "document_issued")
    assert "La nostra licenza Lic. 115/7" in desk.printed()


def test_the_law_of_a_city_binds_whoever_is_written_to_there() -> None:
    debt: dict[str, Any] = {"id": "a", "portfolio": "p", "reference": "A1", "party": "d", "creditor": "Bank"}
    person: dict[str, Any] = {"id": "d", "client": "c", "reference": "P-1", "name": "Ann", "zone": "America/New_York"}
    owner = Portfolio(id="p", client="c", source="test")
    known = [
        addressed(Account(**debt), party, owner, law_of(places(), party))
        for party in (Party(**person, language="en", country="US", region=region) for region in (None, "NYC"))
    ]
    told = facts("en", licence=None)
    assert demanded(known[0], "first_reminder", "sms", told) == ("opt_out",)
    with pytest.raises(Lacking, match="US-NYC-C1: licence not known, portfolio p"):
        demanded(known[1], "first_reminder", "sms", told)


# --- what becomes of the step ----------------------------------------------------------------------------------------


def heard(desk: Desk, *events: Any) -> Act | Wait:
    """The case hears it; what it wants next."""
    for event in events:
        desk.case = apply(desk.case, Heard(event=event, at=desk.now))
    decision = decide(desk.case, AT_ONCE.strategy, LAW[desk.case.country], desk.now)
    desk.case = follow(desk.case, decision)
    return decision.next  # type: ignore[return-value]


@pytest.mark.any_day
@pytest.mark.parametrize("channel", ["sms", "letter"])
def test_a_person_sees_what_is_missing_and_nothing_goes_until_they_decide(
    sqlite_database: Database, tmp_path: Path, channel: str
) -> None:
    desk = Desk(sqlite_database, tmp_path, "mfo", phone=None)
    waits = heard(desk, desk.send(channel))
    assert isinstance(waits, Wait)
    assert (waits.until, waits.why) == (None, "a person's decision about first_letter")
    rule = "RU-C5" if channel == "letter" else "RU-C2"
    assert [flag.why for flag in desk.case.flags] == [
        f"a person decides: first_letter lacks {rule}: phone not known, portfolio p"
    ]


def test_once_it_is_known_a_person_says_again_and_it_goes(database: Database, tmp_path: Path) -> None:
    desk = Desk(database, tmp_path, "mfo", phone=None)
    heard(desk, desk.send("letter"))
    desk.says(phone="+39 02 1234567")
    again = heard(desk, e.Release(event_id="r1", of="first_letter", by="anna"))
    assert isinstance(again, Act)
    assert (again.step, again.why) == ("first_letter", "first letter 3, a person said again")
    assert desk.send("letter").kind == "message_sent"
    assert desk.case.flags == ()
    with database.reading() as session:
        assert sorted(session.exec(select(Attempt.status))) == ["sent", "withdrawn"]


def test_what_may_have_left_before_it_was_gone_is_not_known_to_have_stayed(
    sqlite_database: Database, tmp_path: Path
) -> None:
    desk = Desk(sqlite_database, tmp_path, "mfo")
    desk.send("letter")
    with sqlite_database.session() as session:
        attempt = session.exec(select(Attempt)).one()
        attempt.status, attempt.called = "sending", desk.now
    desk.says(phone=None)
    assert desk.send("letter").kind == "outcome_unknown"
