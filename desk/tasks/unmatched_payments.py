"""Which money came that nobody can place, and how does a person say whose it is?"""

import asyncio
from typing import Any

import typer
from sqlmodel import Session, col, select

from cli.output import amount, count, say, show_json, show_table
from desk.connections import database
from desk.delivery.fact_delivery import tell_received
from desk.engine_calls import engine
from desk.lookup import find_account, find_portfolio
from desk.refused import Refused
from intake.cells import tidy
from models.tables.accounts import Account, Portfolio
from models.tables.arrivals import BankPayment
from models.tables.trail import Ledger

COLUMNS = ("reference", "what", "value date", "amount", "from", "why", "file")


def unmatched(session: Session, portfolio: str | None) -> list[dict[str, Any]]:
    """What waits for a person, oldest first; of a portfolio: also what may belong to any."""
    rows = select(BankPayment).where(BankPayment.status == "unmatched").order_by(col(BankPayment.id))
    if portfolio:
        client = find_portfolio(session, portfolio).client
        rows = rows.where(col(BankPayment.client).in_([client, ""]))
    names = ("kind", "reference", "named", "amount", "currency", "value_date", "text", "why", "client", "file", "at")
    return [{name: getattr(payment, name) for name in names} for payment in session.exec(rows)]


def show_unmatched(found: list[dict[str, Any]]) -> None:
    """As a table for a person."""
    rows = [
        [p["reference"], p["kind"], p["value_date"], amount(p["amount"], p["currency"]), p["text"], p["why"], p["file"]]
        for p in found
    ]
    show_table("Unmatched payments", COLUMNS, rows, right=("amount",))
    say(f"{count(len(found), 'payment')}; hand one over with --assign REFERENCE ACCOUNT --by NAME")


def list_unmatched(portfolio: str | None, as_json: bool) -> None:
    """Show what nobody can place."""
    with database() as opened, opened.reading() as session:
        found = unmatched(session, portfolio)
    if as_json:
        show_json(found)
    else:
        show_unmatched(found)


def assign_one(pair: tuple[str, str], by: str | None, portfolio: str | None, as_json: bool) -> None:
    """Hand a payment to an account by the word of a person, and say so."""
    if by is None:
        raise typer.BadParameter("say who assigns it: --by NAME")
    told = asyncio.run(assign(*pair, by, portfolio))
    if as_json:
        show_json(told)
    else:
        typer.echo(f"{told['kind']} {told['reference']} handed to {told['account']} by {told['by']}")


async def assign(reference: str, word: str, by: str, portfolio: str | None) -> dict[str, Any]:
    """Hand a payment to the account that a person names, and tell its case."""
    client, _ = await engine()
    with database() as opened:
        with opened.session() as session:
            opened.lock(session, "bank payments")
            payment = _find(session, reference, portfolio)
            account = find_account(session, word)
            _hand(session, payment, account, by)
        told = await tell_received(opened, client, payment.id)
    if told.waiting:
        raise Refused(f"{word} was noted, but its case could not be told yet: {told.waiting[0]}")
    return {"reference": payment.reference, "kind": payment.kind, "account": account.reference, "by": by}


def _find(session: Session, reference: str, portfolio: str | None) -> BankPayment:
    rows = select(BankPayment).where(BankPayment.reference == tidy(reference))
    if portfolio:
        rows = rows.where(col(BankPayment.client).in_([find_portfolio(session, portfolio).client, ""]))
    known = session.exec(rows).all()
    waiting = [payment for payment in known if payment.status == "unmatched"]
    if len(waiting) > 1:
        raise Refused(f"{reference!r} is the reference of {len(waiting)} payments: say --portfolio")
    if waiting:
        return waiting[0]
    if known:
        raise Refused(f"the payment {reference!r} is placed already")
    raise Refused(f"there is no payment {reference!r}: see `starter.py payments --unmatched`")


def _hand(session: Session, payment: BankPayment, account: Account, by: str) -> None:
    owner = session.get_one(Portfolio, account.portfolio).client
    if payment.client not in ("", owner):
        raise Refused(f"{payment.reference} came to the bank of {payment.client}; {account.reference} is of {owner}")
    same = select(BankPayment).where(BankPayment.reference == payment.reference, BankPayment.kind == payment.kind)
    if session.exec(same.where(BankPayment.account == account.id)).first():
        raise Refused(f"{account.reference} had a payment with this reference: its case would not count another one")
    if payment.kind == "reversal":
        payment.reverses = _paid(session, payment, account)
    payment.account, payment.by, payment.status, payment.why = account.id, by, "received", None


def _paid(session: Session, reversal: BankPayment, account: Account) -> str:
    """The payment of the account that a reversal takes back: the last one of its amount that still counts."""
    asked = select(Ledger).where(Ledger.account == account.id, Ledger.kind == "payment", col(Ledger.posted))
    entries = session.exec(asked.order_by(col(Ledger.id).desc())).all()
    gone = set(session.exec(select(BankPayment.reverses).where(BankPayment.account == account.id)))
    for entry in entries:
        if (-entry.amount, entry.currency) == (reversal.amount, reversal.currency) and entry.key not in gone:
            return entry.key
    what = amount(reversal.amount, reversal.currency)
    raise Refused(f"{account.reference} has no payment of {what} that could be taken back")
