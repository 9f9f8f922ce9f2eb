"""Does a statement of a debt, and the table of a letter, explain every cent in the debtor's language?"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.pack_files import jurisdictions
from models.addressee import Addressee
from models.case import Case, Plan, Promise
from models.ledger_entries import Entry, OpenCharge
from models.tables.accounts import Account, Party, Portfolio
from models.tariff import Caps, LateFee, Rate, Tariff
from store.addressees import addressed
from tests.activities.ledger_facts import DAY, ENTRIES, OWED, lent, pages, statement
from tests.activities.letter_facts import HOSTILE, TEXTS, facts, spaced
from tests.policy.cases import day as day_of
from tests.policy.test_ledger import DAYS, books
from writing.debt_statement import stated
from writing.document_content import Owed, Statement
from writing.document_pdf import DocumentFault, make_statement
from writing.local_formats import LOCALES, day, money

LAW = jurisdictions()["IT"]
TYPST = '#panic("x") *b* $x$ _i_ <l> @r [c] \\ {amount} //c'
VERDICTS: tuple[Literal["running", "broken"], ...] = ("running", "broken")
EXPLAINED = {
    "en": ["8.25% a year on €230.00 overdue, from 2 July 2026 to 31 July 2026 (30 days)", "Less than computed"],
    "it": ["8,25% all'anno su 230,00 € scaduti, dal 2 luglio 2026 al 31 luglio 2026 (30 giorni)", "Meno di quanto"],
    "nl": [
        "8,25% per jaar over € 230,00 achterstand, van 2 juli 2026 tot en met 31 juli 2026 (30 dagen)",
        "Minder dan",
    ],
    "ro": ["8,25 % pe an din restanța de 230,00 RON, de la 2 iulie 2026 până la 31 iulie 2026 inclusiv (30 de zile)"],
    "ru": ["8,25 % в год на просроченную сумму 230,00 ₽, с 2 июля 2026 г. по 31 июля 2026 г. (30 дней)", "Меньше, чем"],
    "pt": ["8,25% ao ano sobre R$ 230,00 em atraso, de 2 de julho de 2026 a 31 de julho de 2026 (30 dias)"],
}


def words(paper: Statement) -> str:
    return " ".join(pages(make_statement(TEXTS, paper)))


def table_of(entries: tuple[Entry, ...], **owed: Any) -> Statement:
    """A statement of these entries, all of it principal."""
    total = sum(entry.amount for entry in entries)
    known: dict[str, Any] = OWED | {"outstanding": total, "overdue": total, "principal": total, "interest": 0}
    rest = (OpenCharge(what="principal", day=DAY, amount=total),) if total > 0 else ()
    return statement(
        "en", entries=entries, agreements=(), owed=known | {"open": (), "beside": rest, "disputed": 0} | owed
    )


@pytest.mark.parametrize("language", LOCALES)
def test_a_statement_shows_what_was_paid_what_is_open_and_how_interest_was_computed(language: str) -> None:
    text, currency = words(statement(language)), facts(language).currency
    figures = (35_000, 45_151, 70_151, 65_851, 4_300, 19_851, 12_300, 2_649)
    wanted = [spaced(money(minor, currency, language)) for minor in figures]
    wanted += [spaced(day(DAY, language)), *EXPLAINED[language]]
    assert [w for w in wanted if w not in text] == []


@pytest.mark.parametrize("language", LOCALES)
def test_a_statement_says_how_to_pay_whom_to_ask_and_how_to_object_on_its_first_page(language: str) -> None:
    first = pages(make_statement(TEXTS, statement(language)))[0]
    wanted = ["IT60 X054 2811 1010 0000 0123 456", facts(language).contact, *TEXTS.languages[language].closing.answers]
    assert [w for w in wanted if w not in first] == []


@pytest.mark.parametrize("language", LOCALES)
def test_what_was_promised_and_agreed_stands_in_it(language: str) -> None:
    text, currency = words(statement(language)), facts(language).currency
    wanted = [day(date(2026, 10, 2), language), day(date(2026, 11, 15), language), money(5_000, currency, language)]
    assert [w for w in map(spaced, wanted) if w not in text] == []


def test_each_payment_says_where_it_went_and_a_fee_for_what_it_is() -> None:
    text = words(statement("en"))
    assert "It went to: instalment 1: interest €20.00, principal €230.00 -€250.00 €750.00" in text
    assert (
        "costs €40.00; instalment 2: late fees €12.00; interest €1.51; instalment 2: interest €20.00, principal" in text
    )
    assert "Late fee Instalment 2 · 4% of €250.00 · At least €12.00 is charged. €12.00 €762.00" in text
    assert "Payment taken back the bank did not pay it €50.00 €698.51" in text


def test_a_payment_that_was_more_than_what_was_owed_says_what_is_left_of_it() -> None:
    paid = ENTRIES[3].model_copy(update={"amount": -26_000})
    text = words(table_of((ENTRIES[0], ENTRIES[1], paid)))
    assert "More than was owed then: €10.00" in text


def test_a_debtor_who_owes_nothing_reads_so_at_once_and_what_was_paid_too_much() -> None:
    entries = (ENTRIES[0], ENTRIES[3].model_copy(update={"amount": -93_000}))
    text = words(table_of(entries, outstanding=0, overdue=0, principal=0, credit=1_000))
    assert "You do not owe anything more." in text
    assert "You have paid €10.00 more than was owed." in text
    assert "What is open" not in text


@pytest.mark.parametrize(("currency", "shown"), [("JPY", "JP¥70,151"), ("KWD", "KWD 70.151"), ("BRL", "R$701.51")])
def test_a_currency_has_as_many_decimals_as_it_has(currency: str, shown: str) -> None:
    assert shown in words(statement("en", currency=currency))


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize(
    "currency", ["EUR", "RON", "RUB", "BRL", "GBP", "USD", "JPY", "KWD", "INR", "UAH", "TRY", "PLN"]
)
def test_every_currency_has_its_sign_in_our_fonts(language: str, currency: str) -> None:
    assert make_statement(TEXTS, statement(language, currency=currency)).content.startswith(b"%PDF")


@pytest.mark.parametrize("name", [TYPST, HOSTILE])
@pytest.mark.parametrize("language", LOCALES)
def test_a_name_is_printed_as_it_is_and_changes_nothing_else(language: str, name: str) -> None:
    assert name in words(statement(language, name=name))


def test_a_reason_of_the_lender_is_printed_as_it_is() -> None:
    entry = Entry(key="a", kind="adjustment", day=DAY, amount=5, reason="#panic({parts})")
    assert "#panic({parts})" in words(table_of((entry,)))


@pytest.mark.parametrize(("reason", "shown"), [("uncollectible", "cannot be collected"), ("adjustment", "")])
def test_a_reason_that_we_know_is_said_in_words_and_none_is_not_said(reason: str, shown: str) -> None:
    entries = (ENTRIES[0], Entry(key="w", kind="write_off", day=DAY, amount=-500, reason=reason))
    assert f"Given up by the creditor {shown} -€5.00".replace("  ", " ") in words(table_of(entries))


def test_the_same_statement_has_the_same_bytes() -> None:
    assert make_statement(TEXTS, statement("ru")) == make_statement(TEXTS, statement("ru"))


def test_a_ledger_of_400_entries_has_its_header_on_each_page_and_no_entry_is_lost() -> None:
    first = date(2025, 1, 1)
    entries = tuple(
        Entry(key=f"c{n}", kind="cost", day=first + timedelta(days=n), amount=1_000 + n, reason=f"cost_{n}_")
        for n in range(400)
    )
    found = pages(make_statement(TEXTS, table_of(entries)))
    ledger = [page for page in found if "cost " in page]
    assert [n for n in range(400) if not any(f"cost {n} €" in page for page in found)] == []
    assert len(ledger) > 5
    assert all("Date Entry Amount Then owed" in page for page in ledger)


def test_entries_that_do_not_make_what_is_open_are_no_statement() -> None:
    with pytest.raises(ValueError, match="the entries make 69851, not 70151 outstanding less 0"):
        statement("en", entries=tuple(entry for entry in ENTRIES if entry.key != "l2"))


def test_parts_that_do_not_make_what_is_open_are_no_statement() -> None:
    with pytest.raises(ValueError, match="the parts make 70150, not 70151"):
        Owed(**OWED | {"interest": 4_299})
    with pytest.raises(ValueError, match="the instalments and charges make 69851, not 70151"):
        Owed(**OWED | {"beside": ()})


def test_a_name_without_glyphs_is_refused() -> None:
    with pytest.raises(DocumentFault, match="could not be displayed"):
        make_statement(TEXTS, statement("en", name="李明"))


# --- from a case -----------------------------------------------------------------------------------------------------


def known(case: Case, language: str = "it") -> Addressee:
    common: dict[str, Any] = {"id": case.account, "portfolio": "p1", "reference": "IT-1", "party": "d1"}
    row = Account(**common, creditor="Banca Esempio", currency=case.currency)
    person: dict[str, Any] = {"id": "d1", "client": "bank", "reference": "P-1", "name": "Ștefania Щукина"}
    home: dict[str, Any] = {"street": "Via Roma 1", "city": "Roma", "country": "IT", "zone": case.zone}
    party = Party(**person, **home, language=language)
    owner = Portfolio(id="p1", client="bank", source="test", role="agency", licence="Lic. 115/7")
    return addressed(row, party, owner, LAW)


def test_a_case_becomes_a_statement_with_its_running_promise_and_plan_only() -> None:
    promises = [
        Promise(event_id=v, amount=500, due=day_of(50), made=datetime(2027, 3, 2, tzinfo=UTC), verdict=v)
        for v in VERDICTS
    ]
    plan = Plan(event_id="p", instalments=((day_of(60), 700),), made=datetime(2027, 3, 2, tzinfo=UTC))
    case = lent(promises=tuple(promises), plans=(plan, plan.model_copy(update={"verdict": "broken"})))
    paper = stated(TEXTS, case, known(case), day_of(45))
    assert [(a.kind, a.dues) for a in paper.agreements] == [
        ("promise", ((day_of(50), 500),)),
        ("plan", ((day_of(60), 700),)),
    ]


def test_the_same_day_and_case_make_the_same_bytes_and_another_day_others() -> None:
    case = lent()
    first, again, later = (
        make_statement(TEXTS, stated(TEXTS, case, known(case), day_of(d))).sha256 for d in (45, 45, 46)
    )
    assert (first == again, first == later) == (True, False)


@given(books(), DAYS)
@settings(max_examples=150, deadline=None)
def test_whatever_happened_to_an_account_its_statement_adds_up_on_every_day(case: Case, on: int) -> None:
    paper = stated(TEXTS, case, known(case), day_of(on))
    due = sum(i.open for i in paper.owed.open if i.due < paper.day)
    late = sum(c.amount for c in paper.owed.beside if c.day is None or c.day < paper.day)
    assert sum(entry.amount for entry in paper.entries) == paper.owed.outstanding - paper.owed.credit
    assert due + late == paper.owed.overdue


@given(books(), DAYS, st.sampled_from(sorted(LOCALES)))
@settings(max_examples=25, deadline=None)
def test_whatever_happened_to_an_account_its_statement_can_be_printed(case: Case, on: int, language: str) -> None:
    paper = stated(TEXTS, case, known(case, language), day_of(on))
    assert make_statement(TEXTS, paper).content.startswith(b"%PDF")


def test_a_year_late_is_explained_period_by_period_as_it_was_computed() -> None:
    tariff = Tariff(
        name="t",
        interest=(
            Rate(since=day_of(0), percent=Decimal("7.3")),
            Rate(since=day_of(100), percent=Decimal("0.02"), per="day"),
        ),
        late_fees=(LateFee(since=day_of(0), percent=Decimal(4), least=1_200, most=15_000, after_days=5),),
        caps=Caps(total=Decimal("0.15"), rules=("X",)),
    )
    case = lent(tariff=tariff)
    text = words(stated(TEXTS, case, known(case, "en"), day_of(200)))
    assert "7.3% a year on €110.00 overdue, from 2 March 2027 to 31 March 2027 (30 days)" in text
    assert "Instalment 1 · 4% of €120.00 · At least €12.00 is charged." in text
    assert "Less than computed: the law or the contract sets a limit." in text


def test_an_arrangement_that_changed_the_debt_says_so_in_the_debtors_language() -> None:
    entries = [
        Entry(key="s/1", kind="adjustment", day=DAY, amount=-60_00, reason="settled"),
        Entry(key="s/2", kind="adjustment", day=DAY, amount=60_00, reason="settlement_broken"),
    ]
    paper = statement("it", entries=(*ENTRIES, *entries))
    text = spaced(" ".join(pages(make_statement(TEXTS, paper))))
    assert "rinuncia concordata" in text
    assert "la riduzione concordata non vale più" in text
