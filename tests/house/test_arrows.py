"""Does every arrow point inward, and does each thing load no more than it needs?"""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.house.call_graph import HOUSE, Function, Module, product
from tests.house.owed import owes_no_more

SQL = ("sqlmodel", "sqlalchemy")
HAS_SQL = ("store", "models.tables", "settings")
"""`settings` asks SQLAlchemy whether an address is one."""
EVOLVE = "policy.case.evolve"
MOST_LINES_OF_A_WORKFLOW, MOST_LINES_OF_EVOLVE = 600, 150
HEAVY = {"temporalio", "sqlalchemy", "alembic", "typst", "openpyxl"}


def test_every_arrow_points_inward() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    run = subprocess.run([linter, "--no-logo", "--no-cache"], cwd=HOUSE, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_no_arrow_is_excused_that_is_mended() -> None:
    """The lists `ignore_imports` of pyproject.toml only become shorter."""
    contracts = tomllib.loads((HOUSE / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    excused = {arrow for contract in contracts for arrow in contract.get("ignore_imports", ())}
    mended = {arrow for arrow in excused if not stands(*arrow.split(" -> "))}
    if os.environ.get("STRIKE") and mended:
        strike(HOUSE / "pyproject.toml", mended)
    if os.environ.get("MENDED") == "refuse":
        assert mended == set(), "`STRIKE=1 python -m pytest tests/house` strikes them out of pyproject.toml"


def test_a_policy_that_looks_at_the_clock_is_refused() -> None:
    program = "from datetime import datetime, UTC\n\nNOW = datetime.now(UTC)\n"
    ruff = [str(Path(sys.executable).parent / "ruff"), "check", "--stdin-filename"]
    in_policy = subprocess.run([*ruff, "policy/x.py", "-"], cwd=HOUSE, input=program, capture_output=True, text=True)
    in_worker = subprocess.run([*ruff, "worker.py", "-"], cwd=HOUSE, input=program, capture_output=True, text=True)
    assert "TID251" in in_policy.stdout
    assert "TID251" not in in_worker.stdout


def test_tables_are_read_and_written_in_the_store_alone() -> None:
    found = (name for name in product().modules if not lies_in(name, HAS_SQL) and any(imports(name, s) for s in SQL))
    owes_no_more("sql", found, "the store has a function for it")


def test_no_fact_and_no_case_is_of_any_type() -> None:
    rooms = ("policy.facts", "policy.case")
    anything = (
        f"{name}:{getattr(top, 'name', top.lineno)}"
        for name, module in product().modules.items()
        if lies_in(name, rooms)
        for top in module.tree.body
        if not isinstance(top, ast.ImportFrom) and "Any" in names(top)
    )
    owes_no_more("any", anything, "the handler says which fact it takes")


def test_every_use_case_is_told_who_asks() -> None:
    """Use cases lie in the folders of desk/; beside them stands what they and their skins are made with."""
    found = (
        f"{name}:{node.name}"
        for name, module in product().modules.items()
        if lies_in(name, ("desk",)) and name.count(".") > 1
        for node in module.tree.body
        if isinstance(node, Function) and not node.name.startswith("_") and not takes_an_actor(node)
    )
    owes_no_more("by_nobody", found, "a public function of desk/ takes `by: Actor`")


# --- what is loaded --------------------------------------------------------------------------------------------------


def test_a_workflow_knows_of_the_policy_only_how_a_case_stores_what_happened() -> None:
    found = (
        f"{name} -> {imported}"
        for name in product().modules
        if lies_in(name, ("workflows",))
        for imported in imported_by(name)
        if lies_in(imported, ("policy",)) and imported != EVOLVE
    )
    owes_no_more("policy_in_workflows", found, f"what is decided comes from a recorded activity; {EVOLVE} stores it")


def test_what_a_workflow_loads_beside_the_models_can_be_read_at_once() -> None:
    loaded = {name for name in loaded_by("workflows") if not lies_in(name, ("models", "workflows"))}
    lines = sum(len(product().modules[name].path.read_text().splitlines()) for name in loaded)
    offending = loaded if lines > MOST_LINES_OF_A_WORKFLOW else set()
    owes_no_more("loaded_by_workflows", offending, f"{lines} lines are loaded beside the models")


def test_evolve_is_short_and_counts_no_days() -> None:
    text = product().modules[EVOLVE].path.read_text()
    long = [EVOLVE] if len(text.splitlines()) > MOST_LINES_OF_EVOLVE else []
    assert "timedelta" not in text
    owes_no_more("long_evolve", long, "it stores what was resolved: what else it does belongs to who resolves")


def test_help_comes_without_engine_database_and_papers() -> None:
    command = [sys.executable, "-X", "importtime", "agent.py", "--help"]
    run = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in run.stderr.splitlines()}
    assert "typer" in loaded
    owes_no_more("loaded_by_help", loaded & HEAVY, "import it in the command that needs it")


# --- who imports whom ------------------------------------------------------------------------------------------------


def imported_by(name: str) -> set[str]:
    """Everything that a module imports, of ours and of others, by module; imports within functions too."""
    found = set()
    for whole in imported_names(product().modules[name]):
        parts = whole.split(".")
        ours = (".".join(parts[:cut]) for cut in range(len(parts), 0, -1))
        found.add(next((module for module in ours if module in product().modules), whole))
    return found - {name}


def imported_names(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def imports(name: str, wanted: str) -> bool:
    return any(lies_in(imported, (wanted,)) for imported in imported_by(name))


def loaded_by(folder: str) -> set[str]:
    """The modules of ours that come with a folder's."""
    found: set[str] = set()
    ahead = [name for name in product().modules if lies_in(name, (folder,))]
    while ahead:
        name = ahead.pop()
        if name not in found and name in product().modules:
            found.add(name)
            ahead += imported_by(name)
    return found


def lies_in(module: str, folders: tuple[str, ...]) -> bool:
    return any(module == folder or module.startswith(f"{folder}.") for folder in folders)


def stands(source: str, target: str) -> bool:
    return source in product().modules and imports(source, target)


def strike(path: Path, arrows: set[str]) -> None:
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if line.strip().rstrip(",").strip('"') not in arrows))


def names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def takes_an_actor(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    said = {arg.arg: ast.unparse(arg.annotation) if arg.annotation else "" for arg in arguments}
    return "Actor" in re.findall(r"\w+", said.get("by", ""))
