"""The database: what came from outside and is kept before any case hears of it: bank, lender's feed, vendors."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.column_types import instant, money


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


class FeedEntry(SQLModel, table=True):
    """A charge, an adjustment or a credit as the lender's feed named it, once by its reference."""

    __tablename__ = "feed_entry"
    account: str = Field(primary_key=True, foreign_key="account.id")
    reference: str = Field(primary_key=True)
    """The lender's; the reversal of a credit stands under `reversal:` and the credit's."""
    kind: str
    """cost, late_fee, interest, adjustment, credit, credit_reversal"""
    amount: int = money()
    day: date
    instalment: int | None = None


class FeedUpdate(SQLModel, table=True):
    """A difference that the lender's feed brought, kept until its case was told."""

    __tablename__ = "feed_update"
    account: str = Field(primary_key=True, foreign_key="account.id")
    number: int = Field(primary_key=True)
    fact: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    told: bool = Field(default=False, index=True)
    file: str
    at: datetime = instant()


class FeedPerson(SQLModel, table=True):
    """What a portfolio's file said last of a person, as digests: what others found out since is no difference."""

    __tablename__ = "feed_person"
    portfolio: str = Field(primary_key=True, foreign_key="portfolio.id")
    party: str = Field(primary_key=True, foreign_key="party.id")
    said: dict[str, Any] = Field(default={}, sa_column=Column(JSON, nullable=False))
    """By part of the details (name, phone, address, ...)."""


class Webhook(SQLModel, table=True):
    """What a vendor told us, once by its key, kept before any case hears of it, and until it fits one."""

    __tablename__ = "webhook"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """What makes it the same message: vendor, its id, status or event, and time."""
    source: str
    """twilio_status, twilio_inbound, sendgrid, payment, case (a stop told to one case that is for all of the party)"""
    attempt: str | None = Field(default=None, index=True)
    party: str | None = Field(default=None, index=True)
    status: str = Field(index=True)
    """received (its case is still to be told), told, ignored, unmatched, settled"""
    why: str | None = None
    content: dict[str, Any] = Field(default={}, sa_column=Column(JSON, nullable=False))
    at: datetime = instant()
