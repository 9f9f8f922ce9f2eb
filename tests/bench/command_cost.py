"""What do commands cost of a commit's tree, in seconds of CPU? And does a rehearsal print the same lines?"""

import csv
import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COPIES = 4
"""How often each account of the example portfolio is rehearsed."""
YEAR = ("--from", "2026-12-01", "--until", "2027-12-01", "--json")
DAY = ("--from", "2026-12-01", "--until", "2026-12-02", "--json")


def run(tree: Path, *words: str, data_dir: Path | None = None) -> tuple[float, bytes]:
    """CPU of the command with all its processes, and what it printed."""
    environment = os.environ | ({"RIENTRO_DATA_DIR": str(data_dir)} if data_dir else {})
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, *words],
        cwd=tree,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def rehearsal(tree: Path, portfolio: Path) -> tuple[float, str]:
    """CPU of a year of one account, start-up left out, and the digest of what was printed."""
    begun, _ = run(tree, "starter.py", "rehearse", str(portfolio), *DAY)
    took, printed = run(tree, "starter.py", "rehearse", str(portfolio), *YEAR)
    accounts = portfolio.read_text("utf-8").count("\n") - 1
    return (took - begun) / accounts, hashlib.sha256(printed).hexdigest()[:12]


def many_accounts(tree: Path, directory: Path) -> Path:
    """The example portfolio, each account several times under another number and of another customer."""
    file = directory / "many.csv"
    with (tree / "examples/portfolio.csv").open(encoding="utf-8") as read, file.open("w", encoding="utf-8") as write:
        rows = csv.DictReader(read)
        written = csv.DictWriter(write, rows.fieldnames or ())
        written.writeheader()
        for row in rows:
            for n in range(COPIES):
                written.writerow(row | {"account": f"{row['account']}-{n}", "customer": f"{row['customer']}-{n}"})
    return file


@contextmanager
def living(tree: Path) -> Iterator[Path]:
    """A house with the example portfolio and its engine running; its data directory."""
    with tempfile.TemporaryDirectory() as directory:
        environment = os.environ | {"RIENTRO_DATA_DIR": directory}
        command = [sys.executable, "starter.py", "run", "examples/portfolio.csv"]
        with (Path(directory) / "printed").open("wb") as printed:
            house = subprocess.Popen(command, cwd=tree, env=environment, stdout=printed, stderr=subprocess.STDOUT)
        try:
            wait_for_worklist(tree, Path(directory))
            yield Path(directory)
        finally:
            house.terminate()
            house.wait(timeout=60)


def wait_for_worklist(tree: Path, data_dir: Path) -> None:
    """Until the portfolio is started and something is to be done."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        time.sleep(3)
        try:
            _, printed = run(tree, "agent.py", "worklist", "--json", data_dir=data_dir)
        except subprocess.CalledProcessError:
            continue
        if len(printed) > 2000:
            time.sleep(5)
            return
    raise TimeoutError("nothing came onto the worklist")


TOLD = ("agent.py", "tell", "IT-0002", "payment_received", "--amount", "1.00")
COMMANDS = {"worklist": ("agent.py", "worklist"), "a case": ("auditor.py", "case", "IT-0002"), "a tell": TOLD}
