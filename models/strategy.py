"""A treatment strategy as data: for whom, which stages, which steps, when, how often and on what condition."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.agreement_terms import FollowUp, Offers, PromiseRules, Schedule, Written
from models.data import Data, Name, Range
from models.events import Channel, Outcome
from models.ledger_entries import ALLOCATION, PartKind

Names = Annotated[list[Name], Field(min_length=1)]


class For(Data):
    """Which accounts: all conditions given must hold. Amounts are in whole units of the account's currency."""

    client: list[str] | None = None
    country: list[Annotated[str, Field(pattern=r"^[A-Z]{2}$")]] | None = None
    product: Names | None = None
    legal_status: Names | None = None
    profile: Names | None = None
    dpd: Range | None = None
    amount: Range | None = None
    score: Range | None = None
    collateral: bool | None = None
    guarantor: bool | None = None


class If(Data):
    """When a step is taken: all conditions given must hold on the day the step comes due; else it is passed over."""

    reached: bool | None = None
    """Whether the right party was really spoken to in this episode."""
    reacted: bool | None = None
    """Whether the debtor paid, promised or talked to us in this episode."""
    reachable: list[Channel] | None = None
    """Whether one of these channels can be used."""
    unreachable: list[Channel] | None = None
    """Whether none of these channels can be used."""
    last: dict[Name, list[Outcome]] | None = None
    """The last outcome of the named steps is one of those listed."""
    transferred: bool | None = None
    """Whether the debt was sold, as somebody told the case."""
    broken_promises: Range | None = None
    outstanding: Range | None = None
    overdue: Range | None = None
    dpd: Range | None = None
    score: Range | None = None
    product: Names | None = None
    legal_status: Names | None = None
    collateral: bool | None = None
    guarantor: bool | None = None


class Human(Data):
    """Who must say yes before a step; a refusal is asked again after `ask_again_days`, else a person decides."""

    by: Name
    people: Annotated[int, Field(ge=1, le=3)] = 1
    days: Annotated[int, Field(ge=1)] = 5
    ask_again_days: Annotated[int, Field(ge=1)] | None = None


class StepBase(Data):
    """When: from a day past due (negative: before), after a gap in days since the step before, or both."""

    id: Name
    from_dpd: Annotated[int, Field(ge=-60, le=3650)] | None = None
    until_dpd: Annotated[int, Field(ge=-60, le=3650)] | None = None
    after_days: Annotated[int, Field(ge=0, le=365)] = 0
    times: Annotated[int, Field(ge=1, le=50)] = 1
    every_days: Annotated[int, Field(ge=1, le=365)] = 1
    mandatory: bool = False
    """Never skipped to reach a harsher step."""
    by_law: bool = False
    """The law sets its day: it does not wait for fresh payment information."""
    release: Human | None = None
    when: If | None = Field(default=None, alias="if")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.mandatory and self.when is not None:
            raise ValueError("a mandatory step cannot have a condition: it must never be passed over")
        if self.mandatory and self.until_dpd is not None:
            raise ValueError("a mandatory step cannot expire: remove until_dpd")
        if self.from_dpd is not None and self.until_dpd is not None and self.until_dpd < self.from_dpd:
            raise ValueError(f"until_dpd {self.until_dpd} is before from_dpd {self.from_dpd}")
        return self


class MessageStep(StepBase):
    """An SMS, an e-mail or a letter; where it cannot be used, the next channel of `fallback`."""

    do: Written
    text: Name
    fallback: list[Written] = []


class ContactTask(StepBase):
    """A call or a visit by a person: `times` attempts, until one of the outcomes `until`."""

    do: Literal["call", "visit"]
    assignee: Name = "collectors"
    """A desk, or `specialist`: the one appointed to the account."""
    days: Annotated[int, Field(ge=1, le=90)] = 2
    """How many days after today the task is due; without an outcome by then it counts as one without result."""
    until: list[Outcome] = [Outcome.right_party, Outcome.refused]
    text: Name | None = None


class TraceStep(StepBase):
    """Looking for a party who cannot be reached."""

    do: Literal["trace"]
    assignee: Name = "tracing"
    days: Annotated[int, Field(ge=1, le=90)] = 10


class ReviewStep(StepBase):
    """A person looks at the case and lets it go on, or not."""

    do: Literal["review"]
    assignee: Name = "supervisors"
    days: Annotated[int, Field(ge=1, le=90)] = 5
    text: Name | None = None
    ask_again_days: Annotated[int, Field(ge=1)] | None = None


class OfferStep(StepBase):
    """An offer: months of a plan, a discount, or a deferral; waits `valid_days` for the answer.

    Months with a `schedule` are a new schedule for the contract, at the interest of the strategy's restructuring.
    """

    do: Literal["offer"]
    text: Name
    fallback: list[Written] = []
    channel: Written = "letter"
    months: Annotated[int, Field(ge=1, le=120)] | None = None
    schedule: Schedule | None = None
    discount_percent: Annotated[Decimal, Field(gt=0, lt=100)] | None = None
    defer_days: Annotated[int, Field(ge=1, le=365)] | None = None
    valid_days: Annotated[int, Field(ge=1, le=180)] = 14


