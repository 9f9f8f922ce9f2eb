"""Would a running case still give the commands that its history holds? The baseline: `workflow_commands.yaml`."""

import base64
import difflib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.house.call_graph import (
    HOUSE,
    product,
)
from tests.house.workflow_commands import BASELINE, Fingerprint

KEPT: dict[str, Any] = yaml.safe_load(BASELINE.read_text())
RENEW = """
Cases run for years, and are replayed: with other commands, or another order, their tasks fail. Does the change stand
behind `workflow.patched`, or is nothing released yet and are the saved histories recorded anew? Then keep what the
source says now:
    python -m tests.house.workflow_commands
"""
HISTORIES = HOUSE / "tests" / "histories"


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return Fingerprint(product()).of_all()


def test_every_workflow_has_a_baseline(found: dict[str, Any]) -> None:
    assert set(found) == set(KEPT), RENEW


@pytest.mark.parametrize("name", KEPT)
def test_a_workflow_gives_the_commands_that_running_cases_count_on(found: dict[str, Any], name: str) -> None:
    before, now = (yaml.safe_dump(of.get(name), sort_keys=False).splitlines() for of in (KEPT, found))
    changed = "\n".join(difflib.unified_diff(before, now, "running cases", "the source", lineterm=""))
    assert not changed, f"{changed}\n{RENEW}"


def test_what_is_told_gives_no_command_so_that_news_can_come_at_any_moment() -> None:
    told = {handler: lines for kept in KEPT.values() for handler, lines in kept.items() if "signal" in handler}
    assert {handler for handler, lines in told.items() if lines} == set()


def test_each_command_stands_in_a_saved_history() -> None:
    """Else the replay of the histories would not notice that it changed."""
    saved = {command for path in HISTORIES.glob("*.json") for command in commands_of(path)}
    assert set(constants(KEPT)) - saved == set()


def constants(outline: Any) -> Iterator[str]:
    """The commands of an outline whose name the source says."""
    match outline:
        case dict():
            for lines in outline.values():
                yield from constants(lines)
        case list():
            for line in outline:
                yield from constants(line)
        case str() if "activity" in outline and not outline.endswith("*"):
            yield re.sub("^start_", "execute_", outline)
        case "upsert_search_attributes":
            yield outline


def commands_of(history: Path) -> Iterator[str]:
    """The commands that a history holds, as an outline names them."""
    for event in json.loads(history.read_text())["events"]:
        kind = event["eventType"].removeprefix("EVENT_TYPE_")
        if kind == "ACTIVITY_TASK_SCHEDULED":
            yield f"execute_activity {event['activityTaskScheduledEventAttributes']['activityType']['name']}"
        elif kind == "MARKER_RECORDED":
            yield f"execute_local_activity {_local(event['markerRecordedEventAttributes'])}"
        elif kind == "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES":
            yield "upsert_search_attributes"


def _local(marker: dict[str, Any]) -> str:
    data: dict[str, Any] = json.loads(base64.b64decode(marker["details"]["data"]["payloads"][0]["data"]))
    return str(data["activity_type"])
