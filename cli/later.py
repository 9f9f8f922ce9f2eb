"""Commands that are loaded when they are asked for: a list of them is there at once, whatever they need to work.

`--help` of all commands loaded database, migrations and engine before: 1.4 to 2.4 seconds of CPU.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand
from typer.main import get_command


class Later(TyperCommand):
    """A name and a sentence; options and work stand in a function, or an app, of a module of `cli/`."""

    module = ""
    function = ""

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        """The context of the command itself: it runs in place of this one."""
        found = getattr(import_module(self.module), self.function)
        return get_command(self._alone(found)).make_context(info_name, args, parent, **extra)

    def _alone(self, found: Callable[..., Any] | typer.Typer) -> typer.Typer:
        if isinstance(found, typer.Typer):
            found.info.help = self.help
            return found
        app = typer.Typer(add_completion=False)
        app.command(self.name, help=self.help)(found)
        return app


def later(app: typer.Typer, module: str, name: str | None = None) -> Callable[[Callable[[], None]], None]:
    """The function of the same name in `module` does the work; the docstring here is the command's help."""

    def register(stands_for: Callable[[], None]) -> None:
        names = {"module": module, "function": stands_for.__name__}
        app.command(name or stands_for.__name__, cls=type("Later", (Later,), names))(stands_for)

    return register
