"""Rows of the example platform on their way into the database: numbered here, written table by table."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.orm import Session

from portal.base.db import Base, db
from portal.base.ids import ALPHABET, LENGTH
from portal.models import (
    ApiKey,
    Branding,
    Broadcast,
    Campaign,
    Change,
    Contact,
    CreditEntry,
    DailyUsage,
    Domain,
    Extension,
    Hold,
    Invitation,
    Invoice,
    JobRun,
    Number,
    Order,
    Organization,
    OutboxMessage,
    Plan,
    Purge,
    RateCard,
    Recording,
    Request,
    User,
    Webhook,
    WebhookDelivery,
    Workspace,
)

PREFIXES: dict[type[Base], str] = {
    Branding: "brd",
    ApiKey: "key",
    Broadcast: "brc",
    Campaign: "cmp",
    Change: "chg",
    Contact: "con",
    CreditEntry: "crd",
    Domain: "dom",
    Extension: "ext",
    Hold: "hld",
    Invitation: "ivt",
    Invoice: "inv",
    JobRun: "run",
    Number: "num",
    Order: "ord",
    Organization: "org",
    OutboxMessage: "out",
    Plan: "pln",
    Purge: "pur",
    RateCard: "rat",
    Recording: "rec",
    Request: "req",
    User: "usr",
    Webhook: "whk",
    WebhookDelivery: "dlv",
    Workspace: "ws",
}
Usage = tuple[int, Any, int, int, int, int, int, int]
USAGE = ("workspace_id", "day", "sent", "delivered", "read", "failed", "received", "minutes")


def random_id(rng: Random, prefix: str) -> str:
    """A public id as `portal.base.ids` makes them, but repeatable: good enough for example data alone."""
    return prefix + "_" + "".join(rng.choices(ALPHABET, k=LENGTH))


class Sheet:
    """Rows not yet written. Integer keys count up from 1: the database was empty."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.last: Counter[Table] = Counter()
        self.usage: list[Usage] = []
        self._rows: dict[Table, dict[tuple[str, ...], list[dict[str, Any]]]] = {}

    def add(self, model: type[Base], **values: Any) -> int:
        """Take a row; its integer key."""
        table: Table = model.__table__  # type: ignore[assignment]
        self.last[table] += 1
        row = {"id": self.last[table], **values}
        if model in PREFIXES:
            row["public_id"] = random_id(self.rng, PREFIXES[model])
        self._rows.setdefault(table, {}).setdefault(tuple(row), []).append(row)
        return self.last[table]

    def add_plain(self, model: type[Base], **values: Any) -> None:
        """Take a row of a table without a key of its own."""
        table: Table = model.__table__  # type: ignore[assignment]
        self._rows.setdefault(table, {}).setdefault(tuple(values), []).append(values)

    def write(self, session: Session) -> None:
        """All rows go into the open unit, a table before those that point to it; the sheet is empty afterwards."""
        for table in db.metadata.sorted_tables:
            for rows in self._rows.get(table, {}).values():
                session.execute(insert(table), rows)
        self._rows.clear()
        if self.usage:
            _write_usage(session, self.usage)
            self.usage.clear()


def _write_usage(session: Session, rows: list[Usage]) -> None:
    """By far the most rows: PostgreSQL takes them by COPY, SQLite as plain tuples."""
    connection = session.connection()
    driver: Any = connection.connection.cursor()
    columns = ", ".join(USAGE)
    if connection.dialect.name == "postgresql":
        with driver.copy(f"COPY {DailyUsage.__tablename__} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(USAGE))
        statement = f"INSERT INTO {DailyUsage.__tablename__} ({columns}) VALUES ({marks})"  # noqa: S608 - own names
        driver.executemany(statement, [(row[0], row[1].isoformat(), *row[2:]) for row in rows])
    driver.close()


def set_sequences(session: Session) -> None:
    """PostgreSQL goes on counting where the rows that brought their own keys end; SQLite does so by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in db.metadata.sorted_tables:
        key = table.primary_key.columns.values()[0]
        name = session.scalar(select(func.pg_get_serial_sequence(f'"{table.name}"', key.name)))
        if name and session.scalar(select(func.count()).select_from(select(key).limit(1).subquery())):
            session.execute(
                text("SELECT setval(:name, :last)"), {"name": name, "last": session.scalar(select(func.max(key)))}
            )
