"""How does this tree stand against another commit? The same measures in both, in turns, as ratios."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from settings import HOUSE
from tests.bench.command_cost import COMMANDS, living, many_accounts, rehearsal, run
from tests.bench.saying import say
from tests.bench.told_figures import FIGURE

ROUNDS = 5
BARE = {
    "--help": "import typer, rich",
    "worklist": "import typer, rich, sqlmodel",
    "a case": "import typer, rich, sqlmodel",
    "a tell": "import typer, rich, sqlmodel, temporalio.client",
}
"""What a command's CPU is held against."""
POLICY = {"decide": "at most 0.4", "position": "at most 0.3", "may_contact": "at most 0.4"}
ENGINE = {"history": ("events", "bytes"), "cached": ("kB",), "starts": ("against a bare loop", "against 32 at once")}
# The other commit knows its own modules and none of ours: its `tests.bench` comes first, what it lacks is ours.
IN_TREE = "import sys, tests.bench; tests.bench.__path__.append(sys.argv[1]); "
ASK_POLICY = "from tests.bench import policy_cost; print('figure:', getattr(policy_cost, sys.argv[2])())"
ASK_ENGINE = "from tests.bench.told_figures import told; told(sys.argv[2])"


def compare(base: str) -> None:
    """All ratios of this tree to a commit, each measured in turns with it."""
    with worktree(base) as other:
        for name, wanted in POLICY.items():
            told(f"{name}, CPU", wanted, other, lambda tree, name=name: asked(tree, ASK_POLICY, name)[0])  # type: ignore[misc]
        rehearsals(other)
        for program in ("agent.py", "starter.py", "auditor.py"):
            command(f"{program} --help", other, (program, "--help"), BARE["--help"], "at most 2.5")
        commands(other)
        for name, figures in ENGINE.items():
            engine(name, figures, other)


@contextmanager
def worktree(base: str) -> Iterator[Path]:
    """The commit in a worktree beside this one."""
    commit = git("rev-parse", "--short", f"{base}^{{commit}}")
    with tempfile.TemporaryDirectory(prefix=f"bench-{commit}-", dir=HOUSE.parent) as directory:
        tree = Path(directory) / "tree"
        git("worktree", "add", "--detach", str(tree), commit)
        try:
            yield tree
        finally:
            git("worktree", "remove", "--force", str(tree))


def git(*words: str) -> str:
    """What it answers."""
    return subprocess.run(["git", *words], cwd=HOUSE, check=True, capture_output=True, text=True).stdout.strip()


def asked(tree: Path, program: str, *words: str) -> list[float]:
    """The figures that a program prints which runs in a tree, with this interpreter."""
    command = [sys.executable, "-c", IN_TREE + program, str(HOUSE / "tests/bench"), *words]
    printed = subprocess.run(command, cwd=tree, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [float(line.split()[1]) for line in printed.splitlines() if line.startswith(FIGURE)]


def in_turns(other: Path, measure: Callable[[Path], float], rounds: int = ROUNDS) -> tuple[float, float]:
    """The medians of this tree and of the other."""
    ours: list[float] = []
    theirs: list[float] = []
    for n in range(rounds):
        for tree in (HOUSE, other) if n % 2 else (other, HOUSE):
            (ours if tree == HOUSE else theirs).append(measure(tree))
    return median(ours), median(theirs)


def told(name: str, wanted: str, other: Path, measure: Callable[[Path], float]) -> None:
    """One ratio."""
    ours, theirs = in_turns(other, measure)
    how = f"{ours * 1000:.3f} ms to {theirs * 1000:.3f} ms of CPU, medians of {ROUNDS} runs in turns"
    say(name, f"{ours / theirs:.2f}", wanted, how)


def rehearsals(other: Path) -> None:
    """Account-years for a second of CPU, and whether the lines are the same."""
    with tempfile.TemporaryDirectory() as directory:
        portfolio = many_accounts(HOUSE, Path(directory))
        printed: dict[Path, str] = {}

        def measure(tree: Path) -> float:
            cost, printed[tree] = rehearsal(tree, portfolio)
            return cost

        ours, theirs = in_turns(other, measure, 3)
    same = "the same lines" if printed[HOUSE] == printed[other] else "OTHER LINES"
    how = f"{1 / ours:.0f} to {1 / theirs:.0f} account-years a second of CPU, {same}"
    say("rehearsal, account-years", f"{theirs / ours:.2f}", "at least 5", how)


def command(name: str, other: Path, words: tuple[str, ...], bare: str, wanted: str, **where: Path) -> None:
    """CPU of a command against that of the imports that it cannot do without; and against the other commit."""
    theirs_in = {"data_dir": where["theirs"]} if where else {}
    ours_in = {"data_dir": where["ours"]} if where else {}

    def measure(tree: Path) -> float:
        return run(tree, *words, **(ours_in if tree == HOUSE else theirs_in))[0]

    ours, theirs = in_turns(other, measure)
    least = median(run(HOUSE, "-c", bare)[0] for _ in range(ROUNDS))
    how = f"{ours / theirs:.2f} of the base: {ours:.2f} s to {theirs:.2f} s of CPU, `{bare}` {least:.2f} s"
    say(name, f"{ours / least:.2f}", wanted, how)


def commands(other: Path) -> None:
    """The worklist, a case and a tell, where cases run."""
    with living(HOUSE) as ours, living(other) as theirs:
        for name, words in COMMANDS.items():
            command(name, other, words, BARE[name], "at most 1.3", ours=ours, theirs=theirs)


def engine(name: str, figures: tuple[str, ...], other: Path) -> None:
    """Figures that each tree measures of itself, once."""
    ours, theirs = (asked(tree, ASK_ENGINE, name) for tree in (HOUSE, other))
    for figure, mine, before in zip(figures, ours, theirs, strict=True):
        say(f"{name}: {figure}", f"{mine / before:.2f}", "", f"{mine:g} to {before:g}")
