"""How does a use case reach the database?"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from settings import load_settings
from store.database import Database, DatabaseNotMigrated, is_there


@contextmanager
def database(*, migrate: bool = False) -> Iterator[Database]:
    """The database of the settings, with the tables of this version."""
    opened = Database(load_settings().url)
    try:
        if migrate:
            opened.migrate()
        else:
            opened.check_migrated()
        yield opened
    finally:
        opened.close()


@contextmanager
def database_if_any(*, migrate: bool) -> Iterator[Database | None]:
    """The database, unless nothing was ever handed over: who only looks does not make one."""
    if not is_there(load_settings().url):
        yield None
        return
    with ExitStack() as stack:
        try:
            opened: Database | None = stack.enter_context(database(migrate=migrate))
        except DatabaseNotMigrated:
            if migrate:
                raise
            opened = None
        yield opened
