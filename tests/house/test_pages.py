"""Do the pages for who comes after say what is so? Paths exist, each "how to add" is tried in a copy of the tree."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from settings import HOUSE

PAGES = ("ARCHITECTURE.md", "CONTRIBUTING.md")
PRODUCT = "models channels policy intake writing store workflows activities desk cli packs examples".split()
QUESTIONS = {
    "where is a promise broken?": "broken",
    "where does an SMS leave?": "def send",
    "where is Portuguese law?": "persi",
    "what may a workflow import?": "def evolve",
}
FACT = '''
class EmployerChanged(Event):
    """The debtor works elsewhere."""

    kind: Literal["employer_changed"] = "employer_changed"
'''
PROCEDURE = '''"""Is this procedure known?"""

from policy.procedures.procedure import Procedure

SURSIS = Procedure("sursis", "NL")
'''


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    copy = tmp_path / "tree"
    copy.mkdir()
    for folder in PRODUCT:
        shutil.copytree(HOUSE / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in HOUSE.glob("*.py"):
        shutil.copy(file, copy)
    return copy


def runs(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=tree, capture_output=True, text=True)


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_a_page_names_exists(page: str) -> None:
    named = re.findall(r"`((?:[a-z_]+/)+[a-z_.]*)`", (HOUSE / page).read_text())
    kept = [path for path in named if "xx" not in path]
    assert len(kept) > 10
    assert [path for path in kept if not (HOUSE / path).exists()] == []


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_architecture_answers_where_a_thing_is(question: str) -> None:
    [answer] = re.findall(rf"\| {re.escape(question)} \| ([^|]+) \|", (HOUSE / "ARCHITECTURE.md").read_text())
    texts = [(HOUSE / p).read_text() for p in re.findall(r"`([^`]+)`", answer) if (HOUSE / p).is_file()]
    assert any(QUESTIONS[question] in text for text in texts), answer


def test_a_fact_without_its_spec_does_not_import(tree: Path) -> None:
    facts = tree / "models" / "facts.py"
    union = "Fact = (\n    PaymentReceived"
    text = facts.read_text().replace(union, f"{FACT}\n\nFact = (\n    EmployerChanged\n    | PaymentReceived", 1)
    facts.write_text(text)
    run = runs(tree, "-c", "import policy.facts.fact_table")
    assert "no spec in policy/facts/fact_table.py, or no fact in models/facts.py: employer_changed" in run.stderr


def test_a_strategy_is_one_file_and_its_faults_are_told_by_line(tree: Path) -> None:
    text = (tree / "packs" / "strategies" / "cec.yaml").read_text().replace("strategy: cec", "strategy: mine")
    (tree / "packs" / "strategies" / "mine.yaml").write_text(text)
    assert "mine" in runs(tree, "starter.py", "strategies").stdout
    (tree / "packs" / "strategies" / "mine.yaml").write_text(text.replace("do: letter", "do: pigeon", 1))
    run = runs(tree, "starter.py", "strategies")
    assert run.returncode == 1
    assert re.search(r"mine\.yaml:\d+:\d+: .*pigeon", run.stdout + run.stderr)


def test_a_law_pack_is_one_file_and_its_faults_are_told_by_line(tree: Path) -> None:
    pack = tree / "packs" / "jurisdictions" / "pt.yaml"
    pack.write_text(pack.read_text() + "\nunheard_of: 1\n")
    run = runs(tree, "starter.py", "packs")
    assert run.returncode == 1
    assert re.search(r"pt\.yaml:\d+:\d+: unheard_of", run.stdout + run.stderr)


def test_a_procedure_is_one_module_named_in_the_table(tree: Path) -> None:
    (tree / "policy" / "procedures" / "nl_sursis.py").write_text(PROCEDURE)
    table = tree / "policy" / "procedures" / "procedure_table.py"
    text = table.read_text().replace("    ASSIGNMENT,\n", "    ASSIGNMENT,\n    SURSIS,\n", 1)
    import_line = "from policy.procedures.nl_sursis import SURSIS\n"
    table.write_text(text.replace("from policy.procedures.pt_persi", f"{import_line}from policy.procedures.pt_persi"))
    asked = "from policy.procedures.procedure_table import of; print([p.name for p in of('NL')])"
    assert "sursis" in runs(tree, "-c", asked).stdout
