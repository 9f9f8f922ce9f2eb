"""Do papers say what the law of charges says: the cost a Dutch letter announces, the Italian test of a small claim?"""

import io
from datetime import date, datetime
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
from intake.pack_files import jurisdictions, strategy
from models.decisions import Barred, StepInput
from models.tables.accounts import Portfolio
from models.tables.trail import Document
from policy.deciding.treatment import decide
from policy.steps.step_outcomes import step_input
from settings import HOUSE
from store.case_opening import load_cases
from store.database import Database
from tests.activities.letter_facts import spaced
from tests.durability.machine import take
from tests.now import days_ago, right_now
from tests.workflows.houses import account_row
from writing.texts import TextFault, load_texts

AT_ONCE = strategy(HOUSE / "tests" / "durability" / "strategy.yaml")
LAW, TEXTS = jurisdictions(), load_texts(HOUSE / "packs" / "letters")


class Desk:
    """One account, and the real activities around an outbox."""

    def __init__(self, database: Database, directory: Path, place: str, dues: list[tuple[datetime, int]]) -> None:
        self.database, self.outbox = database, Outbox(directory)
        effects = Effects(database, LAW, self.outbox)
        self.contacting, self.issuing = (make(effects, TEXTS) for make in (Contacting, Issuing))
        take(database, "p", [account_row("A1", place, dues)], AT_ONCE, lambda _: "papers")
        with database.reading() as session:
            self.case = load_cases(session, "p", 0, 1, right_now())[0][0]

    def asked(self, **changes: Any) -> StepInput:
        """The case's first step, changed as the test wants it."""
        now = right_now()
        act: Any = decide(self.case, AT_ONCE.strategy, LAW[self.case.country], now).next
        asked = step_input(self.case, act.model_copy(update=changes), now)
        return asked.model_copy(update={"released": (("anna", now.date()),)})

    def letter(self, text: str) -> str:
        """Send a letter; what went out."""
        ActivityEnvironment().run(self.contacting.send_message, self.asked(text=text))
        [file] = self.outbox.directory.glob("*/*.txt")
        return spaced(file.read_text(encoding="utf-8"))

    def certificate(self, **changes: Any) -> str:
        """Issue the certificate; the text of the PDF that was kept."""
        asked = self.asked(step="certificate", do="certificate", channel=None, text="certificate", **changes)
        ActivityEnvironment().run(self.issuing.issue_certificate, asked)
        return self._kept()

    def package(self, **changes: Any) -> str:
        """Issue the evidence package; the text of the PDF that was kept."""
        asked = self.asked(step="package", do="legal_package", channel=None, text="legal_package", **changes)
        ActivityEnvironment().run(self.issuing.issue_package, asked)
        return self._kept()

    def _kept(self) -> str:
        with self.database.reading() as session:
            content = session.exec(select(Document)).one().content
        pages = PdfReader(io.BytesIO(content)).pages
        return " ".join(spaced(" ".join(page.extract_text() for page in pages)).split())


@pytest.mark.any_day
def test_a_dutch_letter_announces_the_cost_on_what_is_overdue(sqlite_database: Database, tmp_path: Path) -> None:
    desk = Desk(sqlite_database, tmp_path, "alth", [(days_ago(40), 500_00), (days_ago(-20), 900_00)])
    letter = desk.letter("fourteen_day_letter")
    assert "€ 75,00 incassokosten" in letter
    assert "binnen 14 dagen vanaf de dag nadat deze brief bij u is bezorgd" in letter


def test_a_dutch_letter_for_three_small_instalments_announces_one_minimum(
    sqlite_database: Database, tmp_path: Path
) -> None:
    desk = Desk(sqlite_database, tmp_path, "alth", [(days_ago(days), 100_00) for days in (100, 70, 40)])
    assert "€ 40,00 incassokosten" in desk.letter("fourteen_day_letter")


def test_a_dutch_letter_announces_vat_where_the_creditor_is_known_not_to_reclaim_it(
    sqlite_database: Database, tmp_path: Path
) -> None:
    desk = Desk(sqlite_database, tmp_path, "alth", [(days_ago(40), 500_00)])
    with sqlite_database.session() as session:
        session.get_one(Portfolio, "p").vat_reclaimable = False
    assert "€ 90,75 incassokosten" in desk.letter("fourteen_day_letter")


def test_where_no_law_gives_a_cost_the_letter_that_announces_one_is_not_written(
    sqlite_database: Database, tmp_path: Path
) -> None:
    desk = Desk(sqlite_database, tmp_path, "cec", [(days_ago(40), 500_00)])
    with pytest.raises(TextFault, match="needs the fact 'collection_fee'"):
        desk.letter("fourteen_day_letter")


@pytest.mark.parametrize(
    ("dues", "says"),
    [
        ([(400, 2500_00)], "requisiti presenti (IT-W1: ≤ 2.500,00 € / 5.000,00 €; ≥"),
        ([(400, 2500_01)], "requisiti presenti solo per un'impresa di più rilevante dimensione (IT-W1:"),
        ([(400, 5000_01)], "requisiti assenti, oltre il limite (IT-W1:"),
        ([(400, 100_00), (100, 100_00)], "non ancora, sei mesi dalla scadenza non trascorsi (IT-W1:"),
    ],
)
def test_an_italian_certificate_says_what_the_write_off_test_says(
    sqlite_database: Database, tmp_path: Path, dues: list[tuple[int, int]], says: str
) -> None:
    desk = Desk(sqlite_database, tmp_path, "cec", [(days_ago(days), amount) for days, amount in dues])
    assert says in desk.certificate()


def test_a_certificate_of_another_country_has_no_such_line(sqlite_database: Database, tmp_path: Path) -> None:
    certificate = Desk(sqlite_database, tmp_path, "kruk", [(days_ago(400), 100_00)]).certificate()
    assert "Deducere fiscală" not in certificate


def test_an_evidence_package_says_until_when_the_claim_can_be_brought(
    sqlite_database: Database, tmp_path: Path
) -> None:
    desk = Desk(sqlite_database, tmp_path, "kruk", [(days_ago(400), 100_00)])
    barred = Barred(last_day=date(2029, 3, 1), effect="must_be_pleaded", rule="RO-S1")
    says = "Se poate prescrie după 1 martie 2029 (RO-S1: numai dacă debitorul o invocă)"
    assert says in desk.package(barred=barred)


def test_a_dutch_certificate_says_it_in_the_debtors_language(sqlite_database: Database, tmp_path: Path) -> None:
    desk = Desk(sqlite_database, tmp_path, "alth", [(days_ago(400), 100_00)])
    barred = Barred(last_day=date(2029, 3, 1), effect="must_be_pleaded", rule="NL-S1")
    assert "Kan verjaard zijn na 1 maart 2029 (NL-S1: alleen als" in desk.certificate(barred=barred)


def test_where_nobody_knows_the_day_a_certificate_names_none(sqlite_database: Database, tmp_path: Path) -> None:
    assert "verjaard" not in Desk(sqlite_database, tmp_path, "alth", [(days_ago(400), 100_00)]).certificate()
