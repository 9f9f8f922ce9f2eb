"""Does the validation notice hold all that US law asks of it, add up, and stay here where something is missing?"""

import io
import re
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlmodel import select
from temporalio.testing import ActivityEnvironment

from activities.attempt_frame import Effects
from activities.send_message import Contacting
from activities.vendors.outbox.outbox_send import Outbox
from intake.pack_files import jurisdictions
from models import events as e
from models.decisions import Act, StepInput
from models.events import Channel, Heard
from models.tables.accounts import Party, Portfolio
from models.tables.trail import Attempt
from policy.deciding.taking import apply
from policy.steps.step_outcomes import step_input
from store.case_opening import load_cases
from store.database import Database
from tests.activities.letter_facts import LETTERS, TEXTS, spaced
from tests.durability.machine import take
from tests.now import days_ago, right_now, zone_at_noon
from tests.workflows.houses import account_row, pack
from writing.local_formats import LOCALES
from writing.text_files import ANSWERS
from writing.texts import TextFault, load_texts

LAW = jurisdictions()
LENT_DAYS_AGO = 200


class Desk:
    """One American account of 500.00, and the real activity around an outbox."""

    def __init__(self, database: Database, directory: Path, **changes: Any) -> None:
        self.database, self.outbox = database, Outbox(directory)
        self.contacting = Contacting(Effects(database, LAW, self.outbox), TEXTS)
        facts = {
            "time_zone": zone_at_noon(),
            "phone": "+393471234567",
            "contract_date": days_ago(LENT_DAYS_AGO).date(),
        } | changes
        row = account_row("A-12345678", "us_agency", [(days_ago(40), 500_00)], **facts)
        take(database, "p", [row], pack("us_agency"), lambda _: "third_party")
        with database.reading() as session:
            self.case = load_cases(session, "p", 0, 1, right_now())[0][0]

    def hears(self, *events: e.Event) -> None:
        for event in events:
            self.case = apply(self.case, Heard(event=event, at=right_now()))  # type: ignore[arg-type]

    def say(self, table: type[Any], **values: Any) -> None:
        """What the database knows of the one party or portfolio."""
        with self.database.session() as session:
            row = session.exec(select(table)).one()
            for name, value in values.items():
                setattr(row, name, value)

    def asked(self, channel: Channel = Channel.letter, **changes: Any) -> StepInput:
        key = f"{self.case.account}:us_agency:e1:validation_notice:1"
        common: dict[str, Any] = {"step": "validation_notice", "round": "e1", "key": key, "attempt": 1, "why": "due"}
        act = Act(**common, do=channel.value, channel=channel, text="validation_notice")
        return step_input(self.case, act, right_now()).model_copy(update=changes)

    def send(self, channel: Channel = Channel.letter, **changes: Any) -> Any:
        return ActivityEnvironment().run(self.contacting.send_message, self.asked(channel, **changes))

    def page(self) -> str:
        """The words of the letter that went out."""
        [file] = self.outbox.directory.glob("*/*.pdf")
        pages = PdfReader(io.BytesIO(file.read_bytes())).pages
        return " ".join(spaced(" ".join(page.extract_text() for page in pages)).split())

    def mail(self) -> str:
        """The e-mail that went out, with its line ends."""
        [file] = self.outbox.directory.glob("*/*.txt")
        return spaced(file.read_text(encoding="utf-8"))


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> Desk:
    return Desk(sqlite_database, tmp_path)


def written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def received(sent: date) -> date:
    """Five days after it was sent, Saturdays and Sundays not counted (12 CFR 1006.34(b)(5))."""
    return [day for n in range(1, 8) if (day := sent + timedelta(days=n)).weekday() < 5][-1]


def paid(amount: int, days: int = 0, name: str = "m-1") -> e.PaymentReceived:
    day = days_ago(days).date()
    return e.PaymentReceived(event_id=name, amount=amount, currency="USD", value_date=day)


PARTS = [
    *("Via Esempio 2, 20121 Milano", "Ștefania Щукина", "Via Roma 1, 00100", "A-12345678"),
    *("Banca Esempio", "Owed on", "(day of the contract)", "US$500.00", "Interest", "Fees and costs"),
    *("Payments", "Credits and corrections", "Owed now", "I dispute the debt", "It is not my debt."),
    *("The amount is wrong.", "For another reason", "name and address of the original creditor"),
    *("attempt to collect a debt", "will be used for that purpose", "www.cfpb.gov/debt-collection"),
]
"""What 12 CFR 1006.34(c) asks for, as a reader finds it."""


def test_the_letter_holds_all_that_the_law_asks_for(desk: Desk) -> None:
    desk.send()
    page = desk.page()
    assert [part for part in PARTS if part not in page] == []
    assert written(days_ago(LENT_DAYS_AGO).date()) in page


def test_the_email_holds_it_too(desk: Desk) -> None:
    desk.send(Channel.email)
    mail = desk.mail()
    assert [part for part in PARTS if part not in mail] == []


