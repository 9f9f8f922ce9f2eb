"""What do the letters of these tests say? The longest facts that one may really meet, and a hostile name."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from writing.text_facts import TextFacts
from writing.texts import load_texts

LETTERS = Path(__file__).parents[2] / "packs" / "letters"
TEXTS = load_texts(LETTERS)
HOSTILE = "Eve {overdue} {0.__class__} %s *b* #panic"
CURRENCY = {"ro": "RON", "ru": "RUB", "pt": "BRL"}
CREDITOR = {"ro": "Banca Română de Credit Țărănesc", "ru": "МКК «Быстрые деньги»", "pt": "Crédito e Poupança São João"}


PARTICULARS = {
    "product": "consumer_loan",
    "principal": 9000001,
    "interest": 800002,
    "late_fees": 70003,
    "costs": 6537,
    "creditor_address": "Piazza del Credito 1, 40121 Bologna",
    "creditor_number": "CF 01234567890",
    "sender_address": "Via dei Solleciti 2, 20121 Milano",
    "phone": "+39 02 7654321",
    "licence": "Lic. 115/2026",
    "complaints": "reclami@agenzia.example.org",
}
"""What a law may want said besides."""


def facts(language: str = "en", **changes: object) -> TextFacts:
    """The longest facts that one may really meet."""
    values: dict[str, object] = {
        "name": HOSTILE,
        "creditor": CREDITOR.get(language, "Cassa di Risparmio dell'Adriatico"),
        "sender": "CEC Srl",
        "reference": "CRA-2026-00012345",
        "contact": "8 800 555-35-35" if language == "ru" else "0800 123 456, aiuto.example/K2Q7",
        "pay_to": "IBAN IT60 X054 2811 1010 0000 0123 456",
        "currency": CURRENCY.get(language, "EUR"),
        "today": date(2026, 9, 23),
        "overdue": 1234567,
        "outstanding": 9876543,
        "due": date(2026, 9, 23),
        "due_amount": 123456,
        "oldest_due": date(2026, 9, 21),
        "days_past_due": 102,
        "promise_amount": 345678,
        "promise_due": date(2026, 9, 22),
        "notice_days": 21,
        "collection_fee": 85123,
        "offer_months": 12,
        "offer_instalment": 456789,
        "offer_discount": Decimal("12.5"),
        "offer_settlement": 8641975,
        "offer_until": date(2026, 9, 29),
        "offer_defer_until": date(2026, 9, 30),
        "accounts": (
            {"reference": "CRA-2026-00012345", "overdue": 1200000, "outstanding": 9000000},
            {"reference": "CRA-2026-00012346", "overdue": 34567, "outstanding": 876543},
        ),
        "country": "IT",
        "sender_address": "Via Emilia 1, 40100 Bologna",
        "address": "Via Garibaldi 12, 00153 Roma",
        "creditor_then": CREDITOR.get(language, "Cassa di Risparmio dell'Adriatico"),
        "itemised": "Owed on 1 May 2026: 98.765,43",
        "validation_until": date(2026, 10, 30),
        "transferred": date(2026, 9, 1),
    }
    return TextFacts.model_validate(PARTICULARS | values | changes)


def spaced(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")
