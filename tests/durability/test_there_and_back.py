"""Do both halves fit? What leaves by the vendors comes back to the web server, and changes what the case does.

Real processes: worker and web server beside a real engine. The vendors are the stand-in, which signs as they do.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from itertools import count

import pytest
import pytest_asyncio
import requests

from activities.start_cases import start_case
from models.case import Case
from models.decisions import Act, CaseView, Wait
from models.events import Channel
from models.tables.trail import Attempt, Journal, Task
from policy.deciding.treatment import decide
from settings import load_settings
from tests.durability.machine import Machine, a_machine, until
from tests.now import right_now
from tests.standin.living import Living
from tests.standin.vendors import Behaviour, Taken, Vendors, vendors
from tests.vendors.post import LAW, REMINDERS, row
from workflows.engine_names import recovery_id

pytestmark = pytest.mark.real_clock

BANK = "a-secret-of-sixteen-or-more"
Told = tuple[str, str | None]
"""A status, and the code of its error."""


class Town:
    """One machine with its worker and web server, and debtors by their number in it."""

    def __init__(self, machine: Machine, standin: Vendors, living: Living) -> None:
        self.machine, self.standin, self.living = machine, standin, living
        self.plan: dict[str, Behaviour] = {}
        standin.plan = lambda _, to: self.plan.get(to, "take")
        self._numbers = count(1)

    def debtor(self, cycle: str, behaviour: Behaviour = "take") -> tuple[str, Case]:
        """A debtor with one account that is not started yet; the phone, whatever the channel of the first message."""
        n = next(self._numbers)
        phone, email = f"+393471{n:06}", f"d{n}@example.org"
        self.plan[phone if cycle == "sms" else email] = behaviour
        self.machine.take(f"p{n}", [row(f"A{n}", phone=phone, email=email)], REMINDERS, lambda _: cycle)
        return phone, self.machine.cases(f"p{n}")[0]

    async def begin(self, case: Case) -> None:
        await start_case(self.machine.client, case, self.machine.settings.task_queue)

    async def case(self, case: Case) -> Case:
        handle = self.machine.client.get_workflow_handle(recovery_id(case.portfolio, case.account))
        return (await handle.query("case", result_type=CaseView)).case

    def attempts(self, case: Case) -> dict[str, str]:
        """Channel and status of the messages of a case."""
        mine: list[Attempt] = [a for a in self.machine.all(Attempt) if a.account == case.account]
        return {a.channel: a.status for a in mine}

    def taken(self, case: Case) -> list[Taken]:
        tokens = {a.token for a in self.machine.all(Attempt) if a.account == case.account}
        return [taken for taken in self.standin.taken if taken.token in tokens]

    def effects(self, case: Case) -> list[str]:
        story: list[Journal] = [line for line in self.machine.all(Journal) if line.account == case.account]
        return [str(line.detail["event"]) for line in story if line.kind == "effect"]

    async def comes(self, true: Callable[[], bool]) -> None:
        await until(true, 60)

    async def tell(self, taken: Taken, *told: Told) -> None:
        """The vendor tells what became of a message."""
        callbacks = self.standin.callbacks
        for status, code in told:
            if taken.vendor == "twilio":
                url = f"{self.living.url}/hooks/twilio/status/{taken.token}"
                answer = await asyncio.to_thread(callbacks.tell_twilio, url, taken.reference, status, code)
            else:
                answer = await asyncio.to_thread(callbacks.tell_sendgrid, taken.token, taken.reference, status)
            assert answer == 204

    async def writes(self, phone: str, body: str) -> None:
        url = f"{self.living.url}/hooks/twilio/inbound"
        assert await asyncio.to_thread(self.standin.callbacks.write, url, phone, body) == 204

    async def bank(self, case: Case, kind: str) -> None:
        """The bank tells of the whole debt, paid or taken back."""
        paid = {"reference": f"R-{case.account}", "amount": "500.00", "currency": "USD", "kind": kind}
        account = f"A{case.portfolio[1:]}"
        body = json.dumps({"payments": [paid | {"account": account, "value_date": f"{right_now():%Y-%m-%d}"}]})
        stamp = str(int(right_now().timestamp()))
        signature = hmac.new(BANK.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
        headers = {"Rientro-Client": "client", "Rientro-Timestamp": stamp, "Rientro-Signature": signature}
        headers["Content-Type"] = "application/json"
        url = f"{self.living.url}/hooks/payments"
        answer = await asyncio.to_thread(requests.post, url, data=body, headers=headers, timeout=15)
        assert answer.json()["unmatched"] == 0


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    settings = load_settings(data_dir=tmp_path_factory.mktemp("town"))
    with vendors(checked=False, lookups_fail=True) as standin:
        async with a_machine(settings) as machine:
            secrets = json.dumps({"client": BANK})
            living = Living(machine, standin, rientro_unknown_minutes=0.05, rientro_payment_secrets=secrets)
            await asyncio.gather(living.worker().at_work(), living.web().at_work())
            yield Town(machine, standin, living)


@pytest.mark.parametrize("cycle", ["sms", "email"])
async def test_a_message_that_arrived_is_known_to_have_arrived(town: Town, cycle: str) -> None:
    _, case = town.debtor(cycle)
    await town.begin(case)
    await town.comes(lambda: town.attempts(case) == {cycle: "sent"})
    [taken] = town.taken(case)
    last = "sent" if cycle == "sms" else "processed"
    await town.tell(taken, ("delivered", None), (last, None), ("delivered", None))
    await town.comes(lambda: town.attempts(case) == {cycle: "delivered"})
    assert [r.result for r in (await town.case(case)).records] == ["delivered"]


@pytest.mark.parametrize(
    ("cycle", "told", "then"), [("sms", ("failed", "30008"), "email"), ("email", ("dropped", None), "sms")]
)
async def test_a_message_that_failed_goes_out_otherwise(town: Town, cycle: str, told: Told, then: str) -> None:
    _, case = town.debtor(cycle)
    await town.begin(case)
    await town.comes(lambda: town.attempts(case) == {cycle: "sent"})
    await town.tell(town.taken(case)[0], told)
    await town.comes(lambda: town.attempts(case) == {cycle: "failed", then: "sent"})
    assert len(town.taken(case)) == 2
    assert Channel(cycle) in (await town.case(case)).reach, "the next step may try it again"


@pytest.mark.parametrize(
    ("cycle", "told", "then"), [("sms", ("undelivered", "30005"), "email"), ("email", ("bounce", None), "sms")]
)
async def test_a_bad_address_is_never_tried_again(town: Town, cycle: str, told: Told, then: str) -> None:
    _, case = town.debtor(cycle)
    await town.begin(case)
    await town.comes(lambda: town.attempts(case) == {cycle: "sent"})
    await town.tell(town.taken(case)[0], told)
    await town.comes(lambda: town.attempts(case) == {cycle: "bounced"})
    after = await town.case(case)
    assert Channel(cycle) not in after.reach
    # For the rule of one contact a day it was one: the step goes out otherwise on the next day.
    waits = decide(after, REMINDERS.strategy, LAW["US"], right_now()).next
    assert isinstance(waits, Wait)
    assert waits.until
    again = decide(after, REMINDERS.strategy, LAW["US"], waits.until).next
    assert isinstance(again, Act)
    assert (again.step, again.channel) == ("reminder", Channel(then))


@pytest.mark.parametrize("cycle", ["sms", "email"])
async def test_a_callback_says_what_nobody_could_tell(town: Town, cycle: str) -> None:
    _, case = town.debtor(cycle, "drop")
    await town.begin(case)
    await town.comes(lambda: town.attempts(case) == {cycle: "unknown"})
    tasks: Callable[[], list[str]] = lambda: [t.status for t in town.machine.all(Task) if t.account == case.account]  # noqa: E731
    await town.comes(lambda: tasks() == ["open"])
    [taken] = town.taken(case)
    await town.tell(taken, ("delivered", None))
    await town.comes(lambda: tasks() == ["done"])
    assert town.attempts(case) == {cycle: "delivered"}
    assert town.taken(case) == [taken]


async def test_a_stop_halts_a_message_that_was_already_decided(town: Town) -> None:
    phone, case = town.debtor("sms", "busy")
    busy = town.standin.answers["busy"]
    await town.begin(case)
    await town.comes(lambda: town.standin.answers["busy"] > busy)
    assert town.attempts(case) == {"sms": "sending"}
    await town.writes(phone, "Stop!")
    await town.comes(lambda: town.attempts(case) == {"email": "sent"})
    assert (await town.case(case)).opt_outs == (Channel.sms,)
    assert [taken.vendor for taken in town.taken(case)] == ["sendgrid"]


async def test_a_case_that_was_made_before_a_stop_and_starts_after_it_does_not_write(town: Town) -> None:
    phone, case = town.debtor("sms")
    await town.writes(phone, "СТОП")
    assert case.opt_outs == ()
    await town.begin(case)
    await town.comes(lambda: town.attempts(case) == {"email": "sent"})
    assert (await town.case(case)).opt_outs == (Channel.sms,)
    assert [taken.vendor for taken in town.taken(case)] == ["sendgrid"]
    assert town.effects(case) == ["step_refused", "message_sent"], "found out right before the call"


async def test_a_case_that_is_opened_again_knows_the_stop_that_came_while_it_was_closed(town: Town) -> None:
    phone, case = town.debtor("sms", "busy")
    busy = town.standin.answers["busy"]
    await town.begin(case)
    await town.comes(lambda: town.standin.answers["busy"] > busy)
    await town.bank(case, "payment")
    handle = town.machine.client.get_workflow_handle(recovery_id(case.portfolio, case.account))
    assert await handle.result() == "paid"
    assert town.taken(case) == [], "a payment between decision and sending"
    town.plan.clear()
    await town.writes(phone, "PARAR")
    await town.bank(case, "reversal")
    await town.comes(lambda: town.attempts(case) == {"email": "sent"})
    assert (await town.case(case)).opt_outs == (Channel.sms,)
    assert [taken.vendor for taken in town.taken(case)] == ["sendgrid"]
    assert "step_refused" not in town.effects(case), "it knew: the call was not even tried"
