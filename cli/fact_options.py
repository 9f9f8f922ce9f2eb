"""The options by which a person writes a fact: they come from the fields of its class, so none can be forgotten."""

from typing import Annotated, Any, get_args

import typer
from pydantic.fields import FieldInfo

from cli.output import code
from models.events import Channel, Event
from models.field_types import choices, plain_type, several

_FOUND = ("currency", "offer")
"""Required by the fact, but found where they are not given."""
HELP = {
    "amount": "In whole units, such as 100.00.",
    "currency": "ISO 4217; the account's by default.",
    "value_date": "The day from which the money counts; the day of --at by default.",
    "reference": "The payer's reference: a code without blanks.",
    "payment": "The event id of the payment that was taken back.",
    "due": "The promised day.",
    "outcome": "What came of it.",
    "task": "The task, by its key, the end of it, or its step; by default the one that is open.",
    "message": "The message, by its key, the end of it, or its step.",
    "cause": "The cause of the debt as a code word, such as job_loss: see `starter.py causes --list`.",
    "status": "What became of it.",
    "until": "The last day of it.",
    "instalments": "DAY:AMOUNT, once for each instalment; of a new schedule DAY:AMOUNT:INTEREST.",
    "what": "What is offered.",
    "waived": "Of a settlement: what is waived once it is paid, in whole units.",
    "if_broken": "What is owed again when it is broken.",
    "needs": "How many others must approve it; never less than the strategy wants.",
    "offer": "The offer, by its id, the end of it, its step or its kind; by default the one that waits.",
    "accepted": "The debtor's answer.",
    "disputed": "The number of a disputed instalment; may be repeated.",
    "charges": "The id of a charge; may be repeated.",
    "evidence": "The number of the document.",
    "dispute": "Which dispute is answered, by its event id; all that are open by default.",
    "left": "What is left a month, in whole units, where no budget was taken.",
    "blocks": "What it stops: contact, interest, fees, court or assignment; may be repeated.",
    "channel": "The channel.",
    "channels": "A channel it is about; may be repeated; all by default.",
    "name": "What it is, as docs/law.md names it.",
    "since": "Its day; that of --at by default.",
    "form": "In which form it was said.",
    "ended": "It holds no more.",
    "served_on": "The day on which it was delivered.",
    "proof": "The number of the receipt.",
    "reason": "The reason, as a code word.",
    "of": "The reason of the hold, or the step that waits for a person.",
    "ground": "Of the letter that ends a PERSI: its ground in the law, such as 17-1-c.",
    "reasons": "Of that letter: its reasons, as a code word or a document's number.",
    "granted": "Whether the step may go ahead.",
    "inbound": "Whether the debtor called.",
    "place": "Where: home, cell, work or other; by default at home, a third party elsewhere.",
    "third_party": "Who else was asked: family, neighbour, employer or other, numbered (neighbour-2); no name.",
    "purpose": "Of a third party: location, where the debtor can be found.",
    "by": "Who says so, a code without blanks; by default who is logged in.",
}
DETAILS = {
    "phone": "The number, with country code or as dialled in the country.",
    "email": "The mail address.",
    "street": "Street and number.",
    "city": "The town.",
    "postal_code": "The postcode.",
    "region": "The state, nation or city whose own law binds too, such as MA.",
}
BUDGET = {
    "income": "What comes in a month, in whole units.",
    "costs": "What must be spent a month, in whole units.",
}
_COMMON = {
    "event_id": Annotated[str | None, typer.Option(help="The same id counts once; a new one by default.")],
    "by": Annotated[str | None, typer.Option(callback=code, help=HELP["by"])],
    "at": Annotated[str | None, typer.Option(help="When it happened, on the debtor's clock; now by default.")],
    "json": Annotated[bool, typer.Option("--json", help="Answer in JSON.")],
}


def options(kind: str, model: type[Event]) -> dict[str, tuple[Any, Any]]:
    """Of each option its annotation and its default."""
    own = _details_options() if kind == "contact_details" else _options(model)
    own |= _budget_options() if kind == "hardship" else {}
    return own | {name: (annotation, False if name == "json" else None) for name, annotation in _COMMON.items()}


def _options(model: type[Event]) -> dict[str, tuple[Any, Any]]:
    fields = {n: f for n, f in model.model_fields.items() if n not in (*_COMMON, "kind")}
    return {name: _option(name, field) for name, field in fields.items()}


def _option(name: str, field: FieldInfo) -> tuple[Any, Any]:
    """The option's annotation and its default; `...` where it must be given."""
    needed = field.is_required() and name not in _FOUND
    if several(field):
        text = HELP["disputed"] if get_args(plain_type(field))[0] is int else HELP.get(name, name)
        return Annotated[list[str], typer.Option(f"--{name.removesuffix('s')}", help=text)], ... if needed else []
    text, kind = HELP.get(name, name), plain_type(field)
    if kind is bool:
        flags = f"--{name}" if field.default is False else f"--{name}/--refused"
        return Annotated[bool, typer.Option(flags, help=text)], ... if needed else field.default
    kind = kind if choices(field) else str
    option = typer.Option(f"--{name.replace('_', '-')}", help=text)
    if needed:
        return Annotated[kind, option], ...
    return Annotated[kind | None, option], None if name in _FOUND else field.default


def _details_options() -> dict[str, tuple[Any, Any]]:
    options: dict[str, tuple[Any, Any]] = {
        name: (Annotated[str | None, typer.Option(help=text)], None) for name, text in DETAILS.items()
    }
    unusable = Annotated[list[Channel], typer.Option(help="A channel that cannot be used; may be repeated.")]
    return options | {"unusable": (unusable, [])}


def _budget_options() -> dict[str, tuple[Any, Any]]:
    amounts = {name: (Annotated[str | None, typer.Option(help=text)], None) for name, text in BUDGET.items()}
    people = Annotated[int | None, typer.Option(min=1, help="How many live on it; 1 by default.")]
    return amounts | {"people": (people, None)}
