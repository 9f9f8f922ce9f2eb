"""How is the database opened, locked and brought up to date? SQLite and PostgreSQL alike."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlmodel import Session, create_engine

MIGRATIONS = Path(__file__).parent.parent / "migrations"
_BUSY_SECONDS = 10
# FULL: an attempt is written before its message leaves, so it must outlive a power cut too.
PRAGMAS = (
    f"busy_timeout={_BUSY_SECONDS * 1000}",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    # Else INSERT OR REPLACE deletes rows without asking the triggers that keep the journal.
    "recursive_triggers=ON",
)


DatabaseFault = SQLAlchemyError
"""Whatever the database says no with: who uses the store knows no library under it."""


class DatabaseNotMigrated(Exception):
    """The tables are not those that this version works with."""


class Database:
    """One database, usable from many threads."""

    def __init__(self, url: str) -> None:
        address = make_url(url)
        self.is_postgresql = address.get_backend_name() == "postgresql"
        self.name = address.render_as_string(hide_password=True)
        if self.is_postgresql:
            self.engine = create_engine(address, pool_pre_ping=True, pool_size=10, max_overflow=20)
        else:
            Path(address.database or "").parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.engine = create_engine(address, pool_size=10, max_overflow=20)
            _as_one_writer_at_a_time(self.engine)
        self._reader = self.engine.execution_options(reading=True)
        # Threads of one process wait for each other here: SQLite's own way is to look again after ever longer naps,
        # while nobody writes. A plain `with` on it: an activity that is cancelled is torn off between any two lines,
        # and a turn that was taken by hand was lost with it (found by AT4's test).
        self._turn: AbstractContextManager[object] = nullcontext() if self.is_postgresql else threading.Lock()

    def __repr__(self) -> str:
        return f"Database({self.name!r})"

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction that may write: committed at the end, undone on an error. On SQLite the only one at a time."""
        with self._turn, Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads: it waits for no writer, and nothing it changed is kept."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    def lock(self, session: Session, key: str) -> None:
        """Until the session ends no other one holds `key`. On SQLite it is the only writer anyway."""
        if self.is_postgresql:
            _advisory_lock(session.connection(), key)

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """A transaction in which one process at a time changes the tables."""
        with self.engine.begin() as connection:
            if self.is_postgresql:
                _advisory_lock(connection, "rientro migrations")
            yield connection

    def migrate(self) -> None:
        """Bring the tables up to date; nothing happens when they are."""
        with self.migrating() as connection:
            if _revision(connection) not in (None, *_revisions()):
                raise DatabaseNotMigrated(self._too_new(connection))
            _upgrade(connection)

    def check_migrated(self) -> None:
        """Refuse to work with tables of another version."""
        with self._reader.connect() as connection:
            revision = _revision(connection)
            if revision == max(_revisions()):
                return
            if revision is None or revision in _revisions():
                have = "has no tables yet" if revision is None else f"is at revision {revision}"
                raise DatabaseNotMigrated(f"{self.name} {have}: run `make migrate`")
            raise DatabaseNotMigrated(self._too_new(connection))

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    def _too_new(self, connection: Connection) -> str:
        return f"{self.name} is at revision {_revision(connection)}, made by a newer version of Rientro: use that one"


def is_there(url: str) -> bool:
    """Whether there is a database to look into; a server answers for itself."""
    address = make_url(url)
    return address.get_backend_name() != "sqlite" or Path(address.database or "").exists()


def no_answer(fault: Exception) -> str | None:
    """What it means for a person that the database failed; None: it did not, or it is a fault of ours."""
    if not isinstance(fault, OperationalError):
        return None
    return f"the database does not answer: {str(fault.orig).strip().splitlines()[0]}"


def _as_one_writer_at_a_time(engine: Engine) -> None:
    """SQLite: take the write lock when a transaction begins, or two that read first would fail when they write."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # The driver would begin by itself, too late.
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _advisory_lock(connection: Connection, key: str) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


def _upgrade(connection: Connection) -> None:
    # Only here: alembic costs more CPU to load than all else that a command needs to read the worklist.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revisions() -> list[str]:
    """Every revision of the tables that this version knows: the number that its file begins with."""
    return [file.name[:4] for file in (MIGRATIONS / "versions").glob("[0-9][0-9][0-9][0-9]_*.py")]


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found
