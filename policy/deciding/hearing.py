"""What was told, as it came, becomes a fact, and the case takes it in: taken, known, refused, or kept for a person."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from models import events as e
from models.case import Case
from models.decisions import Became, Recorded, Told
from models.events import Heard
from policy.case.case_changes import changed, flag_about, flagged
from policy.deciding.taking import apply
from policy.facts.fact_table import FACT_TABLE, objection, reused

RESULTS: TypeAdapter[e.Result] = TypeAdapter(e.Result)
NAME = re.compile(r"[a-z_]{1,60}")


class TakenIn(NamedTuple):
    """The case with all that it was told, and what of it was news."""

    case: Case
    news: tuple[Heard, ...]


def read(told: Told) -> Heard:
    """What was told, read; what cannot be is kept as `Unreadable`, with the reason and without its words."""
    if told.by == "step":
        return Heard(event=RESULTS.validate_python(told.content), at=told.at)
    spec = FACT_TABLE.get(told.name)
    if spec is None:
        # The name of a signal may be anything, a person's too.
        name = told.name if NAME.fullmatch(told.name) else "of another name"
        return _unreadable(told, name, "no fact is called so")
    try:
        event: Any = spec.kind.model_validate(told.content)
    except ValidationError as fault:
        fields = ", ".join(_fault(spec.kind, f["loc"], f["type"]) for f in fault.errors())
        return _unreadable(told, told.name, fields)
    return Heard(event=event, at=told.at)


def take_in(case: Case, told: Iterable[Told]) -> TakenIn:
    """The case after it took in everything, in its order; what was known changes nothing and is no news."""
    news = []
    for heard in map(read, told):
        if heard.event.event_id in case.seen and not reused(case, heard.event):
            continue
        case = _safely(case, heard)
        news.append(heard)
    return TakenIn(case, tuple(news))


def answer(case: Case, told: Told) -> tuple[TakenIn, Recorded]:
    """The case after what was told through the update, and what became of it. A refusal leaves the case as it was."""
    heard = read(told)
    fact, nothing = heard.event, TakenIn(case, ())
    if why := reused(case, fact):
        return nothing, _recorded(fact, "refused", why)
    if fact.event_id in case.seen:
        return nothing, _recorded(fact, "known")
    why = objection(case, fact, heard.at)
    if why and not FACT_TABLE[fact.kind].kept:
        return nothing, _recorded(fact, "refused", why)
    after = _safely(case, heard)
    flag = flag_about(after, "event", fact.event_id)
    kept = why or (flag.why if flag else None)
    return TakenIn(after, (heard,)), _recorded(fact, "kept" if kept else "taken", kept)


def _recorded(fact: e.Event, became: Became, why: str | None = None) -> Recorded:
    kind = str(type(fact).model_fields["kind"].default)
    words = {
        "taken": f"{kind} taken",
        "known": "known already: it counts once",
        "refused": f"{kind} refused: {why}",
        "kept": f"{kind} not taken, kept for a person: {why}",
    }
    return Recorded(event_id=fact.event_id, became=became, message=words[became], why=why)


def _safely(case: Case, heard: Heard) -> Case:
    """A fact that we fail to take in is kept and put before a person: it may not keep the case from the next one."""
    if isinstance(heard.event, e.StepResult):
        return apply(case, heard)
    try:
        return apply(case, heard)
    except Exception as fault:
        event = heard.event
        seen = changed(case, seen=(*case.seen, event.event_id))
        why = f"{event.kind} could not be taken in: {type(fault).__name__}, told again when it is mended"
        return flagged(seen, "event", event.event_id, why)


def _unreadable(told: Told, name: str, why: str) -> Heard:
    event = e.Unreadable(event_id=f"unreadable:{told.ref}", signal=name, reason=why[:500])
    return Heard(event=event, at=told.at)


def _fault(kind: type[e.Event], where: tuple[Any, ...], what: str) -> str:
    """What is wrong with a field we know; the name of an unknown one may be anything, a person's too."""
    field = str(where[0]) if where and where[0] in kind.model_fields else "content"
    return f"{field}: {what}"
