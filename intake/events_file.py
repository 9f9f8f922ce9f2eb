"""What happens in a rehearsal: the events file, read line by line, all faults at once. See docs/events-file.md."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from intake.fact_fields import Context, NotAFact, instant, make
from models.case import Case
from models.events import FACTS
from policy.deciding.rehearsal import Scripted

MOST_FAULTS = 50
KEYS = ("task", "message")
"""Fields that hold the key of an attempt; in a script it may be written from its round on, `e1:first_letter:1`."""


class EventsFault(Exception):
    """The events file cannot be used: every fault by its line."""


class _Line(NamedTuple):
    number: int
    text: str


def read_script(file: Path, cases: Mapping[str, Case]) -> list[Scripted]:
    """The events of the file; `cases` by the references that the file uses."""
    script: list[Scripted] = []
    faults: list[str] = []
    seen: dict[tuple[str, str], int] = {}
    for line in _lines(file):
        try:
            scripted = _scripted(line, cases)
            first = seen.setdefault((scripted.account, scripted.event.event_id), line.number)
            if first != line.number:
                raise NotAFact(f"event_id: {scripted.event.event_id} is in line {first} already")
            script.append(scripted)
        except NotAFact as refused:
            faults.append(f"{file.name}:{line.number}: {refused}")
    if faults:
        more = [f"and {len(faults) - MOST_FAULTS} more"] if len(faults) > MOST_FAULTS else []
        raise EventsFault("\n".join([*faults[:MOST_FAULTS], *more]))
    return script


def _lines(file: Path) -> Iterator[_Line]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise EventsFault(f"{file}: cannot be read ({fault})") from None
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield _Line(number, line)


def _scripted(line: _Line, cases: Mapping[str, Case]) -> Scripted:
    told = _object(line.text)
    account, kind, when = told.pop("account", None), told.pop("event", None), told.get("at")
    case = cases.get(str(account))
    if case is None:
        raise NotAFact(f"account: {account!r} is not rehearsed here")
    if kind not in FACTS:
        raise NotAFact(f"event: {kind!r} is no event; there are: {', '.join(FACTS)}")
    if when is None:
        raise NotAFact("at: is missing")
    try:
        at = instant(str(when), case.zone)
    except ValueError as fault:
        raise NotAFact(f"at: {fault}") from None
    for name in KEYS:
        if isinstance(told.get(name), str) and ":" in told[name] and not told[name].startswith(case.account):
            told[name] = f"{case.account}:{case.strategy}:{told[name]}"
    told.setdefault("event_id", f"line:{line.number}")
    return Scripted(case.account, at, make(str(kind), told, Context(case.currency, case.zone, at)))  # type: ignore[arg-type]


def _object(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text, parse_float=Decimal)
    except ValueError as fault:
        raise NotAFact(f"is no JSON: {fault}") from None
    if not isinstance(told, dict):
        raise NotAFact("is no JSON object")
    return told
