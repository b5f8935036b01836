"""The address without a path: where each person's work is."""

from __future__ import annotations

from flask import current_app, g, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries.accounts import belongings
from portal.rules.access import Permission
from portal.web.access import needs
from portal.web.account.blueprint import bp
from portal.web.pages import show
from portal.web.role_words import ORGANIZATION_ROLES, WORKSPACE_ROLES

STAFF_HOMES = ("admin_dashboard.page", "admin_workspaces.listing")


@bp.get("/")
@needs(Permission.SELF)
def home() -> ResponseReturnValue:
    """Staff go to the platform's first page; others read what they belong to."""
    if g.principal.staff_role:
        views = current_app.view_functions
        return redirect(url_for(next((name for name in STAFF_HOMES if name in views), "account.profile")), 303)
    return show(
        "account/no_workspace",
        belongings=belongings(g.principal.user_id),
        organization_roles=ORGANIZATION_ROLES,
        workspace_roles=WORKSPACE_ROLES,
    )
