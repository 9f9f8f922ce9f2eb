"""Which functions does a function call, in the order of the source? Read from the source alone, without running it.

What is raised and what is done about it is not followed: the value is a sound one.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

HOUSE = Path(__file__).parents[2]
NO_PRODUCT = ("tests", "migrations", ".venv", ".data")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Place(NamedTuple):
    """A function, a class, a method or a constant of a module: `policy.deciding.treatment`, `decide`."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}:{self.name}"


class Module:
    """What one file defines, and under which names it knows what others define."""

    def __init__(self, name: str, path: Path) -> None:
        self.name, self.path = name, path
        self.tree = ast.parse(path.read_text(encoding="utf-8"))

    @cached_property
    def defined(self) -> dict[str, ast.AST]:
        """Functions and classes by name, methods as `Class.method`, and the values of constants."""
        found: dict[str, ast.AST] = {}
        for node in self.tree.body:
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    found[name] = node
                case ast.ClassDef(name=name):
                    found[name] = node
                    found |= {f"{name}.{inner.name}": inner for inner in node.body if isinstance(inner, Function)}
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    found[name] = value
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    found[name] = value
        return found

    @cached_property
    def imported(self) -> dict[str, str]:
        """What each imported name stands for, dotted; imports within functions too."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and not node.level:
                found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Import):
                found |= {alias.asname: alias.name for alias in node.names if alias.asname}
                found |= {alias.name.partition(".")[0]: alias.name.partition(".")[0] for alias in node.names}
        return found


def product_modules(house: Path = HOUSE) -> dict[str, Module]:
    """Every module of the product by its dotted name."""
    found = {}
    for path in sorted(house.rglob("*.py")):
        parts = path.relative_to(house).with_suffix("").parts
        if parts[0] not in NO_PRODUCT:
            name = ".".join(parts).removesuffix(".__init__")
            found[name] = Module(name, path)
    return found


@cache
def product() -> "CallGraph":
    """The product as it stands."""
    return CallGraph(product_modules())


@cache
def beside_the_product() -> Mapping[str, Module]:
    """Tests and migrations by dotted name."""
    paths = [path for folder in ("tests", "migrations") for path in sorted((HOUSE / folder).rglob("*.py"))]
    names = [".".join(path.relative_to(HOUSE).with_suffix("").parts) for path in paths]
    return {name: Module(name, path) for name, path in zip(names, paths, strict=True)}


class CallGraph:
    """Resolves names: of functions, of classes, of methods by the annotations of who holds the object."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self.modules = modules

    def calls(self, place: Place) -> Iterator[Place]:
        """What the function calls or hands on to be called, in source order, inner functions included."""
        node = self.node(place)
        if not isinstance(node, Function):
            return
        known = self._types_within(place, node)
        for expression in _in_order(node.body):
            if found := self._called(place, known, expression):
                yield found

    def meant(self, place: Place, expression: ast.expr) -> Place | None:
        """The definition that an expression within a function stands for."""
        node = self.node(place)
        return self._meant(place, self._types_within(place, node), expression) if isinstance(node, Function) else None

    def node(self, place: Place) -> ast.AST | None:
        """What stands at the place."""
        module = self.modules.get(place.module)
        return module.defined.get(place.name) if module else None

    def find(self, module: str, dotted: str) -> Place | None:
        """Where the name that a module knows is defined, through imports."""
        seen: set[tuple[str, str]] = set()
        while (module, dotted) not in seen and module in self.modules:
            seen.add((module, dotted))
            if dotted in self.modules[module].defined:
                return Place(module, dotted)
            first, _, rest = dotted.partition(".")
            if first not in self.modules[module].imported:
                return None
            whole = self.modules[module].imported[first] + (f".{rest}" if rest else "")
            module, dotted = self._split(whole)
        return None

    def _split(self, whole: str) -> tuple[str, str]:
        """`policy.law.days.utc` -> (`policy.law.days`, `utc`)."""
        parts = whole.split(".")
        for cut in range(len(parts) - 1, 0, -1):
            if ".".join(parts[:cut]) in self.modules:
                return ".".join(parts[:cut]), ".".join(parts[cut:])
        return "", whole

    # --- which function an expression means ---------------------------------------------------------------------------

    def _called(self, place: Place, known: Mapping[str, Place], node: ast.expr) -> Place | None:
        found = self._meant(place, known, node)
        target = self.node(found) if found else None
        if found and isinstance(target, ast.ClassDef):
            made = Place(found.module, f"{found.name}.__init__")
            return made if self.node(made) else None
        return found if isinstance(target, Function) else None

    def _meant(self, place: Place, known: Mapping[str, Place], node: ast.expr) -> Place | None:
        if isinstance(node, ast.Name):
            return None if node.id in known else self.find(place.module, node.id)
        if not isinstance(node, ast.Attribute):
            return None
        if owner := self._type(place, known, node.value):
            return self._method(owner, node.attr)
        dotted = _dotted(node)
        return self.find(place.module, dotted) if dotted else None

    def _method(self, owner: Place, name: str) -> Place | None:
        found = Place(owner.module, f"{owner.name}.{name}")
        if self.node(found):
            return found
        made = self.node(owner)
        for base in made.bases if isinstance(made, ast.ClassDef) else ():
            above = self._class(owner.module, base)
            if above and (inherited := self._method(above, name)):
                return inherited
        return None

    # --- of which class a value is ------------------------------------------------------------------------------------

    def _types_within(self, place: Place, node: Function) -> dict[str, Place]:
        """The classes of arguments and of what is assigned, as far as annotations say."""
        known: dict[str, Place] = {}
        owner, _, method = place.name.rpartition(".")
        for number, arg in enumerate([*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]):
            if method and owner and number == 0:
                known[arg.arg] = Place(place.module, owner)
            elif arg.annotation and (found := self._class(place.module, arg.annotation)):
                known[arg.arg] = found
        for inner in ast.walk(node):
            match inner:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if found := self._type(place, known, value):
                    known[name] = found
                case ast.withitem(context_expr=value, optional_vars=ast.Name(id=name)):
                    if found := self._type(place, known, value):
                        known[name] = found
        return known

    def _type(self, place: Place, known: Mapping[str, Place], value: ast.expr) -> Place | None:
        match value:
            case ast.Name(id=name):
                return known.get(name)
            case ast.Await(value=inner):
                return self._type(place, known, inner)
            case ast.IfExp(body=one, orelse=other):
                return self._type(place, known, one) or self._type(place, known, other)
            case ast.Attribute(value=held, attr=name):
                owner = self._type(place, known, held)
                return self._attribute(owner, name) if owner else None
            case ast.Call(func=func):
                return self._returned(self._meant(place, known, func))
        return None

    def _returned(self, called: Place | None) -> Place | None:
        node = self.node(called) if called else None
        if called and isinstance(node, ast.ClassDef):
            return called
        if called and isinstance(node, Function) and node.returns:
            return self._class(called.module, node.returns)
        return None

    def _attribute(self, owner: Place, name: str) -> Place | None:
        """By the annotation in the class, or by the argument that `__init__` keeps."""
        made = self.node(owner)
        for said in made.body if isinstance(made, ast.ClassDef) else ():
            match said:
                case ast.AnnAssign(target=ast.Name(id=held), annotation=annotation) if held == name:
                    return self._class(owner.module, annotation)
        place = Place(owner.module, f"{owner.name}.__init__")
        begun = self.node(place)
        if not isinstance(begun, Function):
            return None
        for node in ast.walk(begun):
            match node:
                case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=held)], value=value):
                    if held == name:
                        return self._type(place, self._types_within(place, begun), value)
        return None

    def _class(self, module: str, annotation: ast.expr) -> Place | None:
        """The first of our classes that an annotation names."""
        for node in ast.walk(annotation):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                node = ast.Name(id=node.value)
            dotted = _dotted(node) if isinstance(node, ast.Name | ast.Attribute) else None
            found = self.find(module, dotted) if dotted else None
            target = self.node(found) if found else None
            if found and isinstance(target, ast.ClassDef):
                return found
            if found and isinstance(target, ast.BinOp | ast.Subscript):
                return self._class(found.module, target)
        return None


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := _dotted(node.value)):
        return f"{before}.{node.attr}"
    return None


def _in_order(body: list[ast.stmt]) -> Iterator[ast.expr]:
    """Names and attributes that are read, as they are evaluated: the arguments of a call before what is called."""
    for node in body:
        yield from _evaluated(node)


def _evaluated(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Call(func=func, args=args, keywords=keywords):
            for argument in (*args, *(keyword.value for keyword in keywords)):
                yield from _evaluated(argument)
            yield from _evaluated(func)
        case ast.Attribute(value=value):
            yield from _evaluated(value)
            yield node
        case ast.Name(ctx=ast.Load()):
            yield node
        case ast.Raise() | ast.ExceptHandler() | ast.AnnAssign(value=None):
            return
        case ast.AnnAssign(value=ast.expr() as value):
            yield from _evaluated(value)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from _in_order(node.body)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _evaluated(child)
