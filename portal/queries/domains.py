"""Custom domains of workspaces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.base.db import db
from portal.models import Domain, DomainState


@dataclass(frozen=True, slots=True)
class OwnDomain:
    """A workspace's own domain, with the token that proves whose it is."""

    public_id: str
    host: str
    token: str
    state: DomainState
    last_checked_at: datetime | None


def own_domain(workspace_id: int) -> OwnDomain | None:
    """That of the workspace (integer key); none where it has none of its own."""
    row = db.session.execute(
        select(Domain.public_id, Domain.host, Domain.token, Domain.state, Domain.last_checked_at)
        .where(Domain.workspace_id == workspace_id)
        .order_by(Domain.id)
        .limit(1)
    ).one_or_none()
    return OwnDomain(*row) if row else None
