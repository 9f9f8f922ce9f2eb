"""Do the papers hold what they must, as text that a court's clerk can search, and byte for byte the same each time?"""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from pypdf import PdfReader

from models.evidence import Pdf
from models.ledger_entries import Entry
from tests.activities.letter_facts import TEXTS, facts, spaced
from writing.document_content import (
    AttemptLine,
    Certificate,
    Computation,
    ComputationLine,
    DocumentLine,
    InstalmentLine,
    Letter,
    Notice,
    NoticeLine,
    Package,
    PaymentLine,
    Release,
)
from writing.document_pdf import DocumentFault, make_certificate, make_letter, make_notice, make_package
from writing.local_formats import LOCALES
from writing.rendering import render
from writing.texts import text_version

NAMES = {
    "it": "Giuseppina Dell'Acqua",
    "ro": "Ștefăniță Țuțuianu-Băsescu",
    "nl": "Joris van den Bergh-IJsselstein",
    "ru": "Екатерина Щёголева",
    "pt": "João Gonçalves da Conceição",
    "en": '#panic("x") *b* $x$ _i_ <l> @r [c] \\ {overdue} //c',
}
FINGERPRINT = sha256(b"a letter").hexdigest()


def pages(pdf: Pdf) -> list[str]:
    return [spaced(page.extract_text()) for page in PdfReader(io.BytesIO(pdf.content)).pages]


def words(pdf: Pdf) -> str:
    """The text in one line: where lines break is the template's affair."""
    return " ".join(" ".join(pages(pdf)).split())


def common(language: str, text: str) -> dict[str, Any]:
    known = facts(language, name=NAMES[language])
    return {
        "language": language,
        "made": datetime(2026, 9, 23, 8, 0, tzinfo=UTC),
        "sender": known.sender,
        "contact": known.contact,
        "creditor": known.creditor,
        "reference": known.reference,
        "text": render(TEXTS, language, text, "letter", known),
    }


def addressed(language: str, text: str) -> dict[str, Any]:
    lines = (
        ComputationLine(kind="rest", number=9, day=date(2026, 7, 1), amount=234567),
        ComputationLine(kind="instalment", number=10, day=date(2026, 8, 1), amount=1000000),
    )
    sums = Computation(
        currency=facts(language).currency,
        day=date(2026, 9, 23),
        lines=lines,
        entries=(Entry(key="principal", kind="principal", day=date(2026, 1, 1), amount=9876543),),
        overdue=1234567,
        outstanding=9876543,
    )
    return common(language, text) | {
        "address": (NAMES[language], "Via Garibaldi 12", "00153 Roma"),
        "computation": sums,
    }


def evidence(language: str, text: str, attempts: int) -> dict[str, Any]:
    tried = (
        AttemptLine(
            day=date(2026, 1, 1) + timedelta(days=i),
            channel="sms",
            step=f"Step-{i}",
            outcome="delivered",
            proof=f"SM{i:032d}",
        )
        for i in range(attempts)
    )
    return common(language, text) | {
        "debtor": (NAMES[language], "Via Garibaldi 12", "00153 Roma"),
        "specialist": "Marta Bianchi",
        "currency": facts(language).currency,
        "overdue": 1234567,
        "outstanding": 9876543,
        "oldest_due": date(2026, 7, 1),
        "days_past_due": 84,
        "attempts": tuple(tried),
        "documents": (DocumentLine(title="Lettera 1", day=date(2026, 8, 3), sha256=FINGERPRINT),),
        "released": (
            Release(name="Paolo Ricci", day=date(2026, 9, 22)),
            Release(name="Anna Verdi", day=date(2026, 9, 23)),
        ),
    }


def letter(language: str) -> Letter:
    return Letter(**addressed(language, "first_letter"))


def notice(language: str) -> Notice:
    return Notice(**addressed(language, "formal_notice"), delivery="registered_letter", notice_days=15)


def certificate(language: str, attempts: int = 3) -> Certificate:
    return Certificate(**evidence(language, "certificate", attempts))


def package(language: str) -> Package:
    return Package(
        **evidence(language, "legal_package", 3),
        product="microloan",
        principal=10000000,
        instalments=(InstalmentLine(number=1, due=date(2026, 6, 1), amount=1000000, open=0),),
        payments=(PaymentLine(day=date(2026, 6, 2), amount=1000001, reversed=True),),
        notices=(
            NoticeLine(day=date(2026, 9, 1), delivery="registered_letter", proof="RR123456785IT", sha256=FINGERPRINT),
        ),
        certificate=FINGERPRINT,
    )


