"""Every fault of a pack is told at once, at its line and column, in words fit for the person who wrote it."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from policy.parsing.pack_reading import PackFault, jurisdiction, read_pack, read_strategy, strategy_version

BAD = Path("tests/packs/bad")
TEXTS = frozenset(
    {
        "first_reminder",
        "second_reminder",
        "first_letter",
        "reminder_before_due",
        "offer_plan",
        "formal_notice",
        "certificate",
        "legal_package",
    }
)
SOUND = """\
format: 1
strategy: short
title: A short way
cycles:
  - name: main
    ends: closed
    stages:
      - {name: early, from_dpd: 1, steps: [{id: calls, do: call, times: 3}]}
"""


def law(text: str, file: str) -> None:
    """A pack that stands alone: it must be sound, and speak of every day."""
    read = read_pack(text, file, TEXTS)
    jurisdiction({read.pack.place: read}, read.pack.place)


def faults(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    read: Any = law if path.name.startswith("law_") else partial(read_strategy, texts=TEXTS)
    with pytest.raises(PackFault) as caught:
        read(text, path.name)
    return caught.value.faults


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_bad_pack_is_refused_in_these_words(path):
    assert faults(path) == path.with_suffix(".out").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_fault_points_at_a_line_and_column_of_its_file(path):
    lines = path.read_text(encoding="utf-8").splitlines() or [""]
    for fault in faults(path):
        place = re.fullmatch(rf"{re.escape(path.name)}:(\d+):(\d+): .+", fault)
        assert place
        assert int(place[1]) <= len(lines) + 1


def test_there_are_golden_faults_of_many_kinds():
    assert len(list(BAD.glob("*.yaml"))) >= 15


def test_a_sound_strategy_is_read_with_its_types():
    strategy: Any = read_strategy(SOUND, "short.yaml")
    assert strategy.cycles[0].stages[0].steps[0].times == 3


def test_texts_are_not_checked_when_nobody_knows_them():
    strategy: Any = read_strategy(SOUND.replace("do: call, times: 3", "do: sms, text: anything"), "short.yaml")
    assert strategy.cycles[0].stages[0].steps[0].text == "anything"


def test_words_that_other_readers_turn_into_numbers_or_truth_stay_words():
    strategy = read_strategy(SOUND.replace("title: A short way", "title: 22:00\nfor: {country: [NO]}"), "short.yaml")
    assert (strategy.title, strategy.whom.country) == ("22:00", ["NO"])


def test_a_billion_laughs_are_refused_before_they_are_built():
    laughs = "a: &a [x, x]\n" + "\n".join(
        f"{b}: &{b} [*{a}, *{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(PackFault, match="anchors and aliases"):
        read_strategy(laughs, "laughs.yaml")


def test_an_unprintable_character_is_found():
    with pytest.raises(PackFault, match=r"short.yaml:3:9: a character that YAML does not allow"):
        read_strategy(SOUND.replace("A short", "A\x07 short"), "short.yaml")


def test_two_documents_in_one_file_are_refused():
    with pytest.raises(PackFault, match="another document"):
        read_strategy(SOUND + "---\n" + SOUND, "short.yaml")


def test_duplicate_keys_and_other_faults_come_together():
    with pytest.raises(PackFault) as caught:
        read_strategy(SOUND.replace("title: A short way", "titel: x\ntitel: y"), "short.yaml")
    assert len(caught.value.faults) == 3


def test_a_version_is_the_name_and_the_content():
    assert re.fullmatch(r"short@[0-9a-f]{12}", strategy_version(SOUND, "short"))


def test_another_content_is_another_version():
    assert strategy_version(SOUND, "short") != strategy_version(SOUND + "# a comment\n", "short")


def test_a_city_is_found_in_its_region_by_postcodes_only():
    city = Path("packs/jurisdictions/us-nyc.yaml").read_text("utf-8")
    nowhere = "".join(line for line in city.splitlines(keepends=True) if not line.startswith("postcodes:"))
    with pytest.raises(PackFault, match="inside: a city is found in its region by its postcodes"):
        read_pack(nowhere, "us-nyc.yaml")
