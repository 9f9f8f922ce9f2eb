"""Which commands does each workflow give the engine, and on which way through its source?

A running case is replayed: it must give the same commands in the same order, or its tasks fail until a deployment mends
it. `python -m tests.house.workflow_commands` keeps what the source says now.
"""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.house.call_graph import (
    CallGraph,
    Function,
    Place,
    product,
)

BASELINE = Path(__file__).parent / "workflow_commands.yaml"
COMMANDS = frozenset(
    """execute_activity start_activity execute_activity_method start_activity_method execute_local_activity
    start_local_activity execute_child_workflow start_child_workflow sleep wait_condition upsert_search_attributes
    upsert_memo patched deprecate_patch continue_as_new uuid4 random""".split()
)
"""Of `temporalio.workflow`: what leaves a mark in the history, a wait that may become a timer included."""
NAMED = ("activity", "child_workflow", "patch")
HANDLERS = ("run", "signal", "update", "query")
RETURN = "return"
"""What follows is not reached: it decides about the commands below."""
HEAD = """# The commands of each workflow on the ways through its source, as workflow_commands.py reads them.
# Written by `python -m tests.house.workflow_commands`.
"""
Outline = list[Any]


class Fingerprint:
    """The outline of a workflow: its handlers, and within each its loops, its branches and its commands."""

    def __init__(self, graph: CallGraph) -> None:
        self._graph = graph

    def of_all(self) -> dict[str, Any]:
        """Every workflow class by name."""
        found = {}
        for name, module in self._graph.modules.items():
            for node in module.tree.body:
                if isinstance(node, ast.ClassDef) and any(
                    "workflow.defn" in ast.unparse(d) for d in node.decorator_list
                ):
                    found[node.name] = self.of(Place(name, node.name), node)
        return found

    def of(self, place: Place, node: ast.ClassDef) -> dict[str, Any]:
        """By handler: `signal payment_received`. What is told alone, and gives no command, is an empty list."""
        found = {}
        for method in node.body:
            if isinstance(method, Function) and (kind := _handler(method)):
                name = kind if kind == "run" else f"{kind} {method.name}"
                found[name] = self._function(Place(place.module, f"{place.name}.{method.name}"), ())
        return found

    def _function(self, place: Place, under: tuple[Place, ...]) -> Outline:
        node = self._graph.node(place)
        if not isinstance(node, Function) or place in under:
            return []
        found = self._block(place, node.body, (*under, place))
        while found[-1:] == [RETURN]:
            found.pop()
        return found if _gives_commands(found) else []

    def _block(self, place: Place, body: Sequence[ast.AST], under: tuple[Place, ...]) -> Outline:
        return [line for node in body for line in self._lines(place, node, under)]

    def _lines(self, place: Place, node: ast.AST, under: tuple[Place, ...]) -> Iterator[Any]:
        if branches := list(_branches(node)):
            head = [part for part in (getattr(node, name, None) for name in ("test", "subject", "iter")) if part]
            yield from self._block(place, head, under)
            found = {name: lines for name, body in branches if (lines := self._block(place, body, under))}
            if found:
                yield found
            return
        for call in _calls(node):
            if command := self._command(place, call):
                yield command
            elif called := self._graph.meant(place, call.func):
                yield from self._function(called, under)
        if isinstance(node, ast.Return):
            yield RETURN

    def _command(self, place: Place, call: ast.Call) -> str | None:
        match call.func:
            case ast.Attribute(value=ast.Name(id="workflow"), attr=name) if name in COMMANDS:
                named = any(word in name for word in NAMED) and call.args
                return f"{name} {self._name(place, call.args[0])}" if named else name
            case ast.Attribute(value=ast.Name(id="asyncio"), attr="sleep" | "wait_for" | "timeout" as name):
                at_once = [ast.unparse(argument) for argument in call.args] == ["0"]
                return None if at_once else f"asyncio.{name}"
        return None

    def _name(self, place: Place, argument: ast.expr) -> str:
        """The constant's value; what is only known when it runs is `*`."""
        meant = self._graph.meant(place, argument)
        value = self._graph.node(meant) if meant else argument
        return str(value.value) if isinstance(value, ast.Constant) else "*"


def _gives_commands(outline: Outline) -> bool:
    below = [lines for entry in outline if isinstance(entry, dict) for lines in entry.values()]
    return any(isinstance(entry, str) and entry != RETURN for entry in outline) or any(map(_gives_commands, below))


def _handler(method: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    """`signal`, or `dynamic signal`."""
    for decorator in method.decorator_list:
        text = ast.unparse(decorator)
        kind = text.removeprefix("workflow.").partition("(")[0]
        if text.startswith("workflow.") and kind in HANDLERS:
            return f"dynamic {kind}" if "dynamic=True" in text else kind
    return None


def _branches(node: ast.AST) -> Iterator[tuple[str, Sequence[ast.AST]]]:
    match node:
        case ast.While(body=body) | ast.For(body=body) | ast.AsyncFor(body=body):
            yield "loop", body
        case ast.If(body=body, orelse=other):
            yield f"if {ast.unparse(node.test)}", body
            yield "else", other
        case ast.Match(cases=cases):
            yield from ((f"case {ast.unparse(case.pattern)}", case.body) for case in cases)
        case ast.Try(body=body, handlers=handlers, orelse=other, finalbody=last):
            yield "try", body
            yield from ((f"except {ast.unparse(h.type) if h.type else ''}", h.body) for h in handlers)
            yield "else", other
            yield "finally", last
        case ast.With(body=body) | ast.AsyncWith(body=body):
            yield "with", body


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """As they are made: the arguments before what takes them."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.Lambda):
            yield from _calls(child)
    if isinstance(node, ast.Call):
        yield node


def main() -> None:
    """Keep what the source says now."""
    found = Fingerprint(product()).of_all()
    BASELINE.write_text(HEAD + yaml.safe_dump(found, sort_keys=False, width=110))


if __name__ == "__main__":
    main()
