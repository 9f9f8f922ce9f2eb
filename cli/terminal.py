"""Who sits at this terminal?"""

import getpass
import os
import re

from desk.actor import Actor, WorkRole

NO_CODE = re.compile(r"[^A-Za-z0-9_.:@-]+")


def person(role: WorkRole, named: str | None = None) -> Actor:
    """Who was named with --by; else whoever logged in to the system."""
    return Actor(named or _login(), role)


def _login() -> str:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # A container may run under a number that has no name.
        name = f"uid-{os.getuid()}"
    # `DOMAIN\name` of a directory is no code.
    return NO_CODE.sub("-", name).strip("-_.:@") or f"uid-{os.getuid()}"
