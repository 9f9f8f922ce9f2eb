"""Which strategy, and which of its cycles, is meant for this account?"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from models.data import Range
from models.strategy import For, Strategy


@dataclass(frozen=True, slots=True)
class Segmented:
    """What is asked of an account on its acceptance. `amount` is outstanding, in whole units of its currency."""

    client: str
    country: str
    product: str
    legal_status: str
    profile: str | None = None
    dpd: int = 0
    amount: Decimal = Decimal(0)
    score: int | None = None
    collateral: bool = False
    guarantor: bool = False


class Chosen(NamedTuple):
    """The names of the strategy and of its cycle."""

    strategy: str
    cycle: str


class NoStrategy(NamedTuple):
    """Why nothing was chosen, for the person who handed the account over."""

    reason: str


def choose(strategies: Mapping[str, Strategy], facts: Segmented, only: str | None = None) -> Chosen | NoStrategy:
    """The fitting strategy with the most conditions (or `only` that one, if it fits), and its first fitting cycle."""
    if only is not None and only not in strategies:
        return NoStrategy(f"there is no strategy {only!r}; known: {', '.join(sorted(strategies))}")
    asked = {only: strategies[only]} if only is not None else strategies
    fitting = {name: strategy for name, strategy in asked.items() if fits(strategy.whom, facts)}
    if not fitting:
        return NoStrategy(_why_none(asked, facts))
    most = max(_conditions(strategy.whom) for strategy in fitting.values())
    best = sorted(name for name, strategy in fitting.items() if _conditions(strategy.whom) == most)
    if len(best) > 1:
        return NoStrategy(f"{' and '.join(best)} fit equally well; name one, or make one of them more precise")
    return _cycle(best[0], fitting[best[0]], facts)


def fits(whom: For, facts: Segmented) -> bool:
    """Whether all conditions given hold."""
    return not _misses(whom, facts)


def _cycle(name: str, strategy: Strategy, facts: Segmented) -> Chosen | NoStrategy:
    for cycle in strategy.cycles:
        if fits(cycle.whom, facts):
            return Chosen(name, cycle.name)
    return NoStrategy(f"strategy {name} has no cycle for such an account")


def _conditions(whom: For) -> int:
    return len(whom.model_fields_set)


def _misses(whom: For, facts: Segmented) -> list[str]:
    """The conditions that do not hold, by their names."""
    return [field for field in For.model_fields if not _holds(getattr(whom, field), getattr(facts, field))]


def _holds(condition: list[str] | Range | bool | None, fact: object) -> bool:
    if condition is None:
        return True
    if isinstance(condition, Range):
        return condition.holds(fact) if isinstance(fact, int | Decimal) else False
    return fact in condition if isinstance(condition, list) else fact == condition


def _why_none(asked: Mapping[str, Strategy], facts: Segmented) -> str:
    if not asked:
        return "there are no strategies"
    reasons = []
    for name, strategy in asked.items():
        misses = [f"{field} {getattr(facts, field)}" for field in _misses(strategy.whom, facts)]
        reasons.append(f"{name} is not for {', '.join(misses)}")
    return "; ".join(reasons)