@pytest.mark.parametrize("language", LOCALES)
def test_every_paper_prints_the_name_as_it_is_and_the_amount(language: str) -> None:
    amount = {
        "it": "12.345,67 €",
        "ro": "12.345,67 RON",
        "nl": "€ 12.345,67",
        "ru": "12 345,67 ₽",
        "pt": "R$ 12.345,67",
    }
    papers = [make_letter(TEXTS, letter(language)), make_notice(TEXTS, notice(language))]
    papers += [make_certificate(TEXTS, certificate(language)), make_package(TEXTS, package(language))]
    for text in map(words, papers):
        assert NAMES[language] in text
        assert amount.get(language, "€12,345.67") in text


@pytest.mark.parametrize("language", LOCALES)
def test_the_same_paper_made_twice_has_the_same_bytes(language: str) -> None:
    once, again = make_notice(TEXTS, notice(language)), make_notice(TEXTS, notice(language))
    assert once == again
    assert once.sha256 == sha256(again.content).hexdigest()
    assert once.text_version == text_version(TEXTS, language)


def test_papers_made_at_the_same_time_do_not_disturb_each_other() -> None:
    alone = [make_letter(TEXTS, letter(language)) for language in LOCALES]
    with ThreadPoolExecutor(6) as threads:
        together = list(threads.map(lambda language: make_letter(TEXTS, letter(language)), list(LOCALES) * 5))
    assert together == alone * 5


def test_a_letter_shows_line_by_line_how_the_amount_comes_about() -> None:
    assert (
        "Remainder of instalment 9 1 July 2026 €2,345.67 Instalment 10 1 August 2026 €10,000.00 Overdue €12,345.67"
        in (words(make_letter(TEXTS, letter("en"))))
    )


def test_a_letter_of_one_page_says_so_and_names_its_day() -> None:
    text = words(make_letter(TEXTS, letter("nl")))
    assert "Pagina 1 / 1" in text
    assert "23 september 2026" in text


def test_a_notice_names_its_delivery_and_its_term() -> None:
    text = words(make_notice(TEXTS, notice("it")))
    assert "raccomandata con ricevuta di ritorno" in text
    assert "15 giorni" in text


def test_a_certificate_holds_every_one_of_200_attempts_with_its_proof_under_a_header_on_each_page() -> None:
    made = make_certificate(TEXTS, certificate("it", 200))
    found = [page for page in pages(made) if "Step-" in page]
    text = words(made).replace("\u200b", "")
    assert [i for i in range(200) if f" Step-{i} " not in text or f"SM{i:032d}" not in text] == []
    assert all("Canale" in page and "Esito" in page for page in found)


def test_a_certificate_says_that_the_procedure_failed_and_who_released_it() -> None:
    text = words(make_certificate(TEXTS, certificate("it")))
    assert "la procedura stragiudiziale è fallita" in text
    assert "Paolo Ricci" in text
    assert "Anna Verdi" in text
    assert "Marta Bianchi" in text


def test_a_package_lists_contract_instalments_payments_notices_and_documents() -> None:
    text = words(make_package(TEXTS, package("pt")))
    wanted = [
        "microcrédito",
        "R$ 100.000,00",
        "1 de junho de 2026",
        "estornado",
        "R$ 10.000,01",
        "RR123456785IT",
        "Lettera 1",
    ]
    assert [w for w in wanted if w not in text] == []
    assert text.replace(" ", "").replace("\u200b", "").count(FINGERPRINT) == 3


def test_a_paper_is_pdf_a_2b_with_a_title_and_only_fonts_it_brings() -> None:
    made = make_letter(TEXTS, letter("ru"))
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in made.content
    assert PdfReader(io.BytesIO(made.content)).metadata["/Title"] == "О просрочке по вашему договору"  # type: ignore[index]


def test_a_name_without_glyphs_is_refused_rather_than_printed_as_boxes() -> None:
    with pytest.raises(DocumentFault, match="could not be displayed"):
        make_letter(TEXTS, letter("en").model_copy(update={"address": ("李明",)}))


def test_a_computation_that_does_not_add_up_is_refused() -> None:
    day = date(2026, 7, 1)
    line = ComputationLine(kind="instalment", number=1, day=day, amount=999)
    with pytest.raises(ValueError, match="the lines make 999"):
        Computation(currency="EUR", day=day, lines=(line,), entries=(), overdue=1000, outstanding=0)
