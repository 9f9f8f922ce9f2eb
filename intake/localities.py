"""Where does a person live? Countries with a law pack, their time zones, and postcodes in their usual form."""

import difflib
import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import holidays

from intake.cells import Cell, Refused, tidy
from intake.pack_files import places
from intake.pack_layers import layers

POSTCODES: dict[str, tuple[re.Pattern[str], str, str]] = {
    "BR": (re.compile(r"([0-9]{5})([0-9]{3})"), "-", "01310-100"),
    "GB": (re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?)([0-9][A-Z]{2})"), " ", "SW1A 1AA"),
    "IT": (re.compile(r"([0-9]{5})"), "", "20121"),
    "NL": (re.compile(r"([1-9][0-9]{3})((?!SA|SD|SS)[A-Z]{2})"), " ", "1234 AB"),
    "PT": (re.compile(r"([1-9][0-9]{3})([0-9]{3})"), "-", "1000-001"),
    "RO": (re.compile(r"([0-9]{6})"), "", "010011"),
    "RU": (re.compile(r"([0-9]{6})"), "", "101000"),
    "US": (re.compile(r"([0-9]{5})([0-9]{4})?"), "-", "02108 or 02108-1234"),
}
"""The postcode without blanks and hyphens, what joins its parts, and an example. Other countries: any short code."""
ANY_POSTCODE = re.compile(r"[0-9A-Z][0-9A-Z -]{0,10}[0-9A-Z]")


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
    if country not in POSTCODES:
        if not ANY_POSTCODE.fullmatch(text):
            raise Refused(f"is no postcode of {country}")
        return text
    pattern, joint, example = POSTCODES[country]
    found = pattern.fullmatch(re.sub(r"[ -]", "", text))
    if not found:
        raise Refused(f"is no postcode of {country}: write it like {example}")
    return joint.join(part for part in found.groups() if part)
