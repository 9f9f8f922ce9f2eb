"""How does whoever waits see how far something is? A skin shows it; a use case only says it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Show = Callable[[int], None]
"""Hears how many are done."""
Watch = Callable[[str, int], AbstractContextManager[Show]]
"""What is done, and how many there are."""


@contextmanager
def unseen(what: str, total: int) -> Iterator[Show]:
    """Nobody looks."""
    yield lambda done: None
