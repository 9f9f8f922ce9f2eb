"""One command for each fact that a person can tell: loaded, with its options, when it is told."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cli.fact_options import BUDGET, DETAILS, options
from cli.output import say, show_json
from cli.terminal import person
from desk.cases.budgets import Month
from desk.cases.told_fields import Written, tell_fields
from desk.connections import database
from models.events import FACTS, Event

POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD
_BY_FILE = ("account_updated",)
"""What the lender's file brings, and no person tells."""


class _Tellers(TyperGroup):
    """A command for every fact: the options of that one alone are made, for of 24 facts one is told."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names."""
        return [kind for kind in FACTS if kind not in _BY_FILE]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The one that is told."""
        if cmd_name not in self.list_commands(ctx):
            return None
        app, model = typer.Typer(add_completion=False), FACTS[cmd_name]
        app.command(cmd_name, help=inspect.getdoc(model))(_teller(cmd_name, model))
        return get_command(app)


tell = typer.Typer(cls=_Tellers, no_args_is_help=True, add_completion=False)


@tell.callback()
def _account(account: Annotated[str, typer.Argument(help="By reference, id, or portfolio/reference.")]) -> None:
    """Whose case is told."""


def _teller(kind: str, model: type[Event]) -> Callable[..., None]:
    def told(ctx: typer.Context, **given: Any) -> None:
        assert ctx.parent is not None
        _tell(str(ctx.parent.params["account"]), kind, given)

    made = options(kind, model)
    parameters = [inspect.Parameter("ctx", POSITIONAL, annotation=typer.Context)]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
        for name, (annotation, default) in made.items()
    ]
    told.__name__ = kind
    told.__annotations__ = {"ctx": typer.Context} | {name: annotation for name, (annotation, _) in made.items()}
    told.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return told


def _tell(word: str, kind: str, given: dict[str, Any]) -> None:
    as_json, by = given.pop("json"), person("agent", given.pop("by"))
    written = _written(kind, given)
    with database() as opened:
        answer = asyncio.run(tell_fields(opened, word, written, by))
    if as_json:
        show_json(answer.told)
        return
    typer.echo(f"{answer.told['account']}: {answer.told['message']} ({answer.told['event_id']})")
    if answer.stops:
        say(f"it stops {', '.join(answer.stops)}; what stays: {answer.leaves}")


def _written(kind: str, given: dict[str, Any]) -> Written:
    if kind == "hardship":
        month = _month(given)
        return Written(kind, given, month=month)
    if kind != "contact_details":
        return Written(kind, given)
    details = {name: text for name in DETAILS if (text := given.pop(name))}
    unusable = given.pop("unusable")
    if not details and not unusable:
        raise typer.BadParameter("say which details are new, or which channel is --unusable")
    return Written(kind, given, details, unusable)


def _month(given: dict[str, Any]) -> Month | None:
    """The budget, taken out of what was given; None when none was. It is whole, or it is none."""
    budget = {name: given.pop(name) for name in (*BUDGET, "people")}
    if all(value is None for value in budget.values()):
        return None
    if budget["income"] is None or budget["costs"] is None:
        raise typer.BadParameter("a budget is --income and --costs, and --people")
    if given.get("left") is not None:
        raise typer.BadParameter("what is --left follows from --income and --costs: give one or the other")
    return Month(budget["income"], budget["costs"], budget["people"] or 1)
