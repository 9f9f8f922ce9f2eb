"""What is said to and by a portfolio's workflow."""

from typing import Literal

from models.case import Part
from models.event import Code

PORTFOLIO_PAUSE = "portfolio_pause"
"""The reason of the hold that a paused portfolio lays on its accounts: one of their own stays when it is resumed."""


class Order(Part):
    """Something ops want of every account of the portfolio. The same `order` is carried out once."""

    order: str
    what: Literal["pause", "resume", "withdraw"]
    by: Code


class PortfolioState(Part):
    """A portfolio's workflow: input, state and continue-as-new payload."""

    portfolio: str
    rate: float = 0
    """Accounts started per second; 0: as fast as the engine takes them."""
    page: int = 200
    cursor: int = 0
    started: int = 0
    known: int = 0
    paused: bool = False
    orders: tuple[Order, ...] = ()
    done: tuple[str, ...] = ()
    told: int = 0
    """How far the first of `orders` was told."""


class PageInput(Part):
    """A page of accounts to start: those after the place `after`."""

    portfolio: str
    after: int
    limit: int
    rate: float


class PageResult(Part):
    """How far a page came; `more` when there are further accounts."""

    cursor: int
    started: int
    known: int
    more: bool


class TellInput(Part):
    """A page of accounts to be told an order."""

    portfolio: str
    order: Order
    after: int
    limit: int


class Progress(Part):
    """The answer to the query `progress`."""

    portfolio: str
    started: int
    known: int
    cursor: int
    paused: bool
    complete: bool
    orders_open: int
