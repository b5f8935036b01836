"""A workspace's extensions: the list, a new one with its secret, which is shown once, and what is done to one."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from portal.operations import extensions
from portal.operations.extensions import Shown
from portal.queries import tenant_lists
from portal.queries.tenant_lists import ExtensionRow
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.rules.limits import Limit
from portal.web import formats, tenancy
from portal.web.access import actor, may, needs
from portal.web.forms import Form
from portal.web.pages import ask, done
from portal.web.workspace.lists import EXTENSIONS, listed
from portal.web.workspace.side import own_limit, page

bp = page("extensions")
HERE = "workspace_extensions.listing"


class ExtensionForm(Form):
    """A new one."""

    number = StringField()
    display_name = StringField()


@bp.get("/extensions")
@needs(Permission.TENANT_EXTENSION_VIEW)
def listing() -> Response:
    """A page of the extensions."""
    changes = may(Permission.TENANT_EXTENSION_EDIT)
    add = ("New extension…", url_for("workspace_extensions.new"), True) if changes else None
    return listed(EXTENSIONS, HERE, add=add, acts=changes, taken=own_limit(Limit.EXTENSIONS, formats.reader_locale()))


@bp.route("/extensions/new", methods=["GET", "POST"])
@needs(Permission.TENANT_EXTENSION_EDIT)
def new() -> ResponseReturnValue:
    """Creates one, and shows its secret."""
    form = ExtensionForm()
    if form.validate_on_submit():
        with form.refusals():
            made = extensions.create(_workspace(), form.number.data or "", form.display_name.data or "", actor())
            return _shown(made, f"Extension {made.number} created")
    taken = own_limit(Limit.EXTENSIONS, formats.reader_locale())
    return _ask("extension_new", "New", 422 if form.is_submitted() else 200, form=form, taken=taken)


@bp.route("/extensions/<ext>/renew", methods=["GET", "POST"])
@needs(Permission.TENANT_EXTENSION_EDIT)
def renew(ext: str) -> ResponseReturnValue:
    """Gives it another secret, and shows that."""
    found, form = _extension(ext), Form()
    if form.validate_on_submit():
        return _shown(extensions.renew(_workspace(), ext, actor()), f"New secret of extension {found.number}")
    return _ask("extension_act", "New secret", form=form, act="renew", it=found)


@bp.route("/extensions/<ext>/unregister", methods=["GET", "POST"])
@needs(Permission.TENANT_EXTENSION_EDIT)
def unregister(ext: str) -> ResponseReturnValue:
    """Nothing can log in as it any more."""
    found, form = _extension(ext), Form()
    if form.validate_on_submit():
        extensions.unregister(_workspace(), ext, actor())
        flash(f"Extension {found.number} is unregistered.", "good")
        return done(url_for(HERE))
    return _ask("extension_act", "Unregister", form=form, act="unregister", it=found)


@bp.route("/extensions/<ext>/provision", methods=["GET", "POST"])
@needs(Permission.TENANT_EXTENSION_EDIT)
def provision(ext: str) -> ResponseReturnValue:
    """It works again, with a new secret."""
    found, form = _extension(ext), Form()
    if form.validate_on_submit():
        with form.refusals():
            made = extensions.provision(_workspace(), ext, actor())
            return _shown(made, f"Extension {found.number} works again")
    status = 422 if form.is_submitted() else 200
    return _ask("extension_act", "Provision again", status, form=form, act="provision", it=found)


def _shown(made: Shown, words: str) -> ResponseReturnValue:
    return _ask("extension_secret", "Secret", made=made, words=words, action=None)


def _ask(template: str, crumb: str, status: int = 200, **context: Any) -> ResponseReturnValue:
    back = url_for(HERE)
    given: dict[str, Any] = {"action": request.path, "back_url": back, "crumbs": (("Extensions", back), (crumb, None))}
    return ask(f"workspace/{template}", status, **(given | context))


def _workspace() -> str:
    return tenancy.tenant().public_id


def _extension(ext: str) -> ExtensionRow:
    found = tenant_lists.extension(ext) if ext.isprintable() else None
    if found is None:
        raise NotFound()
    return found
