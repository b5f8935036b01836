"""What is left of purged workspaces, ready to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal.queries.listing import PAGE
from portal.queries.purges import Receipt, Receipts
from portal.rules.access import Permission
from portal.web import formats, paging
from portal.web.access import may
from portal.web.reader import Reader

NAMED = {
    "daily_usage": "days of usage",
    "audit_event": "audit events (emptied)",
    "change": "announcements (emptied)",
    "task_result": "results of tasks (emptied)",
    "customer_order": "orders (kept, by name)",
    "invoice_line": "lines of invoices (kept, by name)",
    "credit_entry": "entries of credit (kept, by name)",
    "number": "phone numbers (kept, freed)",
    "access_session": "visits of staff (emptied)",
    "login_session": "log-ins (kept)",
    "user": "accounts that nobody came to",
    "outbox_message": "mails",
}
"""Tables whose rows people call otherwise, and what became of those that stay."""


@dataclass(slots=True)
class Row:
    """A receipt. `counts`: of each table, what its rows are called, how many, and the figure. `purged` is blank while
    the purge goes on."""

    id: str
    workspace: str
    name: str
    organization: str
    organization_url: str
    closed: str
    closed_title: str
    purged: str
    purged_title: str
    rows: str
    rows_value: int
    counts: list[tuple[str, int, str]]


def context(found: Receipts, reader: Reader) -> dict[str, Any]:
    """What the templates are given."""
    turn = paging.turning("admin_workspaces.purged")
    return {
        "rows": [_row(row, reader) for row in found.rows],
        "is_open": any(row.finished_at is None for row in found.rows),
        "here": turn(found.page),
        "pager": paging.pager(found.page, PAGE, found.total, turn, reader.locale),
        "tabs_given": tabs(purged=True),
        "job_url": url_for("admin_jobs.page", job="purge") if may(Permission.JOB_VIEW) else "",
    }


def tabs(*, purged: bool) -> list[tuple[str, str, bool]]:
    """The trash, and what is gone from it."""
    return [
        ("In the trash", url_for("admin_workspaces.trash"), not purged),
        ("Purged", url_for("admin_workspaces.purged"), purged),
    ]


def _row(found: Receipt, reader: Reader) -> Row:
    ended = found.finished_at
    counts = sorted(found.counts.items(), key=lambda each: (-each[1], each[0]))
    return Row(
        id=found.public_id,
        workspace=found.workspace,
        name=found.name,
        organization=found.organization or formats.NONE,
        organization_url=url_for("admin_organizations.detail", org=found.organization_id)
        if found.organization_id and may(Permission.ORGANIZATION_VIEW)
        else "",
        closed=formats.ago(found.cancelled_at, reader.now, reader.locale),
        closed_title=formats.minute(found.cancelled_at, reader.locale, reader.timezone),
        purged=formats.ago(ended, reader.now, reader.locale) if ended else "",
        purged_title=formats.minute(ended, reader.locale, reader.timezone) if ended else "",
        rows=formats.number(found.rows, reader.locale),
        rows_value=found.rows,
        counts=[(called(table), number, formats.number(number, reader.locale)) for table, number in counts if number],
    )


def called(table: str) -> str:
    """What people call the rows of a table."""
    words = table.replace("_", " ")
    return NAMED.get(table) or (words if words.endswith("s") else f"{words}s")
