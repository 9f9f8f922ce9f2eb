"""What do our tables prove of an account: attempts, papers, instalments, payments?"""

from collections.abc import Mapping

from sqlmodel import Session, col, select

from models.decisions import StepInput
from models.events import Channel
from models.evidence import Due, Evidence, Made, Paid, Pdf, Tried
from models.tables.accounts import InstalmentDue
from models.tables.trail import Attempt, Document, Ledger
from policy.law.may_contact import debtor_day
from store.database import Database

_EVIDENCE = frozenset({*Channel, "trace", "formal_notice"})
"""Attempts that count as evidence; a review or a placement is no attempt to reach the debtor."""


def kept_paper(database: Database, key: str) -> Pdf | None:
    """The paper that was made under the key, if one was."""
    with database.reading() as session:
        kept = session.get(Document, key)
        return Pdf(content=kept.content, sha256=kept.sha256, text_version=kept.text_version) if kept else None


def evidence(database: Database, asked: StepInput) -> Evidence:
    """All that can be shown of the account of a step, but the step itself: in one read."""
    with database.reading() as session:
        rows = select(Attempt).where(Attempt.account == asked.account)
        attempts = session.exec(rows.order_by(col(Attempt.reserved), col(Attempt.key))).all()
        return Evidence(
            attempts=tuple(_tried(row) for row in attempts if row.key != asked.act.key and _counts(row)),
            papers=_papers(session, asked, {row.key: row.proof or "" for row in attempts}),
            instalments=_instalments(session, asked),
            payments=_payments(session, asked),
        )


def _counts(row: Attempt) -> bool:
    """A message that was stopped before it left is no attempt; a task that was taken back has its outcome."""
    return row.channel in _EVIDENCE and (row.status != "withdrawn" or row.outcome is not None)


def _tried(row: Attempt) -> Tried:
    channel = Channel.letter.value if row.channel == "formal_notice" else row.channel
    return Tried(row.local_day, channel, f"{row.step} {row.attempt}", row.outcome or row.status, row.proof or "")


def _papers(session: Session, asked: StepInput, proofs: Mapping[str, str]) -> tuple[Made, ...]:
    mine = select(Document).where(Document.account == asked.account, Document.key != asked.act.key)
    return tuple(
        Made(row.kind, debtor_day(row.made, asked.zone), row.sha256, proofs.get(row.key, ""))
        for row in session.exec(mine.order_by(col(Document.made), col(Document.key)))
    )


def _instalments(session: Session, asked: StepInput) -> tuple[Due, ...]:
    rows = select(InstalmentDue).where(InstalmentDue.account == asked.account).order_by(col(InstalmentDue.due))
    return tuple(Due(row.number, row.due, row.amount) for row in session.exec(rows))


def _payments(session: Session, asked: StepInput) -> tuple[Paid, ...]:
    money = select(Ledger).where(Ledger.account == asked.account, col(Ledger.kind).in_(("payment", "reversal")))
    rows = money.where(col(Ledger.posted)).order_by(col(Ledger.id))
    return tuple(Paid(row.value_date, abs(row.amount), row.kind == "reversal") for row in session.exec(rows))
