"""Commands that are loaded when they are asked for: a list of them is there at once, whatever they need to work.

`--help` of all commands loaded database, migrations and engine before: 1.4 to 2.4 seconds of CPU.
"""

from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand
from typer.main import get_command

Load = Callable[[], Callable[..., Any] | typer.Typer]


class _Later(TyperCommand):
    """A name and a sentence; options and work stand in what `load` gives: a function, or an app of its own."""

    load: Load

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        """The context of the command itself: it runs in place of this one."""
        return get_command(self._alone(self.load())).make_context(info_name, args, parent, **extra)

    def _alone(self, found: Callable[..., Any] | typer.Typer) -> typer.Typer:
        if isinstance(found, typer.Typer):
            found.info.help = self.help
            return found
        app = typer.Typer(add_completion=False)
        app.command(self.name, help=self.help)(found)
        return app


def later(app: typer.Typer, name: str) -> Callable[[Load], None]:
    """The function imports the command and returns it; its docstring is the command's help."""

    def register(load: Load) -> None:
        def stands_for_it() -> None: ...

        cls = type("Later", (_Later,), {"load": staticmethod(load)})
        app.command(name, help=load.__doc__, cls=cls)(stands_for_it)

    return register
