"""Where does a name live, in this commit or in one before the modules were moved? Tried in order."""

from importlib import import_module
from typing import Any

WHERE = {
    "case_of_row": ("store.case_opening", "intake.opening"),
    "strategies": ("intake.pack_files", "intake.packs"),
    "places": ("intake.pack_files", "intake.packs"),
    "law_packs": ("intake.pack_files", "intake.packs"),
    "jurisdiction": ("policy.parsing.pack_reading", "policy.packs.reading"),
    "decide": ("policy.deciding.treatment", "policy.treatment"),
    "position": ("policy.money.position",),
    "may_contact": ("policy.law.may_contact", "policy.law.contact"),
    "account_row": ("tests.workflows.houses",),
}


def named(name: str) -> Any:
    """What goes by that name here."""
    for module in WHERE[name]:
        try:
            return getattr(import_module(module), name)
        except (ModuleNotFoundError, AttributeError):
            continue
    raise LookupError(f"{name} is in none of {', '.join(WHERE[name])}: say in {__name__} where it lives now")
