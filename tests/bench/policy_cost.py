"""What one decision, one position and one question to the law cost, in seconds of CPU: asked of any commit."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from models.case import Charge, Instalment, Payment
from models.contact import Contact, Fact, Facts, Level, Party
from models.tariff import Caps, LateFee, Rate, Tariff
from tests.bench.names_of import named

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


def cpu(work: Callable[[int], object], times: int) -> float:
    """The median of so many; each is told its number, so that none is the same question twice."""
    took = []
    for n in range(times):
        begun = time.process_time()
        work(n)
        took.append(time.process_time() - begun)
    return median(took)


def a_case() -> Any:
    """A case with 24 instalments."""
    dues = [(NOW - timedelta(days=40 - 30 * n), 10_000) for n in range(1, 25)]
    pack = named("strategies")()["cec"]
    return named("case_of_row")(named("account_row")("A1", "cec", dues), "bench", pack, "out_of_court", NOW)


def decide() -> float:
    """A case with 24 instalments, 100 payments and 100 reports of deliveries behind it, each time another account's."""
    ask, strategy, law = named("decide"), named("strategies")()["cec"].strategy, named("places")()["IT"]
    heard = [NOW + timedelta(hours=2 * n) for n in range(100)]
    paid = tuple(Payment(event_id=f"p{n}", amount=10, value_date=at.date(), heard=at) for n, at in enumerate(heard))
    reports = tuple((f"m{n}", "delivered") for n in range(100))
    seen = tuple(f"{kind}{n}" for n in range(100) for kind in "pr")
    case = a_case().model_copy(update={"payments": paid, "reports": reports, "seen": seen})
    cases = [case.model_copy(update={"account": f"A{n}"}) for n in range(300)]
    return cpu(lambda n: ask(cases[n], strategy, law, NOW + timedelta(days=20)), len(cases))


def position() -> float:
    """60 instalments, 300 entries, interest at two rates, late fees and a cap, each time of another day."""
    ask, days = named("position"), [date(2024, 1, 15) + timedelta(days=30 * n) for n in range(60)]
    moves = [date(2024, 1, 15) + timedelta(days=6 * n + 3) for n in range(220)]
    heard = datetime(2030, 1, 1, tzinfo=UTC)
    rates = (
        Rate(since=date(2020, 1, 1), percent=Decimal(8)),
        Rate(since=date(2026, 1, 1), percent=Decimal("9.5")),
    )
    fee = LateFee(since=date(2020, 1, 1), percent=Decimal(4), least=100, most=150_00)
    owed = {
        "instalments": tuple(
            Instalment(number=n, due=day, amount=100_00, interest=15_00) for n, day in enumerate(days, 1)
        ),
        "payments": tuple(
            Payment(event_id=f"p{n}", amount=15_00, value_date=day, heard=heard) for n, day in enumerate(moves)
        ),
        "charges": tuple(Charge(id=f"c{n}", what="cost", amount=2_00, day=day) for n, day in enumerate(moves[:80])),
        "tariff": Tariff(name="two rates", interest=rates, late_fees=(fee,), caps=Caps(total=Decimal(1))),
    }
    case = a_case().model_copy(update=owed)
    return cpu(lambda n: ask(case, date(2029, 6, 1) + timedelta(days=n)), 100)


def may_contact() -> float:
    """A call in Massachusetts after 200 contacts of a month, four packs, two clocks: deferred, the long way."""
    ask, law = named("may_contact"), named("jurisdiction")(named("law_packs")(), "US-MA", "US-WA", "HOUSE")
    at = datetime(2026, 9, 15, 15, tzinfo=UTC)
    ways: tuple[tuple[str, Level], ...] = (("call", "attempt"), ("sms", "sent"), ("email", "sent"), ("letter", "sent"))
    log = [
        Contact(f"a{n % 3}", "d1", channel, at - timedelta(hours=3.6 * n + 1), level)
        for n, (channel, level) in enumerate(ways * 50)
    ]
    party, facts = Party("d1", ("America/New_York", "America/Chicago")), Facts("a1", known=(Fact("overdue"),))
    return cpu(lambda n: ask(party, "call", at + timedelta(seconds=n), log, facts, law), 1000)
