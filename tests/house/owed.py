"""What does the house still owe to its rules? A list of offenders for each rule, which may only become shorter.

`STRIKE=1 python -m pytest tests/house` strikes out what offends no more; nothing is ever added by itself.
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
        path.write_text("".join(f"- {entry!r}\n" for entry in sorted(owed)))
        if not owed:
            path.unlink()
    assert sorted(offenders - owed) == [], mend
    assert sorted(owed - offenders) == [], (
        f"mended: `STRIKE=1 python -m pytest tests/house` takes it out of {path.name}"
    )
