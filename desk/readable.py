"""How do people read an amount, a day, or what became of a fact? For every skin alike."""

from datetime import date
from typing import Any

from models.decisions import Recorded
from policy import phrases


def amount(minor: int | None, currency: str) -> str:
    """An amount for a screen; empty where it is not known."""
    return "" if minor is None else phrases.money_text(minor, currency)


def day(on: date) -> str:
    """A day without doubt about its month."""
    return phrases.day_text(on)


def answer(recorded: Recorded, account: str) -> dict[str, Any]:
    """What became of a fact that was told to an account, as data."""
    return recorded.model_dump() | {"taken": recorded.became == "taken", "account": account}
