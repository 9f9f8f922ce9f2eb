"""What did a vendor say? Its words, read into what is kept of them: no more than is needed, and nothing is trusted."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from models.event import Channel

E164 = re.compile(r"\+[0-9]{7,15}")
Opted = Literal["stopped", "lifted"]
Meaning = Callable[[str], Opted | None]
"""What an answer of one word means."""
Source = Literal["twilio_status", "twilio_inbound", "sendgrid"]


class Said(NamedTuple):
    """What a vendor's word means to a case."""

    report: str | None = None
    opted: Opted | None = None


class VendorWords(BaseModel):
    """What the words of one vendor mean: its `words.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    vendor: str
    ranks: dict[str, int]
    reports: dict[str, Literal["delivered", "failed", "bounced"]]
    bad_address: frozenset[str]
    stopped: frozenset[str]
    configuration: frozenset[str]
    lifted: frozenset[str]
    unused: frozenset[str]

    def says(self, word: str, cause: str | None) -> Said | None:
        """The meaning of a word; None: nobody has heard it before."""
        known = self.ranks.keys() | self.stopped | self.lifted
        if word not in known:
            return None
        why = (cause or "").casefold()
        report: str | None = self.reports.get(word)
        if report == "failed" and why in self.bad_address:
            report = "bounced"
        if word in self.stopped or why in self.stopped:
            return Said(report, "stopped")
        return Said(report, "lifted" if word in self.lifted else None)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message of a vendor, before anybody knows which case it is about."""

    key: str
    source: Source
    channel: Channel
    at: datetime
    words: VendorWords
    word: str = ""
    cause: str | None = None
    token: str | None = None
    provider_id: str | None = None
    address: str | None = None
    """The debtor's number or mail address, as the vendor writes it."""
    body: str | None = None
    opted: Opted | None = None
    """What the vendor itself took the answer for."""
