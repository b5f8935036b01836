"""What people find by typing outside of any workspace: their own workspaces and pages. Staff find more: see
`portal.web.admin.search`."""

from __future__ import annotations

from flask import g, url_for
from flask.typing import ResponseReturnValue

from portal.rules.access import Permission
from portal.web import palette
from portal.web.access import needs, opens
from portal.web.account.blueprint import bp
from portal.web.pages import away
from portal.web.reader import words

STAFF = "admin_search.page"


@bp.get("/search")
@needs(Permission.SELF)
def search() -> ResponseReturnValue:
    """What matches; without a query what is at hand."""
    q = words()
    if opens(STAFF):
        return away(STAFF, q=q)
    own = () if g.principal.staff_role else (palette.own_workspaces(q),)
    return palette.draw(q, url_for("account.search"), (*own, *palette.common(q)))
