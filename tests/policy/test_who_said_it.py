"""TR5: is it kept with every fact who told it, in the words of the story and in its data?"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from intake.fact_fields import Context, make
from models.events import FACTS, Heard
from policy.telling.story import event_line
from settings import HOUSE
from tests.policy.cases import account

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
EXAMPLES = [json.loads(line) for line in (HOUSE / "examples" / "events.jsonl").read_text("utf-8").splitlines()]
TOLD = {told["event"]: {n: v for n, v in told.items() if n not in ("account", "event", "at")} for told in EXAMPLES}


def test_tr5_every_fact_can_say_who_told_it() -> None:
    assert [kind for kind, model in FACTS.items() if "by" not in model.model_fields] == []


@pytest.mark.parametrize("kind", sorted(TOLD))
def test_tr5_the_story_names_who_told_a_fact(kind: str) -> None:
    given: dict[str, Any] = {"event_id": "told-1"} | TOLD[kind] | {"by": "anna"}
    line = event_line(account(), Heard(event=make(kind, given, Context("EUR", "Europe/Rome", NOON)), at=NOON))  # type: ignore[arg-type]
    assert line.detail["by"] == "anna"
    assert "by anna" in line.reason


def test_tr5_what_the_house_finds_itself_names_nobody() -> None:
    fact = make("dispute", {"event_id": "told-1"}, Context("EUR", "Europe/Rome", NOON))
    assert " by " not in event_line(account(), Heard(event=fact, at=NOON)).reason  # type: ignore[arg-type]
