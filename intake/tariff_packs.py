"""The tariffs of the house, and which of them holds for a contract under the law of its country."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from intake.pack_files import charges
from intake.pack_layers import layers, pack_files
from models.tariff import Tariff
from models.tariff_file import TariffFile
from policy.charging.contract_tariff import Contract, NoSuchTariff, law_alone, resolve
from policy.parsing.pack_reading import PackFault, read_tariff, strategy_version


class TariffPack(NamedTuple):
    """A tariff with its version."""

    file: TariffFile
    version: str


def tariffs() -> Mapping[str, TariffPack]:
    """All tariffs by name. Raises PackFault."""
    return _tariffs_of(layers())


@cache
def _tariffs_of(_: Sequence[Path]) -> Mapping[str, TariffPack]:
    found: dict[str, TariffPack] = {}
    for laid in pack_files("tariffs"):
        text = laid.path.read_text(encoding="utf-8")
        file = read_tariff(text, laid.label)
        if file.tariff in found:
            raise PackFault([f"{laid.label}:1:1: tariff: another file has a tariff of this name; expected its own"])
        found[file.tariff] = TariffPack(file, strategy_version(text, file.tariff))
    return found


def tariff_for(name: str, country: str, contract: Contract) -> Tariff:
    """What may be charged on a contract for being late: its lender's tariff, under the caps of its law.

    Raises KeyError for a name that no file has, NoSuchTariff where it does not fit.
    """
    pack = tariffs()[name]
    if pack.file.country not in (None, country):
        raise NoSuchTariff(f"{name} is for accounts in {pack.file.country}, not in {country}")
    return resolve(pack.file, pack.version, charges().get(country), contract)


def without_tariff(country: str, contract: Contract) -> Tariff | None:
    """What the law says of charges told on an account that has no tariff: caps and bans; None where it says nothing."""
    law = charges().get(country)
    return law_alone(law, contract) if law else None
