"""The case: everything that is known of one account, as one value. Input, state and continue-as-new payload at once.

New fields need a default and are never renamed: running cases carry old payloads.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from models.events import Channel


class Part(BaseModel):
    """A part of a case; unknown fields of a later version are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Instalment(Part):
    """One due amount of the contract, minor units."""

    number: int
    due: date
    amount: int


class Payment(Part):
    """Money that was received and counts, minor units."""

    event_id: str
    amount: int
    value_date: date
    heard: datetime


class Promise(Part):
    """A promise to pay, minor units."""

    event_id: str
    amount: int
    due: date
    made: datetime
    verdict: Literal["running", "kept", "partly_kept", "broken"] = "running"
    settled: date | None = None


class Plan(Part):
    """An agreed repayment plan, minor units."""

    event_id: str
    instalments: tuple[tuple[date, int], ...]
    made: datetime
    verdict: Literal["running", "fulfilled", "broken", "replaced"] = "running"
    settled: date | None = None


class CaseHold(Part):
    """A reason not to act: from a moment, through the last moment before `until`; `ended` when it is over."""

    id: str
    reason: str
    since: datetime
    until: datetime | None = None
    ended: datetime | None = None


class StepRecord(Part):
    """One attempt of a step in a round (an episode, or the time before one due date), and what came of it."""

    step: str
    round: str
    key: str
    attempt: int
    at: datetime
    channel: Channel | None = None
    result: str


class Pending(Part):
    """What the case waits for after a step: an outcome, a proof, an answer, a release; overdue at `due`."""

    step: str
    round: str
    key: str
    attempt: int
    waits_for: Literal["outcome", "proof", "answer", "release"]
    since: datetime
    due: datetime | None
    channel: Channel | None = None
    notice_days: int = 0
    people: int = 1
    """How many different people must say yes (release)."""


class Flag(Part):
    """Something a person must look at; it stands on the worklist under this id."""

    id: str
    why: str


class Deferred(Part):
    """A step that may not be taken before `until`."""

    step: str
    round: str
    until: datetime
    why: str


class Released(Part):
    """A person let a step go ahead (or did not)."""

    step: str
    round: str
    by: str
    granted: bool
    at: datetime


class Case(Part):
    """One account on its way through a strategy."""

    account: str
    portfolio: str
    party: str
    client: str
    product: str
    legal_status: str
    country: str
    zone: str
    currency: str
    strategy: str
    """Pinned: `<name>@<first 12 hex of the sha256 of its text>`."""
    cycle: str
    instalments: tuple[Instalment, ...]
    opened: datetime
    score: int | None = None
    profile: str | None = None
    guarantors: int = 0
    collateral: bool = False
    specialist: str | None = None
    reach: tuple[Channel, ...] = ()
    promise_days: int = 30
    """How far ahead a promise may lie, from the strategy."""

    seen: tuple[str, ...] = ()
    payments: tuple[Payment, ...] = ()
    reversed: tuple[str, ...] = ()
    promises: tuple[Promise, ...] = ()
    plans: tuple[Plan, ...] = ()
    holds: tuple[CaseHold, ...] = ()
    opt_outs: tuple[Channel, ...] = ()
    causes: tuple[str, ...] = ()
    episode: int = 0
    episode_open: bool = False
    episode_since: date | None = None
    entry_stage: str | None = None
    stage: str | None = None
    records: tuple[StepRecord, ...] = ()
    released: tuple[Released, ...] = ()
    pending: Pending | None = None
    deferred: Deferred | None = None
    refused: tuple[tuple[str, str, Channel], ...] = ()
    """(round, step, channel) that was refused or failed and is not tried again in that round."""
    notice_days: tuple[tuple[str, int], ...] = ()
    """(key, days) of every formal notice that left: its period, should the proof come late."""
    reports: tuple[tuple[str, str], ...] = ()
    """(message, status) reported before the message itself was known to have left."""
    flags: tuple[Flag, ...] = ()
    withdrawn: str | None = None
    outcome: str | None = None
    closed: datetime | None = None
    decisions: int = 0
