"""What was done to an organization and its workspaces, and by whom, in the words of its own people."""

from __future__ import annotations

from flask import Response

from portal.queries.audit import Wanted
from portal.rules.access import Permission
from portal.web import log_pages, organizations
from portal.web.access import needs
from portal.web.organization.side import page
from portal.web.pages import show

bp = page("activity")


@bp.get("/activity", endpoint="page")
@needs(Permission.ACCOUNT_ACTIVITY_VIEW)
def activity() -> Response:
    """A page of it, latest first."""
    whose = Wanted(organization_id=organizations.organization().key)
    return show("organization/activity", **log_pages.for_customers("organization_activity.page", whose))
