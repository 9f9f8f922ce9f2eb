"""Does each name say one thing, and does public mean that others use it?"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from tests.house.call_graph import (
    CallGraph,
    Function,
    Module,
    Place,
    beside_the_product,
    product,
)
from tests.house.owed import owes_no_more

DRAWERS = {"utils", "helpers", "common", "misc", "manager", "service"}
DOORS = ("starter", "agent", "auditor", "worker")
"""They are called from a terminal."""
PLAIN_DECORATORS = (
    "cache",
    "lru_cache",
    "contextmanager",
    "asynccontextmanager",
    "overload",
    "dataclass",
    "total_ordering",
)
"""These hand a function to nobody; all others do: to Typer, to FastAPI, to the engine."""


def test_no_two_modules_have_one_name() -> None:
    of_name: dict[str, list[str]] = defaultdict(list)
    for name, module in product().modules.items():
        if module.path.name != "__init__.py":
            of_name[module.path.stem].append(name)
    twice = (f"{stem}: {', '.join(sorted(names))}" for stem, names in of_name.items() if len(names) > 1)
    owes_no_more("unique_names", twice, "a module has a name of its own: say what this one answers")


def test_no_module_is_a_drawer_for_everything() -> None:
    assert [name for name, module in product().modules.items() if module.path.stem in DRAWERS] == []


def test_what_is_public_is_used_by_another_module() -> None:
    """Also by a test; a type that another module meets in a public signature is used there."""
    used = {place for name in product().modules for place in used_in(name)} | used_in_tests()
    home = (place for place in public() if place in used_at_home(place.module) and place not in used)
    found = (str(place) for place in home if not (is_type(place) and place.name in signatures(place.module)))
    owes_no_more("used_at_home", found, "only its own module uses it: let its name begin with _")


def test_every_public_function_has_a_caller_in_the_product() -> None:
    used = {place for name in product().modules for place in used_in(name) | used_at_home(name)}
    dead = (str(place) for place in public() if isinstance(product().node(place), Function) and place not in used)
    owes_no_more("without_a_caller", dead, "show it to people by a command, or take it out")


# --- who uses what ---------------------------------------------------------------------------------------------------


def public() -> Iterator[Place]:
    """What a module defines for others: functions that nobody is handed, classes, constants."""
    for name, module in product().modules.items():
        for defined, node in module.defined.items():
            handed = isinstance(node, Function | ast.ClassDef) and any(map(hands_on, node.decorator_list))
            spoken_for = handed or is_type_variable(node) or (name in DOORS and defined in ("app", "main"))
            if not (defined.startswith("_") or "." in defined or spoken_for):
                yield Place(name, defined)


def hands_on(decorator: ast.expr) -> bool:
    return ast.unparse(decorator).partition("(")[0].rpartition(".")[2] not in PLAIN_DECORATORS


@cache
def used_in(name: str) -> set[Place]:
    """What a module uses of others."""
    module = product().modules[name]
    return {place for place in meant_in(name, module) if place.module != name}


@cache
def used_in_tests() -> set[Place]:
    known = CallGraph({**product().modules, **beside_the_product()})
    nodes = ((name, node) for name, module in beside_the_product().items() for node in ast.walk(module.tree))
    return {place for name, node in nodes if (place := found_by(known, name, node))}


@cache
def used_at_home(name: str) -> set[Place]:
    """What a module uses of its own, but for a function that calls itself."""
    found: set[Place] = set()
    for top in product().modules[name].tree.body:
        own = top.name if isinstance(top, Function | ast.ClassDef) else None
        used = {node.id for node in ast.walk(top) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        found |= {Place(name, said) for said in used if said != own}
    return found


def meant_in(name: str, module: Module) -> Iterator[Place]:
    for node in ast.walk(module.tree):
        if place := found_by(product(), name, node):
            yield place


def found_by(known: CallGraph, module: str, node: ast.AST) -> Place | None:
    match node:
        case ast.Name(id=name):
            return known.find(module, name)
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return known.find(module, f"{owner}.{name}")
        case ast.Call(func=func, args=[ast.Name(id=owner), ast.Constant(value=str(name)), *_]):
            return known.find(module, f"{owner}.{name}") if "attr" in ast.unparse(func) else None
        case ast.Constant(value=str(name)) if name.isidentifier():  # An annotation, or a name for the engine.
            return known.find(module, name)
    return None


def is_type(place: Place) -> bool:
    node = product().node(place)
    return (
        isinstance(node, ast.ClassDef | ast.BinOp | ast.Subscript)
        and place.name[0].isupper()
        and not place.name.isupper()
    )


def is_type_variable(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ("TypeVar", "ParamSpec")


@cache
def signatures(name: str) -> set[str]:
    """The names in the annotations of what a module shows to others, and in those of what it shows by them."""
    found: set[str] = set()
    for top, node in product().modules[name].defined.items():
        if not any(part.startswith("_") and part != "__init__" for part in top.split(".")):
            found |= {inner.id for said in annotations(node) for inner in ast.walk(said) if isinstance(inner, ast.Name)}
    return found


def annotations(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from (arg.annotation for arg in ast.walk(node.args) if isinstance(arg, ast.arg) and arg.annotation)
            if node.returns:
                yield node.returns
        case ast.ClassDef(body=body, bases=bases):
            yield from bases
            yield from (inner.annotation for inner in body if isinstance(inner, ast.AnnAssign))
        case ast.BinOp() | ast.Subscript():
            yield node
