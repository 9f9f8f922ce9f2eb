"""Do a thousand messages leave once each, by vendors that fail in every way, while the worker is killed five times?"""

import asyncio
import os
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from threading import Lock

import pytest
from sqlmodel import col, func, select

from models.tables.accounts import Account
from models.tables.arrivals import Webhook
from models.tables.trail import Attempt, Journal, Task
from settings import Settings
from tests.durability.machine import Machine, a_machine, until
from tests.standin.callbacks import STATUSES, Callbacks
from tests.standin.living import Living
from tests.standin.vendors import Behaviour, Vendors
from tests.vendors.post import REMINDERS, row

pytestmark = pytest.mark.real_clock

MESSAGES = 1_000
KILLS = 5
RECOVERY_SECONDS = 420
FAULTS: dict[Behaviour, int] = {"drop": 5, "take_500": 5, "cut": 4, "only_500": 2, "hang": 1, "hang_first": 1}
ODDS: dict[str, dict[Behaviour, int]] = {
    "twilio": FAULTS | {"take": 66, "busy": 9, 21614: 4, 21610: 2, 21617: 1},
    "sendgrid": FAULTS | {"take": 70, "busy": 11, 400: 1},
}
LEFT = ("sent", "delivered")
TOLD = ("message_sent", "outcome_unknown")


class Dice:
    """How the n-th request for a recipient is answered, and what is told of a message: by the seed alone."""

    def __init__(self, seed: int) -> None:
        self._seed, self._lock, self._asked = seed, Lock(), defaultdict[str, int](int)
        self._told = random.Random(seed)

    def plan(self, vendor: str, to: str) -> Behaviour:
        with self._lock:
            self._asked[to] += 1
            dice = random.Random(f"{self._seed} {to} {self._asked[to]}")
        odds = ODDS[vendor]
        return dice.choices(list(odds), list(odds.values()))[0]

    def times(self, vendor: str) -> Sequence[tuple[float, str]]:
        with self._lock:
            how = self._told.choice(["never", "in order", "late", "twice", "reordered"])
        statuses = list(STATUSES[vendor])
        match how:
            case "never":
                return ()
            case "late":
                return [(6.0 + n, status) for n, status in enumerate(statuses)]
            case "twice":
                return [(0.3 * n, status) for n, status in enumerate(statuses * 2)]
            case "reordered":
                return [(0.3 * n, status) for n, status in enumerate(reversed(statuses))]
        return [(0.2 * n, status) for n, status in enumerate(statuses)]


def progress(machine: Machine) -> int:
    with machine.database.reading() as session:
        return session.exec(select(func.count()).select_from(Attempt).where(col(Attempt.status) != "sending")).one()


async def five_kills(machine: Machine, standin: Vendors, living: Living, dice: random.Random) -> None:
    """A worker is killed whenever another part of the messages is through; each time the vendors go away as well."""
    for n in range(KILLS):
        at_work = living.worker()
        await at_work.at_work()
        wanted = (n + 1) * MESSAGES // (KILLS + 2)
        await until(lambda wanted=wanted: progress(machine) >= wanted, RECOVERY_SECONDS)  # type: ignore[misc]
        await asyncio.to_thread(standin.stop)
        await asyncio.sleep(dice.uniform(0.1, 0.5))
        await asyncio.to_thread(standin.start)
        await asyncio.sleep(dice.uniform(0.0, 0.5))
        at_work.kill()
    await living.worker().at_work()


def assert_each_message_left_once(machine: Machine, standin: Vendors) -> Counter[str]:
    attempts: dict[str, Attempt] = {a.token: a for a in machine.all(Attempt)}
    delivered = standin.delivered()
    assert {token: n for token, n in delivered.items() if n != 1} == {}, "delivered twice"
    left = {token for token, a in attempts.items() if a.status in LEFT}
    unknown = {token for token, a in attempts.items() if a.status == "unknown"}
    assert delivered.keys() <= left | unknown, "delivered, and nobody counts it"
    assert left <= delivered.keys(), "told as sent, and it never left"
    return Counter(a.status for a in attempts.values())


def assert_nothing_is_missing(machine: Machine) -> None:
    """Every message that was decided is sent, refused by the vendor, or of unknown outcome and before a person."""
    attempts, tasks = {a.key: a for a in machine.all(Attempt)}, {t.key for t in machine.all(Task) if t.status == "open"}
    trail: list[Journal] = machine.all(Journal)
    decided = {str(r.detail["key"]) for r in trail if r.kind == "decision" and r.detail["do"] in ("sms", "email")}
    assert decided == attempts.keys()
    assert {a.status for a in attempts.values()} <= {*LEFT, "unknown", "failed"}
    unknown = {f"{a.account}:unknown:{a.key}" for a in attempts.values() if a.status == "unknown"}
    assert unknown <= tasks, "unknown, and no person is told"
    may_have_left = {k: a.account for k, a in attempts.items() if a.status in LEFT or a.status == "unknown"}
    stuck = {task.partition(":")[0] for task in tasks if ":stuck:" in task}
    assert {a.id for a in machine.all(Account)} == {*may_have_left.values()} | stuck
    told = Counter(str(r.detail["key"]) for r in trail if r.kind == "effect" and r.detail["event"] in TOLD)
    assert told.keys() == may_have_left.keys()
    assert set(told.values()) == {1}


def all_is_told(machine: Machine, callbacks: Callbacks) -> bool:
    """Whether nothing is due, and every case knows what the vendors said of its message."""
    if not callbacks.idle or not machine.quiet():
        return False
    status = {a.key: a.status for a in machine.all(Attempt)}
    webhooks: list[Webhook] = machine.all(Webhook)
    known = all(status[w.attempt] == "delivered" for w in webhooks if w.attempt and "report" in w.content)
    return known and not any(w.status == "received" for w in webhooks)


@pytest.mark.timeout(900)
async def test_a_thousand_messages_leave_once_each(settings: Settings) -> None:
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    print(f"SEED={seed}")
    dice = Dice(seed)
    callbacks = Callbacks(times=dice.times)
    standin = Vendors(plan=dice.plan, callbacks=callbacks, checked=False, hang_seconds=4.0)
    async with a_machine(settings) as machine:
        living = Living(machine, standin, rientro_unknown_minutes=0.4)
        await living.web().at_work()
        rows = [row(f"M{n}", phone=f"+39347{2000000 + n}", email=f"d{n}@example.org") for n in range(MESSAGES)]
        machine.take("thousand", rows, REMINDERS, lambda r: "sms" if int(r.account[1:]) % 2 else "email")
        await machine.start("thousand")
        await five_kills(machine, standin, living, random.Random(seed))
        await until(lambda: all_is_told(machine, callbacks), RECOVERY_SECONDS)
        counts = assert_each_message_left_once(machine, standin)
        assert_nothing_is_missing(machine)
        print(f"{counts}, answers {standin.answers}, {len(machine.all(Webhook))} callbacks kept")
        assert counts["unknown"] > 0
        assert min(standin.answers[str(behaviour)] for behaviour in ODDS["twilio"]) > 0
        callbacks.stop()
        standin.stop()
