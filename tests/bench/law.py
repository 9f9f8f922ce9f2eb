"""What asking the law costs: one question after many contacts, a day's planning."""

import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from statistics import median
from zlib import crc32

from intake.pack_files import law_packs
from models.contact import Contact, Fact, Facts, Level, Party
from policy.deciding.treatment import SPREAD_SECONDS
from policy.law.may_contact import aim, may_contact, start_of_day
from policy.parsing.pack_reading import jurisdiction
from tests.bench.saying import say


def asking_the_law() -> None:
    """`may_contact` in Massachusetts, with 200 logged contacts of one month, two clocks and four packs."""
    law = jurisdiction(law_packs(), "US-MA", "US-WA", "HOUSE")
    at = datetime(2026, 9, 15, 15, tzinfo=UTC)
    ways: tuple[tuple[str, Level], ...] = (("call", "attempt"), ("sms", "sent"), ("email", "sent"), ("letter", "sent"))
    log = [Contact(f"a{n % 3}", "d1", *_way(ways[n % 4], at - timedelta(hours=3.6 * n + 1))) for n in range(200)]
    party, facts = Party("d1", ("America/New_York", "America/Chicago")), Facts("a1", known=(Fact("overdue"),))
    times = []
    for n in range(1000):
        begun = time.perf_counter()
        may_contact(party, "call", at + timedelta(seconds=n), log, facts, law)
        times.append(time.perf_counter() - begun)
    how = f"200 contacts of a month, {len(law.packs)} packs, 2 clocks, deferred: the long way; median of 1,000"
    say("may_contact", f"{median(times) * 1000:.3f} ms", "under 0.5 ms", how)


def _way(way: tuple[str, Level], at: datetime) -> tuple[str, datetime, Level]:
    return way[0], at, way[1]


def planning_a_day() -> None:
    """When 100,000 parties are contacted on a day: aimed at lawful hours, then asked with ten contacts each."""
    packs = law_packs()
    zones = {"IT": "Europe/Rome", "RO": "Europe/Bucharest", "PT": "Europe/Lisbon", "RU": "Asia/Vladivostok"}
    laws = [(jurisdiction(packs, place, "HOUSE"), zone) for place, zone in zones.items()]
    minutes: Counter[str] = Counter()
    begun, parties = time.perf_counter(), 100_000
    for n in range(parties):
        law, zone = laws[n % len(laws)]
        morning = start_of_day(date(2027, 3, 1 + n % 5), zone) + timedelta(hours=8)
        at, _ = aim(law, zone, "call", morning, timedelta(seconds=crc32(str(n).encode()) % SPREAD_SECONDS))
        log = [Contact("a1", "d1", "sms", at - timedelta(days=4 * k + n % 9), "sent") for k in range(1, 11)]
        may_contact(Party("d1", (zone,)), "call", at, log, Facts("a1"), law)
        minutes[f"{law.place} {n % 5} {at:%H:%M}"] += 1
    took, per_minute = time.perf_counter() - begun, parties / len(laws) / 5 / (SPREAD_SECONDS / 60)
    most = max(minutes.values()) / per_minute
    how = f"planned and asked, 10 contacts each, one process; the fullest minute holds {most:.1f} times its share"
    say("a day's planning of 100,000 parties", f"{took:.1f} s", "under 60 s", how)
