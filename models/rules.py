"""The rules of a pack of law, each with its source: hours, counts, cool-downs, bans, duties, suits, wishes."""

import re
from datetime import date, time
from typing import Annotated, Literal, Self, get_args

from pydantic import BeforeValidator, Field, field_validator, model_validator

from models.contact import LAW_CHANNELS, Capacity, DayKind, FactName, LawChannel, Level, Place
from models.data import Data

WEEK: tuple[DayKind, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAYS: tuple[DayKind, ...] = (*WEEK, "holiday")
TIMED: tuple[str, ...] = tuple(channel for channel in LAW_CHANNELS if channel != "letter")
"""Channels that hours bind. A letter lies in the letter box until the debtor wants to read it."""
GROUPS: dict[str, tuple[str, ...]] = {
    "all": LAW_CHANNELS,
    "timed": TIMED,
    "calls": ("call", "robot"),
    "messages": ("sms", "email", "messenger"),
}
Switch = Literal["rolling_week", "working_saturday", "early_refusal", "closing_second", "lenders", "soft_law", "caps"]
"""Where law is unclear we read it strictly: on unless a pack says off."""
TextField = Literal[
    "creditor",
    "creditor_address",
    "creditor_number",
    "sender",
    "sender_address",
    "phone",
    "contact",
    "licence",
    "complaints",
    "reference",
    "cause",
    "overdue",
    "outstanding",
    "split",
    "pay_to",
    "collection_fee",
    "next_steps",
    "opt_out",
]
"""What a text can be made to name. `cause`: of what the debt is; `split`: principal, interest, late fees, costs;
`next_steps`: what follows if nothing is paid or agreed."""
TEXT_FIELDS: tuple[str, ...] = get_args(TextField)
TO_DEBTOR = "debtor"
"""Among the texts of a duty: all that are written to the debtor."""
PACK_ID = r"^[A-Z]{2,6}(-[A-Z]{2,4})?$"


def _clock(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?", value):
        raise ValueError(f"{value!r} is not a time of day; expected hours and minutes such as 08:30")
    return value


def _spelled_out(value: object) -> object:
    """`all`, `timed`, `calls`, `messages` stand for their channels."""
    if isinstance(value, str) and value in GROUPS:
        return list(GROUPS[value])
    if isinstance(value, list):
        return [channel for word in value for channel in GROUPS.get(word, (word,))] if _words(value) else value
    return value


def _words(value: list[object]) -> bool:
    return all(isinstance(word, str) for word in value)


Clock = Annotated[time, BeforeValidator(_clock)]
Channels = Annotated[list[LawChannel], BeforeValidator(_spelled_out), Field(min_length=1)]
Days = Annotated[int, Field(ge=0, le=400)]


class Rule(Data):
    """What every rule says of itself: whom and when it binds, by which article, how sure we are."""

    id: Annotated[str, Field(pattern=r"^[A-Z]{2,6}(-[A-Z0-9]{1,6}){1,2}$")]
    channels: Channels
    level: Literal["statute", "regulation", "soft_law", "policy"]
    force: Literal["hard_ban", "presumption", "duty", "good_practice"] = "hard_ban"
    article: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]
    checked: date
    """The day a person last compared this rule with its source."""
    conf: Literal["H", "M", "L"]
    mem: bool = False
    """From memory: nobody has seen the source yet."""
    valid_from: date | None = None
    """None: since always."""
    valid_to: date | None = None
    """The last day. None: still."""
    basis: Literal["contact", "contract", "event"] = "contact"
    """Whose day decides whether the rule is in force: the contact's, the contract's, that of the event it follows."""
    binds: Annotated[list[Capacity], Field(min_length=1)] = ["creditor", "agency", "servicer", "buyer"]
    strict_binds: list[Capacity] = []
    """Bound too while the switch `lenders` is on."""
    strict: Switch | None = None
    """A strict reading: it binds only while this switch of its pack is on."""
    sign_off: Literal["none", "signed"] = "none"
    """none: no lawyer has signed it; not for live contact."""
    note: str = ""

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(f"valid_to {self.valid_to} lies before valid_from {self.valid_from}")
        return self


class Window(Data):
    """From a time of day (included) to another (excluded), on the debtor's clock."""

    days: Annotated[list[DayKind], Field(min_length=1)]
    opens: Clock = Field(alias="from")
    closes: Clock = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError(f"a window must open before it closes, not {self.opens:%H:%M} to {self.closes:%H:%M}")
        return self


class HoursRule(Rule):
    """One rule on hours. It binds the days it names, as windows or as closed; of several rules the strictest wins."""

    windows: list[Window] = []
    closed: list[DayKind] = []
    unless: "Condition | None" = None
    """The debtor's agreement: on its days the rule does not bind."""

    @field_validator("channels")
    @classmethod
    def _timed(cls, channels: list[LawChannel]) -> list[LawChannel]:
        if "letter" in channels:
            raise ValueError("a letter has no hours; expected timed channels only")
        return channels

    @model_validator(mode="after")
    def _says_one_thing_a_day(self) -> Self:
        named = [day for window in self.windows for day in window.days] + self.closed
        twice = sorted({day for day in named if named.count(day) > 1})
        if twice:
            raise ValueError(f"a rule says one thing a day; named twice: {', '.join(twice)}")
        if not named:
            raise ValueError("a rule needs windows, closed days or both")
        return self

    def names(self, day: DayKind) -> bool:
        """Whether the rule says anything about such a day."""
        return day in self.closed or self.window(day) is not None

    def window(self, day: DayKind) -> Window | None:
        """The hours of such a day; None where it is closed or not named."""
        return next((window for window in self.windows if day in window.days), None)


class Limit(Data):
    """At most so many in a calendar day, week (from Monday) or month, or in so many days that follow each other."""

    max: Annotated[int, Field(ge=0)]
    calendar: Literal["day", "week", "month"] | None = None
    rolling_days: Annotated[int, Field(ge=1, le=62)] | None = None

    @model_validator(mode="after")
    def _one_window(self) -> Self:
        if (self.calendar is None) == (self.rolling_days is None):
            raise ValueError("expected one of calendar and rolling_days")
        return self


class Condition(Data):
    """A fact that holds now. `days`: only for so many days from its own day on. `older_than_days`: only after them."""

    fact: FactName
    days: Days | None = None
    counts: Literal["event_day", "next_day"] = "next_day"
    """Which day is the first of `days`: that of the event itself, or the one after it."""
    older_than_days: Days | None = None
    not_before: "After | None" = None


class After(Data):
    """A fact told earlier than so many months after another one does not count (a refusal that came too early)."""

    fact: FactName
    months: Annotated[int, Field(ge=0)]


class CounterRule(Rule):
    """How often: contacts of the log that count, by party or by party and debt."""

    says: Annotated[str, Field(min_length=1, max_length=120)]
    counts: Channels | None = None
    """The channels that are counted; those it binds, where not named."""
    key: Literal["party", "party_debt"]
    event: Level
    """Counted from this level on."""
    limits: Annotated[list[Limit], Field(min_length=1)]
    inbound: bool = False
    """Contacts that the debtor began count too."""
    demands: bool = False
    """Only what asks for something is counted and bound."""
    places: list[Place] = []
    """Only contacts there are counted and bound; everywhere, where none is named."""
    unless: Condition | None = None
    """A consent, until the next conversation. Contacts that were made under one are not counted either."""


class CooldownRule(Rule):
    """Nothing for some days after a conversation."""

    says: Annotated[str, Field(min_length=1, max_length=120)]
    counts: Channels | None = None
    key: Literal["party", "party_debt"]
    after: Level
    days: Annotated[int, Field(ge=1, le=62)]
    """The day of the event is the first of them."""
    inbound: bool = True
    unless: Condition | None = None


class BanRule(Rule):
    """Not at all while one of `when` holds (always, where there is none), unless all of `unless` hold."""

    says: Annotated[str, Field(min_length=1, max_length=120)]
    when: list[Condition] = []
    unless: list[Condition] = []
    demands: bool = False
    """Only what asks for something is bound."""
    answer: Literal["deny", "human"] = "deny"


class DutyRule(Rule):
    """What a contact must hold or bring with it; always, or while one of `when` holds and not all of `unless`."""

    says: Annotated[str, Field(min_length=1, max_length=120)]
    needs: Literal["opt_out_line", "recording_notice", "names", "creditor_details", "debt_advice", "warning"]
    when: list[Condition] = []
    unless: list[Condition] = []
    fields: list[TextField] = []
    """What a text must name on the channels that are written. None: nobody can see it in a text."""
    texts: Annotated[list[str], Field(min_length=1)] = [TO_DEBTOR]
    """The texts that must."""

    @model_validator(mode="after")
    def _known_before_anything_is_written(self) -> Self:
        if self.fields and (self.when or self.unless):
            raise ValueError("a duty with fields holds always: no when, no unless; expected a rule of its own")
        if self.fields and self.basis == "event":
            raise ValueError("a duty with fields follows no event; expected basis contact or contract")
        if not self.fields and self.texts != [TO_DEBTOR]:
            raise ValueError("texts without fields say nothing; expected the fields that these texts must name")
        return self


class SuitRule(Rule):
    """What must stand in the file before a suit, whoever sues. A suit is no contact: no channels."""

    channels: Channels = []
    says: Annotated[str, Field(min_length=1, max_length=120)]
    needs: Literal["forbearance_check"]

    @model_validator(mode="after")
    def _for_everybody(self) -> Self:
        if unheard := self.model_fields_set & {"binds", "strict_binds", "strict", "basis"}:
            raise ValueError(f"a rule on suits binds everybody on the day of the suit: no {', '.join(sorted(unheard))}")
        return self


class WishRule(Rule):
    """Times that the debtor called inconvenient are kept free."""

    says: Annotated[str, Field(min_length=1, max_length=120)]
