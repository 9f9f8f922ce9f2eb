"""Who asks for help, or looks at a list, waits for neither engine nor database to load."""

import subprocess
import sys

import pytest

from settings import HOUSE

HEAVY = ("temporalio", "sqlalchemy", "alembic", "typst", "openpyxl")
SAYS = "import sys, atexit; atexit.register(lambda: print('LOADED', *(m for m in {heavy} if m in sys.modules)))"


@pytest.mark.parametrize("words", [("--help",), ("start", "--help"), ("rehearse", "--help")])
def test_the_help_of_the_starter_loads_nothing_heavy(words: tuple[str, ...]) -> None:
    program = f"{SAYS.format(heavy=HEAVY)}; sys.argv = ['starter', *{words}]; import starter; starter.app()"
    run = subprocess.run([sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True)
    assert (run.returncode, run.stdout.splitlines()[-1]) == (0, "LOADED")


@pytest.mark.parametrize("command", ["strategies", "packs"])
def test_who_looks_at_packs_needs_neither_engine_nor_database(command: str) -> None:
    program = (
        f"{SAYS.format(heavy=HEAVY[:3])}; sys.argv = ['starter', '{command}', '--json']; import starter; starter.app()"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=HOUSE, capture_output=True, text=True)
    assert (run.returncode, run.stdout.splitlines()[-1]) == (0, "LOADED")
