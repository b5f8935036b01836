"""The list of all organizations."""

from __future__ import annotations

from flask import Response, request

from portal.queries import organizations
from portal.rules.access import Permission
from portal.web.access import needs
from portal.web.admin import organization_addresses, organization_list
from portal.web.admin.blueprints import organizations as bp
from portal.web.pages import show, wants_part
from portal.web.platform import platform
from portal.web.reader import reader


@bp.get("/")
@needs(Permission.ORGANIZATION_LIST)
def listing() -> Response:
    """All organizations: 12 a page, searched, filtered and sorted as the address says."""
    asked = organization_addresses.read(request.args)
    found = organizations.listing(asked.filters)
    given = organization_list.context(found, asked, reader(), platform().reporting_currency)
    response = show("admin/organizations/list", "_table", **given)
    if wants_part():
        response.headers["HX-Push-Url"] = given["address"]
    return response
