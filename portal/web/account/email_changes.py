"""Another e-mail address: asked for, and confirmed by a link. Reading the link's page uses nothing up."""

from __future__ import annotations

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.gateways.mail import gateway
from portal.operations import email_changes
from portal.queries.accounts import email_wanted
from portal.rules.access import Permission
from portal.rules.errors import Conflict, NotFound
from portal.web.access import actor, needs
from portal.web.account.blueprint import bp
from portal.web.account.forms import EmailForm
from portal.web.pages import show
from portal.web.visits import visit


@bp.route("/me/email", methods=["GET", "POST"])
@needs(Permission.SELF)
def email_change() -> ResponseReturnValue:
    """Asks for the new address and the password; says the same whether somebody has that address or not."""
    form = EmailForm()
    ready = gateway().ready
    if form.validate_on_submit():
        with form.refusals():
            person = g.principal.public_id
            email = email_changes.request(person, form.email.data, form.password.data, actor(), visit())
            return show("account/email_sent", email=email, ready=ready)
    return show("account/email", status=422 if form.is_submitted() else 200, form=form, ready=ready)


@bp.get("/me/email/<token>")
@needs(Permission.SELF)
def email_confirm(token: str) -> ResponseReturnValue:
    """The new address, and a button. Only for the person who asked, so that a slip of the hand hands nothing over."""
    email = email_wanted(g.principal.user_id, token, clock.now())
    if email is None:
        return show("account/email_dead", status=410)
    return show("account/email_confirm", email=email, token=token)


@bp.post("/me/email/<token>")
@needs(Permission.SELF)
def email_confirmed(token: str) -> ResponseReturnValue:
    """The address is the new one."""
    try:
        email = email_changes.change(g.principal.public_id, token, actor(), g.principal.session)
    except NotFound:
        return show("account/email_dead", status=410)
    except Conflict:
        return show("account/email_dead", status=409, taken=True)
    flash(f"You log in with {email} now. Every other session was ended.", "good")
    return redirect(url_for("account.profile"), 303)
