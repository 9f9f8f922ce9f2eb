"""How amounts, days and events read in a reason: short, without personal data."""

from datetime import date

from policy.minor_units import exponent, whole_units


def money_text(amount: int, currency: str) -> str:
    """`120.50 EUR`."""
    return f"{whole_units(amount, currency):.{exponent(currency)}f} {currency}"


def days_text(days: int) -> str:
    """`1 day`, `3 days`."""
    return f"{days} day" if days == 1 else f"{days} days"


def day_text(day: date) -> str:
    """`3 Mar 2027`."""
    return f"{day.day} {day:%b %Y}"


def short(text: str) -> str:
    """A reason that fits a summary."""
    # Temporal shows at most 200 bytes of a summary.
    return text.encode()[:197].decode(errors="ignore") + "..." if len(text.encode()) > 200 else text


def until_text(day: date | None) -> str:
    """`, until 3 Mar 2027`, or nothing."""
    return f", until {day_text(day)}" if day else ""


def document_text(number: str | None) -> str:
    """`, document D-1`, or nothing."""
    return f", document {number}" if number else ""
