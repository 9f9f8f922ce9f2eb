"""Do both databases keep what they are given, refuse what they must, and match the models?"""

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import SQLModel, select

from models.tables.accounts import StrategyText
from models.tables.trail import Journal, Ledger
from settings import HOUSE, Settings, SettingsError, load_settings
from store.database import Database, DatabaseNotMigrated

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_line(seq: int = 1) -> Journal:
    return Journal(
        account="a-1", seq=seq, key=f"k{seq}", at=NOON, kind="opened", reason="new", previous="", hash=f"h{seq}"
    )


def a_payment() -> Ledger:
    return Ledger(
        account="a-1",
        key="p1",
        kind="payment",
        amount=100,
        currency="EUR",
        value_date=date(2026, 3, 2),
        posted=True,
        at=NOON,
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'rientro.db'}"
    return str(request.getfixturevalue("postgres_url"))


def test_the_migrations_make_the_tables_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_an_instant_comes_back_aware_and_in_utc(database: Database) -> None:
    with database.session() as session:
        session.add(a_line())
    with database.reading() as session:
        assert session.exec(select(Journal)).one().at == NOON


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal SET reason = 'another'",
        "DELETE FROM journal",
        "UPDATE ledger SET amount = 1",
        "DELETE FROM ledger",
    ],
)
def test_the_journal_and_the_ledger_refuse_to_be_changed(database: Database, change: str) -> None:
    with database.session() as session:
        session.add(a_line())
        session.add(a_payment())
    with pytest.raises(DatabaseError, match="append-only"), database.session() as session:
        session.connection().execute(text(change))


def test_no_line_is_replaced_by_an_insert(sqlite_database: Database) -> None:
    with sqlite_database.session() as session:
        session.add(a_line())
    replace = "INSERT OR REPLACE INTO journal SELECT account, seq, key, at, 'x', step, 'y', detail, '', '' FROM journal"
    with pytest.raises(DatabaseError, match="append-only"), sqlite_database.session() as session:
        session.connection().execute(text(replace))


def test_an_error_undoes_the_whole_session(database: Database) -> None:
    with suppress(KeyError), database.session() as session:
        session.add(StrategyText(version="v", text="t", added=NOON))
        session.flush()
        raise KeyError
    with database.reading() as session:
        assert session.exec(select(StrategyText)).all() == []


def test_two_sessions_that_read_and_then_write_do_not_lose_an_update(database: Database) -> None:
    with database.session() as session:
        session.add(StrategyText(version="v", text="0", added=NOON))

    def add_one() -> None:
        for _ in range(10):
            with database.session() as session:
                database.lock(session, "v")
                row = session.get_one(StrategyText, "v")
                row.text = str(int(row.text) + 1)
                session.add(row)

    threads = [threading.Thread(target=add_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.get_one(StrategyText, "v").text == "80"


def test_a_reader_does_not_wait_for_the_writer(database: Database) -> None:
    with database.session() as writer, database.reading() as reader:
        writer.add(StrategyText(version="v", text="t", added=NOON))
        writer.flush()
        assert reader.exec(select(StrategyText)).all() == []


def test_processes_that_migrate_at_once_do_it_once(empty_url: str) -> None:
    program = "import sys; from store.database import Database; Database(sys.argv[1]).migrate()"
    command = [sys.executable, "-c", program, empty_url]
    processes = [subprocess.Popen(command, cwd=HOUSE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [p.communicate()[1] for p in processes] == [""] * 4
    database = Database(empty_url)
    database.check_migrated()
    database.close()


def test_an_empty_database_is_refused_with_what_to_do(empty_url: str) -> None:
    with pytest.raises(DatabaseNotMigrated, match="has no tables yet: run `make migrate`"):
        Database(empty_url).check_migrated()


@pytest.mark.parametrize("touch", [Database.check_migrated, Database.migrate])
def test_a_database_of_a_newer_version_is_left_alone(database: Database, touch: Callable[[Database], None]) -> None:
    with database.session() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseNotMigrated, match="revision 9999, made by a newer version"):
        touch(database)


def test_a_database_of_an_older_version_is_refused(database: Database) -> None:
    with database.session() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(DatabaseNotMigrated, match="is at revision 0001: run `make migrate`"):
        database.check_migrated()


def test_a_password_is_in_no_representation() -> None:
    settings = load_settings(database_url="postgres://ada:s3cret@db/rientro")
    assert settings.url == "postgresql+psycopg://ada:s3cret@db/rientro"
    assert "s3cret" not in f"{settings!r} {Database(settings.url).name} {Database(settings.url)!r}"


@pytest.mark.parametrize("name", ["DATABASE_URL", "RIENTRO_DATABASE_URL"])
def test_the_usual_name_of_a_setting_is_read_too(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "postgresql://db/rientro")
    assert load_settings().url == "postgresql+psycopg://db/rientro"


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("RIENTRO_MAX_ACTIVITIES", "many", "RIENTRO_MAX_ACTIVITIES: Input should be a valid integer"),
        ("RIENTRO_MAX_ACTIVITIES", "0", "RIENTRO_MAX_ACTIVITIES: Input should be greater than or equal to 1"),
        ("RIENTRO_DATABASE_URL", "mysql://ada:s3cret@db/x", "RIENTRO_DATABASE_URL: use sqlite"),
        ("DATABASE_URL", "sqlite://", "DATABASE_URL: a database in memory"),
        ("DATABASE_URL", "no address", "DATABASE_URL: .* not the address of a database"),
    ],
)
def test_a_wrong_value_fails_with_one_line_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, fault: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{fault}") as caught:
        load_settings()
    assert "\n" not in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    assert load_settings().url.endswith("/.data/rientro.db")


def test_the_outbox_lies_in_the_data_directory_unless_told(settings: Settings, tmp_path: Path) -> None:
    assert settings.outbox == settings.data_dir / "outbox"
    assert load_settings(outbox_dir=tmp_path).outbox == tmp_path
