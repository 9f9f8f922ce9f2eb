"""Through how many rooms does one value go? `python -m tests.house.walks` shows it, and keeps what has become less.

Counted by following the calls: one value, source order, each function once. *Stay*: a module visited in turn, coming
back included; *room*: a different module; *climb*: a step up, against the layers, that is no return to who called.
`python -m tests.house.walks NAME` lists the way of one walk.
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.house.call_graph import (
    CallGraph,
    Place,
    product,
)

BASELINE = Path(__file__).parent / "walks.yaml"
LAYERS = (
    ("models",),
    ("channels",),
    ("policy",),
    ("writing", "intake", "workflows"),
    ("store",),
    ("activities",),
    ("desk", "commands"),
    ("cli", "web", "console"),
)
HEIGHT = {folder: height for height, folders in enumerate(LAYERS) for folder in folders}
"""What is in no folder is the door of the house: above all."""
FIGURES = ("stays", "rooms", "climbs")


class Visit(NamedTuple):
    """A function on the way, and the modules of those that are waiting for its return."""

    place: Place
    waiting: frozenset[str]


class Walk(NamedTuple):
    """Where it starts, and again after each call by name through the engine."""

    starts: tuple[Place, ...]
    ends: tuple[str, ...]
    """Folders whose doors are seen, not entered."""
    aside: tuple[Place, ...]
    """Ways that this value does not take."""


def walk_of(entry: dict[str, Any]) -> Walk:
    """A walk as the baseline names it: `module:function` or `module:Class.method`."""
    starts, aside = ([Place(*name.split(":")) for name in entry[key]] for key in ("starts", "aside"))
    return Walk(tuple(starts), tuple(entry["ends"]), tuple(aside))


def way(graph: CallGraph, walk: Walk) -> list[Visit]:
    """The functions in the order in which the value meets them."""
    met: dict[Place, Visit] = {}
    own = {start.module for start in walk.starts}

    def go(place: Place, waiting: frozenset[str]) -> None:
        if place in met or place in walk.aside:
            return
        met[place] = Visit(place, waiting)
        if place.module in own or not _lies_in(place.module, walk.ends):
            for called in graph.calls(place):
                go(called, waiting | {place.module})

    for named in (*walk.starts, *walk.aside):
        if graph.node(named) is None:
            raise LookupError(f"{named} is gone: name in {BASELINE.name} what stands in its place")
    for start in walk.starts:
        go(start, frozenset())
    return list(met.values())


def figures(visits: Sequence[Visit]) -> dict[str, int]:
    """Stays, rooms and climbs."""
    steps = list(_steps(visits))
    climbs = sum(
        _height(to.place) > _height(before.place) and to.place.module not in to.waiting for before, to in steps
    )
    return {"stays": len(steps) + 1, "rooms": len({visit.place.module for visit in visits}), "climbs": climbs}


def _steps(visits: Sequence[Visit]) -> Iterator[tuple[Visit, Visit]]:
    return ((before, to) for before, to in pairwise(visits) if before.place.module != to.place.module)


def _height(place: Place) -> int:
    return HEIGHT.get(place.module.partition(".")[0], len(LAYERS))


def _lies_in(module: str, folders: Sequence[str]) -> bool:
    return any(module == folder or module.startswith(f"{folder}.") for folder in folders)


def main(wanted: Sequence[str]) -> None:
    """Show the figures of all walks and keep the lower ones, or show the way of those that are named."""
    graph, baseline = product(), yaml.safe_load(BASELINE.read_text())
    for name, entry in baseline.items():
        visits = way(graph, walk_of(entry))
        if name in wanted:
            print(name, *(f"  {visit.place}" for visit in visits), sep="\n")
        elif not wanted:
            found = figures(visits)
            print(f"{name}: {found}, at most {entry['limit']}")
            entry["now"] = {figure: min(found[figure], entry["now"][figure]) for figure in FIGURES}
    if not wanted:
        head = "".join(line for line in BASELINE.read_text().splitlines(keepends=True) if line.startswith("#"))
        BASELINE.write_text(head + yaml.safe_dump(baseline, sort_keys=False, default_flow_style=None, width=110))


if __name__ == "__main__":
    main(sys.argv[1:])
