"""A workspace whose every text can be recognised, in every table that can hold something of it."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Enum, LargeBinary, MetaData, Table, insert, select

from portal.base.db import db
from portal.models import Invoice, Number, Task, User, Workspace
from portal.operations.audit import record
from portal.operations.purging.tables import NAMED
from portal.operations.unit import unit
from tests import factories
from tests.support.clocks import NOW

ROWS = 2  # in each table
WORKSPACE = Workspace.__tablename__

# What a row cannot be without, besides what its columns say.
ROW: dict[str, dict[str, Any]] = {
    "hold": {"organization_id": None},
    "subscription_cycle": {"ends_on": date(2030, 1, 1), "anchor": 1, "billed_month": None, "order_id": None},
    "customer_order": {"state": "paid"},
    "access_session": {"login_session_id": None},
    "number": {"state": "porting_out"},
    "recording": {"state": "final"},
    "login_session": {"revoked_at": NOW},
    "outbox_message": {"state": "sent"},
}
WRITTEN = ("audit_event", "membership")  # as the program does
# What is the organization’s, a person’s or the inventory’s stays: texts of these are no canaries, but the name.
OF_THE_ORGANIZATION = ("customer_order", "credit_entry", "invoice", "invoice_line", "login_session", "number")
NEUTRAL = ("public_id", "outcome", "organization", "currency", "type")  # the program's own words, and ids
NAMES = {(table, "workspace_name") for table in ("purge", "customer_order", "credit_entry", "invoice_line")}

COUNTING = ("audit_head", "workspace_tally")


def reaching(metadata: MetaData) -> list[Table]:
    """Every table from which foreign keys lead to a workspace, whatever kind they are."""
    found: list[Table] = []
    for table in metadata.sorted_tables:
        to = {key.column.table.name for key in table.foreign_keys}
        if to & {WORKSPACE, *(each.name for each in found)}:
            found.append(table)
    # An organization or a person is nobody's, though an invitation or an owner may lead on.
    return [table for table in found if _leads(table, found)]


def _leads(table: Table, found: list[Table]) -> bool:
    return any(key.column.table.name == WORKSPACE or key.column.table in found for key in table.foreign_keys)


def fill(row: Workspace, token: str) -> None:
    """ROWS rows of the workspace in every such table, in those that name it, and in the audit log."""
    columns = [column for column in Workspace.__table__.columns if _is_text(column)]
    texts = {column.name: _fitting(column, f"{token}-{column.name}") for column in columns}
    skipped = (
        "public_id",
        "name",
        "name_key",
        "search_text",
        "sip_prefix",
        "timezone",
        "owner_key",
        "organization_key",
        "currency",
    )
    kept = {name: text for name, text in texts.items() if name not in (*skipped, "plan_key", "web_address")}
    owner = db.session.get_one(User, row.owner_id)
    made: dict[str, list[int]] = {WORKSPACE: [row.id], "user": [owner.id], "organization": [row.organization_id]}
    with unit() as session:
        session.execute(Workspace.__table__.update().where(Workspace.id == row.id).values(kept))
        for table in reaching(Workspace.metadata):
            for n in range(ROWS if table.name not in WRITTEN else 0):
                _add(session, table, token, n, made, row)
        made["task"] = [_task(session)]
        for name in ("change", "task_result"):
            _add(session, Workspace.metadata.tables[name], token, 0, made, row)
        for n in range(ROWS):
            record("workspace.notified", factories.command(), workspace=row, subject=f"{token}-{n}", email=token)


def _task(session: Any) -> int:
    row = Task(kind="bulk", title="Suspend them", created_at=NOW)
    session.add(row)
    session.flush()
    return row.id


def _add(session: Any, table: Table, token: str, n: int, made: dict[str, list[int]], row: Workspace) -> None:
    values: dict[str, Any] = {}
    for key in table.foreign_keys:
        if not key.parent.nullable and (to := key.column.table).name not in made:
            _add(session, to, token, n, made, row)
    for column in table.columns:
        if column.name == "id":
            continue
        values[column.name] = _value(table, column, token, n, made, row)
    values |= ROW.get(table.name, {})
    if table is Invoice.__table__:
        values["month"] = date(2026, row.id, 1)
    if table is Number.__table__ and n:
        values |= {"state": "available", "workspace_id": None}
    given = session.execute(insert(table).values(values).returning(*table.primary_key.columns)).one()
    made.setdefault(table.name, []).append(given[0])


def _value(table: Table, column: Column[Any], token: str, n: int, made: dict[str, list[int]], row: Workspace) -> Any:
    if column.foreign_keys:
        to = made.get(next(iter(column.foreign_keys)).column.table.name)
        return to[min(n, len(to) - 1)] if to else None
    if column.name in ("workspace", "subject") and table.name in ("change", "task_result"):
        return row.public_id
    if column.name == "workspace_name":
        return row.name
    if isinstance(column.type, Enum):
        return column.type.enums[n % len(column.type.enums)]
    if _is_text(column):
        stays = table.name in OF_THE_ORGANIZATION or column.name in NEUTRAL
        return _fitting(column, f"{n}{'orgs' if stays else token}-{row.id}-{table.name}-{column.name}")
    return _plain(column, token, n)


def _plain(column: Column[Any], token: str, n: int) -> Any:
    if isinstance(column.type, JSON):
        return {"said": token}
    if isinstance(column.type, LargeBinary):
        return f"{n}{token}".encode()
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, Date):
        return date(2026, 6, 1 + n)
    kind = getattr(column.type, "impl", column.type)
    if isinstance(kind, DateTime):
        return datetime(2026, 6, 1 + n, tzinfo=UTC)
    return n + 1


def _is_text(column: Column[Any]) -> bool:
    return column.type.python_type is str and not isinstance(column.type, Enum) and not column.foreign_keys


def _fitting(column: Column[Any], text: str) -> str:
    return text[: getattr(column.type, "length", None)]


def numbers() -> set[str]:
    """All numbers (E.164): whoever closes knows which are being ported out."""
    return set(db.session.scalars(select(Number.e164)))


def every_row() -> Iterator[tuple[Table, dict[str, Any]]]:
    """All that the database holds."""
    db.session.rollback()
    for table in Workspace.metadata.sorted_tables:
        for each in db.session.execute(select(*table.columns)).mappings():
            yield table, dict(each)


def holding(*tokens: str) -> set[tuple[str, str]]:
    """Table and column of everything in which one of these texts stands."""
    return {
        (table.name, name)
        for table, row in every_row()
        for name, value in row.items()
        if any(token in written(value) for token in tokens)
    }


def of_others(*caged: Workspace) -> set[str]:
    """All rows, as they are, but those of these workspaces, which refer to one of them, or cannot be without such a
    row, or name it by its public id; and but those that count all there is."""
    names = {row.public_id for row in caged}
    theirs: set[tuple[object, object]] = {(WORKSPACE, row.id) for row in caged}
    found = set()
    for table, row in every_row():
        keys = [key for key in table.foreign_keys if key.column.table.name == WORKSPACE]
        keys = keys or [key for key in table.foreign_keys if not key.parent.nullable]
        by_key = any((key.column.table.name, row[key.parent.name]) in theirs for key in keys)
        by_name = table.name in NAMED and row[NAMED[table.name][0]] in names
        if by_key or by_name:
            theirs.add((table.name, row.get("id")))
        elif (table.name, row.get("id")) not in theirs and table.name not in COUNTING:
            found.add(f"{table.name} {sorted((name, written(value)) for name, value in row.items())}")
    return found


def written(value: Any) -> str:
    """As text, whatever it is."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return json.dumps(value) if isinstance(value, dict | list) else str(value)
