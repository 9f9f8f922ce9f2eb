"""The journal and the ledger only grow: no line of them is changed or taken away, by whomever.

And an index that nobody can write by machine: of expressions.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = ("journal", "ledger")


def upgrade() -> None:
    op.create_index("ix_party_email", "party", [sa.text("lower(email)")])
    if op.get_bind().dialect.name == "sqlite":
        on_sqlite()
    else:
        on_postgresql()


def on_sqlite() -> None:
    for table in TABLES:
        for change in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{change} BEFORE {change.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
