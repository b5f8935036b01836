"""That somebody was seen: written before the request's own work, at most once in 5 minutes."""

from __future__ import annotations

import structlog
from flask import g
from sqlalchemy.exc import OperationalError

from portal.base import clock
from portal.operations import sessions
from portal.queries.principals import Principal
from portal.web.account.blueprint import bp

log = structlog.get_logger(__name__)


@bp.before_app_request
def beat() -> None:
    """A request is not refused because its heartbeat could not be written."""
    person: Principal | None = g.get("principal")
    now = clock.now()
    if person is None or person.awaits_second_factor or now - person.seen_at < sessions.HEARTBEAT:
        return
    try:
        sessions.seen(person.public_id, person.session, now)
    except OperationalError:
        log.warning("heartbeat_not_written")
