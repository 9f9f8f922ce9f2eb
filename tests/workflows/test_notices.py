"""Does what the law asks of a notice happen by itself: the Dutch letter and its cost, the British visit?"""

from datetime import date, timedelta
from typing import Any

from sqlmodel import select
from temporalio.testing import WorkflowEnvironment

from intake.pack_files import Pack, jurisdictions
from models import events as e
from models.case import Case
from models.tables.accounts import Account
from models.tables.trail import Ledger
from policy.parsing.pack_reading import read_strategy, strategy_version
from settings import HOUSE
from store.addressees import addressee_of
from store.database import Database
from tests.now import days_ago, right_now
from tests.workflows.houses import House, account_row
from tests.workflows.lives import Led
from writing.computation import statement
from writing.debt_statement import stated
from writing.document_pdf import make_statement
from writing.texts import load_texts

TEXTS = load_texts(HOUSE / "packs" / "letters")
HEAD = """format: 1
strategy: notices
title: For a test
cycles:
  - name: only
    ends: closed
    stages:
      - name: out_of_court
        from_dpd: 1
        steps:
"""
FREE_DAYS = """          - {id: free_days, do: letter, text: fourteen_day_letter, mandatory: true}
          - {id: call, do: call, after_days: 60}
"""
VISITS = """          - {id: announcement, do: letter, text: visit_announcement}
          - {id: visit, do: visit, assignee: field_agents, after_days: 7}
"""


async def led(env: WorkflowEnvironment, house: House, steps: str, **changes: Any) -> Led:
    """A case of its own strategy, started on the real server."""
    text = HEAD + steps
    pack = Pack(read_strategy(text, "notices.yaml"), strategy_version(text, "notices"), text)
    dues = [(days_ago(40), 1000_00), (days_ago(-400), 500_00)]
    [case] = house.take([account_row("A1", "alth", dues, **changes)], pack, "only", right_now())
    with env.with_time_skipping_disabled():
        handle = await house.start(case)
    return Led(env, house, handle, case)


def printed(database: Database, case: Case, day: date) -> str:
    """The statement of the case for a day: every word of its tables; and it can be printed."""
    with database.reading() as session:
        known = addressee_of(session, jurisdictions(), session.get_one(Account, case.account))
    paper = stated(TEXTS, case, known, day)
    assert make_statement(TEXTS, paper).content.startswith(b"%PDF")
    return str(statement(TEXTS, paper)).replace("\\xa0", " ")


async def test_the_cost_of_a_dutch_letter_stands_in_the_statement_on_the_first_day_after_its_term(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    life = await led(temporal_env, house, FREE_DAYS)
    while not (case := (await life.view()).case).letters:
        await life.days(1)
    [letter], [hold] = case.letters, await life.holds()
    assert (hold.reason, hold.until, letter.cost) == ("fourteen_days", letter.last_free_day, 150_00)
    assert "€ 150,00 incassokosten" in " ".join(house.sent()[-1].read_text(encoding="utf-8").split()).replace(
        "\u00a0", " "
    )
    await life.tell(e.PaymentReceived, amount=600_00, currency="EUR")
    while await life.today() <= letter.last_free_day + timedelta(days=1):
        await life.days(1)
    with house.database.reading() as session:
        rows = session.exec(select(Ledger).where(Ledger.account == case.account, Ledger.kind == "cost")).all()
    assert [(row.amount, row.value_date) for row in rows] == [(60_00, letter.last_free_day + timedelta(days=1))]
    case = (await life.view()).case
    said = printed(house.database, case, letter.last_free_day + timedelta(days=2))
    assert "15% van € 400,00" in said.replace("15 %", "15%")
    assert "Volgens de wet: NL-L1, BW 6:96(5); BIK art. 2(1), 2(2)." in said
    assert "60,00" not in printed(house.database, case, letter.last_free_day)


async def test_a_british_visit_is_announced_and_then_made(temporal_env: WorkflowEnvironment, house: House) -> None:
    place = {"country": "GB", "time_zone": "Europe/London", "currency": "GBP", "language": "en"}
    life = await led(temporal_env, house, VISITS, **place)
    await life.until("visit", 30)
    [known] = (await life.view()).case.known
    assert (known.name, known.until) == ("visit_announced", None)
    [task] = [task for task in house.tasks(life.case.account) if task.kind == "visit"]
    assert (task.status, task.assignee) == ("open", "field_agents")


async def test_a_british_visit_that_nobody_announced_is_refused_by_its_rule(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    place = {"country": "GB", "time_zone": "Europe/London", "currency": "GBP", "language": "en"}
    life = await led(temporal_env, house, VISITS.splitlines(keepends=True)[1], **place)
    await life.until_closed()
    told = [line.reason for line in house.story(life.case.account) if line.step == "visit" and line.kind == "effect"]
    assert [reason.split(": ")[2] for reason in told] == ["UK-V1"]


SUIT = "          - {id: suit, do: legal_package, release: {by: lawyer, people: 2}}\n"


async def test_a_portuguese_suit_waits_for_its_persi_and_that_for_a_sound_letter(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    place = {"country": "PT", "time_zone": "Europe/Lisbon", "language": "pt"}
    life = await led(temporal_env, house, SUIT, **place)
    await life.days(2)
    assert [flag.why for flag in (await life.view()).case.flags if "PT-G1" in flag.why]
    # What a suit needs besides: somebody heard why the debtor fell behind (EU-4).
    await life.record(e.ContactOutcome, outcome="right_party", cause="job_loss", inbound=True)
    await life.record(e.Protection, reason="persi", evidence="PERSI-1")
    await life.days(92)
    for unsound in ({}, {"ground": "17-1-c"}):
        refused = await life.record(e.Release, of="persi", by="anna", **unsound)
        assert (refused.became, "PT-T8" in str(refused.why)) == ("refused", True)
    await life.record(e.Release, of="persi", by="anna", ground="17-1-c", reasons="no_agreement")
    await life.until("suit", 3)
    for person in ("anna", "bruno"):
        await life.tell(e.Release, of="suit", by=person)
    assert await life.until_closed(5) == "legal"
