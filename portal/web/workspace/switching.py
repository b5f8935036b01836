"""Going from one of one's workspaces to another."""

from __future__ import annotations

from flask import Blueprint, Response, g, request, url_for
from flask.typing import ResponseReturnValue

from portal.operations import presence
from portal.queries import own_organizations, tenants
from portal.rules.access import Permission
from portal.web import surroundings
from portal.web.access import needs
from portal.web.pages import done, show
from portal.web.reader import words
from portal.web.targets import safe

bp = Blueprint("switch", __name__)


@bp.get("/switch")
@needs(Permission.SELF)
def search() -> Response:
    """One's workspaces, searched by name, address and organization."""
    q = words()
    found = tenants.matching_places(g.principal.user_id, q)
    return show(
        "workspace/switch",
        "_found",
        q=q,
        groups=surroundings.grouped(found, own_organizations.matching_accounts(g.principal.user_id, q)),
        perhaps_more=len(found) == tenants.MOST_PLACES,
    )


@bp.post("/switch")
@needs(Permission.SELF)
def switch() -> ResponseReturnValue:
    """To the workspace; on to `next` where that is one of its pages."""
    address = presence.switch(request.form.get("workspace", ""), g.principal.user_id, g.principal.session)
    home = url_for("workspace_home.page", slug=address)
    onward = safe(request.form.get("next"), home)
    return done(onward if onward.startswith(home) else home)
