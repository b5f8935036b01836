"""Every table of a workspace's rows is read through the scope and cannot hold a row of nobody."""

from collections.abc import Iterable, Iterator

import pytest
from sqlalchemy import ForeignKey, Integer, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, Mapper, mapped_column

from portal import models
from portal.base.db import db
from portal.models.columns import OfWorkspace

# Tables whose rows may belong to no workspace, and why.
EXEMPT = {
    "access_session": "a visit of staff is the platform's record, and outlives the workspace",
    "api_key": "may be for all workspaces",
    "audit_event": "events of the platform and of organizations have none; the trail outlives a purge",
    "domain": "may belong to an organization",
    "hold": "is on an organization or on a workspace",
    "invitation": "may be to the platform or to an organization",
    "number": "in the inventory it belongs to nobody",
    "credit_entry": "the ledger is the organization's, and outlives a purge",
    "invoice_line": "the account's own lines have none; the invoice outlives a purge",
    "customer_order": "may be an organization's; the invoice outlives a purge",
    "webhook": "may be for all workspaces",
    "outbox_message": "a mail to staff or to an organization has none",
}


def complaints(mappers: Iterable[Mapper[object]], exempt: Iterable[str] = ()) -> Iterator[str]:
    """What is wrong with the tables that have a workspace_id."""
    for mapper in mappers:
        table = mapper.local_table
        if not isinstance(table, Table) or "workspace_id" not in table.columns or table.name in exempt:
            continue
        column = table.columns["workspace_id"]
        if column.nullable:
            yield f"{table.name}.workspace_id is nullable"
        if not any(key.column.table.name == "workspace" for key in column.foreign_keys):
            yield f"{table.name}.workspace_id has no foreign key to workspace"
        if not issubclass(mapper.class_, OfWorkspace):
            yield f"{mapper.class_.__name__} lacks the mixin OfWorkspace"


def test_every_table_of_a_workspace_is_scoped() -> None:
    assert models.Workspace.__table__.name == "workspace"
    assert not list(complaints(db.Model.registry.mappers, EXEMPT))


@pytest.mark.parametrize("table", EXEMPT)
def test_every_exemption_is_needed(table: str) -> None:
    found = [mapper for mapper in db.Model.registry.mappers if mapper.local_table.name == table]  # type: ignore[attr-defined]
    assert len(found) == 1, f"there is no table {table}"
    assert list(complaints(found))


def test_a_loose_table_is_found() -> None:
    class Base(DeclarativeBase):
        pass

    class Workspace(Base):
        __tablename__ = "workspace"
        id: Mapped[int] = mapped_column(Integer, primary_key=True)

    class Loose(Base):
        __tablename__ = "loose"
        id: Mapped[int] = mapped_column(Integer, primary_key=True)
        workspace_id: Mapped[int | None]

    class Unmixed(Base):
        __tablename__ = "unmixed"
        id: Mapped[int] = mapped_column(Integer, primary_key=True)
        workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))

    class Fine(OfWorkspace, Base):
        __tablename__ = "fine"
        id: Mapped[int] = mapped_column(Integer, primary_key=True)

    assert sorted(complaints(Base.registry.mappers)) == [
        "Loose lacks the mixin OfWorkspace",
        "Unmixed lacks the mixin OfWorkspace",
        "loose.workspace_id has no foreign key to workspace",
        "loose.workspace_id is nullable",
    ]
