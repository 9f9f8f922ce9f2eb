"""What goes onto a paper? Letters, notices, certificates and evidence packages as data; amounts in minor units."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from models.decisions import Barred
from models.ledger_entries import Entry, Itemised, OpenCharge
from policy.charging.barring import Verdict
from writing.rendering import Rendered
from writing.safe_lines import Filled, Line

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Delivery = Literal["letter", "registered_letter", "certified_email"]
ChargeKind = Literal["late_interest", "interest", "late_fee", "cost", "adjustment"]


class Part(BaseModel):
    """A part of a paper."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ComputationLine(Part):
    """One line of what is overdue, minor units; `rest`: what is left of an instalment paid in part."""

    kind: Literal["instalment", "rest"] | ChargeKind
    number: int | None = None
    day: date | None = None
    amount: int


def charge_kind(charge: OpenCharge) -> ChargeKind:
    """What an open charge is called: principal beside the instalments came by an adjustment."""
    match charge.what:
        case "principal":
            return "adjustment"
        case "interest":
            return "interest" if charge.day else "late_interest"
        case what:
            return what


class Computation(Part):
    """How the amount comes about: the lines add up to what is overdue, the entries to all that is outstanding."""

    currency: str
    day: date
    """The amounts are computed for this day."""
    lines: tuple[ComputationLine, ...]
    entries: tuple[Entry, ...]
    not_due: tuple[int, ...] = ()
    """The numbers of the instalments that are still to come."""
    overdue: int
    outstanding: int
    credit: int = 0
    disputed: int = 0

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        total = sum(line.amount for line in self.lines)
        if total != self.overdue:
            raise ValueError(f"the lines make {total}, not {self.overdue} overdue")
        _check(self.entries, self.outstanding, self.credit)
        return self


def _check(entries: tuple[Entry, ...], outstanding: int, credit: int) -> None:
    total = sum(entry.amount for entry in entries)
    if total != outstanding - credit:
        raise ValueError(f"the entries make {total}, not {outstanding} outstanding less {credit} paid too much")


class AttemptLine(Part):
    """One contact attempt; `channel` and `outcome` are our codes or plain words."""

    day: date
    channel: Line
    step: Line
    outcome: Line
    proof: Line = ""


class DocumentLine(Part):
    """One document that was made or handed in."""

    title: Line
    day: date
    sha256: Sha256


class Release(Part):
    """A person who let the paper go out."""

    name: Line
    day: date


class InstalmentLine(Part):
    """One instalment of the contract and what is still open on it, minor units."""

    number: int
    due: date
    amount: int
    open: int


class PaymentLine(Part):
    """One payment, minor units; `reversed`: it was taken back."""

    day: date
    amount: int
    reversed: bool = False


class NoticeLine(Part):
    """One formal notice with the proof of its delivery."""

    day: date
    delivery: Delivery
    proof: Line
    sha256: Sha256


class WriteOffLine(Part):
    """What the Italian test of a small claim says, with what it was made on; minor units."""

    verdict: Verdict
    limit: int
    limit_large: int
    from_day: date
    rule: Line


class Paper(Part):
    """What every paper has. `made` is printed as the day it is in its own zone."""

    language: str
    made: AwareDatetime
    sender: Line
    contact: Line
    creditor: Line
    reference: Line
    text: Rendered


class Letter(Paper):
    """A letter to a party: their name and address as the lines of the window."""

    address: Annotated[tuple[Line, ...], Field(min_length=1, max_length=7)]
    computation: Computation | None = None


class Notice(Letter):
    """The formal notice."""

    delivery: Delivery
    notice_days: Annotated[int, Field(ge=1)]
    """Counted from the day on which the party receives it."""


class ValidationNotice(Letter):
    """The validation notice of US law, with all that 12 CFR 1006.34(c) asks for; what misses a part is not made."""

    address: Annotated[tuple[Line, ...], Field(min_length=2, max_length=7)]
    sender: Filled
    sender_address: Filled
    creditor: Filled
    creditor_then: Filled
    """Who was owed on the day of the itemisation."""
    reference: Filled
    currency: str
    itemised: Itemised
    outstanding: int
    disputes_until: date
    """The last day of the validation period, of which three statements of the text speak."""
    english: Rendered | None = None
    """The text in English, which goes with one in another language (1006.34(e))."""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        i = self.itemised
        total = i.amount + i.interest + i.fees + i.payments + i.credits
        if not total == i.current == self.outstanding:
            raise ValueError(f"the changes make {total}, not {i.current} now and {self.outstanding} outstanding")
        if i.amount <= 0:
            raise ValueError(f"nothing was owed on {i.day}")
        return self


class Certificate(Paper):
    """The certificate of uncollectibility: the debtor, the position, and every attempt that was made."""

    debtor: Annotated[tuple[Line, ...], Field(min_length=1)]
    specialist: Line | None
    currency: str
    overdue: int
    outstanding: int
    oldest_due: date | None
    days_past_due: int
    attempts: tuple[AttemptLine, ...]
    documents: tuple[DocumentLine, ...]
    released: Annotated[tuple[Release, ...], Field(min_length=1)]
    write_off: WriteOffLine | None = None
    barred: Barred | None = None
    """Until when the claim can be brought; None: no law says so."""


class Package(Certificate):
    """The index of the evidence for court."""

    product: Line
    principal: int
    instalments: tuple[InstalmentLine, ...]
    payments: tuple[PaymentLine, ...]
    notices: tuple[NoticeLine, ...]
    certificate: Sha256 | None = None


class Owed(Part):
    """What is open on a day, minor units: `interest` is that of the contract and for being late together."""

    outstanding: int
    overdue: int
    paid: int
    """All payments that were not taken back."""
    credit: int
    disputed: int
    principal: int
    interest: int
    late_fees: int
    costs: int
    open: tuple[InstalmentLine, ...]
    beside: tuple[OpenCharge, ...] = ()

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        parts = self.principal + self.interest + self.late_fees + self.costs
        lines = sum(i.open for i in self.open) + sum(charge.amount for charge in self.beside)
        for what, total in (("parts", parts), ("instalments and charges", lines)):
            if total != self.outstanding:
                raise ValueError(f"the {what} make {total}, not {self.outstanding} outstanding")
        return self


class Agreement(Part):
    """A promise or an arrangement that runs: what is to be paid when, minor units."""

    kind: Literal["promise", "plan"]
    dues: Annotated[tuple[tuple[date, int], ...], Field(min_length=1)]
    waived: int = 0
    """What is forgiven once it is fulfilled."""


class Statement(Letter):
    """The statement of a debt: every entry, what is open, what was agreed; computed for `day`."""

    day: date
    currency: str
    owed: Owed
    entries: tuple[Entry, ...]
    agreements: tuple[Agreement, ...] = ()

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        _check(self.entries, self.owed.outstanding, self.owed.credit)
        return self
