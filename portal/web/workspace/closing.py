"""A workspace is closed by its owner, from its settings."""

from __future__ import annotations

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from portal.models import scope
from portal.operations import closing
from portal.queries import account_users
from portal.rules.access import Permission
from portal.web import closing_words, formats, tenancy
from portal.web.access import actor, needs
from portal.web.closing_words import CloseForm
from portal.web.fresh import fresh
from portal.web.pages import done
from portal.web.platform import brand
from portal.web.workspace.settings import bp
from portal.web.workspace.side import own_profile

HERE = "workspace_settings.page"


@bp.route("/settings/close", methods=["GET", "POST"])
@needs(Permission.TENANT_CLOSE)
@fresh("workspace_settings.close")
def close() -> ResponseReturnValue:
    """Closes it, if the name is typed as it is."""
    profile, form = own_profile(), CloseForm()
    if form.validate_on_submit():
        with form.refusals():
            closing.close(
                profile.public_id, form.confirm_name.data or "", actor(), Permission.TENANT_CLOSE, told=form.heard()
            )
            flash(f"The workspace is closed. For 90 days the staff of {brand()} can restore it.", "good")
            return done(url_for("workspace_home.page"))
    with scope.platform():  # of this workspace alone, which the guard has let the owner into
        crumbs = (("Settings", url_for(HERE)), ("Close", None))
        return closing_words.customers_ask(profile, form, url_for(HERE), crumbs, _who())


def _who() -> str:
    """Who chooses another primary, or closes the others."""
    admins = account_users.admins(tenancy.tenant().organization_slug)
    names = ", ".join(map(formats.isolated, admins)) or f"the staff of {brand()}"
    return f"The organization’s admins can do both: {names}." if admins else f"Ask {names}."
