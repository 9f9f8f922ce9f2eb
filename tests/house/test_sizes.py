"""Is everything small enough to be read at one sitting?"""

import ast
from collections.abc import Iterator, Mapping

from tests.house.call_graph import Function, Module, beside_the_product, product
from tests.house.owed import owes_no_more

LINES, LINES_OF_A_TABLE = 300, 350
TABLES = frozenset(("policy.law.deadlines", "models.facts", "models.tables.accounts", "models.tables.trail"))
"""Modules that hold a table of data: a class or a constant for each of many things, and little that decides."""
TEST_LINES = 350
WRITTEN = {name: module for name, module in beside_the_product().items() if ".versions." not in name}
"""Tests; migrations are written by a machine, all tables in the first one."""
FUNCTION_LINES, NINE_OF_TEN, BRANCHES = 50, 20, 10


def functions(modules: Mapping[str, Module]) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for name, module in modules.items():
        for node in ast.walk(module.tree):
            if isinstance(node, Function):
                yield f"{name}:{node.name}", node


def lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


def branches(node: ast.AST) -> int:
    """Where the way parts: each condition, each loop, each case and each further operand of `and` and `or`."""
    found = 0
    for inner in ast.walk(node):
        match inner:
            case (
                ast.If()
                | ast.IfExp()
                | ast.For()
                | ast.AsyncFor()
                | ast.While()
                | ast.ExceptHandler()
                | ast.match_case()
            ):
                found += 1
            case ast.BoolOp(values=values):
                found += len(values) - 1
            case ast.comprehension(ifs=ifs):
                found += len(ifs)
    return found


def test_no_file_is_longer_than_300_lines_or_350_of_a_table() -> None:
    most = {name: LINES_OF_A_TABLE if name in TABLES else LINES for name in product().modules}
    long = (n for n, m in product().modules.items() if len(m.path.read_text().splitlines()) > most[n])
    owes_no_more("long_files", long, "cut it where it answers two questions")


def test_no_file_of_tests_is_longer_than_350_lines() -> None:
    long = (name for name, module in WRITTEN.items() if len(module.path.read_text().splitlines()) > TEST_LINES)
    owes_no_more("long_test_files", long, "cut it where it asks about two things")


def test_no_function_is_longer_than_50_lines() -> None:
    written = functions({**product().modules, **WRITTEN})
    assert {name: lines(node) for name, node in written if lines(node) > FUNCTION_LINES} == {}


def test_nine_functions_of_ten_have_at_most_20_lines() -> None:
    by_size = sorted(lines(node) for _, node in functions(product().modules))
    assert by_size[len(by_size) * 9 // 10] <= NINE_OF_TEN


def test_no_function_has_more_than_10_branches() -> None:
    found = (name for name, node in functions(product().modules) if branches(node) > BRANCHES)
    owes_no_more("branching", found, "name the question that some of the branches answer, in a function of its own")


def test_every_file_says_which_question_it_answers() -> None:
    modules = {**product().modules, **beside_the_product()}
    silent = [n for n, m in modules.items() if m.path.read_text().strip() and not ast.get_docstring(m.tree)]
    assert silent == []
