"""The names by which the engine knows us: workflow ids, search attributes. None of them is personal."""

from datetime import datetime

from temporalio.common import SearchAttributeKey

PORTFOLIO: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("RientroPortfolio")
STAGE: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("RientroStage")
SEGMENT: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("RientroSegment")
OUTCOME: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("RientroOutcome")
NEXT_ACTION_AT: SearchAttributeKey[datetime] = SearchAttributeKey.for_datetime("RientroNextActionAt")
SEARCH_ATTRIBUTES = (PORTFOLIO, STAGE, SEGMENT, OUTCOME, NEXT_ACTION_AT)


def recovery_id(portfolio: str, account: str) -> str:
    """The workflow id of an account: opaque ids only."""
    return f"recovery:{portfolio}:{account}"


def portfolio_id(portfolio: str) -> str:
    """The workflow id of a portfolio's intake."""
    return f"portfolio:{portfolio}"


DECIDE = "decide"
HEAR = "hear"
UNDECIDABLE = "Undecidable"
"""The type of the error that says that no decision could be made: trying does not help, a person must look."""
SET_ASIDE = "set_aside"
START_PAGE = "start_page"
TELL_PAGE = "tell_page"


def sending_queue(task_queue: str, channel: str) -> str:
    """The task queue of a channel that a vendor may send, beside that of the workflows."""
    return f"{task_queue}-{channel}"
