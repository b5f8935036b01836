"""Contacts: the list, and the file of all of them, which stays open whatever the workspace's state."""

from __future__ import annotations

from flask import Response, url_for

from portal.base import clock
from portal.operations import exports
from portal.queries import tenant_lists
from portal.queries.tenant_lists import ContactRow
from portal.rules.access import Permission
from portal.web import tenancy
from portal.web.access import actor, may, needs
from portal.web.downloads import csv_file
from portal.web.spreadsheets import guarded
from portal.web.workspace.lists import CONTACTS, listed
from portal.web.workspace.side import page

bp = page("contacts")

HEAD = ("name", "phone", "email", "tags", "created_at")


@bp.get("/contacts")
@needs(Permission.TENANT_CONTACT_VIEW)
def listing() -> Response:
    """A page of the contacts."""
    export_url = url_for("workspace_contacts.export") if may(Permission.TENANT_CONTACT_EXPORT) else None
    return listed(CONTACTS, "workspace_contacts.listing", export_url=export_url)


@bp.get("/contacts/export.csv")
@needs(Permission.TENANT_CONTACT_EXPORT)
def export() -> Response:
    """All contacts as CSV; the audit log keeps who took them."""
    here = tenancy.tenant()
    exports.record_contacts_export(here.public_id, here.contacts, actor())
    rows = map(_cells, tenant_lists.each_contact(here.key))
    return csv_file(f"{here.web_address}-contacts-{clock.now():%Y-%m-%d}.csv", HEAD, rows)


def _cells(row: ContactRow) -> tuple[str, ...]:
    created = row.created_at.isoformat(timespec="seconds")
    return (guarded(row.name), row.phone, guarded(row.email), guarded(", ".join(row.tags)), created)
