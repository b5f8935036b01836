"""Announcements: one `change` row in the same unit; the changes feed reads it, webhooks deliver it.

They are gathered while the unit is open and written when it closes, one unit after the other: the order of their keys
is the order of the commits, so that whoever reads the feed up to a row has seen all before it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.base import ids
from portal.models import Change, Workspace
from portal.operations.unit import exclusively, pending
from portal.rules.actors import Actor
from portal.rules.changes import check_told

RANK = 80  # before the audit chain, whose head is locked last of all
GATHERED = "changes"


def announce(session: Session, kind: str, workspace: Workspace, by: Actor, /, **data: Any) -> None:
    """Tell the data plane of a change to this workspace, for example `workspace.suspended`. LookupError for `data` that
    its kind does not declare."""
    check_told(kind, data)
    unit = pending(session)
    unit.closing[RANK] = _write
    unit.gathered.setdefault(GATHERED, []).append((kind, workspace, by.at, data))


def _write(session: Session) -> None:
    """On PostgreSQL a key is given before the commit: whoever has it keeps all others waiting until then."""
    rows = [
        {"public_id": ids.new("chg"), "type": kind, "at": at, "workspace": workspace.public_id, "data": data}
        for kind, workspace, at, data in pending(session).gathered[GATHERED]
    ]
    if rows:
        exclusively(session, "changes")
        session.execute(insert(Change).values(organization=""), rows)
