"""What are the rounds called in which steps are taken? One a kind; a name is made here and never taken apart."""

from collections.abc import Iterator
from datetime import date

from models.case import Case


def of_episode(episode: int) -> str:
    """The steps of an episode."""
    return f"e{episode}"


def before_due(due: date | None) -> str:
    """The steps before a due date: one round for each coming instalment."""
    return f"d{due:%Y%m%d}" if due else "d"


def after_promise(number: int) -> str:
    """The reaction to a broken promise; promises are counted from 1."""
    return f"p{number}"


def before_promise(number: int) -> str:
    """The reminder of a promise."""
    return f"pr{number}"


def before_instalment(plan: int, instalment: int) -> str:
    """The reminder of an agreed instalment; plans and their instalments are counted from 1."""
    return f"pl{plan}i{instalment}"


def agreed(case: Case, round_: str) -> tuple[int, date] | tuple[None, None]:
    """What was promised or agreed, and for when: what a reminder, or the reaction to a broken promise, is about.

    A step of another round is about the last promise, if one was given.
    """
    about = dict(_agreed(case))
    if round_ in about:
        return about[round_]
    return (case.promises[-1].amount, case.promises[-1].due) if case.promises else (None, None)


def _agreed(case: Case) -> Iterator[tuple[str, tuple[int, date]]]:
    for n, promise in enumerate(case.promises, 1):
        yield after_promise(n), (promise.amount, promise.due)
        yield before_promise(n), (promise.amount, promise.due)
    for n, plan in enumerate(case.plans, 1):
        for i, (due, amount) in enumerate(plan.instalments, 1):
            yield before_instalment(n, i), (amount, due)
