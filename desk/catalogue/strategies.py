"""Which strategies are there, are they sound, and which one is meant?"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cli.output import say, show_json, show_table
from desk.refused import Refused
from intake import pack_files
from intake.pack_files import Pack, strategies, strategy
from intake.pack_layers import OWN, taken_away
from models.strategy import For
from policy.parsing.pack_reading import PackFault
from writing.texts import text_names

AUTOMATIC = "automatic"


def packs_for(wanted: str) -> tuple[Mapping[str, Pack], str | None]:
    """The strategies to choose from, and the name of the only one where one was named: by name or by file."""
    if wanted == AUTOMATIC:
        return strategies(texts=text_names()), None
    if "/" in wanted or wanted.endswith((".yaml", ".yml")):
        pack = strategy(Path(wanted), text_names())
        return {pack.strategy.strategy: pack}, pack.strategy.strategy
    packs = strategies(texts=text_names())
    if wanted not in packs:
        raise Refused(f"there is no strategy {wanted!r}; there are: {', '.join(packs)}; or name a YAML file")
    return packs, wanted


def checked_strategies(files: Sequence[Path]) -> tuple[list[Pack], list[str]]:
    """The sound strategies of the house and of the files, and all faults."""
    packs, faults = pack_files.checked_strategies(text_names())
    for file in files:
        try:
            packs.append(strategy(file, text_names()))
        except PackFault as fault:
            faults += fault.faults
    return packs, faults


def show_strategies(packs: Sequence[Pack], as_json: bool) -> None:
    """What there is to choose from, and for whom."""
    if as_json:
        show_json([_told(pack) for pack in packs])
        return
    laid = any(pack.whose != OWN for pack in packs)
    rows = [
        [
            pack.strategy.title if n == 0 else "",
            pack.version if n == 0 else "",
            cycle.name,
            _whom(cycle.whom),
            cycle.ends,
            *([pack.whose if n == 0 else ""] if laid else []),
        ]
        for pack in packs
        for n, cycle in enumerate(pack.strategy.cycles)
    ]
    show_table("Strategies", ("strategy", "version", "cycle", "for", "ends as", *(["whose"] if laid else [])), rows)
    for line in taken_away("strategies"):
        say(line)


def _told(pack: Pack) -> dict[str, Any]:
    found = pack.strategy
    cycles = [{"cycle": c.name, "title": c.title, "for": _conditions(c.whom), "ends": c.ends} for c in found.cycles]
    common = {"strategy": found.strategy, "version": pack.version, "title": found.title, "whose": pack.whose}
    return common | {"for": _conditions(found.whom), "cycles": cycles}


def _conditions(whom: For) -> dict[str, Any]:
    return whom.model_dump(mode="json", exclude_none=True)


def _whom(whom: For) -> str:
    return "; ".join(f"{name} {_words(value)}" for name, value in _conditions(whom).items()) or "all"


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value.get('min', '')}..{value.get('max', '')}"
    return ", ".join(value) if isinstance(value, list) else str(value)
