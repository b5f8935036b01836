"""What was done to an organization and its workspaces, and by whom, in the words of its own people."""

from __future__ import annotations

from flask import Response, request

from portal.base import clock
from portal.operations.audit_events import FOR_CUSTOMERS
from portal.queries import audit as log
from portal.queries.audit import Wanted
from portal.rules.access import Permission
from portal.rules.errors import NotFound
from portal.web import audit_words, formats, organizations, paging
from portal.web.access import needs
from portal.web.organization.side import page
from portal.web.pages import show

bp = page("activity")


@bp.get("/activity", endpoint="page")
@needs(Permission.ACCOUNT_ACTIVITY_VIEW)
def activity() -> Response:
    """A page of it, latest first."""
    wanted = Wanted(organization_id=organizations.organization().key, among=frozenset(FOR_CUSTOMERS))
    found = log.events_page(wanted, paging.number(request.args.get("page")))
    if found.page > 1 and not found.events:
        raise NotFound()
    turn = paging.turning("organization_activity.page")
    return show(
        "organization/activity",
        entries=[audit_words.for_customers(event, clock.now()) for event in found.events],
        pager=paging.pager(
            found.page, log.PER_PAGE, found.total, turn, formats.reader_locale(), more=found.more_than_counted
        ),
    )
