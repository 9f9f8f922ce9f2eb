"""What do all steps share? The database, the law, the ways out, and a clock that never runs before the decision."""

from collections.abc import Mapping
from datetime import UTC, datetime

from temporalio.exceptions import ApplicationError

from activities.vendors.delivery_routes import Ways
from activities.vendors.vendor import Provider
from models.decisions import StepInput
from models.jurisdiction import Jurisdiction
from store.database import Database
from writing.document_content import Computation
from writing.paper_facts import DoesNotAddUp, computed


class Effects:
    """What all steps share: the database, the law, and the ways out."""

    def __init__(self, database: Database, packs: Mapping[str, Jurisdiction], ways: Ways | Provider) -> None:
        self.database = database
        self.packs = packs
        self.ways = ways if isinstance(ways, Ways) else Ways(ways)


def clock(asked: StepInput) -> datetime:
    """Now; but an effect is never earlier than its decision."""
    return max(asked.now, datetime.now(UTC))


def sums(asked: StepInput) -> Computation:
    """How a paper's amount comes about. Raises ApplicationError, for good: one that does not add up is nobody's."""
    try:
        return computed(asked)
    except DoesNotAddUp as fault:
        raise ApplicationError(str(fault), type="DoesNotAddUp", non_retryable=True) from None
