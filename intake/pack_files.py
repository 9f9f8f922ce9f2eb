"""The packs as they count, the house's own and what a user laid over them: strategies, law on contact, on charges."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from intake.pack_layers import OWN, PackFile, files_in, layers, pack_files
from models.charges import ChargesPack
from models.jurisdiction import Jurisdiction
from models.jurisdiction import Pack as LawPack
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

LAW, CHARGES = "jurisdictions", "jurisdictions/charges"


class Pack(NamedTuple):
    """A strategy with its text and its version."""

    strategy: Strategy
    version: str
    text: str
    whose: str = OWN
    """The folder that it comes from, where it is not the house's own."""


class ChargesRead(NamedTuple):
    """The law on charges of a country, with its edition by its content."""

    pack: ChargesPack
    version: str
    whose: str


def strategies(texts: frozenset[str] | None = None) -> dict[str, Pack]:
    """All strategies by name. Raises PackFault with the faults of all files."""
    packs, faults = checked_strategies(texts)
    if faults:
        raise PackFault(faults)
    return {pack.strategy.strategy: pack for pack in packs}


def checked_strategies(texts: frozenset[str] | None = None) -> tuple[list[Pack], list[str]]:
    """The sound strategies, and the faults of all files."""
    found: dict[str, Pack] = {}
    faults: list[str] = []
    for file in pack_files("strategies"):
        try:
            pack = strategy(file.path, texts)._replace(whose=file.whose)
        except PackFault as fault:
            faults += fault.faults
            continue
        if pack.strategy.strategy in found:
            faults.append(
                f"{file.label}:1:1: strategy: another file has a strategy of this name; expected a name of its own"
            )
        found[pack.strategy.strategy] = pack
    return list(found.values()), faults


def strategy(file: Path, texts: frozenset[str] | None = None) -> Pack:
    """One strategy file. Raises PackFault."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise PackFault([f"{file}:1:1: file: cannot be read ({fault}); expected a text file in UTF-8"]) from None
    read = read_strategy(text, str(file), texts)
    return Pack(read, strategy_version(text, read.strategy), text, str(file))


def law_packs(folder: Path | None = None, texts: frozenset[str] | None = None) -> dict[str, Read]:
    """All packs of law by place, or those of one folder alone. Raises PackFault with the faults of all files."""
    found: dict[str, Read] = {}
    faults: list[str] = []
    for file in pack_files(LAW) if folder is None else files_in(folder):
        try:
            read = _law(file, texts)
        except PackFault as fault:
            faults += fault.faults
            continue
        if read.pack.place in found:
            faults.append(f"{file.label}:1:1: place: another file has the law of {read.pack.place}; expected one")
        found[read.pack.place] = read
    if faults:
        raise PackFault(faults)
    return found


def _law(file: PackFile, texts: frozenset[str] | None) -> Read:
    read = read_pack(file.path.read_text(encoding="utf-8"), file.label, texts)
    if file.under is not None:
        before = read_pack(file.under.read_text(encoding="utf-8"), file.under.name)
        _refuse_lacking(file, _rules(before.pack), {*_rules(read.pack), *read.pack.repealed})
    return read._replace(whose=file.whose)


def _rules(pack: LawPack) -> set[str]:
    return {rule.id for rule in pack.rules} | ({pack.holidays.rule} if pack.holidays else set())


def _refuse_lacking(file: PackFile, before: Iterable[str], said: set[str]) -> None:
    """Who replaces a file of law takes no rule away in silence: a copy may be older than what it replaces."""
    lacking = sorted(set(before) - said)
    if lacking:
        says = f"lacks of the file that it replaces: {', '.join(lacking)}; expected each rule, or its id there"
        raise PackFault([f"{file.label}:1:1: repealed: {says}"])


def places() -> Mapping[str, Jurisdiction]:
    """What binds in each country and region, with the house's own rules. Raises PackFault."""
    return bound(law_packs())


def bound(packs: Mapping[str, Read]) -> Mapping[str, Jurisdiction]:
    """The same from packs that were read. Raises PackFault."""
    house = [name for name, read in packs.items() if read.pack.kind in ("house", "client")]
    lived_in = [name for name, read in packs.items() if read.pack.kind in ("country", "region")]
    on_charges = charges()
    return {name: _with_charges(jurisdiction(packs, name, *house), on_charges) for name in lived_in}


def _with_charges(law: Jurisdiction, on_charges: Mapping[str, ChargesPack]) -> Jurisdiction:
    country, _, _ = law.place.partition("-")
    return replace(law, charges=on_charges.get(country))


def jurisdictions() -> Mapping[str, Jurisdiction]:
    """What binds in each country where the region is not known. Raises PackFault."""
    return {name: law for name, law in places().items() if "-" not in name}


def charges() -> Mapping[str, ChargesPack]:
    """The law on charges by country. Raises PackFault."""
    return {country: read.pack for country, read in charges_read().items()}


def charges_read() -> Mapping[str, ChargesRead]:
    """The same with their editions."""
    return _charges_of(layers())


@cache
def _charges_of(_: Sequence[Path]) -> Mapping[str, ChargesRead]:
    return {read.pack.country: read for read in map(_charges, pack_files(CHARGES))}


def _charges(file: PackFile) -> ChargesRead:
    text = file.path.read_text(encoding="utf-8")
    pack = read_charges(text, file.label)
    if file.under is not None:
        before = read_charges(file.under.read_text(encoding="utf-8"), file.under.name)
        _refuse_lacking(file, (rule.id for rule in before.rules), {*(rule.id for rule in pack.rules), *pack.repealed})
    return ChargesRead(pack, strategy_version(text, f"{pack.country}-charges"), file.whose)
