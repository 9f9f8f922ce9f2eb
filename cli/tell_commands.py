"""One command for each event: its options come from the event's fields, so none can be forgotten."""

import asyncio
import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, get_args

import typer
from pydantic.fields import FieldInfo

from cli.output import code, say, show_json
from cli.terminal import person
from desk.cases import budgets
from desk.cases.arrangement_offers import find_offer, live_case
from desk.cases.contact_details import DETAILS, store
from desk.cases.record_fact import tell
from desk.connections import database
from desk.engine_calls import engine
from desk.lookup import find_account, find_key, party_of
from desk.portfolios.causes import refuse_unknown
from desk.portfolios.ops_orders import new_id
from desk.refused import Refused
from intake.fact_fields import HELP, Context, choices, make, plain_type, several
from models.events import FACTS, Channel, Dispute, Event, Hardship, Hold, Protection
from models.tables.accounts import Account
from policy.procedures.hold_rules import leaves, stopped_by

POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD
KEYS = ("task", "message")
BEGINS_A_HOLD = (Dispute, Hardship, Protection, Hold)
FOUND = ("currency", "offer")
"""Required by the fact, but found where they are not given."""
WAITS = {"offer_approved": ("to_approve",), "offer_answered": ("made",)}
COMMON = {
    "event_id": Annotated[str | None, typer.Option(help="The same id counts once; a new one by default.")],
    "by": Annotated[str | None, typer.Option(callback=code, help=HELP["by"])],
    "at": Annotated[str | None, typer.Option(help="When it happened, on the debtor's clock; now by default.")],
    "json": Annotated[bool, typer.Option("--json", help="Answer in JSON.")],
}


def add_tellers(app: typer.Typer) -> None:
    """A subcommand for every event that a person can tell; the lender's changes come by its file."""
    for kind, model in FACTS.items():
        if kind == "account_updated":
            continue
        app.command(kind, help=inspect.getdoc(model))(_teller(kind, model))


def _teller(kind: str, model: type[Event]) -> Callable[..., None]:
    def told(ctx: typer.Context, **given: Any) -> None:
        assert ctx.parent is not None
        _tell(str(ctx.parent.params["account"]), kind, given)

    own = _details_options() if kind == "contact_details" else _options(model)
    own |= budgets.options() if kind == "hardship" else {}
    options = own | {name: (annotation, False if name == "json" else None) for name, annotation in COMMON.items()}
    annotations = {"ctx": typer.Context} | {name: annotation for name, (annotation, _) in options.items()}
    parameters = [inspect.Parameter("ctx", POSITIONAL, annotation=typer.Context)]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
        for name, (annotation, default) in options.items()
    ]
    told.__name__, told.__annotations__ = kind, annotations
    told.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return told


def _options(model: type[Event]) -> dict[str, tuple[Any, Any]]:
    fields = {n: f for n, f in model.model_fields.items() if n not in (*COMMON, "kind")}
    return {name: _option(name, field) for name, field in fields.items()}


def _option(name: str, field: FieldInfo) -> tuple[Any, Any]:
    """The option's annotation and its default; `...` where it must be given."""
    text = HELP.get(name, name)
    default = ... if field.is_required() and name not in FOUND else None
    if several(field):
        text = HELP["disputed"] if get_args(plain_type(field))[0] is int else text
        return Annotated[list[str], typer.Option(f"--{name.removesuffix('s')}", help=text)], default or []
    kind = plain_type(field)
    if kind is bool:
        flags = f"--{name}" if field.default is False else f"--{name}/--refused"
        return Annotated[bool, typer.Option(flags, help=text)], default or field.default
    kind = kind if choices(field) else str
    if default is None:
        default = None if name in FOUND else field.default
        kind = kind | None
    return Annotated[kind, typer.Option(f"--{name.replace('_', '-')}", help=text)], default


def _details_options() -> dict[str, tuple[Any, Any]]:
    options: dict[str, tuple[Any, Any]] = {
        name: (Annotated[str | None, typer.Option(help=text)], None) for name, text in DETAILS.items()
    }
    unusable = Annotated[list[Channel], typer.Option(help="A channel that cannot be used; may be repeated.")]
    return options | {"unusable": (unusable, [])}


def _tell(word: str, kind: str, given: dict[str, Any]) -> None:
    as_json = given.pop("json")
    given["event_id"] = given["event_id"] or new_id(kind)
    given["by"] = person("agent", given["by"]).name
    with database() as opened:
        with opened.reading() as session:
            account = find_account(session, word)
            zone = party_of(session, account).zone
            if given.get("cause"):
                refuse_unknown(session, account, given["cause"])
            for name in KEYS:
                if given.get(name):
                    given[name] = find_key(session, account, given[name])
        details = {name: given.pop(name) for name in (*DETAILS, "unusable")} if kind == "contact_details" else {}
        if details and not any(details.values()):
            raise typer.BadParameter("say which details are new, or which channel is --unusable")
        if details:
            given["usable"] = asyncio.run(_stored(opened, account, details))
        if kind in WAITS:
            given["offer"] = find_offer(asyncio.run(live_case(account)), given["offer"], WAITS[kind])
        budget = budgets.taken(given) if kind == "hardship" else None
        fact = make(kind, given, Context(account.currency, zone, datetime.now(UTC)))
        telling = budgets.tell_with(opened, account, fact, budget) if budget else tell(opened, account, fact)
        recorded = asyncio.run(telling)
    if as_json:
        show_json(recorded.model_dump() | {"account": account.reference})
    else:
        typer.echo(f"{account.reference}: {recorded.message} ({recorded.event_id})")
        if (
            recorded.became == "taken"
            and isinstance(fact, BEGINS_A_HOLD)
            and getattr(fact, "status", "opened") == "opened"
        ):
            stops = stopped_by(fact)
            say(f"it stops {', '.join(stops)}; what stays: {leaves(stops)}")


async def _stored(opened: Any, account: Account, details: dict[str, Any]) -> dict[Channel, bool]:
    """Store the details, but not where nobody could be told of them."""
    if account.outcome is not None:
        raise Refused(f"the case of {account.reference} ended as {account.outcome}")
    await engine()
    with opened.session() as session:
        return store(party_of(session, account), details)
