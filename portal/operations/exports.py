"""Lists taken away as files."""

from __future__ import annotations

from collections.abc import Mapping

from portal.models import Workspace
from portal.operations.audit import record
from portal.operations.unit import locked, unit
from portal.rules.actors import Actor


def record_export(filters: Mapping[str, str], rows: int, by: Actor) -> None:
    """The audit log holds who exported the list of workspaces, filtered how, and how many rows it had."""
    with unit():
        record("list.exported", by, filters=dict(filters), rows=rows)


def record_contacts_export(workspace: str, rows: int, by: Actor) -> None:
    """The audit log holds who took the contacts of the workspace (public id), and how many. Raises NotFound."""
    with unit() as session:
        record("contacts.exported", by, workspace=locked(session, Workspace, workspace), rows=rows)


def record_recordings_export(workspace: str, rows: int, by: Actor) -> None:
    """The same of its recordings. Raises NotFound."""
    with unit() as session:
        record("recording.exported", by, workspace=locked(session, Workspace, workspace), rows=rows)


def record_users_export(filters: Mapping[str, str], rows: int, by: Actor) -> None:
    """The same of the list of users."""
    with unit():
        record("list.users_exported", by, filters=dict(filters), rows=rows)


def record_numbers_export(filters: Mapping[str, str], rows: int, by: Actor) -> None:
    """The same of the inventory of numbers."""
    with unit():
        record("list.numbers_exported", by, filters=dict(filters), rows=rows)