@pytest.mark.any_day
@pytest.mark.parametrize("channel", [Channel.letter, Channel.email])
def test_the_last_day_of_the_period_stands_in_three_statements_and_comes_back(desk: Desk, channel: Channel) -> None:
    sent = desk.send(channel)
    assert (sent.notice.fact, sent.notice.since) == ("validation_notice", right_now().date())
    assert sent.notice.until >= received(sent.notice.since) + timedelta(days=30)
    text = desk.page() if channel is Channel.letter else desk.mail()
    last = written(sent.notice.until)
    assert len(re.findall(f"by {last}", text)) == 3


@pytest.mark.any_day
def test_the_debt_is_itemised_from_the_last_payment_on(desk: Desk) -> None:
    desk.hears(paid(120_00, 20), paid(50_00, 10, "m-2"), paid(30_00, 15, "m-3"))
    desk.send(Channel.email)
    mail = desk.mail()
    assert f"Owed on {written(days_ago(10).date())} (day of the last payment): US$300.00\n" in mail
    assert "Payments: US$0.00\n" in mail
    assert "Owed now: US$300.00" in mail


def test_a_payment_that_was_taken_back_is_not_the_last_one(desk: Desk) -> None:
    desk.hears(paid(120_00, 20), paid(50_00, 10, "m-2"), e.PaymentReversed(event_id="r-1", payment="m-2"))
    assert desk.asked().itemised
    assert (desk.asked().itemised.day, desk.asked().itemised.amount) == (days_ago(20).date(), 380_00)


@pytest.mark.parametrize(
    "wrong", [{"amount": 499_99}, {"current": 500_01}, {"credits": -1}, {"amount": 0, "fees": 500_00}]
)
def test_what_does_not_add_up_is_not_made(desk: Desk, wrong: dict[str, int]) -> None:
    sums = desk.asked().itemised
    assert sums
    refused = desk.send(itemised=sums.model_copy(update=wrong))
    assert (refused.kind, refused.person, refused.rule.split(":")[0]) == ("step_refused", True, "US-C2")
    assert not list(desk.outbox.directory.glob("*/*"))


@pytest.mark.parametrize("channel", [Channel.letter, Channel.email])
def test_without_the_address_of_who_writes_it_does_not_go(desk: Desk, channel: Channel) -> None:
    desk.say(Portfolio, sender_address=None, sender="An agency")
    refused = desk.send(channel)
    assert (refused.kind, refused.person, refused.incomplete) == ("step_refused", True, True)
    assert refused.rule == "US-C2: sender_address not known, portfolio p"
    with desk.database.reading() as session:
        assert session.exec(select(Attempt)).one().status == "withdrawn"


def test_an_email_needs_the_postal_address_of_the_debtor_too(desk: Desk) -> None:
    desk.say(Party, street=None)
    assert desk.send(Channel.email).rule.startswith("US-C2: address not known")


def test_without_the_day_of_the_contract_or_a_payment_it_does_not_go(sqlite_database: Database, tmp_path: Path) -> None:
    desk = Desk(sqlite_database, tmp_path, contract_date=None)
    assert desk.send().rule.startswith("US-C2: itemised not known")
    desk.hears(paid(1_00))
    assert desk.send().kind == "message_sent"


def test_of_a_debt_that_was_sold_since_nobody_knows_who_was_owed_then(desk: Desk) -> None:
    desk.hears(e.Circumstance(event_id="t-1", name="transferred", since=days_ago(5).date()))
    assert desk.send().rule.startswith("US-C2: creditor_then not known")


def test_where_no_law_gives_a_period_there_is_no_notice(desk: Desk) -> None:
    assert desk.send(country="GB").rule.startswith("US-C2: validation_until not known")


@pytest.mark.parametrize("language", [language for language in LOCALES if language != "en"])
def test_a_notice_in_another_language_brings_the_english_one_with_it(
    sqlite_database: Database, tmp_path: Path, language: str
) -> None:
    desk = Desk(sqlite_database, tmp_path, language=language)
    assert desk.send().kind == "message_sent"
    page, phrases = desk.page(), TEXTS.languages[language].phrases
    assert [answer for answer in ANSWERS if phrases[answer].split("(")[0].strip() not in page] == []
    assert [part for part in PARTS if part not in page] == []


def test_an_email_in_another_language_brings_the_english_words_too(sqlite_database: Database, tmp_path: Path) -> None:
    desk = Desk(sqlite_database, tmp_path, language="it")
    desk.send(Channel.email)
    assert "ciò che ci comunica sarà usato a questo scopo" in desk.mail()
    assert [part for part in PARTS if part not in desk.mail()] == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Se entro il {validation_until} non contesta", "Se non contesta", "validation_until 2 times; expected 3"),
        ("Creditore quando iniziano le somme qui sotto: {creditor_then}. ", "", "does not name: creditor_then"),
        ('      - "{itemised}"\n', "", "does not name: itemised"),
        ("      - *not_mine\n", "", "does not offer the answer 'Il debito non è mio.'"),
    ],
)
def test_a_file_whose_notice_misses_a_part_does_not_load(tmp_path: Path, old: str, new: str, says: str) -> None:
    directory = Path(shutil.copytree(LETTERS, tmp_path / "letters"))
    file = directory / "it.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(TextFault, match=re.escape(says)):
        load_texts(directory)


def test_a_step_with_another_text_is_not_itemised(desk: Desk) -> None:
    act = desk.asked().act.model_copy(update={"text": "first_letter"})
    assert step_input(desk.case, act, right_now()).itemised is None
