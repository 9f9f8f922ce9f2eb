"""Whose payment is it, and do we know it already? Asked of the database for a whole batch at once."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, func, insert, select, update

from intake.cells import Reject
from intake.payments_file import PaymentRow
from models.reference_code import bank_code
from models.tables.accounts import Account, Portfolio
from models.tables.arrivals import BankPayment
from policy.phrases import money_text

WORD = re.compile(r"[\w./-]{5,60}")
CREDITOR_REFERENCE = re.compile(r"RF[0-9]{2}(\w{4,21})")
MOST_WORDS = 20
"""Words of a text that may name an account; a text of more is none that a payer wrote."""
FACTS = ("amount", "currency", "value_date")


class Scope(NamedTuple):
    """Where a file's payments belong: the bank of one client and his portfolio, or a bank for all."""

    client: str = ""
    portfolio: str | None = None
    file: str = ""


class Found(NamedTuple):
    """The account of a payment, or why nobody knows it."""

    account: Account | None = None
    why: str | None = None
    reverses: str | None = None


class Sorted(NamedTuple):
    """A batch of a file beside what the database knows."""

    new: list[BankPayment]
    found: list[tuple[BankPayment, Found]]
    """Nobody knew whose they were; now the account is here."""
    known: list[BankPayment]
    rejects: list[Reject]


def payment_event(reference: str) -> str:
    """The id under which a case hears of a payment: always the same for the same reference."""
    return f"bank:{bank_code(reference)}"


def sort_out(
    session: Session, rows: Sequence[PaymentRow], scope: Scope, now: datetime, unsaved: Iterable[BankPayment] = ()
) -> Sorted:
    """Which of the rows (all of one kind) are new, and whose; `unsaved`: payments of this file, not in the database."""
    found = _takings(session, rows, scope, unsaved) if rows[0].kind == "reversal" else _accounts(session, rows, scope)
    known = _known(session, rows)
    answer = Sorted([], [], [], [])
    for row, whose in zip(rows, found, strict=True):
        before = _before(known[row.reference], row, scope, whose.account)
        if before is None:
            answer.new.append(_fresh(row, whose, scope, now))
        elif differs := _difference(before, row, whose.account):
            answer.rejects.append(_reject(row, before, differs))
        elif before.status == "unmatched" and whose.account:
            answer.found.append((before, whose))
        else:
            answer.known.append(before)
    return answer


def _fresh(row: PaymentRow, whose: Found, scope: Scope, now: datetime) -> BankPayment:
    same = ("kind", "reference", "end_to_end", "amount", "currency", "value_date", "reason")
    return BankPayment(
        **{name: getattr(row, name) for name in same},
        client=scope.client,
        named=row.account,
        account=whose.account.id if whose.account else None,
        text=" / ".join(filter(None, (row.payer, row.text))) or None,
        reverses=whose.reverses,
        status="received" if whose.account else "unmatched",
        why=whose.why,
        file=scope.file,
        at=now,
    )


# --- known already? --------------------------------------------------------------------------------------------------


def _known(session: Session, rows: Sequence[PaymentRow]) -> dict[str, list[BankPayment]]:
    wanted = col(BankPayment.reference).in_([row.reference for row in rows])
    found: dict[str, list[BankPayment]] = defaultdict(list)
    for payment in session.exec(select(BankPayment).where(wanted, BankPayment.kind == rows[0].kind)):
        found[payment.reference].append(payment)
    return found


def _before(known: list[BankPayment], row: PaymentRow, scope: Scope, account: Account | None) -> BankPayment | None:
    """The same payment as it was told before: by the same bank, or maybe the same, or for the same case."""
    for payment in known:
        if payment.client == scope.client:
            return payment
    for payment in known:
        maybe_one_bank = not payment.client or not scope.client
        if maybe_one_bank and all(getattr(payment, name) == getattr(row, name) for name in FACTS):
            return payment
    # Two banks may use one reference, but a case takes it once only.
    return next((payment for payment in known if account and payment.account == account.id), None)


def _difference(before: BankPayment, row: PaymentRow, account: Account | None) -> tuple[str, Any] | None:
    """The first column in which a payment is told otherwise than before, and what was told then."""
    for name in FACTS:
        if getattr(before, name) != getattr(row, name):
            return name, money_text(before.amount, before.currency) if name == "amount" else getattr(before, name)
    if before.named and row.account and before.named != row.account:
        return "account", before.named
    if account and before.account and before.account != account.id and before.by is None:
        return "account", "another account"
    return None


def _reject(row: PaymentRow, before: BankPayment, differs: tuple[str, Any]) -> Reject:
    column, told = differs
    value = getattr(row, column)
    shown = money_text(row.amount, row.currency) if column == "amount" else str(value or "")
    why = f"differs from what the bank told of {row.reference} before ({told}, in {before.file}): not taken"
    return Reject(row.row, row.account or "", column, shown, why)


