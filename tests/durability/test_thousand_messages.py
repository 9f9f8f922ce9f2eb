"""Do a thousand messages leave once each, by vendors that fail in every way, while the worker is killed five times?"""

import asyncio
import os
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from threading import Lock

import pytest
from sqlmodel import col, select

from models.arrivals import Webhook
from models.tables import Account, Attempt, Journal, Task
from settings import Settings
from tests.durability.machine import Machine, WorkerProcess, a_machine, until
from tests.providers.post import REMINDERS, row
from tests.standin.callbacks import STATUSES, Callbacks
from tests.standin.door import Door
from tests.standin.vendors import ACCOUNT, API_KEY, AUTH_TOKEN, SERVICE, Behaviour, Vendors

MESSAGES = 1_000
KILLS = 5
RECOVERY_SECONDS = 420
FAULTS: dict[Behaviour, int] = {"drop": 5, "take_500": 5, "cut": 4, "only_500": 2, "hang": 1, "hang_first": 1}
ODDS: dict[str, dict[Behaviour, int]] = {
    "twilio": FAULTS | {"take": 66, "busy": 9, 21614: 4, 21610: 2, 21617: 1},
    "sendgrid": FAULTS | {"take": 70, "busy": 11, 400: 1},
}
SENT = "message_sent"


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


def worker(machine: Machine, standin: Vendors, door: Door) -> WorkerProcess:
    """The product's worker, live at the stand-in."""
    environment = {
        "RIENTRO_DATA_DIR": str(machine.settings.data_dir),
        "RIENTRO_DELIVERY": "live",
        "PUBLIC_URL": door.url,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_MESSAGING_SERVICE_SID": SERVICE,
        "TWILIO_BASE_URL": standin.url,
        "SENDGRID_API_KEY": API_KEY,
        "SENDGRID_HOST": standin.url,
        "RIENTRO_EMAIL_FROM": "Banca Esempio <banca@example.org>",
        "RIENTRO_VENDOR_TIMEOUT": "2",
        "RIENTRO_UNKNOWN_MINUTES": "0.4",
        "RIENTRO_SMS_PER_SECOND": "500",
        "RIENTRO_EMAILS_PER_SECOND": "500",
    }
    machine.workers.append(WorkerProcess(environment, machine.settings.data_dir / f"w{len(machine.workers)}.log"))
    return machine.workers[-1]


def progress(machine: Machine) -> int:
    with machine.database.reading() as session:
        return len(session.exec(select(Attempt.key).where(col(Attempt.status) != "sending")).all())


async def five_kills(machine: Machine, standin: Vendors, door: Door, dice: random.Random) -> None:
    """A worker is killed whenever another part of the messages is through; each time the vendors go away as well."""
    for n in range(KILLS):
        at_work = worker(machine, standin, door)
        await at_work.at_work()
        wanted = (n + 1) * MESSAGES // (KILLS + 2)
        await until(lambda wanted=wanted: progress(machine) >= wanted, RECOVERY_SECONDS)  # type: ignore[misc]
        await asyncio.to_thread(standin.stop)
        await asyncio.sleep(dice.uniform(0.1, 0.5))
        await asyncio.to_thread(standin.start)
        await asyncio.sleep(dice.uniform(0.0, 0.5))
        at_work.kill()
    await worker(machine, standin, door).at_work()


def assert_each_message_left_once(machine: Machine, standin: Vendors) -> Counter[str]:
    attempts: dict[str, Attempt] = {a.token: a for a in machine.all(Attempt)}
    delivered = standin.delivered()
    assert {token: n for token, n in delivered.items() if n != 1} == {}, "delivered twice"
    of = {status: {t for t, a in attempts.items() if a.status == status} for status in ("sent", "unknown", "failed")}
    assert delivered.keys() <= of["sent"] | of["unknown"], "delivered, and nobody counts it"
    assert of["sent"] <= delivered.keys(), "told as sent, and it never left"
    return Counter(a.status for a in attempts.values())


def assert_nothing_is_missing(machine: Machine) -> None:
    """Every message that was decided is sent, refused by the vendor, or of unknown outcome and before a person."""
    attempts, tasks = {a.key: a for a in machine.all(Attempt)}, {t.key for t in machine.all(Task) if t.status == "open"}
    trail: list[Journal] = machine.all(Journal)
    decided = {str(r.detail["key"]) for r in trail if r.kind == "decision" and r.detail["do"] in ("sms", "email")}
    assert decided == attempts.keys()
    assert {a.status for a in attempts.values()} <= {"sent", "unknown", "failed"}
    unknown = {f"{a.account}:unknown:{a.key}" for a in attempts.values() if a.status == "unknown"}
    assert unknown <= tasks, "unknown, and no person is told"
    reached = {a.account for a in attempts.values() if a.status in ("sent", "unknown")}
    stuck = {task.partition(":")[0] for task in tasks if ":stuck:" in task}
    assert {a.id for a in machine.all(Account)} == reached | stuck
    told = Counter((r.account, r.detail["key"]) for r in trail if r.kind == "effect" and r.detail["event"] == SENT)
    assert {key for (_, key), n in told.items() if n == 1} == {k for k, a in attempts.items() if a.status == "sent"}
    assert set(told.values()) == {1}


@pytest.mark.timeout(900)
async def test_a_thousand_messages_leave_once_each(settings: Settings) -> None:
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    print(f"SEED={seed}")
    dice = Dice(seed)
    callbacks = Callbacks(times=dice.times)
    standin = Vendors(plan=dice.plan, callbacks=callbacks, checked=False, hang_seconds=4.0)
    async with a_machine(settings) as machine:
        door = Door(machine.database, callbacks)
        callbacks.events = f"{door.url}/hooks/sendgrid/events"
        rows = [row(f"M{n}", phone=f"+1202{2000000 + n}", email=f"d{n}@example.org") for n in range(MESSAGES)]
        machine.take("thousand", rows, REMINDERS, lambda r: "sms" if int(r.account[1:]) % 2 else "email")
        await machine.start("thousand")
        await five_kills(machine, standin, door, random.Random(seed))
        await until(machine.quiet, RECOVERY_SECONDS)
        counts = assert_each_message_left_once(machine, standin)
        assert_nothing_is_missing(machine)
        callbacks.stop()
        print(f"{counts}, answers {standin.answers}, {len(machine.all(Webhook))} callbacks kept")
        assert counts["unknown"] > 0
        assert min(standin.answers[str(behaviour)] for behaviour in ODDS["twilio"]) > 0
        door.close()
        standin.stop()
