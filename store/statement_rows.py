"""A statement of a debt that leaves the house: its debtor, and the paper with its line in the story."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from models.addressee import Addressee
from models.decisions import Line
from models.evidence import Pdf
from models.jurisdiction import Jurisdiction
from models.tables.accounts import Account
from models.tables.trail import Document
from store import journal
from store.addressees import addressee_of
from store.database import Database

_TRIES = 3


@dataclass(frozen=True)
class StatementMade:
    """The paper, under the key by which it is kept."""

    key: str
    account: str
    pdf: Pdf
    made: datetime


def statement_addressee(database: Database, packs: Mapping[str, Jurisdiction], account: str) -> Addressee:
    """To whom the statement of an account goes."""
    with database.reading() as session:
        return addressee_of(session, packs, session.get_one(Account, account))


def hand_out(database: Database, paper: StatementMade, line: Line, write: Callable[[], None]) -> bool:
    """The row, the line of the story and the file (`write`): all of them or none. Not where the case is busy.

    The same statement again is kept once.
    """
    for _ in range(_TRIES):
        try:
            with database.session() as session:
                database.lock(session, f"journal {paper.account}")
                if session.get(Document, paper.key) is None:
                    session.add(_row(paper))
                journal.append(session, paper.account, [line])
                session.flush()
                write()
            return True
        except IntegrityError:  # The case wrote the same line of its journal at the same moment.
            continue
    return False


def _row(paper: StatementMade) -> Document:
    return Document(
        key=paper.key,
        account=paper.account,
        kind="statement",
        sha256=paper.pdf.sha256,
        text_version=paper.pdf.text_version,
        content=paper.pdf.content,
        made=paper.made,
    )
