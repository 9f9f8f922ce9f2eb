"""What does a pack's YAML say, and where? Plain values, every scalar a string, with the place of each."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import yaml

Loc = tuple[str | int, ...]
KINDS = {yaml.ScalarNode: "a single value", yaml.SequenceNode: "a list"}
FAST = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""libyaml, where PyYAML was built with it: it reads twelve times as fast."""
READ_OTHERWISE = re.compile(r"\t|\?(?![\w-]+=)")
"""Tabs and question marks, but for those of a web address: libyaml takes some that Python's reader refuses."""
DEEPEST = 100


class Fault(NamedTuple):
    """One thing that is wrong, at a place."""

    line: int
    column: int
    path: str
    says: str


class Broken(Exception):
    """The text cannot be read as one mapping at all."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.says)
        self.fault = fault


class Source(NamedTuple):
    """A text that was read: its values, its nodes, and the keys that stand twice."""

    value: dict[str, Any]
    root: yaml.MappingNode
    twice: list[Fault]

    def fault(self, loc: Loc, says: str) -> Fault:
        """A fault at the value, or at its nearest ancestor that stands in the text."""
        return _fault(_reached(self.root, loc)[1], loc, says)

    def key_fault(self, loc: Loc, says: str) -> Fault:
        """A fault at the key instead of its value."""
        return _fault(_reached(self.root, loc)[0], loc, says)


def read_source(text: str) -> Source:
    """The values of a text; raises `Broken` where there is no sense in looking further."""
    try:
        root = _composed(text)
        if not isinstance(root, yaml.MappingNode):
            raise _no_mapping(root)
        twice: list[Fault] = []
        return Source(_mapping(root, (), twice), root, twice)
    except yaml.YAMLError as error:
        raise Broken(_unreadable(error, text)) from None


def _composed(text: str) -> yaml.Node | None:
    if not READ_OTHERWISE.search(text):
        # What is wrong is told by Python's reader, in the same words on every machine.
        with suppress(yaml.YAMLError):
            return _composed_by(FAST, text)
    return _composed_by(yaml.BaseLoader, text)


def _composed_by(loader: type[yaml.BaseLoader], text: str) -> yaml.Node | None:
    _refuse_bombs(text, loader)
    return yaml.compose(text, Loader=loader)


def _refuse_bombs(text: str, loader: type[yaml.BaseLoader]) -> None:
    # Nine lines of aliases can stand for a billion values; libyaml composes what is nested until the stack is full.
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise Broken(Fault(1, 1, "", "is nested too deeply; expected a strategy or a jurisdiction"))
        name = getattr(event, "anchor", None)
        if name and event.start_mark:
            says = f"anchors and aliases ({name}) are refused; expected the text written out"
            raise Broken(Fault(event.start_mark.line + 1, event.start_mark.column + 1, "", says))


def _no_mapping(root: yaml.Node | None) -> Broken:
    if root is None:
        return Broken(Fault(1, 1, "", "the file is empty; expected keys, the first of them format: 1"))
    return Broken(_fault(root, (), f"is {KINDS[type(root)]}; expected keys, the first of them format: 1"))


def _unreadable(error: yaml.YAMLError, text: str) -> Fault:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        hint = "spaces, never tabs" if "\\t" in str(error.problem) else "well-formed YAML"
        start = error.context_mark
        since = f" {error.context} from {start.line + 1}:{start.column + 1}" if error.context and start else ""
        says = f"{error.problem}{since}; expected {hint}"
        return Fault(error.problem_mark.line + 1, error.problem_mark.column + 1, "", says)
    before = text[: getattr(error, "position", 0)]
    place = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Fault(*place, "", "a character that YAML does not allow; expected printable text")


def _mapping(node: yaml.MappingNode, loc: Loc, twice: list[Fault]) -> dict[str, Any]:
    found: dict[str, yaml.Node] = {}
    values: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise Broken(_fault(key, loc, "a key is not a word; expected key: value"))
        if key.value in found:
            first = found[key.value].start_mark
            says = f"the key stands twice; expected it only at {first.line + 1}:{first.column + 1}"
            twice.append(_fault(key, (*loc, key.value), says))
            continue
        found[key.value] = key
        values[key.value] = _plain(value, (*loc, key.value), twice)
    return values


def _plain(node: yaml.Node, loc: Loc, twice: list[Fault]) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, loc, twice)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*loc, place), twice) for place, item in enumerate(node.value)]
    return node.value


def _reached(root: yaml.Node, loc: Loc) -> tuple[yaml.Node, yaml.Node]:
    """The key and the value at the end of the path, or as far as the text goes."""
    key = value = root
    for part in loc:
        step = next(_children(value, part), None)
        if step is None:
            break
        key, value = step
    return key, value


def _children(node: yaml.Node, part: str | int) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((key, value) for key, value in node.value if key.value == part)
    elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        yield node.value[part], node.value[part]


def _fault(node: yaml.Node, loc: Loc, says: str) -> Fault:
    return Fault(node.start_mark.line + 1, node.start_mark.column + 1, ".".join(map(str, loc)), says)
