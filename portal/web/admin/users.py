"""The list of all users, its trash, its file, and the search for a workspace to filter by."""

from __future__ import annotations

from flask import Response, g, request

from portal.base import clock
from portal.operations import exports
from portal.queries import users
from portal.queries.users import Listed
from portal.rules.access import Permission
from portal.web import role_words
from portal.web.access import actor, may, needs, permissions
from portal.web.admin import user_addresses, user_list
from portal.web.admin.blueprints import users as bp
from portal.web.admin.matches import list_asked, show_matches
from portal.web.admin.user_addresses import Address
from portal.web.downloads import csv_file
from portal.web.pages import show, wants_part
from portal.web.reader import reader, words
from portal.web.spreadsheets import guarded

HEAD = ("id", "name", "email", "staff_role", "status", "verified", "second_factor", "last_seen_at", "created_at")


@bp.get("/")
@needs(Permission.USER_LIST)
def listing() -> Response:
    """All users: 12 a page, searched, filtered and sorted as the address says."""
    return _list(trash=False)


@bp.get("/trash")
@needs(Permission.USER_LIST)
def trash() -> Response:
    """Those in the trash."""
    return _list(trash=True)


@bp.get("/workspaces")
@needs(Permission.USER_LIST)
def workspaces() -> Response:
    """Workspaces that match, each a link to the list filtered by it."""
    address = Address(user_addresses.read(list_asked()).filters)
    found = [(name, address.with_(workspace=public_id)) for public_id, name in users.workspace_matches(words())]
    return show_matches("workspace", found, users.MOST_MATCHES, "Users", address.with_())


@bp.get("/export.csv")
@needs(Permission.USER_LIST)
def export() -> Response:
    """All pages of the list as it is filtered; the audit log keeps who took it."""
    filters = user_addresses.read(request.args).filters
    exports.record_users_export(Address(filters).values, users.number_of(filters), actor())
    return csv_file(f"users-{clock.now():%Y-%m-%d}.csv", HEAD, map(_cells, users.each(filters)))


def _list(trash: bool) -> Response:
    asked = user_addresses.read(request.args, trash=trash)
    powers = user_list.Powers(permissions(), g.principal.public_id)
    given = user_list.context(users.listing(asked.filters), asked, reader(), powers)
    page = "admin/users/trash" if trash else "admin/users/list"
    response = show(page, "_table", may_invite=may(Permission.USER_EDIT), **given)
    if wants_part():
        response.headers["HX-Push-Url"] = given["address"]
    return response


def _cells(person: Listed) -> list[str]:
    """Its cells in the order of HEAD; instants in UTC; what people typed is guarded."""
    return [
        person.public_id,
        guarded(person.name),
        guarded(person.email),
        role_words.STAFF_ROLES[person.staff_role].lower() if person.staff_role else "",
        user_list.state_of(person)[1].lower(),
        "yes" if person.verified else "no",
        "yes" if person.has_second_factor else "no",
        person.last_seen_at.isoformat(timespec="seconds") if person.last_seen_at else "",
        person.created_at.isoformat(timespec="seconds"),
    ]