# --- whose? ----------------------------------------------------------------------------------------------------------


def _accounts(session: Session, rows: Sequence[PaymentRow], scope: Scope) -> Iterator[Found]:
    words = [[row.account] if row.account else _words(row) for row in rows]
    # By portfolio and reference, for that is how accounts are indexed.
    every = select(Portfolio.id).where(Portfolio.client == scope.client) if scope.client else select(Portfolio.id)
    portfolios = [scope.portfolio] if scope.portfolio else list(session.exec(every))
    wanted = {word for some in words for word in some}
    asked = select(Account).where(col(Account.portfolio).in_(portfolios), col(Account.reference).in_(wanted))
    known: dict[str, list[Account]] = defaultdict(list)
    for account in session.exec(asked):
        known[account.reference].append(account)
    for row, some in zip(rows, words, strict=True):
        yield _whose(row, [account for word in some for account in known.get(word, ())])


def _whose(row: PaymentRow, accounts: list[Account]) -> Found:
    if row.doubt:
        return Found(why=row.doubt)
    if not row.account:
        accounts = [account for account in accounts if account.currency == row.currency]
    if len(accounts) == 1:
        return Found(accounts[0])
    if not accounts:
        return Found(why=f"there is no account {row.account}" if row.account else "names no account that is known")
    if len({account.reference for account in accounts}) > 1:
        return Found(why="names several accounts")
    several = ", ".join(sorted(account.portfolio for account in accounts))
    return Found(why=f"{accounts[0].reference} is in several portfolios: {several}")


def _words(row: PaymentRow) -> list[str]:
    """What may be an account's reference in a free text: long enough, with a digit, or a number nobody meant fits."""
    found: dict[str, None] = {}
    for long in WORD.findall(f"{row.text or ''} {row.payer or ''}"):
        inner = CREDITOR_REFERENCE.fullmatch(long)
        for word in (long, long.strip("./-"), *re.split(r"[/.]", long), inner[1] if inner else ""):
            if len(word) >= 5 and any(letter.isdigit() for letter in word):
                found |= {word: None, word.upper(): None}
    return list(found)[:MOST_WORDS]


def _takings(
    session: Session, rows: Sequence[PaymentRow], scope: Scope, unsaved: Iterable[BankPayment]
) -> Iterator[Found]:
    """Which payment each reversal takes back: that with its reference and amount."""
    ids = {reference for row in rows for reference in _ids(row)}
    same = col(BankPayment.reference).in_(ids) | col(BankPayment.end_to_end).in_(ids)
    asked = session.exec(select(BankPayment).where(same, BankPayment.kind == "payment")).all()
    payments = [*asked, *(payment for payment in unsaved if _ids(payment) & ids)]
    payments = [p for p in payments if not scope.client or p.client in ("", scope.client)]
    events = [payment_event(payment.reference) for payment in payments]
    reversals = select(BankPayment).where(col(BankPayment.reverses).in_(events))
    gone = {(p.account, p.reverses): p.reference for p in session.exec(reversals)}
    accounts = {
        a.id: a for a in session.exec(select(Account).where(col(Account.id).in_({p.account for p in payments})))
    }
    for row in rows:
        found = _taken_back(row, payments, gone)
        if isinstance(found, BankPayment):
            event = payment_event(found.reference)
            gone[found.account, event] = row.reference
            yield Found(accounts[str(found.account)], reverses=event)
        else:
            yield Found(why=found)


def _ids(payment: PaymentRow | BankPayment) -> set[str]:
    return {reference for reference in (payment.reference, payment.end_to_end) if reference}


def _taken_back(
    row: PaymentRow, payments: Sequence[BankPayment], gone: dict[tuple[str | None, str | None], str]
) -> BankPayment | str:
    candidates = [payment for payment in payments if _ids(payment) & _ids(row)]
    if not candidates:
        return "takes back a payment that is not known"
    candidates = [p for p in candidates if (p.amount, p.currency) == (row.amount, row.currency)]
    if not candidates:
        return "takes back another amount than was paid"
    candidates = [p for p in candidates if p.account]
    if not candidates:
        return "takes back a payment whose account is not known"
    left = [p for p in candidates if gone.get((p.account, payment_event(p.reference)), row.reference) == row.reference]
    if not left:
        return "takes back a payment that was taken back before"
    if len({p.account for p in left}) > 1:
        return "may take back payments of several accounts"
    return left[-1]


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


def portfolios_of(session: Session, accounts: Iterable[str | None]) -> set[str]:
    """Those that hold the accounts."""
    return set(session.exec(select(Account.portfolio).where(col(Account.id).in_(accounts)).distinct()))


def mark_fed(session: Session, portfolios: Iterable[str], now: datetime) -> None:
    """News of payments came."""
    session.execute(update(Portfolio).where(col(Portfolio.id).in_(portfolios)).values(fed=now))
