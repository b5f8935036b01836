"""The list as a CSV file."""

from __future__ import annotations

from datetime import datetime

from flask import Response, request

from portal.base import clock
from portal.operations import exports as operations
from portal.queries import exports
from portal.queries.exports import Exported
from portal.queries.workspaces import week
from portal.rules.access import Permission
from portal.rules.money import to_major
from portal.web.access import actor, needs
from portal.web.admin import workspace_addresses
from portal.web.admin.blueprints import workspaces as bp
from portal.web.admin.workspace_bulk import picked
from portal.web.downloads import csv_file
from portal.web.platform import platform
from portal.web.spreadsheets import guarded

HEAD = (
    "id",
    "name",
    "web_address",
    "sip_prefix",
    "organization",
    "organization_id",
    "owner",
    "owner_email",
    "status",
    "plan",
    "billing_cycle",
    "mrr",
    "currency",
    "sent_7d",
    "health",
    "users",
    "numbers",
    "extensions",
    "last_seen_at",
    "created_at",
    "timezone",
    "country",
    "billing_email",
)


@bp.get("/export.csv")
@needs(Permission.WORKSPACE_EXPORT)
def export() -> Response:
    """All pages of the list as it is filtered, or the rows that were ticked, in its order; the audit log keeps who took
    it."""
    now = clock.now()
    asked = workspace_addresses.read(request.args, None)
    rows = picked()
    if rows:
        found = exports.export_rows(asked.filters, rows, platform(), now)
        told = {"chosen": str(found.total)}
    else:
        found = exports.export(asked.filters, platform(), now)
        told = workspace_addresses.Address(found.question.filters).values
    operations.record_export(told, found.total, actor())
    cells = (_cells(each, now) for each in exports.exported(found, now))
    return csv_file(f"workspaces-{now:%Y-%m-%d}.csv", HEAD, cells)


def _cells(each: Exported, now: datetime) -> list[str]:
    """Its cells in the order of HEAD. Instants in UTC, money in major units; what people typed is guarded."""
    row = each.listed
    _, sent = week(row.usage, row.timezone, now)
    return [
        row.public_id,
        guarded(row.name),
        row.web_address,
        row.sip_prefix,
        guarded(row.organization),
        each.organization_id,
        guarded(row.owner or ""),
        guarded(row.owner_email or ""),
        row.status.value,
        guarded(row.plan or ""),
        each.billing_cycle.value,
        str(to_major(row.mrr_minor, row.currency)),
        row.currency,
        str(sum(sent)),
        row.health.value if row.health else "",
        str(row.users),
        str(row.numbers),
        str(row.extensions),
        _instant(row.last_seen_at),
        _instant(row.created_at),
        row.timezone,
        each.country,
        guarded(each.billing_email),
    ]


def _instant(value: datetime | None) -> str:
    return value.isoformat(timespec="seconds") if value else ""
