"""What must be added to a text so that it names all that the law demands of it, and nothing twice?"""

from collections.abc import Iterable, Mapping, Set
from types import MappingProxyType

from policy.law.required_content import Demand
from writing.text_files import PARTICULARS, PLACEHOLDER, LanguageFile, Particular

SENTENCES = frozenset({"opt_out", "next_steps"})
"""Fields that are no value: words of a text say them, or do not."""
_SAME: Mapping[str, str] = MappingProxyType({"due_amount": "overdue", "accounts": "reference"})
"""Placeholders that say another one's field: before the due date, the amount that will be due; of several accounts,
each reference."""
Values = Mapping[str, object]


def added(file: LanguageFile, own: str, said: Set[str], demanded: Iterable[str], values: Values) -> list[Particular]:
    """The particulars that the text needs besides its own words. `said`: what its frame says anyway."""
    named = {*said, *PLACEHOLDER.findall(own)}
    named |= {_SAME[name] for name in named & _SAME.keys()}
    found: list[Particular] = []
    for field in demanded:
        if field in named or (field not in SENTENCES and all(_said(p, named, values) for p in PARTICULARS[field])):
            continue
        found.append(file.particulars[field])
        named |= {field, *PARTICULARS[field]}
    return found


def gaps(demanded: Iterable[Demand], values: Values) -> dict[str, list[str]]:
    """The demanded fields that nobody told, by rule."""
    found: dict[str, list[str]] = {}
    for demand in demanded:
        if any(values[name] is None for name in PARTICULARS[demand.field]):
            found.setdefault(demand.rule, []).append(demand.field)
    return found


def _said(placeholder: str, named: Set[str], values: Values) -> bool:
    """Whether the text says the value, under its own name or another's: the creditor may be the sender."""
    if placeholder in named:
        return True
    value = values[placeholder]
    if placeholder == "phone" and "contact" in named:
        return str(value) in str(values["contact"])
    return isinstance(value, str) and any(values.get(name) == value for name in named)
