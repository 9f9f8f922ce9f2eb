"""The packs of the house, read from their folders: strategies, jurisdictions, texts."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from models.charges import ChargesPack
from models.jurisdiction import Jurisdiction
from models.strategy import Strategy
from policy.parsing.pack_reading import (
    PackFault,
    Read,
    jurisdiction,
    read_charges,
    read_pack,
    read_strategy,
    strategy_version,
)

HOUSE = Path(__file__).parent.parent


class Pack(NamedTuple):
    """A strategy with its text and its version."""

    strategy: Strategy
    version: str
    text: str


def strategies(folder: Path = HOUSE / "packs" / "strategies", texts: frozenset[str] | None = None) -> dict[str, Pack]:
    """All strategies of a folder by name. Raises PackFault with the faults of all files."""
    found: dict[str, Pack] = {}
    faults: list[str] = []
    for file in sorted(folder.glob("*.yaml")):
        try:
            pack = strategy(file, texts)
        except PackFault as fault:
            faults += fault.faults
            continue
        if pack.strategy.strategy in found:
            faults.append(
                f"{file.name}:1:1: strategy: another file has a strategy of this name; expected a name of its own"
            )
        found[pack.strategy.strategy] = pack
    if faults:
        raise PackFault(faults)
    return found


def strategy(file: Path, texts: frozenset[str] | None = None) -> Pack:
    """One strategy file. Raises PackFault."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise PackFault([f"{file}:1:1: file: cannot be read ({fault}); expected a text file in UTF-8"]) from None
    read = read_strategy(text, str(file), texts)
    return Pack(read, strategy_version(text, read.strategy), text)


def law_packs(folder: Path = HOUSE / "packs" / "jurisdictions", texts: frozenset[str] | None = None) -> dict[str, Read]:
    """All packs of law by place. Raises PackFault with the faults of all files."""
    found: dict[str, Read] = {}
    faults: list[str] = []
    for file in sorted(folder.glob("*.yaml")):
        try:
            read = read_pack(file.read_text(encoding="utf-8"), file.name, texts)
        except PackFault as fault:
            faults += fault.faults
            continue
        if read.pack.place in found:
            faults.append(f"{file.name}:1:1: place: another file has the law of {read.pack.place}; expected one")
        found[read.pack.place] = read
    if faults:
        raise PackFault(faults)
    return found


def places(folder: Path = HOUSE / "packs" / "jurisdictions") -> Mapping[str, Jurisdiction]:
    """What binds in each country and region, with the house's own rules. Raises PackFault."""
    return bound(law_packs(folder))


def bound(packs: Mapping[str, Read]) -> Mapping[str, Jurisdiction]:
    """The same from packs that were read. Raises PackFault."""
    house = [name for name, read in packs.items() if read.pack.kind in ("house", "client")]
    lived_in = [name for name, read in packs.items() if read.pack.kind in ("country", "region")]
    return {name: _with_charges(jurisdiction(packs, name, *house), name) for name in lived_in}


def _with_charges(law: Jurisdiction, place: str) -> Jurisdiction:
    country, _, _ = place.partition("-")
    return replace(law, charges=charges().get(country))


def jurisdictions(folder: Path = HOUSE / "packs" / "jurisdictions") -> Mapping[str, Jurisdiction]:
    """What binds in each country where the region is not known. Raises PackFault."""
    return {name: law for name, law in places(folder).items() if "-" not in name}


@cache
def charges(folder: Path = HOUSE / "packs" / "jurisdictions" / "charges") -> Mapping[str, ChargesPack]:
    """The law on charges by country. Raises PackFault."""
    packs = [read_charges(file.read_text(encoding="utf-8"), file.name) for file in sorted(folder.glob("*.yaml"))]
    return {pack.country: pack for pack in packs}


def charges_versions(folder: Path = HOUSE / "packs" / "jurisdictions" / "charges") -> Mapping[str, str]:
    """The edition of each country's law on charges, by its content."""
    texts = {file.stem.upper(): file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.yaml"))}
    return {country: strategy_version(text, f"{country}-charges") for country, text in texts.items()}
