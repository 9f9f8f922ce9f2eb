"""What is kept of what was done: journal, ledger, attempts, tasks, documents, editions of the law."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.tables.column_types import instant, money


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
    instalment: int | None = None
    detail: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    """How it was computed (period, base, rate), what a payment went to."""
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
    """sending, sent, unknown (it may have left), delivered, failed, bounced, open, done, withdrawn"""
    outcome: str | None = None
    inbound: bool = False
    """The debtor began it."""
    place: str | None = None
    """Where, as agents told it; None: as it was asked."""
    third_party: str | None = None
    """Whom it was with, where it was not the debtor: an opaque reference, no name."""
    made: datetime | None = instant(nullable=True)
    """When people told that it was made; until then its reservation counts."""
    law: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    """What the law was asked and by which editions, and the duties of its answer: so the past can be asked again; or
    `not_asked`: why it was not."""
    proof: str | None = None
    token: str | None = Field(default=None, index=True, unique=True)
    """An opaque name of the attempt for the vendor's callbacks."""
    provider: str | None = None
    provider_id: str | None = Field(default=None, index=True)
    """The vendor's own id of the message."""
    provider_status: str | None = None
    covers: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    """Other accounts of the party that this message speaks for: their steps' keys, references and amounts."""
    within: str | None = Field(default=None, index=True)
    """The attempt whose message spoke for this account too: no contact of its own."""
    reserved: datetime = instant()
    called: datetime | None = instant(nullable=True)
    """When the vendor was called: from then on it may have left, so it is looked up and never sent again."""
    finished: datetime | None = instant(nullable=True)


class LawText(SQLModel, table=True):
    """The text of every edition of a pack of law that a worker ever worked by, by its content."""

    __tablename__ = "law_text"
    version: str = Field(primary_key=True)
    text: str
    added: datetime = instant()


FOR_A_PERSON = ("attention", "refund")
"""Kinds of tasks that come from no step: somebody looks, or pays money back."""


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
    duties: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False))
    """What the law wants the contact to hold or to bring with it."""
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


class Instruction(SQLModel, table=True):
    """What the step that was decided last is asked (`models.decisions.StepInput`), stored with its decision."""

    __tablename__ = "instruction"
    account: str = Field(primary_key=True, foreign_key="account.id")
    key: str
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
