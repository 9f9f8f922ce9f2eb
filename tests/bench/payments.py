"""How fast is a payments file matched and handed over? Beside a bare loop that signals the same workflows."""

import asyncio
import csv
import os
import resource
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

from temporalio.client import Client

from desk.delivery.fact_delivery import AT_ONCE
from desk.portfolios import payment_intake
from models.case import Case
from models.events import PaymentReceived
from settings import load_settings
from tests.bench.saying import say
from tests.durability.machine import Machine, a_machine
from tests.now import days_ago, right_now
from tests.workflows.houses import account_row, pack
from workflows.engine_names import recovery_id

CASES = 500
PORTFOLIO = "payments"


async def begun(machine: Machine) -> list[Case]:
    """Cases that run and owe so much that no payment ends them."""
    rows = [account_row(f"PAY-{n:05}", "cec", [(days_ago(40), 10**12)]) for n in range(CASES)]
    machine.take(PORTFOLIO, rows, pack("cec"), lambda row: "out_of_court")
    cases = machine.cases(PORTFOLIO)
    await machine.start(PORTFOLIO)
    while not machine.quiet():
        await asyncio.sleep(0.2)
    return cases


def a_file(directory: Path, lines: int) -> Path:
    """Lines over all cases in turn, a reference each."""
    path, day = directory / "bank.csv", right_now().date().isoformat()
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("reference", "account", "amount", "currency", "value_date"))
        writer.writerows((f"BENCH-{n}", f"PAY-{n % CASES:05}", "0.01", "EUR", day) for n in range(lines))
    return path


async def bare(client: Client, cases: list[Case], first: int, lines: int) -> None:
    """Signals alone, as many at once as the product has, nothing read, kept or matched."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def tell(n: int) -> None:
        case = cases[n % len(cases)]
        fact = PaymentReceived(event_id=f"bare:{n}", amount=1, currency="EUR")
        async with slots:
            await client.get_workflow_handle(recovery_id(case.portfolio, case.account)).signal(fact.kind, fact)

    for start in range(first, first + lines, 1000):
        await asyncio.gather(*(tell(n) for n in range(start, min(start + 1000, first + lines))))


async def timed(doing: Awaitable[object]) -> float:
    """Seconds."""
    begun_at = time.perf_counter()
    await doing
    return time.perf_counter() - begun_at


async def measured(machine: Machine, lines: int) -> tuple[float, float, int]:
    """Lines a second of the product and of the bare loop, which runs before and after it; memory in MB."""
    cases = await begun(machine)
    # What the worker makes of the payments would be measured twice, at moments that nobody chose.
    machine.workers[-1].kill()
    file = a_file(machine.settings.data_dir, lines)
    os.environ["RIENTRO_DATA_DIR"] = str(machine.settings.data_dir)
    try:
        before = await timed(bare(machine.client, cases, 0, lines // 2))
        ours = await timed(payment_intake.load(file, PORTFOLIO, None, right_now()))
        after = await timed(bare(machine.client, cases, lines // 2, lines - lines // 2))
    finally:
        del os.environ["RIENTRO_DATA_DIR"]
    return lines / ours, lines / (before + after), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


async def payments(lines: int) -> None:
    """A payments file, read, recorded, matched and told, against the signals alone."""
    with tempfile.TemporaryDirectory() as directory:
        async with a_machine(load_settings(data_dir=Path(directory))) as machine:
            await machine.worker()
            ours, bare, megabytes = await measured(machine, lines)
    how = f"{lines:,} lines, the loop half before and half after: {ours:.0f}/s to {bare:.0f}/s, {megabytes} MB at most"
    say("payments file, against a bare loop", f"{ours / bare:.2f}", "at least 0.7", how)
