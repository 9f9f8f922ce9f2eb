"""How do people read an amount or a day? For every skin alike."""

from datetime import date

from policy import phrases


def amount(minor: int | None, currency: str) -> str:
    """An amount for a screen; empty where it is not known."""
    return "" if minor is None else phrases.money_text(minor, currency)


def day(on: date) -> str:
    """A day without doubt about its month."""
    return phrases.day_text(on)
