"""Passwords: forgotten, reset by a link, changed."""

from __future__ import annotations

from flask import g, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.emails import check_email
from portal.gateways.mail import gateway
from portal.operations import passwords
from portal.queries.accounts import reset_target
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.web import role_words
from portal.web.access import actor, needs
from portal.web.account.blueprint import bp
from portal.web.account.forms import ForgotForm, NewPasswordForm, PasswordForm
from portal.web.entry import enter, renewed
from portal.web.pages import show
from portal.web.visits import visit


@bp.route("/password/forgot", methods=["GET", "POST"])
@needs(Permission.PUBLIC)
def password_forgot() -> ResponseReturnValue:
    """Asks for a link by mail; says the same whether there is such an account or not."""
    form = ForgotForm()
    ready = gateway().ready
    if form.validate_on_submit():
        with form.refusals():
            email = check_email(form.email.data)
            passwords.request_reset(email, visit())
            return show("account/forgot_sent", email=email, ready=ready)
    return show("account/forgot", status=422 if form.is_submitted() else 200, form=form, ready=ready)


@bp.route("/password/reset/<token>", methods=["GET", "POST"])
@needs(Permission.PUBLIC)
def password_reset(token: str) -> ResponseReturnValue:
    """Sets a new password by a link, which only the POST uses up."""
    person = reset_target(token, clock.now())
    if person is None:
        return show("account/reset_dead", status=410)
    form = NewPasswordForm()
    if form.validate_on_submit():
        with form.refusals():
            try:
                return enter(passwords.reset(token, form.password.data, visit()))
            except NotFound:
                return show("account/reset_dead", status=410)
    role = role_words.STAFF_ROLES[person.staff] if person.staff else ""
    return show("account/reset", status=422 if form.is_submitted() else 200, form=form, person=person, role=role)


@bp.route("/password/change", methods=["GET", "POST"])
@needs(Permission.SELF)
def password_change() -> ResponseReturnValue:
    """A new password: because one wants it, or because one is due."""
    forced = g.principal.must_set_password
    form = NewPasswordForm() if forced else PasswordForm()
    if form.validate_on_submit():
        with form.refusals():
            present = None if forced else form.current_password.data
            token = passwords.change(g.principal.public_id, present, form.password.data, actor(), visit())
            onward = url_for("account.home" if forced else "account.profile")
            return renewed(token, onward, "Password changed. Every other session was ended.")
    page = "account/password_due" if forced else "account/password"
    return show(page, status=422 if form.is_submitted() else 200, form=form)
