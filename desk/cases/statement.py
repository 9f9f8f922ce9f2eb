"""The statement of a debt for its debtor: made from the case as it stands, written, kept, told to the story."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from desk.actor import Actor
from desk.cases.live_case import case_of
from desk.lookup import find_account
from desk.refused import Refused
from intake.pack_files import places
from intake.pack_layers import folders
from models.case import Case
from models.decisions import Line
from models.tables.accounts import Account, Party, Portfolio
from models.tables.trail import Document
from policy.law.may_contact import debtor_day
from policy.money.ledger import entries
from policy.phrases import day_text, money_text
from store import journal
from store.addressees import Addressed, Lacking
from store.contact_log import law_of
from store.database import Database
from writing.debt_statement import stated
from writing.document_content import Statement
from writing.document_pdf import DocumentFault, Pdf, make_statement
from writing.texts import Texts, load_texts

AHEAD = timedelta(days=365)
"""A rate further ahead than this is anybody's guess."""
TRIES = 3


async def statement(database: Database, word: str, on: date | None, out: Path | None, by: Actor) -> dict[str, Any]:
    """Make the statement of an account for a day (today), write and keep it; what it says, as data."""
    account = find_account(database, word)
    with database.reading() as session:
        row, party = session.get_one(Account, account.id), session.get_one(Party, account.party)
        known = Addressed(row, party, session.get_one(Portfolio, account.portfolio))
    case = await case_of(database, account, by)
    now = datetime.now(UTC)
    day = on or debtor_day(now, case.zone)
    _refuse_day(case, day, debtor_day(now, case.zone))
    paper, pdf = _made(load_texts(*folders("letters")), case, known, day)
    document = Document(
        key=f"statement:{account.id}:{day}:{pdf.sha256[:12]}",
        account=account.id,
        kind="statement",
        sha256=pdf.sha256,
        text_version=pdf.text_version,
        content=pdf.content,
        made=now,
    )
    file = out or Path(f"statement-{re.sub(r'[^A-Za-z0-9_.-]', '-', account.reference)}-{day}.pdf")
    _hand_out(database, document, paper, file)
    return _told(paper) | {"account": account.id, "file": str(file), "sha256": pdf.sha256, "document": document.key}


def _refuse_day(case: Case, day: date, today: date) -> None:
    if day > today + AHEAD:
        raise Refused(f"{day_text(day)} is more than a year ahead: nobody knows yet what will be owed then")
    first = entries(case, today)[0].day
    if day < first:
        raise Refused(f"nothing was owed on {day_text(day)}: the first entry is of {day_text(first)}")


def _made(texts: Texts, case: Case, known: Addressed, day: date) -> tuple[Statement, Pdf]:
    try:
        paper = stated(texts, law_of(places(), known.party), case, known, day)
        return paper, make_statement(texts, paper)
    except (DocumentFault, Lacking) as fault:
        raise Refused(str(fault)) from None
    except ValueError:
        # What pydantic says would repeat the debtor's name.
        raise Refused(f"the ledger of {known.account.reference} does not add up: a person must look at it") from None


def _hand_out(database: Database, document: Document, paper: Statement, file: Path) -> None:
    """The row, the line of the story and the file: all of them or none. The same statement again is kept once."""
    line = Line(
        key=document.key,
        time=document.made,
        account=document.account,
        kind="statement",
        reason=f"statement of the debt for {day_text(paper.day)}: "
        f"{money_text(paper.owed.outstanding, paper.currency)} outstanding, sha256 {document.sha256[:12]}",
        detail={"document": document.key, "sha256": document.sha256, "day": paper.day.isoformat()},
    )
    for _ in range(TRIES):
        try:
            with database.session() as session:
                _keep(database, session, document, line)
                _write(file, document.content)
            return
        except IntegrityError:  # The case wrote the same line of its journal at the same moment.
            continue
    raise Refused("the case is busy: try again")


def _keep(database: Database, session: Session, document: Document, line: Line) -> None:
    database.lock(session, f"journal {document.account}")
    if session.get(Document, document.key) is None:
        session.add(Document(**document.model_dump()))
    journal.append(session, document.account, [line])
    session.flush()


def _write(file: Path, content: bytes) -> None:
    try:
        file.touch(mode=0o600)
        file.write_bytes(content)
    except OSError as fault:
        raise Refused(f"{file} cannot be written: {fault.strerror}") from None


def _told(paper: Statement) -> dict[str, Any]:
    """What the paper says, as data: minor units, nothing about the person."""
    whole = paper.model_dump(mode="json", include={"reference", "creditor", "currency", "language", "day"})
    balance, told = 0, []
    for entry in paper.entries:
        balance += entry.amount
        told.append(entry.model_dump(mode="json", exclude_none=True) | {"balance": balance})
    agreed = [a.model_dump(mode="json") for a in paper.agreements]
    answers = [{"label": label, "text": text} for label, text in paper.text.closing]
    owed = {"owed": paper.owed.model_dump(mode="json")}
    return whole | owed | {"entries": told, "agreements": agreed, "answers": answers}
