"""How do deadlines and charges of the law look on a terminal?"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from cli.output import show_table
from desk.catalogue.legal_deadlines import needed
from desk.readable import amount
from desk.refused import Refused


def given(words: Sequence[str]) -> dict[str, date]:
    """`opt_out_by=2026-04-06` as a name with its day. Raises Refused."""
    return dict(_given(word) for word in words)


def _given(word: str) -> tuple[str, date]:
    name, _, day = word.partition("=")
    try:
        return name, date.fromisoformat(day)
    except ValueError:
        raise Refused(f"{word!r} names no day; write it like opt_out_by=2026-04-06") from None


def show_deadlines(found: Sequence[dict[str, Any]]) -> None:
    """A line for each deadline; where its days are known, what they are."""
    rows = [(d["place"], d["rule"], d["whose"], d["says"], needed(d), "\n".join(_days(d))) for d in found]
    show_table("Deadlines of the law", ("place", "rule", "whose", "what", "after (and)", "day"), rows)


def _days(deadline: dict[str, Any]) -> Iterator[str]:
    for found in deadline["days"]:
        day = "never" if found["never"] else str(found["day"])
        yield f"{found['name'].replace('_', ' ')} {day}".strip()


def show_charges(found: dict[str, Any]) -> None:
    """What the law gives, and how it comes about."""
    currency = found["currency"]
    rows = [
        (
            c["what"].replace("_", " "),
            amount(c["amount"], currency),
            c["rule"] or "no law gives one",
            "; ".join(c["lines"]),
        )
        for c in found["charges"]
    ]
    title = f"On {amount(found['unpaid'], currency)} left unpaid in {found['country']} on {found['day']}"
    show_table(title, ("charge", "amount", "rule", "how"), rows, right=("amount",))
