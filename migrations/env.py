"""Alembic's environment: the app's engine and metadata, one transaction for each migration."""

from alembic import context
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.schema import SchemaItem

import portal.models  # noqa: F401  (fills the metadata)
from portal.base.db import Instant, db, writing

SEARCH = "workspace_search"  # the full-text table of SQLite, or the index of PostgreSQL: migration 0002


def include_object(item: SchemaItem, name: str | None, kind: str, reflected: bool, other: SchemaItem | None) -> bool:
    """Leave out what only one of the two databases has and the metadata does not know."""
    return not (reflected and (name or "").startswith((SEARCH, "ix_list_")))


def render_item(kind: str, item: object, autogen_context: object) -> str | bool:
    """Write our own column types as the plain ones beneath: a migration must not change with the program."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    """Run the migrations over this connection."""
    configure = current_app.extensions["migrate"].configure_args
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        include_object=include_object,
        render_item=render_item,
        transaction_per_migration=True,
        **configure,
    )
    with context.begin_transaction():
        context.run_migrations()


engine = current_app.extensions["migrate"].db.engine
with engine.connect().execution_options(**writing(engine)) as connection:
    run(connection)
