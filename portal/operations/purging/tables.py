"""What of a workspace lies where: worked out from the schema, so that no table can be forgotten.

A table whose rows cannot be without the workspace (its foreign key is not nullable, or goes with it), or hang on such
rows, is the workspace's own: its rows go, those that refer to others first. A table that only refers to it stays, and
must say in KEPT what of its rows does: a new one that does not say so fails a test, and the purge."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column, ForeignKey, MetaData, Table, Text, cast, null, or_, select
from sqlalchemy.sql import ColumnElement

from portal.models import Number, NumberState, Workspace

Values = Mapping[str, Any]

KEPT: Mapping[str, Values] = {
    "access_session": {"reason": "", "ticket": ""},  # the platform's record of who was inside
    "audit_event": {"payload": null(), "salt": null()},  # the chain goes on, and still verifies
    "credit_entry": {},  # the organization's, with the name as it was booked
    "customer_order": {},  # the organization's, with the name as issued
    "invoice_line": {},  # the organization's, with the name as issued
    "login_session": {},  # a person's, who has other workspaces
    "number": {},  # the inventory's: nobody held it last
}
"""Tables that outlive a workspace which they refer to, and the columns of such rows that are emptied besides."""

NAMED: Mapping[str, tuple[str, Values]] = {
    "change": ("workspace", {"data": {}}),  # the feed has no holes
    "task_result": ("subject", {"label": "", "message": ""}),  # what became of a row of long work stays counted
}
"""Tables that name a workspace by its public id: by which column, and what of such rows is emptied."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one table, which `column` ties to the workspace, or to rows of `parent`. They go, or, with `values`, are
    emptied. `by_name`: the column has the workspace's public id."""

    table: Table
    column: Column[Any]
    parent: Part | None = None
    values: Values | None = None
    by_name: bool = False

    @property
    def keys(self) -> Sequence[Column[Any]]:
        """The primary key."""
        return list(self.table.primary_key.columns)

    def which(self, key: int, public_id: str) -> ColumnElement[bool]:
        """The rows of this workspace (integer key and public id) that are not done yet."""
        if self.parent is not None:
            referred = next(iter(self.column.foreign_keys)).column
            return self.column.in_(select(referred).where(self.parent.which(key, public_id)))
        if not self.by_name:
            return self.column == key
        full = (cast(self.table.c[name], Text) != _text(value) for name, value in (self.values or {}).items())
        return (self.column == public_id) & or_(*full)


def parts(metadata: MetaData) -> tuple[Part, ...]:
    """All of them, in the order in which they are done. Raises LookupError for a table that refers to a workspace and
    does not say what becomes of it."""
    own = _own(metadata)
    found = [_kept(table, key) for table in metadata.sorted_tables for key in _loose(table)]
    found += [
        Part(metadata.tables[name], metadata.tables[name].c[column], values=values, by_name=True)
        for name, (column, values) in NAMED.items()
    ]
    return (*found, *(own[table.name] for table in reversed(metadata.sorted_tables) if table.name in own))


@cache
def all_parts() -> tuple[Part, ...]:
    """Those of the program's tables."""
    return parts(Workspace.metadata)


def _text(value: Any) -> str:
    """As the database has it."""
    return value if isinstance(value, str) else json.dumps(value)


def _own(metadata: MetaData) -> dict[str, Part]:
    own: dict[str, Part] = {}
    for table in metadata.sorted_tables:  # what a table refers to comes before it
        for key in sorted(_bound(table), key=lambda key: key.column.table.name != Workspace.__tablename__):
            to = key.column.table.name
            if to == Workspace.__tablename__:
                own.setdefault(table.name, Part(table, key.parent))
            elif to in own:
                own.setdefault(table.name, Part(table, key.parent, parent=own[to]))
    return own


def _bound(table: Table) -> list[ForeignKey]:
    """The foreign keys without which a row cannot be."""
    return [key for key in table.foreign_keys if not key.parent.nullable or key.ondelete == "CASCADE"]


def _loose(table: Table) -> list[Column[Any]]:
    bound = {key.parent.name for key in _bound(table)}
    to = [key.parent for key in table.foreign_keys if key.column.table.name == Workspace.__tablename__]
    return [column for column in to if column.name not in bound]


def _kept(table: Table, column: Column[Any]) -> Part:
    if table.name not in KEPT:
        raise LookupError(f"{table.name}.{column.name} refers to a workspace: what becomes of it in a purge? See KEPT.")
    values = {**KEPT[table.name], column.name: null()}
    if table is Number.__table__ and column.name == Number.workspace_id.key:
        values |= {"state": NumberState.AVAILABLE, "porting_at": null()}  # nobody has ended its porting
    return Part(table, column, values=values)
