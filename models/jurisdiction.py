"""The contact law of one country as data: which hours on which days, for which channel, by which article."""

import re
from collections.abc import Iterator
from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from models.events import Channel
from models.strategy import Data

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"]
WEEK: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAYS: tuple[Day, ...] = (*WEEK, "holiday")
TIMED = (Channel.sms, Channel.email, Channel.call, Channel.visit)
"""Channels that hours bind. A letter lies in the letter box until the debtor wants to read it."""


def _clock(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise ValueError(f"{value!r} is not a time of day; expected hours and minutes such as 08:30")
    return value


Clock = Annotated[time, BeforeValidator(_clock)]


class Window(Data):
    """From a time of day (included) to another (excluded), on the debtor's clock."""

    days: Annotated[list[Day], Field(min_length=1)]
    opens: Clock = Field(alias="from")
    closes: Clock = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError(f"a window must open before it closes, not {self.opens:%H:%M} to {self.closes:%H:%M}")
        return self


class HoursRule(Data):
    """One rule on hours. It binds the days it names, as windows or as closed; of several rules the strictest wins."""

    id: Annotated[str, Field(pattern=r"^[A-Z]{2,5}-[A-Z0-9]{1,6}$")]
    channels: Annotated[list[Literal["sms", "email", "call", "visit"]], Field(min_length=1)]
    windows: list[Window] = []
    closed: list[Day] = []
    level: Literal["statute", "regulation", "soft_law", "policy"]
    article: Annotated[str, Field(min_length=1)]
    since: date | None = None
    """In force since, if known. The rule is obeyed for earlier days too: that is stricter, never laxer."""
    source: Annotated[str, Field(min_length=1)]
    checked: date
    """The day a person last compared this rule with its source."""
    conf: Literal["H", "M", "L"]
    note: str = ""

    @model_validator(mode="after")
    def _says_one_thing_a_day(self) -> Self:
        named = [day for window in self.windows for day in window.days] + self.closed
        twice = sorted({day for day in named if named.count(day) > 1})
        if twice:
            raise ValueError(f"a rule says one thing a day; named twice: {', '.join(twice)}")
        if not named:
            raise ValueError("a rule needs windows, closed days or both")
        return self

    def names(self, day: Day) -> bool:
        """Whether the rule says anything about such a day."""
        return day in self.closed or self.window(day) is not None

    def window(self, day: Day) -> Window | None:
        """The hours of such a day; None where it is closed or not named."""
        return next((window for window in self.windows if day in window.days), None)


class Holidays(Data):
    """The public holidays: a calendar of the `holidays` library, and the days it does not know."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    subdivisions: list[str] = []
    """Where the part of the country is not known: a holiday of any of them counts."""
    categories: Annotated[list[Literal["public", "optional", "bank", "government"]], Field(min_length=1)] = ["public"]
    extra: list[date] = []
    """Days set by decree that the library does not know."""


class Jurisdiction(Data):
    """One country's rules on contact. Every timed channel has hours for every day, so nothing has to be guessed."""

    format: Literal["1"]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    title: str
    holidays: Holidays
    hours: Annotated[list[HoursRule], Field(min_length=1)]

    # The fields are lists; equality still tells two editions of a country apart.
    def __hash__(self) -> int:
        return hash(self.country)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        silent = [f"{channel} on {day}" for channel in TIMED for day in DAYS if not self._named(channel, day)]
        if silent:
            raise ValueError(f"no rule speaks of: {', '.join(silent)}; expected hours or closed for every day")
        shut = [channel for channel in TIMED if not any(self._opens(channel, day) for day in WEEK)]
        if shut:
            raise ValueError(f"no hours are left in the whole week for: {', '.join(shut)}")
        return self

    def bound(self, channel: Channel) -> Iterator[HoursRule]:
        """The rules that bind a channel."""
        return (rule for rule in self.hours if channel in rule.channels)

    def _named(self, channel: Channel, day: Day) -> bool:
        return any(rule.names(day) for rule in self.bound(channel))

    def _opens(self, channel: Channel, day: Day) -> bool:
        windows = [rule.window(day) for rule in self.bound(channel) if rule.names(day)]
        hours = [(window.opens, window.closes) for window in windows if window]
        return len(hours) == len(windows) and max(o for o, _ in hours) < min(c for _, c in hours)
