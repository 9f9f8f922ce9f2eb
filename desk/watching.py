"""How does whoever waits see how far something is? A skin shows it; a use case only says it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

Show = Callable[[int], None]
"""Hears how many are done."""
Watch = Callable[[str, int], AbstractContextManager[Show]]
"""What is done, and how many there are."""
unseen: Watch = lambda what, total: nullcontext(lambda done: None)  # noqa: E731 (it is a Watch like those of a skin)
"""Nobody looks."""