class NoticeStep(StepBase):
    """The formal notice: done only with proof of delivery; its notice period starts there."""

    do: Literal["formal_notice"]
    text: Name = "formal_notice"
    proof_days: Annotated[int, Field(ge=1, le=180)] = 30
    notice_days: Annotated[int, Field(ge=1, le=180)] = 15


class CertificateStep(StepBase):
    """The certificate of uncollectibility with its evidence."""

    do: Literal["certificate"]
    text: Name = "certificate"
    release: Human | None = Human(by="supervisor", people=2)


class PlacementStep(StepBase):
    """The account goes to an outside agency: for `days`, after which it comes back, or for good."""

    do: Literal["placement"]
    agency: Name
    days: Annotated[int, Field(ge=1, le=3650)] | None = None


class LegalPackageStep(StepBase):
    """The evidence package for court."""

    do: Literal["legal_package"]
    text: Name = "legal_package"
    release: Human | None = Human(by="lawyer", people=2)


Step = Annotated[
    MessageStep
    | ContactTask
    | TraceStep
    | ReviewStep
    | OfferStep
    | NoticeStep
    | CertificateStep
    | PlacementStep
    | LegalPackageStep,
    Field(discriminator="do"),
]


class Stage(Data):
    """A named part of a cycle, from a day past due on; a stage that begins at day 0 or before is prevention."""

    name: Name
    from_dpd: Annotated[int, Field(ge=-60, le=3650)]
    steps: Annotated[list[Step], Field(min_length=1)]

    @property
    def prevention(self) -> bool:
        return self.from_dpd <= 0


class Cycle(Data):
    """The steps prepared for one group of accounts. The first cycle whose `for` fits is taken."""

    name: Name
    title: str = ""
    whom: For = Field(default=For(), alias="for")
    stages: Annotated[list[Stage], Field(min_length=1)]
    on_broken_promise: list[Step] = []
    """Taken once for each broken promise, before the cycle goes on."""
    ends: Literal["uncollectible", "legal", "placement", "closed"]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        starts = [stage.from_dpd for stage in self.stages]
        if starts != sorted(set(starts)):
            raise ValueError(f"stages must begin at ascending days past due, not {starts}")
        ids = [step.id for stage in self.stages for step in stage.steps] + [s.id for s in self.on_broken_promise]
        twice = sorted({i for i in ids if ids.count(i) > 1})
        if twice:
            raise ValueError(f"step ids must be unique in a cycle; twice: {', '.join(twice)}")
        for stage in self.stages:
            late = [s.id for s in stage.steps if stage.prevention and (s.from_dpd is None or s.from_dpd > 0)]
            if late:
                names = ", ".join(late)
                raise ValueError(f"steps of the prevention stage {stage.name} need from_dpd 0 or less: {names}")
        for step in (step for stage in self.stages for step in stage.steps):
            unknown = sorted(set(step.when.last or {}) - set(ids)) if step.when else []
            if unknown:
                raise ValueError(f"step {step.id}: `if: last` names unknown steps: {', '.join(unknown)}")
        last = self.stages[-1].steps[-1].do
        needed = {"uncollectible": "certificate", "legal": "legal_package", "placement": "placement"}.get(self.ends)
        if needed and needed not in {s.do for stage in self.stages for s in stage.steps}:
            raise ValueError(f"a cycle that ends `{self.ends}` needs a step `do: {needed}` (its last step is {last})")
        return self


class Strategy(Data):
    """One organisation's way of working."""

    format: Literal["1"]
    strategy: Name
    title: str
    whom: For = Field(default=For(), alias="for")
    on_cure: Literal["close", "prevention"] = "close"
    """What follows when nothing is overdue any more but instalments are still to come."""
    partial_payment: Literal["keeps_stage", "lowers_stage"] = "keeps_stage"
    count_days: Literal["past_due", "that_count"] = "past_due"
    """Which day count the steps go by: all days past due, or those without a hold."""
    allocation: Annotated[tuple[PartKind, ...], Field(min_length=4, max_length=4)] = ALLOCATION
    """What money is taken for first: each of cost, late_fee, interest, principal once."""
    charges_left: Literal["go_on", "waive", "small_claim"] = "go_on"
    """When the principal is paid and charges are left: chase them, give them up, or a person decides on a claim."""
    worth_chasing: dict[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], Annotated[Decimal, Field(ge=0)]] = {}
    """Overdue amounts below this are not chased, by currency."""
    specialists: list[Name] = []
    """One of them is appointed to each account, for its whole life."""
    promise: PromiseRules = PromiseRules()
    plan: FollowUp = FollowUp()
    offers: Offers = Offers()
    fails: Annotated[int, Field(ge=1, le=20)] = 5
    """How often a step that fails for a technical reason is tried, an hour apart, before a person is asked."""
    one_message: bool = False
    """Whether a person with several accounts gets one SMS or e-mail for those of the same day."""
    cycles: Annotated[list[Cycle], Field(min_length=1)]

    @model_validator(mode="after")
    def _cycles_have_names(self) -> Self:
        names = [cycle.name for cycle in self.cycles]
        if len(names) != len(set(names)):
            raise ValueError("two cycles have the same name")
        if len(set(self.allocation)) != len(ALLOCATION):
            raise ValueError(f"allocation must name each of {', '.join(ALLOCATION)} once")
        return self
