"""Stop: the way out of an access session."""

from __future__ import annotations

from flask import Blueprint, current_app, g, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.operations import access_sessions
from portal.rules.access import Permission
from portal.web.access import actor, needs
from portal.web.entry import renewed

bp = Blueprint("access", __name__)


@bp.post("/access/stop")
@needs(Permission.PUBLIC)
def stop() -> ResponseReturnValue:
    """Out of the workspace and to its page in the platform, whatever became of the visit meanwhile."""
    if g.principal is None:
        return redirect(url_for("account.log_in"), 303)
    left = access_sessions.stop(g.principal.session, actor())
    known = left.workspace and "admin_workspaces.detail" in current_app.view_functions
    onward = url_for("admin_workspaces.detail", ws=left.workspace) if known else url_for("account.home")
    return renewed(left.token, onward, "You are yourself again." if g.principal.access else None)
