"""The password once more, before credentials or power change (see `portal.web.fresh`)."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.operations import sessions
from portal.rules.access import Permission
from portal.web.access import needs
from portal.web.account.blueprint import bp
from portal.web.account.forms import ConfirmForm
from portal.web.pages import show
from portal.web.targets import safe
from portal.web.visits import visit


@bp.route("/me/confirm", methods=["GET", "POST"])
@needs(Permission.SELF)
def confirm() -> ResponseReturnValue:
    """Asks for the password and goes on."""
    profile = url_for("account.profile")
    form = ConfirmForm(next=safe(request.args.get("next"), profile))
    if form.validate_on_submit():
        with form.refusals():
            sessions.reauthenticate(g.principal.public_id, g.principal.session, form.password.data, visit())
            return redirect(safe(form.next.data, profile), 303)
    return show("account/confirm", status=422 if form.is_submitted() else 200, form=form)
