"""The address without a path: where each person's work is."""

from __future__ import annotations

from flask import current_app, g, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.queries import own_organizations, tenants
from portal.queries.accounts import belongings
from portal.queries.principals import Principal
from portal.rules.access import Permission
from portal.web import hosts
from portal.web.access import needs
from portal.web.account.blueprint import bp
from portal.web.pages import show
from portal.web.role_words import ORGANIZATION_ROLES

STAFF_HOMES = ("admin_dashboard.page", "admin_workspaces.listing")


@bp.get("/")
@needs(Permission.SELF)
def home() -> ResponseReturnValue:
    """Staff go to the platform's first page, others to the workspace that they were in last, else to their first,
    or to their organization's pages."""
    person: Principal = g.principal
    if person.staff_role:
        views = current_app.view_functions
        return redirect(url_for(next((name for name in STAFF_HOMES if name in views), "account.profile")), 303)
    places = hosts.here(tenants.recent_places(person.user_id, tenants.MOST_PLACES))
    here = next((place for place in places if place.key == person.last_workspace_id), places[0] if places else None)
    if here:
        return redirect(url_for("workspace_home.page", slug=here.web_address), 303)
    accounts = hosts.here(own_organizations.accounts(person.user_id))
    if accounts and hosts.answers("organization_overview.page"):
        return redirect(url_for("organization_overview.page", slug=accounts[0].slug), 303)
    return show(
        "account/no_workspace",
        belongings=() if hosts.domain() else belongings(person.user_id),
        organization_roles=ORGANIZATION_ROLES,
    )
