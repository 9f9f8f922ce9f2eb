"""What every event has, and the few words it is made of."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,199}$")]
"""An opaque identifier or a code word: no blanks, so neither a name nor a sentence fits."""
Minor = Annotated[int, Field(gt=0, le=10**15)]
"""A positive amount in minor units of the account's currency."""
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


Block = Literal["contact", "interest", "fees", "court", "assignment"]
"""What a hold may stop."""


class Channel(StrEnum):
    """A way to reach a party."""

    sms = "sms"
    email = "email"
    call = "call"
    letter = "letter"
    visit = "visit"


class Outcome(StrEnum):
    """What a task (call, visit, trace, review) brought."""

    right_party = "right_party"
    refused = "refused"
    callback = "callback"
    no_answer = "no_answer"
    voicemail = "voicemail"
    busy = "busy"
    third_party = "third_party"
    wrong_number = "wrong_number"
    wrong_address = "wrong_address"
    not_home = "not_home"
    found = "found"
    not_found = "not_found"
    done = "done"
    overdue = "overdue"


class Event(BaseModel):
    """Anything that a case takes in. The same `event_id` counts once, for the whole life of the case."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    event_id: Code
    at: AwareDatetime | None = None
    """When it happened; absent: when the case heard of it."""
    by: Code | None = None
    """Who told it, a person by their login or a program; absent: nobody did, the house found it itself."""
