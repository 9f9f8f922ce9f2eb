"""What the policy costs: one decision, an explained position, a year of a thousand accounts."""

import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median

from intake.pack_files import jurisdictions
from models import events as e
from models.case import Case, Charge, Instalment, Payment
from models.events import Heard
from models.tariff import Caps, LateFee, Rate, Tariff
from policy.deciding.rehearsal import rehearse
from policy.deciding.taking import apply, follow
from policy.deciding.treatment import decide
from policy.money.position import position
from store.case_opening import case_of_row, load_cases
from store.database import Database
from tests.bench.saying import say
from tests.workflows.houses import House, account_row, pack


def deciding() -> None:
    """`decide` for a case with 24 instalments and 200 events behind it."""
    strategy, law = pack("cec").strategy, jurisdictions()["IT"]
    case, now = _old_case()
    for n in range(200):
        event: e.PaymentReceived | e.DeliveryReport = e.PaymentReceived(event_id=f"p{n}", amount=10, currency="EUR")
        if n % 2:
            event = e.DeliveryReport(event_id=f"r{n}", message=f"m{n}", status="delivered")
        case = apply(case, Heard(event=event, at=now + timedelta(hours=n)))
    at = now + timedelta(days=20)
    case = follow(case, decide(case, strategy, law, at))
    times = []
    for _ in range(300):
        begun = time.perf_counter()
        decide(case, strategy, law, at)
        times.append(time.perf_counter() - begun)
    say("decide", f"{median(times) * 1000:.3f} ms", "under 1 ms", "24 instalments, 200 past events, median of 300")


def _old_case() -> tuple[Case, datetime]:
    now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    dues = [(now - timedelta(days=40 - 30 * n), 10_000) for n in range(1, 25)]
    row = account_row("A1", "cec", dues)
    return case_of_row(row, "bench", pack("cec"), "out_of_court", now), now


def rehearsing() -> None:
    """A year of 1,000 accounts, over all five strategies."""
    now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as directory:
        database = Database(f"sqlite:///{directory}/rientro.db")
        database.migrate()
        cycles = {"cec": "out_of_court", "kruk": "before_litigation", "alth": "microloan", "mfo": "small_debt"}
        cases: list[Case] = []
        for name, cycle in (cycles | {"crecerto": "microcredit"}).items():
            house = House(database, None, "", f"r-{name}", Path())  # type: ignore[arg-type]
            rows = [account_row(f"{name}{n}", name, [(now - timedelta(days=n - 5), 50_000)]) for n in range(200)]
            house.take(rows, pack(name), cycle, now)
            with database.reading() as session:
                cases += load_cases(session, house.portfolio, 0, 1000, now)[0]
    strategies = {pack(name).version: pack(name).strategy for name in (*cycles, "crecerto")}
    begun = time.perf_counter()
    lines = sum(1 for _ in rehearse(cases, strategies, jurisdictions(), until=now + timedelta(days=365)))
    took = time.perf_counter() - begun
    say("rehearsal", f"{took:.1f} s", "under 20 s", f"{len(cases)} accounts for one year, {lines} lines")


def explaining() -> None:
    """The position of an account with 60 instalments and 300 entries, interest at two rates, fees and a cap."""
    begins = date(2024, 1, 15)
    heard = datetime(2030, 1, 1, tzinfo=UTC)
    days = [begins + timedelta(days=30 * n) for n in range(60)]
    tariff = Tariff(
        name="two rates",
        interest=(
            Rate(since=date(2020, 1, 1), percent=Decimal(8)),
            Rate(since=date(2026, 1, 1), percent=Decimal("9.5")),
        ),
        late_fees=(LateFee(since=date(2020, 1, 1), percent=Decimal(4), least=100, most=150_00),),
        caps=Caps(total=Decimal(1)),
    )
    moves = [begins + timedelta(days=6 * n + 3) for n in range(220)]
    case = _old_case()[0].model_copy(
        update={
            "instalments": tuple(
                Instalment(number=n, due=d, amount=100_00, interest=15_00) for n, d in enumerate(days, 1)
            ),
            "payments": tuple(
                Payment(event_id=f"p{n}", amount=15_00, value_date=d, heard=heard) for n, d in enumerate(moves)
            ),
            "charges": tuple(Charge(id=f"c{n}", what="cost", amount=2_00, day=d) for n, d in enumerate(moves[:80])),
            "tariff": tariff,
        }
    )
    times = []
    for n in range(100):
        begun = time.perf_counter()
        position(case, date(2029, 6, 1) + timedelta(days=n))
        times.append(time.perf_counter() - begun)
    how = "60 instalments, 300 entries, interest, late fees, a cap; median of 100"
    say("position of an account", f"{median(times) * 1000:.2f} ms", "under 5 ms", how)
