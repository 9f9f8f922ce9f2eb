"""May these parties be contacted? Questions in lines of JSON (docs/law.md), answered by rule; nothing is written."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from desk.actor import Actor
from desk.refused import Refused
from intake.law_questions import Question, Unclear, put, question_of, read_object
from intake.pack_files import law_packs
from models.jurisdiction import Jurisdiction
from policy.law.may_contact import Allow, Answer, Defer, may_contact
from policy.parsing.pack_reading import PackFault, Read, jurisdiction


class Answered(NamedTuple):
    """The answer to a line, or why there is none."""

    line: int
    told: dict[str, Any]
    """As JSON: the decision, from when, by which rules of which editions, upon what."""
    fault: str = ""


def answers_to_file(file: Path, by: Actor) -> Iterator[Answered]:
    """Each line's answer in turn, by the packs of this house. Raises Refused."""
    try:
        # What is no UTF-8 is a fault of its line alone.
        lines = file.read_text(encoding="utf-8-sig", errors="surrogateescape").split("\n")
    except OSError:
        raise Refused(f"{file} cannot be read; expected a text file in UTF-8") from None
    yield from answers(lines, law_packs(), by)


def answers(lines: Iterable[str], packs: Mapping[str, Read], by: Actor) -> Iterator[Answered]:
    """Each line's answer in turn; empty lines are left out."""
    law = cache(lambda *names: jurisdiction(packs, *names))
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _answered(number, line, law)


def _answered(number: int, line: str, law: Callable[..., Jurisdiction]) -> Answered:
    name: str | int | None = None
    try:
        read = read_object(line)
        name = read.get("id") if isinstance(read.get("id"), str | int) else None
        question = question_of(read)
        asked = put(question)
        return Answered(number, _told(question, may_contact(*asked, law(*question.packs))))
    except PackFault as fault:
        why = f"packs: {fault}"
    except Unclear as fault:
        why = str(fault)
    return Answered(number, {"line": number, "id": name, "error": why}, why)


def _told(question: Question, found: Answer) -> dict[str, Any]:
    inputs = {
        "party": found.inputs.party.id,
        "zones": list(found.inputs.party.zones),
        "at": found.inputs.at,
        "channel": found.inputs.channel,
        "history": len(found.inputs.log),
        "facts": question.facts,
    }
    return {
        "id": question.id,
        "decision": type(found).__name__.lower(),
        "until": found.until if isinstance(found, Defer) else None,
        "rule": None if isinstance(found, Allow) else found.rule,
        "rules": list(found.rules),
        "duties": [duty._asdict() for duty in found.duties] if isinstance(found, Allow) else [],
        "packs": list(found.inputs.packs),
        "inputs": inputs,
    }
