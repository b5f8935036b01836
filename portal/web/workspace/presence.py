"""That a member was in the workspace: by their own request alone, never by staff and never in an access session."""

from __future__ import annotations

import structlog
from flask import g
from sqlalchemy.exc import OperationalError

from portal.base import clock
from portal.operations import presence
from portal.operations.sessions import HEARTBEAT
from portal.queries.principals import Principal
from portal.queries.tenants import Tenant
from portal.web.workspace.home import bp

log = structlog.get_logger(__name__)


@bp.before_app_request
def beat() -> None:
    """A request is not refused because its heartbeat could not be written."""
    here: Tenant | None = g.get("tenant")
    person: Principal | None = g.get("principal")
    if here is None or person is None or person.access or person.staff_role:
        return
    now, before = clock.now(), here.member_seen_at
    if before is not None and now - before < HEARTBEAT and person.last_workspace_id == here.key:
        return
    try:
        presence.seen_in(here.key, person.user_id, person.session, person.last_workspace_id, now)
    except OperationalError:
        log.warning("heartbeat_not_written")
