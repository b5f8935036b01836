"""What was done to a workspace, and by whom, in the words of its own people; visits of staff included."""

from __future__ import annotations

from flask import Response

from portal.queries.audit import Wanted
from portal.rules.access import Permission
from portal.web import log_pages, tenancy
from portal.web.access import needs
from portal.web.pages import show
from portal.web.workspace.side import page

bp = page("activity")


@bp.get("/activity", endpoint="page")
@needs(Permission.TENANT_ACTIVITY_VIEW)
def activity() -> Response:
    """A page of it, latest first."""
    whose = Wanted(workspace_id=tenancy.tenant().key)
    return show("workspace/activity", **log_pages.for_customers("workspace_activity.page", whose))
