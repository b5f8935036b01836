"""The list of all workspaces, its trash, and the small parts that its filters and badges open."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock
from portal.base.site import settings
from portal.queries import detail, purges, workspaces
from portal.queries import organizations as directory
from portal.queries import trash as closed
from portal.rules.access import Permission
from portal.web import formats, health_words, paging
from portal.web.access import needs
from portal.web.admin import workspace_addresses, workspace_list, workspace_purges, workspace_trash
from portal.web.admin.blueprints import workspaces as bp
from portal.web.admin.matches import list_asked, show_matches
from portal.web.admin.workspace_addresses import Address
from portal.web.pages import show, wants_part
from portal.web.platform import platform
from portal.web.reader import reader, words

COLUMNS_COOKIE = "portal-columns"
A_YEAR = 365 * 24 * 3600


@bp.get("/")
@needs(Permission.WORKSPACE_LIST)
def listing() -> Response:
    """All workspaces: 12 a page, searched, filtered and sorted as the address says."""
    asked = workspace_addresses.read(request.args, request.cookies.get(COLUMNS_COOKIE))
    found = workspaces.listing(asked.filters, platform(), clock.now())
    given = workspace_list.context(found, asked, platform(), reader())
    response = show("admin/workspaces/list", "_table", **given)
    if wants_part():
        response.headers["HX-Push-Url"] = given["address"]
    if asked.chosen:
        response.set_cookie(
            COLUMNS_COOKIE,
            workspace_addresses.remember(asked.columns),
            max_age=A_YEAR,
            path=workspace_addresses.HOME,
            secure=settings().secure,
            httponly=True,
            samesite="Lax",
        )
    return response


@bp.get("/trash")
@needs(Permission.WORKSPACE_LIST)
def trash() -> Response:
    """What was closed and not yet purged."""
    q = words()
    found = closed.trash(q, paging.number(request.args.get("page")))
    return show("admin/workspaces/trash", "_trash", **workspace_trash.context(found, q, reader()))


@bp.get("/purged")
@needs(Permission.WORKSPACE_LIST)
def purged() -> Response:
    """What is left of those that were purged."""
    found = purges.receipts(paging.number(request.args.get("page")))
    return show("admin/workspaces/purged", "_purged", **workspace_purges.context(found, reader()))


@bp.get("/organizations")
@needs(Permission.WORKSPACE_LIST)
def organizations() -> Response:
    """Organizations whose name matches, each a link to the list filtered by it."""
    asked = workspace_addresses.read(list_asked(), None)
    address = Address(asked.filters, asked.columns if asked.chosen else None)
    found = [(each.name, address.with_(organization=each.public_id)) for each in directory.matches(words())]
    return show_matches("organization", found, directory.MOST_MATCHES, "Workspaces", address.with_())


@bp.get("/<ws>/health")
@needs(Permission.WORKSPACE_VIEW)
def health(ws: str) -> ResponseReturnValue:
    """Why a workspace is rated as it is: for the popover of its badge, else on its page."""
    if not wants_part():
        return redirect(url_for("admin_workspaces.detail", ws=ws, _anchor="health"), 303)
    profile = detail.profile(ws)
    lines = health_words.lines(profile.reasons, formats.reader_locale()) if profile.health else []
    label = health_words.LEVELS[profile.health] if profile.health else "Not rated"
    return show("admin/workspaces/_why", label=label, reasons=lines, why="Its health has not been worked out yet.")
