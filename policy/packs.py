"""Is this YAML a sound strategy or jurisdiction? If not: every fault at once, by file, line, column and field."""

import hashlib
from collections.abc import Iterable
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from models.charges import ChargesPack
from models.jurisdiction import Jurisdiction
from models.strategy import Strategy
from models.tariff_file import TariffFile
from policy.charge_checks import charges_faults
from policy.pack_checks import jurisdiction_faults, strategy_faults
from policy.pack_faults import schema_faults
from policy.pack_source import Broken, Fault, Loc, Source, read_source

FORMAT = "1"
Model = TypeVar("Model", bound=BaseModel)


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


def read_jurisdiction(text: str, file: str) -> Jurisdiction:
    source = _source(text, file)
    pack = _validated(source, Jurisdiction, file)
    _refuse(file, source, jurisdiction_faults(pack))
    return pack


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
    """A strategy by its content, so that a running case stays with the text that it was started with."""
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
