"""Does a country decide anywhere but in a module of its own? And is each procedure listed once, and named by nobody?"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from policy.procedures.procedure import Procedure
from policy.procedures.procedure_table import PROCEDURES, of
from tests.house.call_graph import HOUSE, NO_PRODUCT

ROOM = HOUSE / "policy" / "procedures"
GENERAL = {"__init__", "procedure", "procedure_table", "hold_rules", "deadline_catalogue"}
COUNTRY = re.compile(r"^(BR|EU|GB|UK|IT|NL|PT|RO|RU|US)$")
STATUTE = re.compile(r"\b(BIK|BW|c\.c\.|CCA|CDC|CFR|CONC|DL(?= ?\d)|\d{3}-FZ|OUG|SI(?= 20)|TUIR|USC)\b")
RULE = re.compile(r"\b(BR|EU|UK|IT|NL|PT|RO|RU|US)-[A-Z]{1,2}\d")
DATA = frozenset({"intake/localities.py", "writing/samples.py"})
"""Tables of postcodes and of sample persons, which are to become data of users: no file is added here."""


class Named(NamedTuple):
    """A country, a statute or a rule that stands in code."""

    file: str
    line: int
    what: str


def files() -> Iterator[Path]:
    for path in sorted(HOUSE.rglob("*.py")):
        if path.relative_to(HOUSE).parts[0] not in NO_PRODUCT and ROOM not in path.parents:
            yield path


def named(file: str, source: str) -> Iterator[Named]:
    """What stands in the strings of the code; docstrings and what explains a field may cite."""
    tree = ast.parse(source)
    explains = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explains:
            for pattern in (COUNTRY, STATUTE, RULE):
                yield from (Named(file, node.lineno, found[0]) for found in pattern.finditer(node.value))


def test_no_country_and_no_statute_decides_outside_the_procedures():
    found = [n for p in files() for n in named(str(p.relative_to(HOUSE)), p.read_text(encoding="utf-8"))]
    assert [n for n in found if n.file not in DATA] == []


@pytest.mark.parametrize("code", ['C = "NL"', 'W = f"see {x} (CONC 7.12)"', 'd["PT-T8"]', 'D = {("GB", "x"): 1}'])
def test_a_country_a_statute_and_a_rule_in_code_are_found(code: str):
    assert list(named("x.py", code))


def test_a_docstring_may_cite():
    assert not list(named("x.py", '"""PT-T1 (DL 227/2012)."""\nDAYS = 3\n"""BW 6:96."""'))


def modules() -> list[str]:
    return sorted(path.stem for path in ROOM.glob("*.py") if path.stem not in GENERAL)


def test_each_module_gives_one_procedure_and_the_table_lists_each_once():
    tree = ast.parse((ROOM / "procedure_table.py").read_text(encoding="utf-8"))
    imports = [node.module.split(".")[-1] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert sorted(name for name in imports if name in modules()) == modules()
    assert len({(p.country, p.name) for p in PROCEDURES}) == len(PROCEDURES) == len(modules())


@pytest.mark.parametrize("module", modules())
def test_nobody_but_the_table_knows_a_procedure_by_name(module: str):
    path = f"policy.procedures.{module}"
    assert [str(p) for p in files() if path in p.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda p: f"{p.country}-{p.name}")
def test_a_procedure_answers_where_it_binds_and_says_something(procedure: Procedure):
    assert procedure in of(procedure.country)
    assert procedure != Procedure(procedure.name, procedure.country)


def test_a_country_without_procedures_has_none():
    assert of("ZZ") == ()
