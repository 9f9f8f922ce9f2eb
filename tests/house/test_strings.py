"""Is what has a structure a type, and is an amount rounded and scaled in one place?"""

import ast
import re
from collections.abc import Iterator

from tests.house.call_graph import (
    CallGraph,
    Module,
    Place,
    product,
)
from tests.house.owed import owes_no_more

TAKEN_APART = frozenset("split rsplit partition rpartition startswith endswith removeprefix removesuffix".split())
FLAG_OR_ROUND = re.compile(r"\bround_?\b|\bflags?\b|\b(stuck|f)\.id\b")
KINDS = re.compile(
    r"^:?(approve|dispute|hardship|late|law|left|message|not_owed|overpaid|persi|protection|reused|schedule|stuck|unknown|upheld):"
)
"""With what the id of a flag began, when it was a string."""
MINOR_UNITS = "policy.minor_units"


def test_no_flag_and_no_round_is_a_string_that_is_taken_apart() -> None:
    found = (
        f"{module.name}:{where} {ast.unparse(call)}"
        for module in product().modules.values()
        for where, call in calls(module)
        if takes_apart(product(), module, call)
    )
    mend = "`Flag(kind, about)`, a round of the union of rounds: ask the type for its parts"
    owes_no_more("structure_in_strings", found, mend)


def test_money_is_rounded_and_scaled_in_minor_units_alone() -> None:
    found = (
        f"{name}: {what}"
        for name, module in product().modules.items()
        for what in ("ROUND_HALF_UP", "scaleb")
        if name != MINOR_UNITS and re.search(rf"\b{what}\b", module.path.read_text())
    )
    owes_no_more("rounding", found, f"amounts are rounded once, half up, and scaled by {MINOR_UNITS}")


def calls(module: Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a module, with the function that makes it."""
    for where, top in ((getattr(node, "name", ""), node) for node in module.tree.body):
        yield from ((where, node) for node in ast.walk(top) if isinstance(node, ast.Call))


def takes_apart(known: CallGraph, module: Module, call: ast.Call) -> bool:
    """Whether a call takes a string apart that is, by its name or by what it is compared with, a flag or a round."""
    if not isinstance(call.func, ast.Attribute):
        return False
    regular = ast.unparse(call.func.value) == "re"
    if not regular and call.func.attr not in TAKEN_APART:
        return False
    about = [*call.args, *([] if regular else [call.func.value])]
    values = (value_of(known, module, argument) for argument in call.args)
    return any(FLAG_OR_ROUND.search(ast.unparse(part)) for part in about) or any(map(KINDS.search, values))


def value_of(known: CallGraph, module: Module, argument: ast.expr) -> str:
    """What the string says, also that of a constant."""
    place = known.find(module.name, argument.id) if isinstance(argument, ast.Name) else None
    node = known.node(place) if isinstance(place, Place) else argument
    return str(node.value) if isinstance(node, ast.Constant) else ""
