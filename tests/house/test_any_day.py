"""Does the suite pass on any day and at any hour? It asks one clock, which really goes through the hard days."""

import subprocess
import sys
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from activities.vendors.vendor_errors import seconds
from policy.law.may_contact import is_holiday
from settings import HOUSE
from tests.now import HOSTILE, LAW, ahead, living_at, right_now

ASKS = """import time
from datetime import UTC, date, datetime

NOW, STAMP = datetime.now(UTC), time.time()
DAYS = (date.today(), datetime.today())
"""
ROME, HOUR = ZoneInfo("Europe/Rome"), timedelta(hours=1)


def faults(file: str) -> int:
    """How often the linter refuses to have the clock asked there."""
    ruff = [str(Path(sys.executable).parent / "ruff"), "check", "--output-format", "concise", "--stdin-filename"]
    run = subprocess.run([*ruff, file, "-"], cwd=HOUSE, input=ASKS, capture_output=True, text=True)
    return run.stdout.count("TID251")


@pytest.mark.parametrize(
    "file", ["tests/x.py", "tests/policy/test_x.py", "tests/durability/test_x.py", "tests/conftest.py"]
)
def test_su1_a_test_that_asks_the_real_clock_is_refused(file: str) -> None:
    assert faults(file) == 4


def test_su1_one_file_alone_may_ask_it() -> None:
    assert faults("tests/now.py") == 0


@pytest.mark.any_day
def test_su1_the_product_sees_the_day_on_which_the_test_lives() -> None:
    in_a_minute = format_datetime(right_now() + timedelta(minutes=1))
    assert 50 < (seconds(in_a_minute) or 0) <= 60


def test_su1_the_clock_comes_back_from_where_it_was_sent() -> None:
    before = ahead()
    with living_at(HOSTILE["8_december"]):
        assert right_now().date() == HOSTILE["8_december"].date()
    assert abs(ahead() - before) < timedelta(seconds=1)


def in_rome(moment: datetime) -> str:
    return f"{moment.astimezone(ROME):%A %d %B %H:%M}"


def jumps(moment: datetime) -> bool:
    """Whether the clocks of Rome change within two hours."""
    return (moment - 2 * HOUR).astimezone(ROME).utcoffset() != (moment + 2 * HOUR).astimezone(ROME).utcoffset()


def confirmed(moment: datetime) -> bool:
    """Whether somebody confirmed the Russian holidays of the year."""
    return any(pack.holidays and moment.year in pack.holidays.confirmed for pack in LAW["RU"].packs)


HOLIDAYS = {name for name, at in HOSTILE.items() if is_holiday(LAW["IT"], at.astimezone(ROME).date())}
KINDS = {
    "29 February": "29 February" in " ".join(map(in_rome, HOSTILE.values())),
    "31 December": "31 December" in " ".join(map(in_rome, HOSTILE.values())),
    "both nights of clock change": {at.month for at in HOSTILE.values() if jumps(at)} == {3, 10},
    "Easter Monday and 8 December": {"easter_monday", "8_december"} <= HOLIDAYS,
    "a Sunday at 23:40": in_rome(HOSTILE["a_sunday_at_2340_in_rome"]).endswith("23:40"),
    "years with and without confirmed holidays": {*map(confirmed, HOSTILE.values())} == {True, False},
}


@pytest.mark.parametrize("kind", KINDS)
def test_su1_the_hostile_days_hold_each_kind(kind: str) -> None:
    assert KINDS[kind]
    assert len(HOSTILE) >= 12
