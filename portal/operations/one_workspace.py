"""The one workspace that a key or a webhook is for."""

from __future__ import annotations

from sqlalchemy import select

from portal.base.db import db
from portal.models import Workspace
from portal.rules.errors import Refused


def one_or_all(text: str) -> Workspace | None:
    """The workspace that somebody named by public id or web address; None for blank, which is all of them. Refused at
    the field `workspace` where there is no such one. Within the platform's scope."""
    given = text.strip()
    if not given:
        return None
    named = (Workspace.public_id == given) | (Workspace.web_address == given.lower())
    row: Workspace | None = db.session.scalar(select(Workspace).where(named)) if given.isprintable() else None
    if row is None:
        raise Refused("There is no such workspace. Give its web address, or leave it empty for all.", "workspace")
    return row
