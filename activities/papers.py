"""What goes onto a paper? Letters, notices, certificates and evidence packages as data; amounts in minor units."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from activities.texts import Line, Rendered
from policy.barring import Verdict

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Delivery = Literal["letter", "registered_letter", "certified_email"]


class Part(BaseModel):
    """A part of a paper."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ComputationLine(Part):
    """One line of how an amount comes about, minor units; `rest`: what is left of an instalment paid in part."""

    kind: Literal["instalment", "rest", "payment", "fee", "interest"]
    number: int | None = None
    day: date | None = None
    amount: int


class Computation(Part):
    """How the amount comes about; its lines add up to what is overdue, or to all that is outstanding."""

    currency: str
    lines: tuple[ComputationLine, ...]
    overdue: int
    outstanding: int

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        total = sum(line.amount for line in self.lines)
        if total not in {self.overdue, self.outstanding}:
            raise ValueError(
                f"the lines make {total}, neither {self.overdue} overdue nor {self.outstanding} outstanding"
            )
        return self


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


class Package(Certificate):
    """The index of the evidence for court."""

    product: Line
    principal: int
    instalments: tuple[InstalmentLine, ...]
    payments: tuple[PaymentLine, ...]
    notices: tuple[NoticeLine, ...]
    certificate: Sha256 | None = None
