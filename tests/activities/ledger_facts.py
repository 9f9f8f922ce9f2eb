"""A ledger in which everything happens once: interest, a fee, a cost, payments, one taken back, a credit, a cap."""

import io
from datetime import UTC, date, datetime
from typing import Any

from pypdf import PdfReader

from models import events as e
from models.case import Case, Instalment
from models.decisions import Act, OpenInstalment, StepInput
from models.evidence import Pdf
from models.ledger_entries import Entry, OpenCharge, Served
from tests.activities.letter_facts import TEXTS, facts, spaced
from tests.policy.cases import account as an_account
from tests.policy.cases import day as day_of
from writing.document_content import Agreement, InstalmentLine, Owed, Statement
from writing.rendering import render

DAY = date(2026, 9, 23)
RATE = "8.25 % a year"


def _day(month: int, day: int) -> date:
    return date(2026, month, day)


ENTRIES = (
    Entry(key="p", kind="principal", day=_day(1, 10), amount=92_000),
    Entry(key="i", kind="interest", day=_day(1, 10), amount=8_000, reason="contract"),
    Entry(key="d1", kind="instalment_due", day=_day(6, 1), amount=0, instalment=1, due=25_000),
    Entry(
        key="pay1",
        kind="payment",
        day=_day(6, 1),
        amount=-25_000,
        served=(
            Served(what="interest", instalment=1, amount=2_000),
            Served(what="principal", instalment=1, amount=23_000),
        ),
    ),
    Entry(key="d2", kind="instalment_due", day=_day(7, 1), amount=0, instalment=2, due=25_000),
    Entry(key="f2", kind="late_fee", day=_day(7, 5), instalment=2, amount=1_200, base=25_000, rate="4 %"),
    Entry(key="c1", kind="cost", day=_day(7, 10), amount=4_000, reason="registered_letter"),
    Entry(key="l1", kind="interest", day=_day(7, 2), until=_day(7, 31), base=23_000, rate=RATE, amount=151),
    Entry(key="d3", kind="instalment_due", day=_day(8, 1), amount=0, instalment=3, due=25_000),
    Entry(
        key="pay2",
        kind="payment",
        day=_day(8, 3),
        amount=-10_000,
        served=(
            Served(what="cost", instalment=None, amount=4_000),
            Served(what="late_fee", instalment=2, amount=1_200),
            Served(what="interest", instalment=None, amount=151),
            Served(what="interest", instalment=2, amount=2_000),
            Served(what="principal", instalment=2, amount=2_649),
        ),
    ),
    Entry(key="a1", kind="adjustment", day=_day(8, 10), amount=-500, reason="goodwill_credit"),
    Entry(key="pay3", kind="payment", day=_day(8, 20), amount=-5_000),
    Entry(key="r3", kind="reversal", day=_day(8, 25), amount=5_000, reason="bounced"),
    Entry(
        key="l2", kind="interest", day=_day(8, 1), until=_day(9, 22), base=43_000, rate="0.8 % a day", amount=300,
        capped=True,
    ),
)  # fmt: skip
OPEN = (
    InstalmentLine(number=2, due=_day(7, 1), amount=25_000, open=19_851),
    InstalmentLine(number=3, due=_day(8, 1), amount=25_000, open=25_000),
    InstalmentLine(number=4, due=_day(10, 1), amount=25_000, open=25_000),
)
LATE = OpenCharge(what="interest", day=None, amount=300)
OWED: dict[str, Any] = {
    "outstanding": 70_151,
    "overdue": 45_151,
    "paid": 35_000,
    "credit": 0,
    "disputed": 12_300,
    "principal": 65_851,
    "interest": 4_300,
    "late_fees": 0,
    "costs": 0,
    "open": OPEN,
    "beside": (LATE,),
}
AGREED = (
    Agreement(kind="promise", dues=((_day(10, 2), 10_000),)),
    Agreement(kind="plan", dues=((_day(10, 15), 15_000), (_day(11, 15), 15_000)), waived=5_000),
)


def statement(language: str, name: str = "Marta Bianchi", **changes: Any) -> Statement:
    """A statement of all that, in a language; `owed` changes single figures."""
    owed = Owed(**(OWED | changes.pop("owed", {})))
    known = facts(language, name=name, outstanding=owed.outstanding, overdue=owed.overdue, today=DAY)
    values: dict[str, Any] = {
        "language": language,
        "made": datetime(2026, 9, 23, tzinfo=UTC),
        "sender": known.sender,
        "contact": known.contact,
        "creditor": known.creditor,
        "reference": known.reference,
        "text": render(TEXTS, language, "statement", "letter", known),
        "address": (name, "Via Garibaldi 12", "00153 Roma"),
        "day": DAY,
        "currency": known.currency,
        "owed": owed,
        "entries": ENTRIES,
        "agreements": AGREED,
    }
    return Statement(**(values | changes))


def lent(**more: Any) -> Case:
    """Three instalments of 120.00 with 10.00 interest each; on day 45 two are overdue."""
    due = tuple(Instalment(number=n + 1, due=day_of(30 * n), amount=12_000, interest=1_000) for n in range(3))
    return an_account(instalments=due, **more)


def asked(**changes: Any) -> StepInput:
    values: dict[str, Any] = {
        "account": "a1",
        "party": "d1",
        "country": "IT",
        "zone": "Europe/Rome",
        "currency": "EUR",
        "act": Act(why="", step="letter", round="e1", do="letter", channel=e.Channel.letter, key="k", attempt=1),
        "now": datetime(2026, 9, 23, 8, tzinfo=UTC),
        "outstanding": 70_151,
        "overdue": 45_151,
        "oldest_due": date(2026, 7, 1),
        "due_amount": 19_851,
        "days_past_due": 84,
        "open": tuple(OpenInstalment(**i.model_dump()) for i in OPEN),
        "entries": ENTRIES,
        "beside": (LATE,),
    }
    return StepInput(**(values | changes))


def pages(pdf: Pdf) -> list[str]:
    found = [spaced(page.extract_text()) for page in PdfReader(io.BytesIO(pdf.content)).pages]
    return [" ".join(page.split()) for page in found]
