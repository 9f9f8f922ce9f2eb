"""What is a fact? Whom it is about, why it may not be taken, what it makes of a case, how it reads."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

from models.case import Case
from models.event import Event

About = Literal["person", "debt", "contact"]
"""Of a person it holds on all their accounts; of a debt on this one; a contact is an attempt, and what came of it."""
F = TypeVar("F", bound=Event)


def never(case: Case, fact: Event, now: datetime) -> str | None:
    """Nothing speaks against taking the fact."""
    return None


@dataclass(frozen=True)
class FactSpec(Generic[F]):
    """One kind of fact. `take` gives the case after a fact that nothing speaks against."""

    kind: type[F]
    about: About
    help: str
    """What it says, in a line for people."""
    words: Callable[[F, str], str]
    """How it reads in a story, without personal data; amounts in the currency that is given."""
    take: Callable[[Case, F, datetime], Case]
    refuse: Callable[[Case, F, datetime], str | None] = never
    """Why it cannot be taken: the rule, the numbers, what to do instead."""
    kept: bool = False
    """Whether one that cannot be taken is kept before a person, however it was told: money is never refused."""

    @property
    def name(self) -> str:
        """The name of its signal."""
        return str(self.kind.model_fields["kind"].default)

    def against(self, case: Case, fact: Event, now: datetime) -> str | None:
        """Why the fact cannot be taken, or None."""
        assert isinstance(fact, self.kind)
        return self.refuse(case, fact, now)

    def taken(self, case: Case, fact: Event, at: datetime) -> Case:
        """The case after it took the fact."""
        assert isinstance(fact, self.kind)
        return self.take(case, fact, at)

    def told(self, fact: Event, currency: str) -> str:
        """The fact in words."""
        assert isinstance(fact, self.kind)
        return self.words(fact, currency)
