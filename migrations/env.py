"""How do migrations run? Forward only, in one locked transaction; the way back is a backup.

After a change of the tables (`models/tables/`): `make migration NAME="what changes"`, and read
what it wrote.
While nothing is released, `make tables` writes the first migration anew instead (the triggers of 0002 stay).
"""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from models.tables import accounts, arrivals, trail  # noqa: F401 (they fill the metadata)
from models.tables.column_types import UtcDateTime
from settings import load_settings
from store.database import Database


def plain(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write types as SQLAlchemy's own, so that a migration does not change when our classes do."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True, render_item=plain)
    with context.begin_transaction():
        context.run_migrations()


if context.config.attributes.get("connection") is not None:
    migrate(context.config.attributes["connection"])
else:
    with Database(load_settings().url).migrating() as here:
        migrate(here)
