"""Announcements: one `change` row in the same unit; the changes feed reads it, webhooks deliver it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from portal.models import Change, Workspace
from portal.operations.unit import pending
from portal.rules.actors import Actor


def announce(session: Session, kind: str, workspace: Workspace, by: Actor, **data: Any) -> None:
    """Tell the data plane of a change to this workspace, for example `workspace.suspended`."""
    pending(session)
    session.add(Change(type=kind, at=by.at, workspace=workspace.public_id, data=data))
