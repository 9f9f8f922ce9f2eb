"""The database: accounts and parties as handed over, the journal, the ledger, the contact log, the worklist, documents.

Personal data lives here and in no workflow. Money is integer minor units. Instants are UTC.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Index, LargeBinary, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC; SQLite would return it naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"an instant needs a time zone: {value!r}")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def money(nullable: bool = False) -> Any:
    """A column for an amount in minor units."""
    return Field(default=None, sa_column=Column(BigInteger, nullable=nullable))


def instant(nullable: bool = False, index: bool = False) -> Any:
    """A column for an instant."""
    return Field(default=None, sa_column=Column(UtcDateTime, nullable=nullable, index=index))


class StrategyText(SQLModel, table=True):
    """The text of every strategy version that a case was ever started with, by its content."""

    __tablename__ = "strategy_text"
    version: str = Field(primary_key=True)
    text: str
    added: datetime = instant()


class Portfolio(SQLModel, table=True):
    """The accounts that one client handed over together."""

    __tablename__ = "portfolio"
    id: str = Field(primary_key=True)
    client: str
    strategy: str | None = None
    sender: str | None = None
    """Who writes to the debtor; None: the creditor."""
    contact: str | None = None
    """Whom the debtor may ask; None: the sender."""
    pay_to: str | None = None
    """How to pay; None: the creditor, by the account's reference."""
    source: str
    created: datetime = instant()
    fed: datetime = instant()
    """When the last information on payments came."""
    fresh_hours: int | None = None
    """Demands wait when that is longer ago than this many hours; None: not watched."""
    held: bool = False
    """Paused by ops: accounts that are started meanwhile start with the hold."""


class Party(SQLModel, table=True):
    """A person, known once per client, with all that may not be in a history."""

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("client", "reference"),)
    id: str = Field(primary_key=True)
    client: str
    reference: str
    name: str
    language: str
    country: str
    zone: str
    phone: str | None = None
    email: str | None = None
    street: str | None = None
    city: str | None = None
    postal_code: str | None = None


class Account(SQLModel, table=True):
    """One debt under one contract, as handed over, and where its case stands (kept by the decisions)."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("portfolio", "reference"), Index("ix_account_page", "portfolio", "number"))
    id: str = Field(primary_key=True)
    portfolio: str = Field(foreign_key="portfolio.id")
    number: int
    """Its place in the portfolio, from 1: the cursor of the intake."""
    reference: str
    party: str = Field(foreign_key="party.id", index=True)
    creditor: str
    product: str
    legal_status: str
    currency: str
    principal: int = money()
    score: int | None = None
    profile: str | None = None
    collateral: bool = False
    strategy: str
    cycle: str
    stage: str | None = Field(default=None, index=True)
    next_step: str | None = None
    next_at: datetime | None = instant(nullable=True)
    why: str | None = None
    outstanding: int | None = money(nullable=True)
    overdue: int | None = money(nullable=True)
    days_past_due: int | None = None
    outcome: str | None = Field(default=None, index=True)
    started: datetime | None = instant(nullable=True)
    closed: datetime | None = instant(nullable=True)
    last_case: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    """The case as it ended: a late event opens it again from here."""


class Guarantor(SQLModel, table=True):
    """A further party on an account: co-debtor or guarantor."""

    __tablename__ = "guarantor"
    account: str = Field(primary_key=True, foreign_key="account.id")
    party: str = Field(primary_key=True, foreign_key="party.id")
    role: str = "guarantor"


class InstalmentDue(SQLModel, table=True):
    """One instalment of the contract as handed over."""

    __tablename__ = "instalment"
    account: str = Field(primary_key=True, foreign_key="account.id")
    number: int = Field(primary_key=True)
    due: date
    amount: int = money()


class Journal(SQLModel, table=True):
    """The trail of a case: append-only (a trigger refuses change), each line chained to the one before by its hash."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("account", "key"),)
    account: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    key: str
    at: datetime = instant()
    kind: str
    step: str | None = None
    reason: str
    detail: dict[str, Any] = Field(default={}, sa_column=Column(JSON, nullable=False))
    previous: str
    hash: str


class Ledger(SQLModel, table=True):
    """Money that moved: append-only (a trigger refuses change). `key` is the event that brought it."""

    __tablename__ = "ledger"
    __table_args__ = (UniqueConstraint("account", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    account: str = Field(index=True)
    key: str
    kind: str
    amount: int = money()
    currency: str
    value_date: date
    posted: bool
    """False: kept but not counted, a person must look (another currency, say)."""
    at: datetime = instant()


class BankPayment(SQLModel, table=True):
    """Money that a bank tells of: kept before any case hears of it, and until somebody knows whose it is."""

    __tablename__ = "bank_payment"
    __table_args__ = (UniqueConstraint("reference", "kind", "client"), Index("ix_bank_payment_page", "status", "id"))
    id: int | None = Field(default=None, primary_key=True)
    client: str
    """Whose bank: the client of the portfolio that the file was for; empty: one bank for all clients."""
    kind: str
    """payment, reversal"""
    reference: str
    """As the bank writes it: unique within kind and client."""
    end_to_end: str | None = Field(default=None, index=True)
    """The payer's own reference, which a reversal repeats."""
    named: str | None = None
    """The account as the file names it."""
    account: str | None = Field(default=None, foreign_key="account.id", index=True)
    amount: int = money()
    currency: str
    value_date: date
    text: str | None = None
    reverses: str | None = Field(default=None, index=True)
    """A reversal: the event id of the payment that is taken back."""
    reason: str | None = None
    status: str
    """received (its case is still to be told), told, unmatched, assigned (told, by the word of a person)"""
    why: str | None = None
    """Why nobody knows whose it is."""
    by: str | None = None
    """Who said whose it is."""
    file: str
    at: datetime = instant()


class Attempt(SQLModel, table=True):
    """The contact log, by party: written before the contact is made, under the business key of the attempt."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_party_day", "party", "local_day"),)
    key: str = Field(primary_key=True)
    account: str = Field(index=True)
    party: str
    step: str
    attempt: int
    channel: str
    local_day: date
    """The debtor's calendar day."""
    demand: bool
    status: str
    """reserved, sending, sent, delivered, failed, bounced, open, done, withdrawn"""
    outcome: str | None = None
    proof: str | None = None
    reserved: datetime = instant()
    finished: datetime | None = instant(nullable=True)


class Task(SQLModel, table=True):
    """The worklist: a call, visit, trace, review or release to be done, or something a person must look into."""

    __tablename__ = "task"
    key: str = Field(primary_key=True)
    account: str = Field(index=True)
    kind: str
    step: str | None = None
    attempt: int = 1
    assignee: str = Field(index=True)
    why: str
    due: datetime | None = instant(nullable=True)
    opened: datetime = instant()
    status: str = Field(default="open", index=True)
    """open, done, overdue, withdrawn"""
    outcome: str | None = None
    ended: datetime | None = instant(nullable=True)


class Document(SQLModel, table=True):
    """A document that was made: its bytes, their sha256 and the version of its text."""

    __tablename__ = "document"
    key: str = Field(primary_key=True)
    account: str = Field(index=True)
    kind: str
    sha256: str
    text_version: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    made: datetime = instant()
