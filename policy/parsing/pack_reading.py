"""Is this YAML a sound strategy or jurisdiction? If not: every fault at once, by file, line, column and field."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from models.charges import ChargesPack
from models.jurisdiction import Jurisdiction, Pack
from models.rules import DAYS, TIMED
from models.strategy import Strategy
from models.tariff_file import TariffFile
from policy.parsing.charge_pack_checks import charges_faults
from policy.parsing.pack_checks import law_faults, strategy_faults
from policy.parsing.schema_faults import expected, schema_faults
from policy.parsing.yaml_source import Broken, Fault, Loc, Source, read_source

FORMAT = "1"
Model = TypeVar("Model", bound=BaseModel)


class Read(NamedTuple):
    """A pack of law as it was read: its file, and its version by its content."""

    pack: Pack
    version: str
    file: str
    text: str = ""
    whose: str = ""
    """The folder that it comes from."""


class PackFault(ValueError):
    """What is wrong with a pack, every line fit to be shown to the person who wrote it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def read_strategy(text: str, file: str, texts: frozenset[str] | None = None) -> Strategy:
    """The strategy; `texts` are the names of the letters that exist (None: not checked)."""
    source = _source(text, file)
    strategy = _validated(source, Strategy, file)
    _refuse(file, source, strategy_faults(strategy, texts))
    return strategy


def read_pack(text: str, file: str, texts: frozenset[str] | None = None) -> Read:
    """One pack of law; `texts` are the names of the letters that exist (None: not checked). Raises PackFault."""
    source = _source(text, file)
    pack = _validated(source, Pack, file)
    _refuse(file, source, law_faults(pack, texts))
    return Read(pack, strategy_version(text, pack.place), file, text)


def jurisdiction(packs: Mapping[str, Read], place: str, *more: str) -> Jurisdiction:
    """What binds at a place: its pack with all wider ones, the default region of a country, and `more` (house, client).

    Raises PackFault where a pack is missing, or where a timed channel has no hours on some day: nothing is guessed.
    """
    named = [_named(packs, place), *(_named(packs, name) for name in more)]
    if named[0].pack.elsewhere:
        named.insert(1, _named(packs, named[0].pack.elsewhere))
    wanted = {read.pack.place: read for found in named for read in _wider(packs, found)}
    together = Jurisdiction(
        named[0].pack.place, tuple(r.pack for r in wanted.values()), tuple(r.version for r in wanted.values())
    )
    silent = _silent(together)
    if silent:
        says = f"no rule speaks of: {', '.join(silent)}; expected hours or closed for every day"
        raise PackFault([f"{named[0].file}:1:1: {says}"])
    return together


def law_at(places: Mapping[str, Jurisdiction], country: str, region: str | None, postcode: str | None) -> Jurisdiction:
    """What binds where a person lives: the law of the region that is told, or else that the postcode lies in, where it
    has one of its own; else that of the country. In a region that is told a postcode finds the city."""
    told = places.get(f"{country}-{region}") or places[country]
    if not postcode:
        return told
    own = (law for name, law in places.items() if name.startswith(f"{country}-"))
    holding = (law for law in own for pack in law.packs if pack.holds(postcode) and region in (None, pack.inside))
    return next(holding, told)


def _named(packs: Mapping[str, Read], name: str) -> Read:
    wanted = name.upper()
    for read in packs.values():
        if wanted == read.pack.place or wanted in read.pack.also:
            return read
    raise PackFault([f"there is no pack {name!r}; {expected(wanted, sorted(packs))}"])


def _wider(packs: Mapping[str, Read], read: Read) -> Sequence[Read]:
    """The pack after all that it stands under."""
    found = [read]
    while found[0].pack.under:
        found.insert(0, _named(packs, found[0].pack.under))
        if len(found) > len(packs):
            raise PackFault([f"{read.file}:1:1: under: goes round in a circle; expected a wider place"])
    return found


def _silent(together: Jurisdiction) -> list[str]:
    rules = [rule for pack in together.packs if pack.kind != "client" for rule in pack.hours]
    return [
        f"{channel} on {day}"
        for channel in TIMED
        for day in DAYS
        if not any(channel in rule.channels and rule.names(day) for rule in rules)
    ]


def read_charges(text: str, file: str) -> ChargesPack:
    """The law on charges of one country."""
    source = _source(text, file)
    pack = _validated(source, ChargesPack, file)
    _refuse(file, source, charges_faults(pack))
    return pack


def read_tariff(text: str, file: str) -> TariffFile:
    """What a lender charges for being late."""
    return _validated(_source(text, file), TariffFile, file)


def strategy_version(text: str, name: str) -> str:
    """A strategy or a pack of law by its content: a running case stays with the strategy it was started with."""
    return f"{name}@{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _source(text: str, file: str) -> Source:
    try:
        source = read_source(text)
    except Broken as broken:
        raise PackFault(_lines(file, [broken.fault])) from None
    # Another format may mean anything by its keys: no other fault would be true.
    found = source.value.get("format")
    if found != FORMAT:
        says = f"is {found!r}" if found is not None else "is missing"
        raise PackFault(
            _lines(file, [source.fault(("format",), f"{says}; expected format: {FORMAT} as the first key")])
        )
    return source


def _validated(source: Source, model: type[Model], file: str) -> Model:
    faults = list(source.twice)
    try:
        pack = model.model_validate(source.value)
    except ValidationError as error:
        faults += schema_faults(source, model, error)
    if faults:
        raise PackFault(_lines(file, faults))
    return pack


def _refuse(file: str, source: Source, found: Iterable[tuple[Loc, str]]) -> None:
    faults = [source.fault(loc, says) for loc, says in found]
    if faults:
        raise PackFault(_lines(file, faults))


def _lines(file: str, faults: Iterable[Fault]) -> list[str]:
    return [
        f"{file}:{fault.line}:{fault.column}: {fault.path}{': ' if fault.path else ''}{fault.says}"
        for fault in sorted(faults)
    ]
