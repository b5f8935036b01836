"""Log-in and log-out."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.operations import sessions
from portal.queries.principals import any_user
from portal.rules.access import Permission
from portal.web import hosts
from portal.web.access import actor, needs
from portal.web.account.blueprint import bp
from portal.web.account.forms import LogInForm
from portal.web.entry import enter, leave
from portal.web.pages import show
from portal.web.targets import safe
from portal.web.visits import visit


@bp.route("/login", methods=["GET", "POST"])
@needs(Permission.PUBLIC)
def log_in() -> ResponseReturnValue:
    """E-mail and password. Before anybody has an account, how to make the first one."""
    if g.principal and request.method == "GET":
        return redirect(safe(request.args.get("next"), url_for("account.home")), 303)
    if not any_user():
        return show("account/first_start")
    form = LogInForm(next=safe(request.args.get("next"), ""))
    if form.validate_on_submit():
        with form.refusals():
            opened = sessions.log_in(form.email.data, form.password.data, visit())
            return enter(opened, form.next.data)
    return show("account/log_in", status=422 if form.is_submitted() else 200, form=form, host=hosts.shown())


@bp.post("/logout")
@needs(Permission.SELF)
def log_out() -> ResponseReturnValue:
    """The session ends here and on the server."""
    sessions.log_out(g.principal.public_id, g.principal.session, actor())
    return leave(url_for("account.log_in"), "You are logged out.")
