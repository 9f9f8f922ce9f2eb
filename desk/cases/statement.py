"""The statement of a debt for its debtor: made from the case as it stands, written, kept, told to the story."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from desk.actor import Actor
from desk.cases.live_case import case_of
from desk.lookup import find_account
from desk.refused import Refused
from intake.pack_files import places
from intake.pack_layers import folders
from models.addressee import Addressee
from models.case import Case
from models.decisions import Line
from models.evidence import Pdf
from policy.law.may_contact import debtor_day
from policy.money.ledger import entries
from policy.phrases import day_text, money_text
from store.database import Database
from store.statement_rows import StatementMade, hand_out, statement_addressee
from writing.debt_statement import stated
from writing.document_content import Statement
from writing.document_pdf import DocumentFault, make_statement
from writing.text_facts import Lacking
from writing.texts import Texts, load_texts

AHEAD = timedelta(days=365)
"""A rate further ahead than this is anybody's guess."""


async def statement(database: Database, word: str, on: date | None, out: Path | None, by: Actor) -> dict[str, Any]:
    """Make the statement of an account for a day (today), write and keep it; what it says, as data."""
    account = find_account(database, word)
    known = statement_addressee(database, places(), account.id)
    case = await case_of(database, account, by)
    now = datetime.now(UTC)
    day = on or debtor_day(now, case.zone)
    _refuse_day(case, day, debtor_day(now, case.zone))
    paper, pdf = _made(load_texts(*folders("letters")), case, known, day)
    made = StatementMade(f"statement:{account.id}:{day}:{pdf.sha256[:12]}", account.id, pdf, now)
    file = out or Path(f"statement-{re.sub(r'[^A-Za-z0-9_.-]', '-', account.reference)}-{day}.pdf")
    if not hand_out(database, made, _line(made, paper, by), lambda: _write(file, pdf.content)):
        raise Refused("the case is busy: try again")
    return _told(paper) | {"account": account.id, "file": str(file), "sha256": pdf.sha256, "document": made.key}


def _refuse_day(case: Case, day: date, today: date) -> None:
    if day > today + AHEAD:
        raise Refused(f"{day_text(day)} is more than a year ahead: nobody knows yet what will be owed then")
    first = entries(case, today)[0].day
    if day < first:
        raise Refused(f"nothing was owed on {day_text(day)}: the first entry is of {day_text(first)}")


def _made(texts: Texts, case: Case, known: Addressee, day: date) -> tuple[Statement, Pdf]:
    try:
        paper = stated(texts, case, known, day)
        return paper, make_statement(texts, paper)
    except (DocumentFault, Lacking) as fault:
        raise Refused(str(fault)) from None
    except ValueError:
        # What pydantic says would repeat the debtor's name.
        raise Refused(f"the ledger of {known.reference} does not add up: a person must look at it") from None


def _line(made: StatementMade, paper: Statement, by: Actor) -> Line:
    owed = money_text(paper.owed.outstanding, paper.currency)
    sha256 = made.pdf.sha256
    return Line(
        key=made.key,
        time=made.made,
        account=made.account,
        kind="statement",
        reason=f"statement of the debt for {day_text(paper.day)}: {owed} outstanding, sha256 {sha256[:12]}",
        detail={"document": made.key, "sha256": sha256, "day": paper.day.isoformat(), "by": by.name},
    )


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
