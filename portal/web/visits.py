"""Where a request comes from, for what is done before anybody is logged in."""

from __future__ import annotations

from datetime import timedelta

from flask import g, request

from portal.base import clock
from portal.base.site import settings
from portal.operations.sessions import Visit
from portal.rules.text import clean_line
from portal.web import hosts
from portal.web.cookies import read_token

LONGEST_AGENT = 300


def visit() -> Visit:
    """This request as a visit. The address is that of the last proxy that the settings do not name."""
    return Visit(
        at=clock.now(),
        address=request.remote_addr or "",
        agent=clean_line(request.user_agent.string[:LONGEST_AGENT]),
        request_id=g.request_id,
        lifetime=timedelta(hours=settings().session_hours),
        token=read_token(),
        host=hosts.name(),
    )
