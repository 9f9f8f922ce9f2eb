"""Does the table of a letter lead to the very amount it asks for, and is a letter that does not never sent?"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from sqlmodel import select
from temporalio.exceptions import ApplicationError

from activities.attempt_frame import Effects
from activities.send_message import Contacting
from activities.vendors.outbox.outbox_send import Outbox
from models import events as e
from models.case import Case
from models.ledger_entries import Entry, OpenCharge
from models.tables.accounts import Account
from models.tables.trail import Attempt
from policy.money.position import position
from policy.steps.step_outcomes import step_input
from store.database import Database
from tests.activities.ledger_facts import DAY, ENTRIES, LATE, asked, lent, pages, statement
from tests.activities.letter_facts import TEXTS
from tests.durability.machine import take
from tests.now import days_ago
from tests.policy.cases import at
from tests.policy.cases import day as day_of
from tests.policy.test_ledger import DAYS, books
from tests.vendors.post import REMINDERS
from tests.workflows.houses import account_row
from writing.document_content import Computation, Letter
from writing.document_pdf import make_letter
from writing.paper_facts import DoesNotAddUp, computed


def letter_of(sums: Computation) -> str:
    paper = statement("en")
    letter = Letter(**{name: getattr(paper, name) for name in Letter.model_fields} | {"computation": sums})
    return " ".join(pages(make_letter(TEXTS, letter)))


def test_a_letter_leads_from_principal_interest_fees_and_payments_to_the_amount_it_asks_for() -> None:
    text = letter_of(computed(asked()))
    assert "Remainder of instalment 2 1 July 2026 €198.51 Instalment 3 1 August 2026 €250.00" in text
    assert "Interest for late payment €3.00 Overdue €451.51" in text
    assert "10 Jan 2026 Principal €920.00 10 Jan 2026 Interest under the contract €80.00" in text
    assert "8.25% a year on €230.00 overdue, from 2 July 2026 to 31 July 2026 (30 days) €1.51" in text
    assert "Outstanding in all €701.51 Not due yet (instalments 4) -€250.00 Overdue €451.51" in text


def test_many_payments_are_one_line_of_a_letter() -> None:
    more = tuple(Entry(key=f"p{n}", kind="payment", day=date(2026, 9, n), amount=-100, served=()) for n in range(1, 11))
    back = Entry(key="x", kind="cost", day=DAY, amount=1_000)
    assert "1 Jun 2026 – 10 Sept 2026 Payments (13) -€410.00" in letter_of(
        computed(asked(entries=(*ENTRIES, *more, back)))
    )


def test_fees_and_costs_that_are_open_stand_below_the_instalments_and_one_of_today_is_not_due() -> None:
    charges = (
        LATE,
        OpenCharge(what="late_fee", day=date(2026, 8, 5), amount=1_200, instalment=3),
        OpenCharge(what="interest", day=date(2026, 9, 1), amount=700),
        OpenCharge(what="principal", day=date(2026, 9, 2), amount=900),
        OpenCharge(what="cost", day=DAY, amount=4_000),
    )
    entries = (*ENTRIES, Entry(key="more", kind="cost", day=DAY, amount=6_800))
    text = letter_of(computed(asked(outstanding=76_951, overdue=47_951, beside=charges, entries=entries)))
    assert "Interest for late payment €3.00 Late fee (Instalment 3) 5 August 2026 €12.00 Interest 1 September" in text
    assert "Adjustment 2 September 2026 €9.00 Overdue €479.51" in text
    assert "Not due yet (instalments 4) -€290.00 Overdue €479.51" in text


@pytest.mark.parametrize(
    "wrong", [{"overdue": 45_152}, {"outstanding": 70_152}, {"entries": ENTRIES[1:]}, {"beside": ()}]
)
def test_a_letter_whose_lines_do_not_make_the_amount_is_not_sent(wrong: dict[str, Any]) -> None:
    with pytest.raises(DoesNotAddUp):
        computed(asked(**wrong))


def test_a_letter_that_does_not_add_up_leaves_no_trace_in_the_contact_log(
    sqlite_database: Database, tmp_path: Path
) -> None:
    contacting = Contacting(Effects(sqlite_database, {}, Outbox(tmp_path)), TEXTS)
    take(sqlite_database, "p", [account_row("A1", "cec", [(days_ago(40), 50_000)])], REMINDERS, lambda _: "sms")
    with sqlite_database.reading() as session:
        account = session.exec(select(Account)).one()
    named = {"text": "first_reminder"}
    wrong = asked(entries=(), account=account.id, party=account.party)
    with pytest.raises(ApplicationError) as caught:
        contacting.send_message(wrong.model_copy(update={"act": wrong.act.model_copy(update=named)}))
    assert (caught.value.type, caught.value.non_retryable) == ("DoesNotAddUp", True)
    with sqlite_database.reading() as session:
        assert session.exec(select(Attempt)).all() == []
    assert list(tmp_path.rglob("*.pdf")) == []


def test_a_step_on_paper_carries_the_ledger_and_an_sms_does_not() -> None:
    case, now = lent(), datetime(2027, 4, 15, 8, tzinfo=UTC)
    paper = asked().act
    sms = paper.model_copy(update={"do": "sms", "channel": e.Channel.sms})
    by_letter, by_sms = (step_input(case, act, now) for act in (paper, sms))
    assert sum(entry.amount for entry in by_letter.entries) == position(case, day_of(45)).outstanding == 36_000
    assert (by_sms.entries, by_sms.open) == ((), ())
    assert computed(by_letter).overdue == 24_000


@given(books(), DAYS)
@settings(max_examples=150, deadline=None)
def test_whatever_happened_to_an_account_its_letter_adds_up_on_every_day(case: Case, on: int) -> None:
    sums = computed(step_input(case, asked().act, at(on, "12:00")))
    assert sum(line.amount for line in sums.lines) == sums.overdue == position(case, day_of(on)).overdue
