"""Do the rehearsal and the real engine take the same steps? The same scenario runs on both and must read the same."""

from datetime import date, timedelta
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from intake.pack_files import jurisdictions
from models import events as e
from policy.deciding.rehearsal import Scripted, rehearse
from tests.now import days_ago
from tests.workflows.houses import House, pack
from tests.workflows.lives import lead

DAYS = 120
Diary = list[tuple[float, type[Any], dict[str, Any]]]


def in_days(days: int) -> date:
    return days_ago(-days).date()


SCENARIOS: dict[str, tuple[str, str, dict[str, Any], Diary]] = {
    "silence": ("cec", "out_of_court", {}, []),
    "a broken promise, a part payment, then all of it": (
        "cec",
        "out_of_court",
        {"amounts": [40_000, 40_000]},
        [
            (2.4, e.PromiseToPay, {"amount": 10_000, "due": in_days(9)}),
            (20.1, e.PaymentReceived, {"amount": 15_000, "currency": "EUR"}),
            (30.2, e.ContactOutcome, {"outcome": e.Outcome.wrong_number, "cause": "job_loss"}),
            (55.5, e.PaymentReceived, {"amount": 65_000, "currency": "EUR"}),
        ],
    ),
    "prevention, a dispute, a second episode": (
        "alth",
        "microloan",
        {"dpd": -6, "amounts": [20_000, 20_000, 20_000], "product": "microloan"},
        [
            (9.3, e.Dispute, {"until": in_days(14)}),
            (25.1, e.PaymentReceived, {"amount": 20_000, "currency": "EUR"}),
            (60.7, e.OptOut, {"channel": e.Channel.sms}),
        ],
    ),
    "a pause of ops, a refused payment, a withdrawal": (
        "mfo",
        "small_debt",
        {},
        [
            (3.3, e.Hold, {"reason": "ops_pause", "by": "ops"}),
            (10.2, e.PaymentReceived, {"amount": 5_000, "currency": "USD"}),
            (20.6, e.Release, {"of": "ops_pause", "by": "ops"}),
            (70.9, e.Withdraw, {"by": "ops"}),
        ],
    ),
    "offers and hardship in Brazil": (
        "crecerto",
        "microcredit",
        {"dpd": 20, "product": "microloan"},
        [(30.4, e.Hardship, {"until": in_days(45), "cause": "illness"})],
    ),
}


@pytest.mark.parametrize("name", SCENARIOS)
async def test_both_take_the_same_steps(temporal_env: WorkflowEnvironment, house: House, name: str) -> None:
    strategy, cycle, changes, diary = SCENARIOS[name]
    led = await lead(temporal_env, house, strategy, cycle, **changes)
    day = 0.0
    for n, (at, kind, fields) in enumerate(diary):
        await led.days(at - day)
        day = at
        await led.tell(kind, event_id=f"scripted-{n}", **fields)
    if house.account(led.case.account).outcome is None:
        await led.days(DAYS - day)
    really = [
        (row.kind, row.step, row.reason, row.detail, row.at.date())
        for row in house.story(led.case.account)
        if row.at < led.case.opened + timedelta(days=DAYS)
    ]
    script = [
        Scripted(led.case.account, led.case.opened + timedelta(days=at), kind(event_id=f"scripted-{n}", **fields))
        for n, (at, kind, fields) in enumerate(diary)
    ]
    rehearsed = [
        (line.kind, line.step, line.reason, line.detail, line.time.date())
        for line in rehearse(
            [led.case],
            {led.case.strategy: pack(strategy).strategy},
            jurisdictions(),
            script,
            until=led.case.opened + timedelta(days=DAYS),
        )
    ]
    assert len(really) > 10, "something happened"
    assert _without_fingerprints(really) == _without_fingerprints(rehearsed)


def _without_fingerprints(lines: list[Any]) -> list[Any]:
    """The rehearsal makes no documents, so it has no fingerprints of them."""
    return [(*line[:3], {k: v for k, v in line[3].items() if k != "sha256"}, line[4]) for line in lines]
