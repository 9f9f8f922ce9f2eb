"""The vectors of the law, through the same door that auditors use: each row's answer, rule, duty and instant."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from channels.channel_table import level_of
from desk.actor import Actor
from desk.audit.law_answers import answers
from intake.pack_files import law_packs
from models.contact import LEVELS, LawChannel
from models.events import Outcome
from policy.parsing.pack_reading import Read

VECTORS: list[dict[str, Any]] = yaml.safe_load(Path("tests/law/vectors.yaml").read_text(encoding="utf-8"))
PACKS = law_packs()
MINUTE = timedelta(minutes=1)
VERA = Actor("vera", "auditor")


def ask(vector: Mapping[str, Any], **other: Any) -> dict[str, Any]:
    """The question of a row, or of a row with something else in it."""
    row = {**vector, **other}
    history = [past(one) for text in row.get("history", []) for one in repeated(text)]
    question = {name: row[name] for name in ("id", "packs", "zones", "at", "channel", "facts") if name in row}
    [answer] = answers([json.dumps(question | {"history": history})], switched(row.get("lax", [])), VERA)
    found = answer.told
    assert "error" not in found, found
    return found


def repeated(text: str) -> list[str]:
    """`30 x 2026-04-01 call` thirty times, all others once."""
    times, cross, entry = text.partition(" x ")
    return [entry] * int(times) if cross else [text]


def past(text: str) -> dict[str, Any]:
    """`2026-04-01 call busy a2` as an entry of the history."""
    at, channel, *words = text.split()
    entry: dict[str, Any] = {"at": at, "channel": channel}
    for word in words:
        if word in ("inbound", "consent"):
            entry[word] = True
        elif word in LEVELS:
            entry["event"] = word
        elif word in set(Outcome):
            entry["outcome"] = word
        else:
            entry["place" if word in ("work", "other") else "account"] = word
    return entry


def switched(off: list[str]) -> dict[str, Read]:
    """The packs with these strict readings switched off."""
    return {name: read._replace(pack=read.pack.model_copy(update={"off": off})) for name, read in PACKS.items()}


@pytest.mark.parametrize("vector", VECTORS, ids=[row["id"] for row in VECTORS])
def test_the_law_answers(vector: dict[str, Any]) -> None:
    found = ask(vector)
    assert found["decision"] == vector["expect"]
    assert vector.get("rule") is None or vector["rule"] in found["rules"]
    assert "until" not in vector or found["until"] == datetime.fromisoformat(vector["until"])
    needs = [duty["needs"] for duty in found["duties"]]
    assert vector.get("duty") is None or vector["duty"] in needs
    assert vector.get("no_duty") not in needs


@pytest.mark.parametrize("vector", [row for row in VECTORS if row["expect"] == "defer"], ids=lambda row: row["id"])
def test_what_is_deferred_is_allowed_then_and_no_minute_before(vector: dict[str, Any]) -> None:
    until = ask(vector)["until"]
    assert ask(vector, at=until.isoformat())["decision"] == "allow"
    assert ask(vector, at=(until - MINUTE).isoformat())["decision"] != "allow"


def test_no_id_stands_twice() -> None:
    assert len({row["id"] for row in VECTORS}) == len(VECTORS)


RULES = {rule.id for read in PACKS.values() for rule in read.pack.rules}
SAID = {row.get("rule") for row in VECTORS if row["expect"] != "allow"}
DUTIES = {rule.id for read in PACKS.values() for rule in read.pack.duties}
SUITS = {rule.id for read in PACKS.values() for rule in read.pack.suits}
"""What stands against a suit, not against a contact: tests/policy/test_court.py."""
LIKE_ANOTHER = {"US-WA-H1", "HOUSE-ITC", "HOUSE-SP", "HOUSE-AL", "UK-V1B", "PT-H1C"}
"""Never the first to refuse here, or the same ban as in the next country."""


def test_every_rule_refuses_in_some_row() -> None:
    assert set() == RULES - SAID - DUTIES - SUITS - LIKE_ANOTHER


def test_every_outcome_of_a_task_has_a_level() -> None:
    assert {level_of("call", outcome) for outcome in Outcome} < set(LEVELS)
    assert "call" in get_args(LawChannel)
