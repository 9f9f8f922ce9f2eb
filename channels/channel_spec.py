"""What is a channel? All that the house asks about one stands in its spec, which has a module of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, Protocol

from models.contact import LAW_CHANNELS, LawChannel, Level
from models.event import Channel, Outcome

TextForm = Literal["sms", "email", "letter"]
"""The forms that a text has in a language's file: a few words, a page, a paper."""
HOW_FAR: Mapping[str, Level] = MappingProxyType(
    {
        "busy": "unconnected",
        "no_answer": "attempt",
        "not_home": "attempt",
        "wrong_address": "attempt",
        "voicemail": "connected",
        "third_party": "connected",
        "wrong_number": "connected",
        # A message that left and did not arrive: strictly, it was one all the same.
        "failed": "attempt",
        "bounced": "attempt",
    }
)
"""How far a contact came, by its outcome; a channel may know better."""


class ChannelFault(Exception):
    """A channel, or a kind of step, that nobody has thought through: the house does not start with it."""


class Reachable(Protocol):
    """Who can be reached: a row of a portfolio as well as a party of the database."""

    @property
    def phone(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...
    @property
    def street(self) -> str | None: ...
    @property
    def city(self) -> str | None: ...
    @property
    def postal_code(self) -> str | None: ...
    @property
    def country(self) -> str: ...


@dataclass(frozen=True)
class Written:
    """Of a channel on which texts go: in which form, and what can come back."""

    texts: TextForm
    replies: bool
    """Whether the person can answer, or say stop, on the channel itself."""
    several: bool = False
    """Whether one text may speak for several accounts."""
    most_segments: int | None = None
    """In how many pieces a text may leave; None: it is not counted in pieces."""


@dataclass(frozen=True)
class ByVendor:
    """Of a channel that a vendor may serve: a slow vendor holds up its own queue only. Without one set up, the outbox
    takes what leaves."""

    vendors: tuple[str, ...]
    queue: str
    rate: str
    """The setting that says how many a second leave, over all workers."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ChannelSpec:
    """One channel. Raises ChannelFault where the law would not know it."""

    name: Channel
    law: LawChannel
    """What the packs of law call it: as that, every step on it is asked of the law."""
    details: tuple[str, ...]
    """The details of a party that open it."""
    address: Callable[[Reachable], str | None]
    """Where what goes on the channel goes; None: the person cannot be reached so, and a step takes its next channel."""
    unknown_level: Level
    """How far a contact came while nobody knows better: as far as it can have come."""
    levels: Mapping[str, Level] = field(default_factory=lambda: HOW_FAR)
    reaches_nobody: str = ""
    """Why the law is not asked. Empty, as with every channel on which a person is reached: it is asked."""
    lost_by: Outcome | None = None
    """The outcome that says that its address is none."""
    by_person: bool = False
    """Whether a person makes the contact, as a task: it is made when they tell of it."""
    written: Written | None = None
    by_vendor: ByVendor | None = None

    def __post_init__(self) -> None:
        if self.law not in LAW_CHANNELS:
            says = f"the packs of law have no word {self.law!r}; expected one of {', '.join(LAW_CHANNELS)}"
            raise ChannelFault(f"the channel {self.name}: {says}")

    def level(self, outcome: str | None) -> Level:
        """How far a contact with this outcome came."""
        return self.levels.get(outcome or "", self.unknown_level)
