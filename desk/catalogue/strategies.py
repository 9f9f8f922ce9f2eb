"""Which strategies are there, are they sound, and which one is meant?"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from desk.actor import Actor
from desk.refused import Refused
from intake import pack_files
from intake.pack_files import Pack, strategies, strategy
from intake.pack_layers import taken_away
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


def told(by: Actor, pack: Pack) -> dict[str, Any]:
    """A strategy with its cycles, and for whom each is."""
    found = pack.strategy
    cycles = [{"cycle": c.name, "title": c.title, "for": _conditions(c.whom), "ends": c.ends} for c in found.cycles]
    common = {"strategy": found.strategy, "version": pack.version, "title": found.title, "whose": pack.whose}
    return common | {"for": _conditions(found.whom), "cycles": cycles}


def strategies_taken_away(by: Actor) -> list[str]:
    """What a user's folder takes away of the house's strategies."""
    return taken_away("strategies")


def _conditions(whom: For) -> dict[str, Any]:
    return whom.model_dump(mode="json", exclude_none=True)
