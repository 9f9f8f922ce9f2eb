"""What can be shown to a court of an account: what was tried, which papers were made, what was paid. Minor units."""

from datetime import date
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict


class Tried(NamedTuple):
    """An attempt to reach the debtor; `channel` and `outcome` are our codes."""

    day: date
    channel: str
    step: str
    outcome: str
    proof: str = ""


class Made(NamedTuple):
    """A paper that was made; `proof`: of its delivery."""

    kind: str
    day: date
    sha256: str
    proof: str = ""


class Due(NamedTuple):
    """An instalment of the contract."""

    number: int
    due: date
    amount: int


class Paid(NamedTuple):
    """A payment; `reversed`: it was taken back."""

    day: date
    amount: int
    reversed: bool


class Evidence(NamedTuple):
    """All of it, each in order of time."""

    attempts: tuple[Tried, ...]
    papers: tuple[Made, ...]
    instalments: tuple[Due, ...]
    payments: tuple[Paid, ...]


class Pdf(BaseModel):
    """A finished paper. Its bytes are kept: what was made once is sent again, never made anew."""

    model_config = ConfigDict(frozen=True)
    content: bytes
    sha256: str
    text_version: str
