"""What does the house still owe to its rules? A list of offenders for each rule, which may only become shorter.

`STRIKE=1 python -m pytest tests/house` strikes out what offends no more; nothing is ever added by itself. `make test`
refuses a list that holds what offends no more (MENDED=refuse); without that it is no reason to hold up a change.
"""

import os
from collections.abc import Iterable
from pathlib import Path

import yaml

OWED = Path(__file__).parent / "owed"


def owes_no_more(rule: str, found: Iterable[str], mend: str) -> None:
    """Fails on an offender that is not in the rule's list, and on an entry of the list that offends no more."""
    path, offenders = OWED / f"{rule}.yaml", set(found)
    owed = set(yaml.safe_load(path.read_text()) or ()) if path.exists() else set()
    if os.environ.get("STRIKE") and owed - offenders:
        owed &= offenders
        keep(path, owed)
    assert sorted(offenders - owed) == [], mend
    if os.environ.get("MENDED") == "refuse":
        assert sorted(owed - offenders) == [], f"STRIKE=1 python -m pytest tests/house strikes it out of {path.name}"


def keep(path: Path, owed: set[str]) -> None:
    """The list, one entry a line; no file where nothing is owed."""
    if owed:
        path.write_text("".join(f"- {entry!r}\n" for entry in sorted(owed)))
    else:
        path.unlink(missing_ok=True)
