"""The law of contact as data: one pack of rules per place, and the packs that bind together where a debtor lives."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.charges import ChargesPack
from models.data import Data
from models.rules import (
    PACK_ID,
    BanRule,
    CooldownRule,
    CounterRule,
    DutyRule,
    HoursRule,
    Rule,
    SuitRule,
    Switch,
    WishRule,
)


class Holidays(Data):
    """The public holidays: a calendar of the `holidays` library, the days it does not know, the years checked."""

    rule: Annotated[str, Field(pattern=r"^[A-Z]{2,6}(-[A-Z0-9]{1,6}){1,2}$")]
    """The id under which an unconfirmed year is refused."""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    subdivisions: list[str] = []
    """Where the part of the country is not known: a holiday of any of them counts."""
    categories: Annotated[list[Literal["public", "optional", "bank", "government"]], Field(min_length=1)] = ["public"]
    extra: list[date] = []
    """Days set by decree that the library does not know."""
    working: list[date] = []
    """Saturdays made working days by decree; they stay Saturdays while the switch `working_saturday` is on."""
    library: str
    """The version of `holidays` that was compared."""
    checked: date
    confirmed: Annotated[list[int], Field(min_length=1)]
    """Years whose days were compared with the official list."""
    unconfirmed: Literal["closed", "library"]
    """A year that is not confirmed: no timed contact at all, or as the library has it."""


class Pack(Data):
    """One file of rules: a union, a country, a region, a house or a client. It can only take away what others allow."""

    format: Literal["1"]
    place: Annotated[str, Field(pattern=PACK_ID)]
    kind: Literal["union", "country", "region", "house", "client"]
    title: str
    also: list[str] = []
    """Other names of the place."""
    under: Annotated[str, Field(pattern=PACK_ID)] | None = None
    """The wider pack that binds there too."""
    elsewhere: Annotated[str, Field(pattern=PACK_ID)] | None = None
    """Of a country: the region whose rules bind where the debtor's region is not known or has none of its own."""
    postcodes: list[Annotated[str, Field(pattern=r"^[0-9]{2,5}(-[0-9]{2,5})?$")]] = []
    """Of a region: how the postcodes there begin, so that it is found where nobody names it."""
    inside: str | None = None
    """Of a city: the region it lies in, by its short code; a postcode finds the city there too."""
    sign_off: Literal["none", "signed"]
    """none: no lawyer has signed this pack; it is not for live contact."""
    signed_by: str = ""
    signed_on: date | None = None
    off: list[Switch] = []
    """Strict readings that are switched off here."""
    repealed: list[str] = []
    """Of a file that a user lays over one of the house: the rules of that one which it leaves out on purpose."""
    holidays: Holidays | None = None
    hours: list[HoursRule] = []
    counters: list[CounterRule] = []
    cooldowns: list[CooldownRule] = []
    bans: list[BanRule] = []
    duties: list[DutyRule] = []
    wishes: list[WishRule] = []
    suits: list[SuitRule] = []

    @model_validator(mode="after")
    def _signed_by_somebody(self) -> Self:
        if (self.sign_off == "signed") != bool(self.signed_by and self.signed_on):
            raise ValueError("a signed pack names signed_by and signed_on, one that is not signed names neither")
        return self

    def holds(self, postcode: str) -> bool:
        """Whether a postcode lies in this region, as far as it is known by its postcodes."""
        spans = (span.partition("-") for span in self.postcodes)
        return any(first <= postcode[: len(first)] <= (last or first) for first, _, last in spans)

    @property
    def rules(self) -> Iterator[Rule]:
        """Every rule, in the order in which they are asked."""
        for section in (self.bans, self.hours, self.wishes, self.cooldowns, self.counters, self.duties, self.suits):
            yield from section


@dataclass(frozen=True, eq=False)
class Jurisdiction:
    """Where a debtor lives: the packs that bind there, widest first. All of them must allow what is done."""

    place: str
    packs: tuple[Pack, ...]
    versions: tuple[str, ...]
    """`<place>@<first 12 hex of the sha256 of the pack's text>`, one for each pack."""
    charges: ChargesPack | None = None
    """The law on charges of the country; None: nobody wrote it down."""
