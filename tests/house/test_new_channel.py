"""What becomes of a new channel that somebody puts in by halves? Tried in a copy of the tree: `whatsapp` (W2)."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from intake.pack_files import places
from models.contact import Facts, Party
from policy.law.may_contact import Allow, may_contact
from settings import HOUSE

PRODUCT = "models channels policy intake writing store workflows activities desk cli packs examples".split()
WORDS = {
    "models/event.py": ('    sms = "sms"\n', '    sms = "sms"\n    whatsapp = "whatsapp"\n'),
    "models/decisions.py": ('    "sms",\n', '    "sms",\n    "whatsapp",\n'),
    "models/agreement_terms.py": ('Literal["sms", ', 'Literal["sms", "whatsapp", '),
    "packs/strategies/alth.yaml": ("do: sms", "do: whatsapp"),
}
"""The channel in the words of models and strategies, and nothing else."""
SPEC = dedent(
    """
    from channels.channel_spec import ChannelSpec, Written
    from channels.sms import mobile_phone
    from models.event import Channel

    WHATSAPP = ChannelSpec(
        name=Channel.whatsapp,
        law="{law}",
        details=("phone",),
        address=mobile_phone,
        unknown_level="sent",
        written=Written(texts="sms", replies=True),
    )
    """
)
LISTED = {
    "channels/channel_table.py": (
        "CHANNELS = channel_table(SMS,",
        "from channels.whatsapp import WHATSAPP\nCHANNELS = channel_table(SMS, WHATSAPP,",
    )
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    copy = tmp_path / "tree"
    copy.mkdir()
    for folder in PRODUCT:
        shutil.copytree(HOUSE / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in HOUSE.glob("*.py"):
        shutil.copy(file, copy)
    changed(copy, WORDS)
    return copy


def changed(tree: Path, changes: Mapping[str, tuple[str, str]]) -> None:
    for name, (old, new) in changes.items():
        text = (tree / name).read_text()
        assert old in text, f"{name} has changed: say here where the channel goes now"
        (tree / name).write_text(text.replace(old, new))


def starter(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "starter.py", *words]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=120)


@pytest.fixture
def with_spec(tree: Path) -> Path:
    """The tree with a spec of the channel under the word that law has for it."""
    changed(tree, LISTED)
    (tree / "channels" / "whatsapp.py").write_text(SPEC.format(law="messenger"))
    return tree


def test_w2_a_channel_without_a_spec_does_not_import(tree: Path) -> None:
    run = starter(tree, "strategies")
    assert run.returncode == 1
    assert "no spec in channels/channel_table.py for: whatsapp" in run.stderr


def test_w2_a_channel_that_law_has_no_word_for_does_not_load(with_spec: Path) -> None:
    (with_spec / "channels" / "whatsapp.py").write_text(SPEC.format(law="whatsapp"))
    run = starter(with_spec, "strategies")
    assert run.returncode == 1
    assert "the channel whatsapp: the packs of law have no word 'whatsapp'" in run.stderr


def test_w2_a_channel_with_a_spec_is_asked_of_the_law(with_spec: Path) -> None:
    period = ("--from", "2026-12-01", "--until", "2026-12-20")
    run = starter(with_spec, "rehearse", "examples/portfolio.csv", *period, "--json")
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    left = [line for line in lines if "message sent" in line["reason"] and "by whatsapp" in line["reason"]]
    assert len(left) > 5, run.stderr
    assert [line for line in left if not lawful(line)] == []


def lawful(line: dict[str, Any]) -> bool:
    """Whether a messenger may be used then in the Netherlands, for what is asked of nobody else in the example."""
    party, at = Party(line["account"], ("Europe/Amsterdam",)), datetime.fromisoformat(line["time"])
    return isinstance(may_contact(party, "messenger", at, [], Facts(line["account"]), places()["NL"]), Allow)
