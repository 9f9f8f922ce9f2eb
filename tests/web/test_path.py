"""Does what is called in over HTTP reach its cases on the real engine: once, the right ones, also after a restart?"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from fastapi.testclient import TestClient
from sqlmodel import select
from temporalio.testing import WorkflowEnvironment

from desk.delivery.hook_desk import HookDesk
from models import events as e
from models.case import Case
from models.decisions import CaseView
from models.tables.accounts import OptedOut, Portfolio
from models.tables.arrivals import Webhook
from models.tables.trail import Attempt
from settings import Settings
from store.database import Database
from tests.now import days_ago
from tests.web.conftest import EMAIL, PHONE, Web, keys, token
from tests.workflows.houses import House, a_house, account_row, pack
from tests.workflows.lives import Led
from web.server import create_app
from workflows.engine_names import recovery_id


class Town(NamedTuple):
    """A house with one person who has two accounts, and the settings by which a web server finds both."""

    house: House
    led: Led
    other: Case
    settings: Settings


@pytest_asyncio.fixture(loop_scope="session")
async def town(temporal_env: WorkflowEnvironment, sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Town]:
    address = temporal_env.client.service_client.config.target_host
    async with a_house(temporal_env.client, sqlite_database, tmp_path) as house:
        due = [(days_ago(2), 50_000)]
        rows = [account_row(f"A{n}", "kruk", due, customer="P", phone=PHONE, email=EMAIL) for n in (1, 2)]
        one, other = house.take(rows, pack("kruk"), "early_monitoring", days_ago(0))
        settings = keys(sqlite_database, temporal_address=address, task_queue=house.task_queue, data_dir=tmp_path)
        handle = await house.start(one)
        await house.start(other)
        led = Led(temporal_env, house, handle, one)
        await eventually(lambda: asyncio.sleep(0, house.account(other.account).started))
        yield Town(house, led, other, settings)


async def eventually(ask: Callable[[], Awaitable[Any]]) -> Any:
    for _ in range(1200):
        if found := await ask():
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come about within a minute")


@contextmanager
def web(town: Town) -> Any:
    with TestClient(create_app(HookDesk(town.house.database, town.settings))) as client:
        yield Web(client, town.house.database)


async def case(town: Town, account: str) -> Case:
    handle = town.house.client.get_workflow_handle(recovery_id(town.house.portfolio, account))
    return (await handle.query("case", result_type=CaseView)).case


async def stands(town: Town, account: str, holds: Callable[[Case], bool]) -> None:
    """Wait until it holds for the case: it takes in what it is told when it is done with what it does."""

    async def look() -> bool:
        return holds(await case(town, account))

    await eventually(look)


async def sent(town: Town) -> Attempt:
    """The first message to the debtor, as it leaves with a vendor: with an opaque name."""
    for _ in range(60):
        found = [a for a in town.house.attempts() if a.account == town.led.case.account and a.status == "sent"]
        if found:
            break
        await town.led.next()
    with town.house.database.session() as session:
        attempt = session.get_one(Attempt, found[0].key)
        attempt.token = token(1)
        return attempt


async def told(town: Town, key: str) -> Webhook:
    async def look() -> Webhook | None:
        with town.house.database.reading() as session:
            return session.exec(select(Webhook).where(Webhook.key == key, Webhook.status == "told")).first()

    return await eventually(look)


async def test_a_bad_number_takes_the_channel_away_and_the_message_goes_out_otherwise(town: Town) -> None:
    attempt = await sent(town)
    assert attempt.channel == "sms"
    with web(town) as door:
        for status in ("sent", "undelivered", "sent", "delivered"):
            await asyncio.to_thread(door.status, token(1), status, ErrorCode="30005" if status == "undelivered" else "")
        await told(town, "twilio:SM1:undelivered")
    await stands(town, attempt.account, lambda found: e.Channel.sms not in found.reach)
    found = await case(town, attempt.account)
    assert [r.result for r in found.records if r.key == attempt.key] == ["bounced"]
    for _ in range(3):
        await town.led.next()
    again = [a.channel for a in town.house.attempts() if a.account == attempt.account and a.step == attempt.step]
    assert len(again) > 1
    assert set(again[1:]) == {"email"}
    assert {a.key: a.status for a in town.house.attempts()}[attempt.key] == "bounced"


async def test_a_stop_reaches_every_case_of_the_party_and_the_next_one_begins_with_it(town: Town) -> None:
    with web(town) as door:
        assert (await asyncio.to_thread(door.inbound, "Opriți!")).status_code == 204
        await told(town, "twilio:SM-in")
    for account in (town.led.case.account, town.other.account):
        await stands(town, account, lambda found: found.opt_outs == (e.Channel.sms,))
    more = account_row("A3", "kruk", [(days_ago(2), 50_000)], customer="P", phone=PHONE)
    fresh = town.house.take([more], pack("kruk"), "early_monitoring", days_ago(0))
    assert [c.opt_outs for c in fresh] == [(e.Channel.sms,)]


async def test_a_stop_that_one_case_was_told_is_one_for_all_and_is_kept(town: Town) -> None:
    await town.led.tell(e.OptOut, channel="email")
    await eventually(lambda: opted(town))
    with web(town):
        await told(town, f"case:{town.led.case.account}:told-1")
    await stands(town, town.other.account, lambda found: found.opt_outs == (e.Channel.email,))
    stops = [line for line in town.house.story(town.led.case.account) if line.reason.startswith("opt out")]
    assert len(stops) == 1


async def opted(town: Town) -> list[OptedOut]:
    with town.house.database.reading() as session:
        return list(session.exec(select(OptedOut)))


async def test_a_stop_and_a_start_end_as_they_were_said(town: Town) -> None:
    with web(town) as door:
        for n, body in enumerate(("stop", "start", "STOP", "start")):
            await asyncio.to_thread(door.inbound, body, sid=f"SM{n}")
        await told(town, "twilio:SM3")
    told_ids = tuple(f"twilio:SM{n}:opt_out" for n in range(4))
    await stands(town, town.other.account, lambda found: set(told_ids) <= set(found.seen))
    assert (await case(town, town.other.account)).opt_outs == ()
    assert [row.lifted is None for row in await opted(town)] == [False]


async def test_an_answer_goes_to_a_person_with_its_text_and_into_no_history(town: Town) -> None:
    attempt = await sent(town)
    text = "Sunt la spital, vă sun luni"
    with web(town) as door:
        await asyncio.to_thread(door.inbound, text)
        await told(town, "twilio:SM-in")

    async def asked() -> list[str]:
        both = (town.led.case.account, town.other.account)
        return [t.account for n in both for t in town.house.tasks(n) if t.kind == "attention"]

    # A case that wrote last is the one that is answered; where one message spoke for both, one of them.
    [last] = await eventually(asked)
    assert last in {a.account for a in town.house.attempts() if a.channel == "sms"} | {attempt.account}
    [task] = [t for t in town.house.tasks(last) if t.kind == "attention"]
    assert task.why == "the debtor answered by sms: read it and reply"
    assert [h.reason for h in (await case(town, last)).holds] == ["answer"]
    handle = town.house.client.get_workflow_handle(recovery_id(town.house.portfolio, last))
    assert text not in str(await handle.fetch_history())
    assert text not in str([(line.reason, line.detail) for line in town.house.story(last)])


async def test_what_was_kept_before_a_crash_is_told_after_it_and_once(town: Town) -> None:
    with web(town._replace(settings=town.settings.model_copy(update={"temporal_address": "127.0.0.1:1"}))) as door:
        await asyncio.to_thread(door.inbound, "stop")
        assert [w.status for w in door.kept()] == ["received"]
    for _ in range(2):
        with web(town):
            await told(town, "twilio:SM-in")
    await stands(town, town.other.account, lambda found: bool(found.opt_outs))
    assert [d for d in (await case(town, town.other.account)).seen if "SM-in" in d] == ["twilio:SM-in:opt_out"]


async def test_a_notification_pays_its_case_once(town: Town) -> None:
    with town.house.database.reading() as session:
        client = session.get_one(Portfolio, town.house.portfolio).client
    assert client == "client"
    paid = {"reference": "BANK-1", "account": "A1", "amount": "120.50", "currency": "RON", "value_date": "2026-11-20"}
    with web(town) as door:
        for _ in range(2):
            assert (await asyncio.to_thread(door.payments, paid)).status_code == 202

        async def payments() -> Any:
            return (await case(town, town.led.case.account)).payments

        found = await eventually(payments)
    assert [(p.event_id, p.amount) for p in found] == [("bank:BANK-1", 12_050)]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_the_server_says_that_it_is_well(town: Town, path: str) -> None:
    with web(town) as door:
        answer = await asyncio.to_thread(door.client.get, path)
    assert (answer.status_code, all(answer.json().values())) == (200, True)
