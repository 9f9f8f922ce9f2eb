"""Do the saved histories of every kind of ending replay? A change that would break running cases fails here.

Record them anew only on purpose, when a change is meant to be seen by new cases alone:
`python -m tests.workflows.record_histories`
"""

import base64
import json
import re
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests.workflows.lives import LIVES
from worker import RUNNER
from workflows.account_recovery import AccountRecoveryWorkflow
from workflows.portfolio_intake import PortfolioIntakeWorkflow

HISTORIES = Path(__file__).parent.parent / "histories"
SECRETS = (b"debtor@example.org", b"Via Roma", b"tefania", b"+39347", b"+7912", b"+40712")
SAVED = sorted(HISTORIES.glob("*.json"))


def replayer() -> Replayer:
    return Replayer(
        workflows=[AccountRecoveryWorkflow, PortfolioIntakeWorkflow],
        data_converter=pydantic_data_converter,
        workflow_runner=RUNNER,
    )


@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.stem)
async def test_a_saved_history_replays(path: Path) -> None:
    await replayer().replay_workflow(WorkflowHistory.from_json(path.stem, path.read_text()))


def test_every_kind_of_ending_has_a_history() -> None:
    assert {path.stem for path in SAVED} >= {*LIVES, "portfolio"}


@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.stem)
def test_a_history_holds_no_personal_data(path: Path) -> None:
    payloads = b"\n".join(base64.b64decode(data) for data in re.findall(r'"data": ?"([^"]*)"', path.read_text()))
    assert path.stem == "portfolio" or b"out_of_court" in payloads or b"cycle" in payloads, "nothing was decoded"
    assert [secret for secret in SECRETS if secret in payloads] == []


async def test_a_history_that_does_not_fit_the_code_is_told() -> None:
    history = json.loads((HISTORIES / "paid.json").read_text())
    for event in history["events"]:
        if "activityTaskScheduledEventAttributes" in event:
            event["activityTaskScheduledEventAttributes"]["activityType"]["name"] = "another_activity"
    with pytest.raises(Exception, match=r"[Nn]ondeterminis[mt]"):
        await replayer().replay_workflow(WorkflowHistory.from_json("paid", json.dumps(history)))
