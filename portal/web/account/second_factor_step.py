"""The second step of a log-in: a code of the authenticator, or a recovery code."""

from __future__ import annotations

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.operations import second_factor as codes
from portal.rules.access import Permission
from portal.web.access import needs
from portal.web.account.blueprint import bp
from portal.web.account.forms import CodeForm
from portal.web.entry import renewed
from portal.web.pages import show
from portal.web.targets import safe
from portal.web.visits import visit


@bp.route("/login/second-factor", methods=["GET", "POST"])
@needs(Permission.SELF)
def second_factor() -> ResponseReturnValue:
    """Asks for the code that is still due."""
    home = url_for("account.home")
    if not g.principal.awaits_second_factor:
        return redirect(safe(request.args.get("next"), home), 303)
    form = CodeForm(next=safe(request.args.get("next"), home))
    if form.validate_on_submit():
        with form.refusals():
            token = codes.pass_step(form.code.data, visit())
            return renewed(token, safe(form.next.data, home))
    return show("account/second_factor_step", status=422 if form.is_submitted() else 200, form=form)
