"""Does a value go through no more rooms than it must? What walks are, and how they are counted: `walks.py`."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from tests.house.call_graph import (
    CallGraph,
    Place,
    product,
    product_modules,
)
from tests.house.walks import BASELINE, Walk, figures, walk_of, way

WALKS: dict[str, dict[str, Any]] = yaml.safe_load(BASELINE.read_text())
House = Callable[[dict[str, str]], CallGraph]


@pytest.mark.parametrize("name", WALKS)
def test_no_walk_is_longer_than_it_was_or_may_be(name: str) -> None:
    entry = WALKS[name]
    found = figures(way(product(), walk_of(entry)))
    most = {figure: max(entry["now"][figure], limit) for figure, limit in entry["limit"].items()}
    above = {figure: (found[figure], at_most) for figure, at_most in most.items() if found[figure] > at_most}
    assert above == {}, f"`python -m tests.house.walks '{name}'` lists the way"


# --- how it is counted -----------------------------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path) -> House:
    def build(files: dict[str, str]) -> CallGraph:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(dedent(text))
        return CallGraph(product_modules(tmp_path))

    return build


def counted(graph: CallGraph, start: str, *ends: str) -> dict[str, int]:
    return figures(way(graph, Walk((Place(*start.split(":")),), ends, ())))


def test_a_call_that_goes_straight_down_has_as_many_stays_as_rooms(house: House) -> None:
    graph = house(
        {
            "desk/a.py": "from policy import b\ndef f():\n    return b.g()\n",
            "policy/b.py": "from models.c import h\ndef g():\n    return h()\n",
            "models/c.py": "def h(): ...\n",
        }
    )
    assert counted(graph, "desk.a:f") == {"stays": 3, "rooms": 3, "climbs": 0}


def test_coming_back_to_a_room_is_another_stay(house: House) -> None:
    graph = house(
        {
            "desk/a.py": "from policy.b import g\ndef f():\n    g()\n    rest()\ndef rest(): ...\n",
            "policy/b.py": "def g(): ...\n",
        }
    )
    assert counted(graph, "desk.a:f") == {"stays": 3, "rooms": 2, "climbs": 0}


def test_what_is_handed_down_and_called_from_below_is_a_climb(house: House) -> None:
    graph = house(
        {
            "desk/a.py": "from policy.b import g\nfrom store.c import save\ndef f():\n    g()\n    save()\n",
            "policy/b.py": "def g(): ...\n",
            "store/c.py": "def save(): ...\n",
        }
    )
    assert counted(graph, "desk.a:f")["climbs"] == 1


def test_a_method_is_found_by_the_annotation_of_who_holds_the_object(house: House) -> None:
    graph = house(
        {
            "desk/a.py": "from store.d import Data\ndef f(d: Data):\n    with d.open() as one:\n        one.read()\n",
            "store/d.py": """
                from models.s import Session
                class Data:
                    def open(self) -> Session: ...
            """,
            "models/s.py": "class Session:\n    def read(self): ...\n",
        }
    )
    assert counted(graph, "desk.a:f")["rooms"] == 3


def test_a_walk_sees_the_doors_at_which_it_ends_and_does_not_enter(house: House) -> None:
    graph = house(
        {
            "desk/a.py": "from policy.b import g\ndef f():\n    g()\n",
            "policy/b.py": "from policy.c import h\ndef g():\n    h()\n",
            "policy/c.py": "def h(): ...\n",
        }
    )
    assert counted(graph, "desk.a:f", "policy")["rooms"] == 2
