"""Does a country decide anything outside its packs and its procedures?"""

import ast
import re
from collections.abc import Iterator

from tests.house.call_graph import (
    HOUSE,
    Module,
    product,
)
from tests.house.owed import owes_no_more

COUNTRIES = sorted({path.stem[:2].upper() for path in (HOUSE / "packs" / "jurisdictions").glob("??.yaml")} - {"EU"})
CODE = re.compile(rf"({'|'.join(COUNTRIES)})(-[A-Z]{{2,3}})?")
STATUTE = re.compile(r"\b(USC|U\.S\.C|CFR|D\.?L\.? \d|OUG|CONC|230-FZ|BW|TUIR)\b")
PROCEDURES = "policy.procedures"


def test_no_country_decides_in_code_outside_its_procedures() -> None:
    found = (f"{name} {text}" for name, text in texts() if CODE.fullmatch(text))
    owes_no_more("countries", found, "what one country asks lies in its pack, or in its module of policy/procedures")


def test_no_statute_is_named_in_code_outside_the_procedures() -> None:
    """Docstrings and comments may cite; a text that is shown comes from the pack or from the procedure."""
    found = (f"{name} {found[0]}" for name, text in texts() if (found := STATUTE.search(text)))
    owes_no_more("statutes", found, "the article stands beside the rule, in a pack or in policy/procedures")


def texts() -> Iterator[tuple[str, str]]:
    """Every string of the product outside the procedures, with the definition that holds it; no docstring."""
    for name, module in product().modules.items():
        if not name.startswith(PROCEDURES):
            yield from texts_of(name, module)


def texts_of(name: str, module: Module) -> Iterator[tuple[str, str]]:
    said = {node.value for node in ast.walk(module.tree) if isinstance(node, ast.Expr)}
    for top in module.tree.body:
        where = f"{name}:{defined(top)}"
        for node in ast.walk(top):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in said:
                yield where, node.value


def defined(node: ast.stmt) -> str:
    """What a statement of a module defines."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return ""
