"""The trash, ready to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal.queries.listing import PAGE
from portal.queries.trash import Closed, Trash
from portal.rules.access import Permission
from portal.rules.lifecycle import days_left, purge_at
from portal.web import formats, paging
from portal.web.access import may
from portal.web.admin.workspace_addresses import HOME
from portal.web.admin.workspace_purges import tabs
from portal.web.reader import Reader


@dataclass(slots=True)
class Row:
    """A closed workspace."""

    id: str
    url: str
    name: str
    address: str
    sip_prefix: str
    organization: str
    owner: str
    closed: str
    closed_title: str
    left: str
    left_value: int
    purge_title: str


def context(found: Trash, q: str, reader: Reader) -> dict[str, Any]:
    """What the templates of the trash are given."""
    turn = paging.turning("admin_workspaces.trash", q=q or None)
    return {
        "rows": [_row(row, reader) for row in found.rows],
        "q": q,
        "may_restore": may(Permission.WORKSPACE_RESTORE),
        "home": HOME,
        "tabs_given": tabs(purged=False),
        "trash_url": url_for("admin_workspaces.trash"),
        "pager": paging.pager(found.page, PAGE, found.total, turn, reader.locale),
    }


def _row(found: Closed, reader: Reader) -> Row:
    left = days_left(found.cancelled_at, reader.now)
    purge = formats.minute(purge_at(found.cancelled_at), reader.locale, reader.timezone)
    return Row(
        id=found.public_id,
        url=HOME + found.public_id,
        name=found.name,
        address=found.web_address,
        sip_prefix=found.sip_prefix,
        organization=found.organization,
        owner=found.owner or formats.NONE,
        closed=formats.ago(found.cancelled_at, reader.now, reader.locale),
        closed_title=formats.minute(found.cancelled_at, reader.locale, reader.timezone),
        left=f"{left} day" if left == 1 else f"{left} days" if left else "Due",
        left_value=left,
        purge_title=f"Purged on {purge}",
    )
