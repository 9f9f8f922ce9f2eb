"""Does a person with several accounts get one message for those of a day, and is nothing lost when it fails?"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from intake.pack_files import Pack
from models.case import Case, Instalment
from models.events import DeliveryReport, PaymentReceived
from models.tables.trail import Attempt
from policy.parsing.pack_reading import read_strategy, strategy_version
from store.database import Database
from tests.durability.machine import until
from tests.now import right_now
from tests.standin.vendors import Script, vendors
from tests.vendors.post import REMINDERS, row
from tests.workflows.houses import House
from tests.workflows.test_news_before_sending import Desk

TEXT = REMINDERS.text.replace("title: One reminder", "title: One reminder\none_message: true")
TOGETHER = Pack(read_strategy(TEXT, "together.yaml"), strategy_version(TEXT, "reminders"), TEXT)
AMOUNTS = (50_000, 30_000, 20_000)


class Person:
    """Somebody with three accounts, each with a case of its own that has its first message tomorrow."""

    def __init__(self, env: WorkflowEnvironment, house: House) -> None:
        self.env, self.house = env, house
        self.cases: list[Case] = []
        self.handles: list[WorkflowHandle[Any, str]] = []

    async def begin(self, pack: Pack = TOGETHER, **of_second: Any) -> None:
        """All three have decided that they wait for tomorrow."""
        due, rows = right_now().date(), []
        for n, amount in enumerate(AMOUNTS, 1):
            dues = (Instalment(number=1, due=due, amount=amount),)
            changes = of_second if n == 2 else {}
            rows.append(row(f"A{n}", customer="P-1", instalments=dues, principal=amount, **changes))
        self.cases = self.house.take(rows, pack, "sms", right_now())
        with self.env.with_time_skipping_disabled():
            for case in self.cases:
                self.handles.append(await self.house.start(case))
            await until(lambda: all(self.house.account(case.account).next_at for case in self.cases))

    async def morning(self, n: int) -> None:
        """Account n comes to its own step."""
        wakes = self.house.account(self.cases[n - 1].account).next_at
        assert wakes
        now = await self.env.get_current_time(self.handles[n - 1])
        await self.env.fast_forward(self.handles[n - 1], max(wakes - now, timedelta(0)) + timedelta(seconds=1))

    def told(self, n: int) -> list[str]:
        """What the journal of account n says of its effects."""
        return [line.reason for line in self.house.story(self.cases[n - 1].account) if line.kind == "effect"]

    def waits_for(self, n: int, step: str) -> bool:
        return self.house.account(self.cases[n - 1].account).next_step == step

    def attempt(self, n: int) -> Attempt:
        [found] = [a for a in self.house.attempts() if a.account == self.cases[n - 1].account]
        return found

    async def went(self, n: int, word: str) -> None:
        """Wait until the journal of account n tells of an effect with this word."""
        with self.env.with_time_skipping_disabled():
            await until(lambda: any(word in reason for reason in self.told(n)))


@pytest.fixture
def person(temporal_env: WorkflowEnvironment, house: House) -> Person:
    return Person(temporal_env, house)


async def test_three_accounts_get_one_sms_and_every_case_goes_on(person: Person) -> None:
    await person.begin()
    for n in (1, 2, 3):
        await person.morning(n)
        await person.went(n, "in one message")
    [sms] = person.house.sent()
    said = sms.read_text("utf-8")
    for figure in ("A1 US$500.00", "A2 US$300.00", "A3 US$200.00", "together US$1,000.00"):
        assert figure in said
    first = person.cases[0].account
    assert "reminder 1 by sms, in one message with 2 more accounts" in person.told(1)[0]
    for n in (2, 3):
        assert f"reminder 1 by sms, in one message with account {first}" in person.told(n)[0]
        assert (person.attempt(n).status, person.attempt(n).within) == ("sent", person.attempt(1).key)
        with person.env.with_time_skipping_disabled():
            await until(partial(person.waits_for, n, "look"))


async def test_without_the_strategys_word_each_account_has_its_own(person: Person) -> None:
    await person.begin(REMINDERS)
    await person.morning(1)
    await person.went(1, "reminder 1 by sms")
    await person.morning(2)
    await person.went(2, "not before")
    assert len(person.house.sent()) == 1
    assert "A2" not in person.house.sent()[0].read_text("utf-8")


@pytest.mark.parametrize("other", [{"creditor": "Another Bank"}, {"currency": "EUR"}], ids=["creditor", "currency"])
async def test_an_account_that_cannot_be_paid_the_same_way_is_not_spoken_for(
    person: Person, other: dict[str, Any]
) -> None:
    await person.begin(**other)
    await person.morning(1)
    await person.went(1, "with 1 more account")
    assert "A2" not in person.house.sent()[0].read_text("utf-8")


async def test_an_account_that_was_paid_meanwhile_is_not_spoken_for(person: Person) -> None:
    await person.begin()
    await person.handles[1].signal("payment_received", PaymentReceived(event_id="e", amount=30_000, currency="USD"))
    with person.env.with_time_skipping_disabled():
        await until(lambda: person.house.account(person.cases[1].account).outcome == "paid")
    await person.morning(1)
    await person.went(1, "with 1 more account")
    assert "A2" not in person.house.sent()[0].read_text("utf-8")


# --- by a vendor -----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def a_person(
    env: WorkflowEnvironment, database: Database, directory: Path, behaviours: Sequence[Any]
) -> AsyncIterator[tuple[Person, Any]]:
    with vendors(plan=Script(*behaviours)) as standin:
        desk = Desk(env.client, database, standin, directory)
        async with desk.worker(), desk.sender():
            yield Person(env, desk.house), standin


async def test_when_the_first_one_fails_the_others_go_their_own_way(
    temporal_env: WorkflowEnvironment, sqlite_database: Database, tmp_path: Path
) -> None:
    async with a_person(temporal_env, sqlite_database, tmp_path, [29999]) as (person, standin):
        await person.begin()
        await person.morning(1)
        await person.went(1, "a person decides")
        assert standin.taken == []
        await person.morning(2)
        await person.went(2, "in one message with 1 more account")
        await person.morning(3)
        await person.went(3, f"in one message with account {person.cases[1].account}")
    [sms] = standin.taken
    assert "A1" not in sms.body
    assert all(word in sms.body for word in ("A2", "A3", "US$500.00"))
    assert [person.attempt(n).status for n in (1, 2, 3)] == ["failed", "sent", "sent"]


async def test_what_is_told_of_the_message_later_is_told_to_every_case_that_it_spoke_for(
    temporal_env: WorkflowEnvironment, sqlite_database: Database, tmp_path: Path
) -> None:
    from desk.delivery.webhook_delivery import _facts
    from models.tables.arrivals import Webhook

    async with a_person(temporal_env, sqlite_database, tmp_path, []) as (person, standin):
        await person.begin()
        for n in (1, 2, 3):
            await person.morning(n)
            await person.went(n, "in one message")
        assert len(standin.taken) == 1
    content = {"report": "bounced"}
    first, now = person.attempt(1).key, right_now()
    told = Webhook(key="w", source="twilio_status", status="received", attempt=first, content=content, at=now)
    with sqlite_database.reading() as session:
        found = {account.id: fact for account, fact in _facts(session, told)}
    assert {account: fact.message for account, fact in found.items() if isinstance(fact, DeliveryReport)} == {
        case.account: person.attempt(n).key for n, case in enumerate(person.cases, 1)
    }
