"""Ending one's own sessions, one or all others."""

from __future__ import annotations

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.operations import sessions
from portal.rules.access import Permission
from portal.web.access import actor, needs
from portal.web.account.blueprint import bp
from portal.web.entry import leave


@bp.post("/me/sessions/<session>/end")
@needs(Permission.SELF)
def session_end(session: str) -> ResponseReturnValue:
    """Ends one; this one, as a log-out."""
    if session == g.principal.session:
        sessions.log_out(g.principal.public_id, session, actor())
        return leave(url_for("account.log_in"), "You are logged out.")
    sessions.end(g.principal.public_id, session, actor())
    flash("Session ended.", "good")
    return redirect(url_for("account.profile") + "#sessions", 303)


@bp.post("/me/sessions/end-others")
@needs(Permission.SELF)
def sessions_end_others() -> ResponseReturnValue:
    """Ends all but this one."""
    ended = sessions.end_others(g.principal.public_id, g.principal.session, actor())
    flash("1 other session ended." if ended == 1 else f"{ended} other sessions ended.", "good")
    return redirect(url_for("account.profile") + "#sessions", 303)
