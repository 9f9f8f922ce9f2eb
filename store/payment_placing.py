"""Money that came and that nobody could place: what there is of it, and whose a person says it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from models.tables.accounts import Account, Portfolio
from models.tables.arrivals import BankPayment
from models.tables.trail import Ledger
from policy.phrases import money_text
from store.database import Database


class NotPlaced(Exception):
    """A payment or a message cannot be handed over so; the message says why."""


@dataclass(frozen=True)
class Placed:
    """A payment that a person gave to an account."""

    id: int
    reference: str
    kind: str


def unplaced(database: Database, client: str | None) -> list[dict[str, Any]]:
    """What waits for a person, oldest first; of a client: also what may belong to any."""
    rows = select(BankPayment).where(BankPayment.status == "unmatched").order_by(col(BankPayment.id))
    if client is not None:
        rows = rows.where(col(BankPayment.client).in_([client, ""]))
    names = ("kind", "reference", "named", "amount", "currency", "value_date", "text", "why", "client", "file", "at")
    with database.reading() as session:
        return [{name: getattr(payment, name) for name in names} for payment in session.exec(rows)]


def place(database: Database, reference: str, client: str | None, account: str, by: str) -> Placed:
    """Give the payment with that reference to the account. Raises NotPlaced."""
    with database.session() as session:
        database.lock(session, "bank payments")
        payment, owner = _waiting(session, reference, client), session.get_one(Account, account)
        _refuse(session, payment, owner)
        if payment.kind == "reversal":
            payment.reverses = _paid(session, payment, owner)
        payment.account, payment.by, payment.status, payment.why = owner.id, by, "received", None
        return Placed(payment.id or 0, payment.reference, payment.kind)


def _waiting(session: Session, reference: str, client: str | None) -> BankPayment:
    rows = select(BankPayment).where(BankPayment.reference == reference)
    if client is not None:
        rows = rows.where(col(BankPayment.client).in_([client, ""]))
    known = session.exec(rows).all()
    waiting = [payment for payment in known if payment.status == "unmatched"]
    if len(waiting) > 1:
        raise NotPlaced(f"{reference!r} is the reference of {len(waiting)} payments: say --portfolio")
    if waiting:
        return waiting[0]
    if known:
        raise NotPlaced(f"the payment {reference!r} is placed already")
    raise NotPlaced(f"there is no payment {reference!r}: see `starter.py payments --unmatched`")


def _refuse(session: Session, payment: BankPayment, account: Account) -> None:
    owner = session.get_one(Portfolio, account.portfolio).client
    if payment.client not in ("", owner):
        raise NotPlaced(f"{payment.reference} came to the bank of {payment.client}; {account.reference} is of {owner}")
    same = select(BankPayment).where(BankPayment.reference == payment.reference, BankPayment.kind == payment.kind)
    if session.exec(same.where(BankPayment.account == account.id)).first():
        raise NotPlaced(f"{account.reference} had a payment with this reference: its case would not count another one")


def _paid(session: Session, reversal: BankPayment, account: Account) -> str:
    """The payment of the account that a reversal takes back: the last one of its amount that still counts."""
    asked = select(Ledger).where(Ledger.account == account.id, Ledger.kind == "payment", col(Ledger.posted))
    entries: Sequence[Ledger] = session.exec(asked.order_by(col(Ledger.id).desc())).all()
    gone = set(session.exec(select(BankPayment.reverses).where(BankPayment.account == account.id)))
    for entry in entries:
        if (-entry.amount, entry.currency) == (reversal.amount, reversal.currency) and entry.key not in gone:
            return entry.key
    what = money_text(reversal.amount, reversal.currency)
    raise NotPlaced(f"{account.reference} has no payment of {what} that could be taken back")
