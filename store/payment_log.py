"""Which payments of banks were kept, and which of them their cases have not heard of?"""

from collections.abc import Sequence

from sqlmodel import Session, col, func, insert, select, update

from models.tables.accounts import Account
from models.tables.arrivals import BankPayment
from store.payment_matching import Sorted


def keep_payments(session: Session, found: Sorted) -> None:
    """Write what is new, and whose an old one is found to be."""
    if found.new:
        session.execute(insert(BankPayment), [payment.model_dump(exclude={"id"}) for payment in found.new])
    for payment, whose in found.found:
        assert whose.account
        payment.account, payment.reverses = whose.account.id, whose.reverses
        payment.status, payment.why = "received", None


def number_untold(session: Session, only: int | None) -> int:
    """How many wait to be told, or whether this one does."""
    waiting = select(func.count()).select_from(BankPayment).where(BankPayment.status == "received")
    return session.exec(waiting if only is None else waiting.where(BankPayment.id == only)).one()


def untold_payments(
    session: Session, after: int, only: int | None, limit: int
) -> Sequence[tuple[BankPayment, Account]]:
    """The next of them, with the accounts that they are for."""
    rows = select(BankPayment, Account).join(Account, col(Account.id) == BankPayment.account)
    rows = rows.where(BankPayment.status == "received", col(BankPayment.id) > after)
    if only is not None:
        rows = rows.where(BankPayment.id == only)
    return session.exec(rows.order_by(col(BankPayment.id)).limit(limit)).all()


def mark_payments_told(session: Session, told: Sequence[int]) -> None:
    """Their cases heard of them; those that a person assigned stay known as such."""
    mine = update(BankPayment).where(col(BankPayment.id).in_(told))
    session.execute(mine.where(col(BankPayment.by).is_(None)).values(status="told"))
    session.execute(mine.where(col(BankPayment.by).is_not(None)).values(status="assigned"))
