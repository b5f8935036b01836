"""What the dialogs about one workspace share: where they stand, and where one goes on from them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from portal.queries.detail import Profile
from portal.web import formats
from portal.web.pages import ask, done
from portal.web.targets import came_from

ORGANIZATION = re.compile(r"/admin/organizations/org_[0-9A-Za-z]+")
LISTS = ("admin_workspaces.listing", "admin_workspaces.trash")


def question(page: str, profile: Profile, crumb: str, status: int = 200, **context: Any) -> ResponseReturnValue:
    """The dialog `page` about this workspace. `crumb`: what it is, in a word or two."""
    back = url_for("admin_workspaces.detail", ws=profile.public_id)
    crumbs = (("Workspaces", url_for("admin_workspaces.listing")), (profile.name, back), (crumb, None))
    given: dict[str, Any] = {"action": request.path, "back_url": back, "crumbs": crumbs} | context
    return ask(f"admin/workspaces/{page}", status, ws=profile, **given)


def settled(ws: str, message: str, kind: str = "good") -> ResponseReturnValue:
    """After a change, with this notice: back to the list, or to the organization's page, where it was asked from there,
    else to the workspace."""
    flash(message, kind)
    back = came_from()
    lists = {url_for(endpoint) for endpoint in LISTS}
    there = urlsplit(back).path
    goes_back = there in lists or ORGANIZATION.fullmatch(there)
    return done(back if goes_back else url_for("admin_workspaces.detail", ws=ws))


def named(profile: Profile) -> str:
    """Its name within a sentence."""
    return formats.isolated(profile.name)
