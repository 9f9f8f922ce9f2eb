"""Where do the accounts stand: by stage and next step, by outcome, and how many need a person?"""

from typing import Any

from store.database import Session
from store.portfolio_numbers import ended_by_outcome, matters_for_a_person, numbers_by_portfolio, open_by_stage


def standing(session: Session, portfolio: str | None) -> dict[str, Any]:
    """The numbers, without any person in them."""
    return {
        "portfolios": numbers_by_portfolio(session, portfolio),
        "open": open_by_stage(session, portfolio),
        "ended": ended_by_outcome(session, portfolio),
        "for_a_person": matters_for_a_person(session, portfolio),
    }
