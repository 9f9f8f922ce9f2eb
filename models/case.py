"""The case: everything that is known of one account, as one value. Input, state and continue-as-new payload at once.

New fields need a default and are never renamed: running cases carry old payloads.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from models.agreement_terms import Arrangement, IfBroken, Terms
from models.event import Block, Channel
from models.ledger_entries import ALLOCATION, PartKind
from models.tariff import CostScale, Tariff


class Part(BaseModel):
    """A part of a case; unknown fields of a later version are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Instalment(Part):
    """One due amount of the contract, minor units."""

    number: int
    due: date
    amount: int
    interest: int = 0
    """How much of the amount is interest of the contract; the rest is principal."""


class Charge(Part):
    """A cost, a fee or interest that the lender charged from a day on, minor units."""

    id: str
    what: Literal["cost", "late_fee", "interest"]
    amount: int
    day: date
    instalment: int | None = None


class Adjustment(Part):
    """A change of what is owed that is neither charge nor payment, minor units: below zero lowers the debt.

    A credit of the lender lowers it; its reversal takes it back (then `amount` is above zero).
    """

    id: str
    amount: int
    day: date
    reason: str
    write_off: bool = False
    instalment: int | None = None
    """The instalment that was wrong, of a dispute that was upheld."""
    undoes: str = ""
    """The adjustment that it takes back: then neither of them counts."""
    plan: str = ""
    """The arrangement that brought it."""


class Refund(Part):
    """Money that was paid back to the debtor, minor units."""

    id: str
    amount: int
    day: date


class Payment(Part):
    """Money that was received and counts, minor units."""

    event_id: str
    amount: int
    value_date: date
    heard: datetime
    instalment: int | None = None
    """The instalment that the payer chose."""


class Promise(Part):
    """A promise to pay, minor units."""

    event_id: str
    amount: int
    due: date
    made: datetime
    verdict: Literal["running", "kept", "partly_kept", "broken"] = "running"
    settled: date | None = None
    channel: Channel | None = None
    by: str | None = None


class Offer(Part):
    """An arrangement that was offered, minor units; `made` when the debtor could accept it."""

    id: str
    what: Arrangement
    instalments: tuple[tuple[date, int], ...]
    """What would be paid when; of a restructuring the whole new schedule."""
    interest: tuple[int, ...] = ()
    """Of a restructuring: how much of each instalment is interest."""
    waived: int = 0
    """Of a settlement: what is forgiven once it is fulfilled."""
    if_broken: IfBroken = "rest"
    until: date
    """The last day on which it can be accepted."""
    at: datetime
    by: str | None = None
    step: str | None = None
    """The key of the step that made it, if a step did."""
    approvals: tuple[str, ...] = ()
    known_payments: int = 0
    """How many payments the case knew when it was computed: those told later count for it."""
    needs: int = 0
    """How many people other than `by` must approve before it counts as made."""
    state: Literal["to_approve", "made", "accepted", "refused", "expired", "fulfilled", "broken", "replaced"] = "made"
    settled: date | None = None


class Plan(Part):
    """An arrangement that was agreed and is followed up, minor units."""

    event_id: str
    instalments: tuple[tuple[date, int], ...]
    made: datetime
    verdict: Literal["running", "fulfilled", "broken", "replaced"] = "running"
    settled: date | None = None
    what: Arrangement = "plan"
    offer: str | None = None
    """The offer that was accepted."""
    waived: int = 0
    if_broken: IfBroken = "rest"
    known_payments: int | None = None
    """How many payments the case knew when it was offered: those told later count. None: those since it was made."""
    before: tuple[Instalment, ...] = ()
    """Of a restructuring: the schedule that it replaced."""


class Disputed(Part):
    """The part of the debt that is disputed: whole instalments, charges by their ids, or an amount (minor units)."""

    instalments: tuple[int, ...] = ()
    charges: tuple[str, ...] = ()
    amount: int | None = None


BLOCKS: tuple[Block, ...] = ("contact", "interest", "fees", "court", "assignment")


class CaseHold(Part):
    """A reason not to act: from a moment, through the last moment before `until`; `ended` when it is over."""

    id: str
    reason: str
    since: datetime
    until: datetime | None = None
    ended: datetime | None = None
    blocks: tuple[Block, ...] = BLOCKS
    evidence: str | None = None
    """The number of the document that proves the reason."""
    disputed: Disputed | None = None
    """Of a dispute about a part: only that part pauses."""


class Known(Part):
    """A circumstance that the law of contact asks for, from a day on; `until` is its last day."""

    name: str
    since: date
    until: date | None = None
    channels: tuple[Channel, ...] = ()
    message: str = ""
    """The key of the message that told it; empty: somebody did."""


class CostLetter(Part):
    """A 14-day letter: what is left of these instalments after its last free day costs by the scale, minor units."""

    message: str
    since: date
    last_free_day: date
    instalments: tuple[int, ...]
    scale: CostScale
    cost: int
    """What it announced: more is never charged."""


class StepRecord(Part):
    """One attempt of a step in a round (an episode, or the time before one due date), and what came of it."""

    step: str
    round: str
    key: str
    attempt: int
    at: datetime
    channel: Channel | None = None
    result: str


WaitsFor = Literal["outcome", "proof", "answer", "release"]


class Pending(Part):
    """What the case waits for after a step: an outcome, a proof, an answer, a release; overdue at `due`."""

    step: str
    round: str
    key: str
    attempt: int
    waits_for: WaitsFor
    since: datetime
    due: datetime | None
    channel: Channel | None = None
    notice_days: int = 0
    people: int = 1
    """How many different people must say yes (release)."""


FlagKind = Literal[
    "approve",
    "dispute",
    "duty",
    "event",
    "hardship",
    "late",
    "law",
    "left",
    "message",
    "not_owed",
    "overpaid",
    "protection",
    "reused",
    "schedule",
    "stuck",
    "unknown",
    "upheld",
]


class Flag(Part):
    """Something a person must look at: what kind of thing, about what; of a step that waits for it, which."""

    kind: FlagKind
    about: str
    why: str
    step: str | None = None
    round: str | None = None

    @property
    def id(self) -> str:
        """Under which it stands on the worklist."""
        return f"{self.kind}:{self.about}"


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
    promises_at_most: int = 3
    """How many promises an episode may have, from the strategy."""
    terms: Terms | None = None
    """What the strategy lets agents offer; None: not known, nothing is refused."""
    allocation: tuple[PartKind, ...] = ALLOCATION
    """What money is taken for first, from the strategy."""
    tariff: Tariff | None = None
    """None: nothing is charged for being late."""
    contract_date: date | None = None
    principal: int = 0
    """As lent, minor units: what caps are multiples of. 0: the sum of the instalments' principal."""

    seen: tuple[str, ...] = ()
    payments: tuple[Payment, ...] = ()
    reversed: tuple[str, ...] = ()
    promises: tuple[Promise, ...] = ()
    plans: tuple[Plan, ...] = ()
    offers: tuple[Offer, ...] = ()
    charges: tuple[Charge, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    monthly_left: int | None = None
    """What the debtor has left a month by the last budget, minor units; the budget itself is in the database."""
    holds: tuple[CaseHold, ...] = ()
    opt_outs: tuple[Channel, ...] = ()
    known: tuple[Known, ...] = ()
    letters: tuple[CostLetter, ...] = ()
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

    @property
    def sold_on(self) -> date | None:
        """The day on which the debt was sold, where somebody told it; None: it was not, as far as the case knows."""
        return next((known.since for known in self.known if known.name == "transferred"), None)
