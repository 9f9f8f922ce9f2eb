"""An American account on the real server: the notice goes, its period runs, court waits, a dispute holds."""

import io
from datetime import timedelta
from typing import Any

from pypdf import PdfReader
from sqlmodel import select
from temporalio.testing import WorkflowEnvironment

from intake.pack_files import Pack
from models import events as e
from models.case import CaseHold
from models.decisions import CaseView
from models.tables.accounts import PartyFact
from policy.law.may_contact import debtor_day
from policy.parsing.pack_reading import read_strategy, strategy_version
from tests.activities.letter_facts import spaced
from tests.now import days_ago, right_now
from tests.workflows.houses import House, account_row
from tests.workflows.lives import Led

TEXT = """format: 1
strategy: american
title: For a test
cycles:
  - name: third_party
    ends: legal
    stages:
      - name: collection
        from_dpd: 1
        steps:
          - {id: validation_notice, do: letter, text: validation_notice, mandatory: true}
          - {id: call, do: call, after_days: 3}
          - {id: legal_package, do: legal_package}
"""
PACK = Pack(read_strategy(TEXT, "american.yaml"), strategy_version(TEXT, "american"), TEXT)


async def led(env: WorkflowEnvironment, house: House, **changes: Any) -> Led:
    """An American case at its beginning, started on the real server."""
    facts = {"contract_date": days_ago(300).date(), "phone": "+393471234567"} | changes
    row = account_row("A1", "us_agency", [(days_ago(40), 900_00)], **facts)
    [case] = house.take([row], PACK, "third_party", right_now())
    with env.with_time_skipping_disabled():
        handle = await house.start(case)
    return Led(env, house, handle, case)


async def noticed(life: Led) -> CaseHold:
    """Days pass until the notice has left; the hold as which its period runs."""
    for _ in range(10):
        holds = [h for h in (await life.view()).case.holds if h.reason == "validation_period"]
        if holds:
            return holds[0]
        await life.days(1)
    raise AssertionError((await life.view()).why)


def last_day(hold: CaseHold, view: CaseView) -> Any:
    assert hold.until
    return debtor_day(hold.until - timedelta(seconds=1), view.case.zone)


async def test_the_notice_goes_its_period_runs_and_court_waits_until_it_is_over(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    life = await led(temporal_env, house)
    period, view = await noticed(life), await life.view()
    last = last_day(period, view)
    [paper] = house.outbox.glob("*/*.pdf")
    page = " ".join(spaced(" ".join(p.extract_text() for p in PdfReader(io.BytesIO(paper.read_bytes())).pages)).split())
    assert page.count(f"by {last.day} {last:%B %Y}") == 3, "what was printed is what holds"
    assert [(h.reason, h.until, h.blocks) for h in await life.holds()] == [
        ("validation_period", last, ("court", "assignment"))
    ]
    await life.until("call", 10)
    await life.tell(e.ContactOutcome, outcome=e.Outcome.right_party)
    await life.days(1)
    view = await life.view()
    assert view.next_step == "legal_package"
    assert view.why.startswith("court is blocked by validation period until")
    assert view.next_at == period.until
    await life.until("legal_package", 60)
    assert await life.today() > last
    for lawyer in ("anna", "bruno"):
        await life.record(e.Release, of="legal_package", by=lawyer)
    assert await life.until_closed() == "legal"
    told = [line.reason for line in house.story(life.case.account) if line.kind == "effect"]
    assert f"it is the validation notice, until {last.day} " in told[0]


async def test_a_dispute_within_the_period_holds_everything_until_it_is_answered(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    life = await led(temporal_env, house)
    period = await noticed(life)
    await life.record(e.Dispute)
    await life.days(60)
    view = await life.view()
    assert [h.reason for h in await life.holds()] == ["dispute"]
    assert [r.step for r in view.case.records] == ["validation_notice"]
    assert period.until
    assert await life.today() > period.until.date()
    await life.record(e.Dispute, status="answered", evidence="V-1")
    await life.until("call", 10)


async def test_a_notice_without_a_known_contract_stays_here_until_a_person_says_again(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    life = await led(temporal_env, house, contract_date=None)
    await life.days(3)
    view = await life.view()
    flags = [flag.why for flag in view.case.flags]
    assert any("US-C2: itemised not known" in why for why in flags)
    assert not house.sent()
    assert not [r for r in view.case.records if r.step == "call"], "a mandatory step is not passed over"
    await life.record(e.PaymentReceived, amount=10_00, currency="USD")
    await life.record(e.Release, of="validation_notice", by="anna")
    await noticed(life)


async def test_the_notice_is_a_fact_of_its_debt_for_whoever_asks_the_law(
    temporal_env: WorkflowEnvironment, house: House
) -> None:
    life = await led(temporal_env, house)
    await noticed(life)
    await life.until("call", 10)
    with house.database.reading() as session:
        [row] = session.exec(select(PartyFact)).all()
    assert (row.name, row.until, row.personal) == ("validation_notice", None, False)
