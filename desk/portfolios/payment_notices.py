"""Which payments does a notification tell of? Read as strictly as a payments file, and kept on the same way."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json, to_jsonable_python

from desk.actor import Actor
from desk.delivery.webhook_intake import AGAIN, NotKept
from desk.portfolios.payment_intake import feed, record
from desk.refused import Refused
from intake.cells import Reject
from intake.payments_file import PaymentRow, check_payments
from intake.table_reader import Row
from store.database import Database, DatabaseFault
from store.payment_matching import Scope
from store.webhook_log import keep_for_a_person

_FILE = "notification"
Text = Annotated[str, Field(max_length=2000)]


class NoJson(Refused):
    """What was sent is none, or was cut off."""


class PaymentTold(BaseModel):
    """One payment, or one that was taken back."""

    model_config = ConfigDict(strict=True, extra="forbid")
    reference: Annotated[str, Field(max_length=140, description="The bank's: the same one is the same payment.")]
    amount: Annotated[str, Field(max_length=30, description="A decimal string such as 1015.00, never a number.")]
    currency: Annotated[str, Field(max_length=3, description="ISO 4217.")]
    value_date: Annotated[str, Field(max_length=10, description="2026-11-20")]
    kind: Literal["payment", "reversal"] = "payment"
    account: Annotated[str, Field(max_length=60, description="Your reference of the account.")] = ""
    end_to_end: Annotated[str, Field(max_length=140, description="The payer's own reference.")] = ""
    payer: Text = ""
    text: Text = ""
    reason: Annotated[str, Field(max_length=140, description="Of a reversal.")] = ""


class PaymentsTold(BaseModel):
    """Some payments of one client."""

    model_config = ConfigDict(strict=True, extra="forbid")
    payments: Annotated[list[PaymentTold], Field(min_length=1, max_length=1000)]


class Difference(BaseModel):
    """A payment that was told otherwise before: the first telling stands."""

    payment: Annotated[int, Field(description="Its place in the notification, from 1.")]
    column: str
    reason: str


class Noted(BaseModel):
    """What was kept."""

    new: int
    known: int
    unmatched: int
    differs: list[Difference]


def read_payments(by: Actor, body: bytes, today: date) -> list[PaymentRow]:
    """The payments, all or none. Refused with place and reason of every fault, and nothing of what it says."""
    try:
        told = PaymentsTold.model_validate_json(body)
    except ValidationError as fault:
        if any(one["type"] == "json_invalid" for one in fault.errors()):
            raise NoJson("this is no JSON") from None
        raise Refused("; ".join(_places(fault))) from None
    rows = (Row(n, dict(_cells(payment))) for n, payment in enumerate(told.payments, 1))
    read = check_payments(rows, today)
    if read.rejects:
        raise Refused("; ".join(_reason(reject) for reject in read.rejects[:20]))
    return read.rows


def _places(fault: ValidationError) -> Iterator[str]:
    for one in fault.errors(include_input=False, include_url=False)[:20]:
        # The name of a field that nobody knows may be anything.
        where = "a field" if one["type"] == "extra_forbidden" else ".".join(map(str, one["loc"])) or "the body"
        yield f"{where}: {one['msg']}"


def _cells(payment: PaymentTold) -> Iterator[tuple[str, str]]:
    yield from ((name, value) for name, value in payment.model_dump().items() if value)


def _reason(reject: Reject) -> str:
    return f"payments.{reject.row - 1}.{reject.column}: {reject.reason}"


def note(by: Actor, database: Database, client: str, rows: list[PaymentRow]) -> Noted:
    """Keep them before any case hears of them; whose they are is found as for a file."""
    try:
        recorded = record(database, rows, Scope(client=client, file=_FILE))
        feed(database, recorded.portfolios, datetime.now(UTC))
        _keep_different(database, client, rows, recorded.rejects)
    except DatabaseFault:
        raise NotKept(AGAIN) from None
    differs = [Difference(payment=r.row, column=r.column, reason=_differs(r)) for r in recorded.rejects]
    counted = {name: recorded.numbers[name] for name in ("new", "known", "unmatched")}
    return Noted(**counted, differs=differs)


def _keep_different(database: Database, client: str, rows: list[PaymentRow], rejects: list[Reject]) -> None:
    """A person sees what was told otherwise before, though nobody read the answer to it."""
    with database.session() as session:
        for reject in rejects:
            told = to_jsonable_python(rows[reject.row - 1], exclude_none=True) | {"client": client}
            key = f"payment:{sha256(to_json(told)).hexdigest()[:32]}"
            keep_for_a_person(session, key, "payment", _differs(reject), told, datetime.now(UTC))


def _differs(reject: Reject) -> str:
    return f"{reject.column} differs from what was told of this reference before: not taken"
