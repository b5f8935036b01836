"""The database: one engine, set up for SQLite and PostgreSQL as each needs it.

SQLite reads begin plainly and writes begin IMMEDIATE, because a read that turns into a write fails at once with
"database is locked" whatever the timeout. PostgreSQL reads without transactions, each statement as of its own instant:
psycopg forgets its prepared statements at every ROLLBACK, which doubles the cost of a page. There a connection refuses
to write unless it was asked for with `writing`.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import psycopg
from flask import Flask, g, has_app_context
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Engine, MetaData, event, make_url
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=10000",
    "cache_size=-65536",
    "mmap_size=1073741824",
    "secure_delete=ON",
)
PLAN_ANEW = "plan_anew"  # the execution option of a statement that PostgreSQL is to plan for its values
READING = "portal.reading"  # the app context's own connection
CLIENT = "portal"  # as Portal names itself to PostgreSQL
CONNECTING = 5  # seconds that PostgreSQL may take to answer a new connection
QUIET = 1.0  # seconds after which a connection of the pool is asked whether it still stands


class Base(DeclarativeBase):
    """What every table class derives from."""

    metadata = MetaData(naming_convention=NAMING)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant. SQLite stores it without a zone; a naive value is refused on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive instants, and bring the others to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive instant reached the database: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Every instant that comes out is aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


db = SQLAlchemy(model_class=Base)
migrate = Migrate(db=db, directory="migrations", render_as_batch=True, compare_type=True)


def engine_options(url: str) -> dict[str, Any]:
    """What `create_engine` is given for this URL. Errors do not tell a statement's values: logs keep no hashes, no
    addresses and no letters with links in them."""
    options: dict[str, Any] = {"hide_parameters": True}
    if url.startswith("sqlite"):
        return options | {"connect_args": {"isolation_level": None, "timeout": 10}}
    patience = {} if "connect_timeout" in make_url(url).query else {"connect_timeout": CONNECTING}
    options["connect_args"] = {"application_name": CLIENT, **patience}
    # The connection used last is taken first: it has the page's statements prepared.
    return options | {"isolation_level": "AUTOCOMMIT", "pool_use_lifo": True, "pool_size": 8, "max_overflow": 8}


def writing(engine: Engine) -> dict[str, Any]:
    """The execution options of a connection that may write, in a transaction that begins at once."""
    if engine.dialect.name == "sqlite":
        return {"write": True}
    return {"isolation_level": "READ COMMITTED", "postgresql_readonly": False}


def reading() -> Connection:
    """A connection to read over: the session's while that has one open, so that both see the same; else one that the
    app context keeps, because opening and closing a session costs a page several times as much. `let_go` ends it."""
    if db.session.registry.has() and db.session().in_transaction():
        return db.session.connection()
    held: Connection | None = g.get(READING)
    if held is None:
        held = db.engine.connect()
        if held.dialect.name == "sqlite":
            _begin(held)
        setattr(g, READING, held)
    return held


def let_go(error: BaseException | None = None) -> None:
    """End what `reading` opened: what is read after this is as of then."""
    held: Connection | None = g.pop(READING, None)
    if held is not None:
        held.close()


def as_of_now() -> None:
    """All that is read from here on is as of this instant, until the session is closed. What it held is let go."""
    db.session.remove()
    let_go()
    # On SQLite every transaction is so.
    repeatable = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    db.session.connection(execution_options=repeatable if db.engine.dialect.name == "postgresql" else {})


def truncate_log() -> bool:
    """SQLite's write-ahead log is written over into the database and empty, so that no file holds what was there
    before; False where somebody still reads that. On PostgreSQL there is nothing to do."""
    if db.engine.dialect.name != "sqlite":
        return True
    db.session.remove()
    let_go()
    connection = db.engine.raw_connection()
    try:
        busy = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        connection.close()
    return not busy


def init_app(app: Flask, url: str) -> None:
    """The app's engine, with its listeners."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    migrate.init_app(app)
    app.teardown_appcontext(let_go)
    with app.app_context():
        prepare(db.engine)


def prepare(engine: Engine) -> None:
    """Listeners of one engine: what each database needs, and the query counter on both."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
    else:
        event.listen(engine, "connect", _refuse_to_write)
        event.listen(engine, "checkout", _ask_after_a_pause)
        event.listen(engine, "checkin", _note_the_time)
        event.listen(engine, "do_execute", _plan_anew)
    event.listen(engine, "before_cursor_execute", _count)


def _set_pragmas(connection: Any, record: object) -> None:
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute("PRAGMA " + pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("write"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif not connection.connection.in_transaction:  # begun by `reading`
        connection.connection.cursor().execute("BEGIN")  # cannot fail, and SQLAlchemy's way takes 30 µs


def _refuse_to_write(connection: Any, record: object) -> None:
    connection.execute("SET default_transaction_read_only = on")


def _note_the_time(connection: object, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _ask_after_a_pause(connection: Any, record: Any, proxy: object) -> None:
    """A connection that the server closed meanwhile is replaced. Asking every time would cost every page a message."""
    if time.monotonic() - record.info.get("used", 0.0) < QUIET:
        return
    try:
        connection.execute("")
    except psycopg.Error as error:
        raise DisconnectionError from error


def _plan_anew(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
    """Statements with the option PLAN_ANEW are not prepared."""
    if not context.execution_options.get(PLAN_ANEW):
        return False
    cursor.execute(statement, parameters, prepare=False)
    return True


def _count(connection: Connection, cursor: object, statement: str, *rest: object) -> None:
    if not statement.startswith("BEGIN"):
        count_query()


def count_query() -> None:
    """One more of the request at work, if there is one."""
    if has_app_context():
        here: Any = g._get_current_object()
        here.queries = here.get("queries", 0) + 1
