"""The database: accounts and parties as handed over, the journal, the ledger, the contact log, the worklist, documents.

Personal data lives here and in no workflow. Money is integer minor units. Instants are UTC.
"""

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import JSON, BigInteger, Column, Index, UniqueConstraint, column, func
from sqlmodel import Field, SQLModel

from models.contact import Capacity
from models.tables.column_types import instant, money


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
    sender_address: str | None = None
    """Where the sender is, in one line; None where the creditor writes: the creditor's."""
    contact: str | None = None
    """Whom the debtor may ask; None: the sender."""
    phone: str | None = None
    """A number at which a person answers."""
    licence: str | None = None
    """Under which licence or registration the sender collects, as the debtor is to read it."""
    complaints: str | None = None
    """Where to complain about the sender: an address, a number, a page."""
    pay_to: str | None = None
    """How to pay; None: the creditor, by the account's reference."""
    source: str
    created: datetime = instant()
    fed: datetime = instant()
    """When the last information on payments came."""
    fresh_hours: int | None = None
    """Demands wait when that is longer ago than this many hours; None: not watched."""
    role: str = "agency"
    """In which role we act for the client, for rules that bind only some: creditor, agency, servicer, buyer"""
    vat_reclaimable: bool | None = None
    """Whether the creditor reclaims the VAT on the cost of collecting; None: not known, then none is charged."""
    held: bool = False
    """Paused by ops: accounts that are started meanwhile start with the hold."""

    @property
    def actor(self) -> Capacity:
        """The role, as the law asks for it."""
        return cast(Capacity, self.role)


class Party(SQLModel, table=True):
    """A person, known once per client, with all that may not be in a history."""

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("client", "reference"), Index("ix_party_email", func.lower(column("email"))))
    id: str = Field(primary_key=True)
    client: str
    reference: str
    name: str
    language: str
    country: str
    zone: str
    phone: str | None = Field(default=None, index=True)
    """By it, and by the address below, it is known who wrote us."""
    email: str | None = None
    street: str | None = None
    city: str | None = None
    postal_code: str | None = None
    region: str | None = None
    """The state, nation or city whose own law binds too, such as MA; None: not known."""


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
    creditor_address: str | None = None
    creditor_number: str | None = None
    """Its number in the tax or trade register."""
    product: str
    legal_status: str
    currency: str
    principal: int = money()
    score: int | None = None
    profile: str | None = None
    collateral: bool = False
    contract_date: date | None = None
    tariff: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    """What may be charged for being late, resolved for this contract (models/tariff.py)."""
    updates: int = 0
    """How many differences the lender's feed brought."""
    strategy: str
    cycle: str
    stage: str | None = Field(default=None, index=True)
    next_step: str | None = None
    next_at: datetime | None = instant(nullable=True)
    next_message: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    """The message that comes next if nothing else does, where the strategy lets one speak for several accounts."""
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
    interest: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    """How much of the amount is interest of the contract."""


class Budget(SQLModel, table=True):
    """A debtor's month as told with a hardship, minor units: kept here, for a history holds only what is left."""

    __tablename__ = "budget"
    key: str = Field(primary_key=True)
    """The event id of the hardship."""
    account: str = Field(index=True)
    income: int = money()
    costs: int = money()
    people: int = 1
    """How many live on it."""
    currency: str
    by: str
    at: datetime = instant()


class Cause(SQLModel, table=True):
    """A cause of default that a client added to the common list."""

    __tablename__ = "cause"
    client: str = Field(primary_key=True)
    code: str = Field(primary_key=True)


class PartyFact(SQLModel, table=True):
    """What an account's case knows of its debtor or debt, as the law asks for it: kept by its decisions."""

    __tablename__ = "party_fact"
    account: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    party: str = Field(index=True)
    name: str
    since: date | None = None
    until: date | None = None
    channels: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    personal: bool
    """It holds on every account of the party."""


class PersonFact(SQLModel, table=True):
    """What protects a person on all accounts and portfolios of a client, whichever account it was told on."""

    __tablename__ = "person_fact"
    party: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    account: str
    """Where it was told."""
    since: date
    until: date | None = None
    """The last day, on the debtor's calendar; None: until somebody ends it."""
    begun: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    """As the person's cases hear of it."""
    ended: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    """As they hear of its end, on whichever account that was told; None: it holds."""


class OptedOut(SQLModel, table=True):
    """A party that does not want a channel any more, over all accounts and portfolios of its client."""

    __tablename__ = "opted_out"
    party: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    since: datetime = instant()
    source: str
    """Where it was said: sms, email, provider, call, ..."""
    lifted: datetime | None = instant(nullable=True)
