"""Which faults from below are answers for a person, and what do they say?

Loaded only when something failed: who is not refused needs neither engine nor readers.
"""

from engine import EngineNotRunning
from intake.events_file import EventsFault
from intake.fact_fields import NotAFact
from intake.portfolio_file import NotAPortfolio
from policy.parsing.pack_reading import PackFault
from settings import SettingsError
from store.database import DatabaseNotMigrated, no_answer
from store.handover import HandOverRefused

_ANSWERS = (
    SettingsError,
    EngineNotRunning,
    DatabaseNotMigrated,
    NotAPortfolio,
    HandOverRefused,
    PackFault,
    NotAFact,
    EventsFault,
)


def reason(fault: Exception) -> str | None:
    """What a person is told; None: it is a fault of ours."""
    return str(fault) if isinstance(fault, _ANSWERS) else no_answer(fault)
