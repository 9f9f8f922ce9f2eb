"""Where does a person live? Countries with a law pack, their time zones, and postcodes in their usual form."""

import difflib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import holidays
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from intake.cells import Cell, Refused, tidy
from intake.pack_files import places
from intake.pack_layers import layers, pack_file
from policy.parsing.pack_reading import PackFault
from policy.parsing.yaml_source import Broken, read_source

_ANY_POSTCODE = re.compile(r"[0-9A-Z][0-9A-Z -]{0,10}[0-9A-Z]")


class _PostcodeForm(BaseModel):
    """How the postcodes of a country are written."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    pattern: re.Pattern[str]
    """Without blanks and hyphens."""
    joint: str
    """What joins its parts."""
    example: str


def postcode_forms() -> Mapping[str, _PostcodeForm]:
    """By country, where that is known. Raises PackFault."""
    return _postcode_forms(layers())


@lru_cache
def _postcode_forms(_: Sequence[Path]) -> Mapping[str, _PostcodeForm]:
    file = pack_file("postcodes.yaml")
    try:
        read = read_source(file.read_text(encoding="utf-8"))
        return TypeAdapter(dict[str, _PostcodeForm]).validate_python(read.value)
    except (Broken, ValidationError) as fault:
        raise PackFault([f"{file}:1:1: {fault}"]) from None


@lru_cache
def zones() -> dict[str, tuple[str, ...]]:
    """The time zones of each country, by the IANA table that comes with tzdata."""
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found.setdefault(country, []).append(zone)
    return {country: tuple(sorted(names)) for country, names in found.items()}


def country(cell: Cell, countries: frozenset[str]) -> str:
    """A country whose law is known here."""
    code = tidy(cell).upper()
    if code in countries:
        return code
    if code in zones():
        raise Refused(f"has no law pack here, so nobody may be contacted there; known: {', '.join(sorted(countries))}")
    raise Refused("is no country: write its two letters (ISO 3166), such as IT")


def regions() -> dict[str, frozenset[str]]:
    """The regions of each country that has a pack of law, with or without a pack of their own."""
    return _regions(layers())


@lru_cache
def _regions(_: Sequence[Path]) -> dict[str, frozenset[str]]:
    lived_in = places()
    own = [place.split("-") for place in lived_in if "-" in place]
    listed = holidays.list_supported_countries(include_aliases=False)
    return {
        country: frozenset({*listed.get(country, ()), *(region for of, region in own if of == country)} - {"ANY"})
        for country in lived_in
        if "-" not in country
    }


def region(cell: Cell, country: str | None) -> str:
    """A region of the country by its short code: a state, a nation, a city with a law of its own."""
    code = tidy(cell).upper().removeprefix(f"{country}-")
    if country is None or code in regions()[country]:
        return code
    known = tuple(sorted(regions()[country]))
    raise Refused(f"is no region of {country}: {_some(known, code) if known else 'none is known here'}")


def time_zone(cell: Cell, country: str | None) -> str | None:
    """A time zone of the country; may be left out where the country has only one."""
    name = tidy(cell)
    if country is None:
        return name or None
    known = zones()[country]
    if not name and len(known) == 1:
        return known[0]
    if name in known:
        return name
    if not name:
        raise Refused(f"is missing: {country} has {len(known)} time zones; {_some(known, name)}")
    raise Refused(f"is no time zone of {country}: {_some(known, name)}")


def _some(known: tuple[str, ...], name: str) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"write one of {', '.join(known[:5])}{', ...' if len(known) > 5 else ''}"


def postal_code(cell: Cell, country: str | None) -> str | None:
    """The postcode as its post office writes it."""
    text = tidy(cell).upper()
    if country is None:
        return None
    form = postcode_forms().get(country)
    if form is None:
        if not _ANY_POSTCODE.fullmatch(text):
            raise Refused(f"is no postcode of {country}")
        return text
    found = form.pattern.fullmatch(re.sub(r"[ -]", "", text))
    if not found:
        raise Refused(f"is no postcode of {country}: write it like {form.example}")
    return form.joint.join(part for part in found.groups() if part)
