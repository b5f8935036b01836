"""API keys: which programs may do what; a new key is shown once."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, flash, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectMultipleField, StringField

from portal.base import clock
from portal.operations import api_keys
from portal.operations.api_keys import NewKey
from portal.queries import api_keys as reads
from portal.queries.api_keys import KeyRow
from portal.rules.access import Permission
from portal.rules.api_scopes import ApiScope
from portal.web import formats
from portal.web.access import actor, may, needs
from portal.web.forms import Form
from portal.web.fresh import fresh
from portal.web.pages import ask, done, show
from portal.web.reader import Reader, reader

bp = Blueprint("admin_api_keys", __name__, url_prefix="/admin/api-keys")
HOME = "admin_api_keys.listing"
CHOICES = [(scope.value, scope.words) for scope in ApiScope]


class NewForm(Form):
    """What a program is called, what it may do, where, and until when."""

    name = StringField()
    scopes = SelectMultipleField(validate_choice=False)
    workspace = StringField()
    expires = StringField()

    def asked(self) -> NewKey:
        """As the operation takes it."""
        return NewKey(self.name.data or "", self.scopes.data or (), self.workspace.data or "", self.expires.data or "")


@bp.get("/")
@needs(Permission.API_KEY_VIEW)
def listing() -> Response:
    """All keys, the newest first; those that open nothing any more stand behind the others."""
    now, by = clock.now(), reader()
    rows = sorted(reads.api_keys(), key=lambda each: not each.works(now))
    return show(
        "admin/api_keys/list", rows=[_row(each, now, by) for each in rows], may_edit=may(Permission.API_KEY_EDIT)
    )


@bp.route("/new", methods=["GET", "POST"])
@needs(Permission.API_KEY_EDIT)
@fresh(HOME)
def new() -> ResponseReturnValue:
    """A new key. Its secret is on the page that answers, and nowhere else."""
    form = NewForm()
    if form.validate_on_submit():
        with form.refusals():
            asked = form.asked()
            made = api_keys.create(asked, actor())
            return show("admin/api_keys/made", name=asked.name, secret=made.secret, crumbs=_crumbs("New key"))
    return show(
        "admin/api_keys/new",
        status=422 if form.is_submitted() else 200,
        form=form,
        scopes=[(value, words, value in (form.scopes.data or ())) for value, words in CHOICES],
        crumbs=_crumbs("New key"),
    )


@bp.route("/<key>/revoke", methods=["GET", "POST"])
@needs(Permission.API_KEY_EDIT)
@fresh(HOME)
def revoke(key: str) -> ResponseReturnValue:
    """The key opens nothing from now on."""
    found = reads.api_key(key)
    form = Form()
    if form.validate_on_submit():
        api_keys.revoke(key, actor())
        flash(f"The key {found.name} opens nothing any more.", "good")
        return done(url_for(HOME))
    now, by = clock.now(), reader()
    return ask(
        "admin/api_keys/revoke",
        form=form,
        row=_row(found, now, by),
        action=url_for("admin_api_keys.revoke", key=key),
        back_url=url_for(HOME),
        crumbs=_crumbs("Revoke"),
    )


def _crumbs(here: str) -> list[tuple[str, str | None]]:
    return [("API keys", url_for(HOME)), (here, None)]


def _row(it: KeyRow, now: datetime, by: Reader) -> dict[str, object]:
    return {
        "it": it,
        "badge": _badge(it, now, by),
        "works": it.works(now),
        "scopes": [(scope.value, scope.words) for scope in it.scopes],
        "created": formats.moment(it.created_at, now, by.locale, by.timezone),
        "used": formats.ago(it.last_used_at, now, by.locale),
        "used_title": formats.minute(it.last_used_at, by.locale, by.timezone) if it.last_used_at else "",
        "workspace_url": url_for("admin_workspaces.detail", ws=it.workspace) if it.workspace else None,
    }


def _badge(it: KeyRow, now: datetime, by: Reader) -> tuple[str, str, str]:
    """Class, words, and what more there is to say."""
    if it.revoked_at is not None:
        when = formats.moment(it.revoked_at, now, by.locale, by.timezone)
        return "cancelled", "Revoked", f"{when} by {it.revoked_by}"
    if not it.works(now):
        return "failed", "Over", ""
    until = formats.minute(it.expires_at, by.locale, by.timezone) if it.expires_at else ""
    return "active", "Works", f"until {until}" if until else ""
