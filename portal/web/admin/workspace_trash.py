"""The trash, ready to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from portal.queries.listing import PAGE
from portal.queries.purges import watched_spans
from portal.queries.trash import Closed, Trash
from portal.rules.access import Permission
from portal.rules.lifecycle import days_left, purge_at
from portal.rules.purging import Span, may_purge
from portal.web import formats, paging
from portal.web.access import may
from portal.web.admin.workspace_addresses import HOME
from portal.web.admin.workspace_purges import tabs
from portal.web.reader import Reader

WAITS = "Its 90 days are over by the clock, but no job ran for a part of them: that part does not count."


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
    spans = watched_spans()
    return {
        "rows": [_row(row, spans, reader) for row in found.rows],
        "q": q,
        "may_restore": may(Permission.WORKSPACE_RESTORE),
        "home": HOME,
        "tabs_given": tabs(purged=False),
        "trash_url": url_for("admin_workspaces.trash"),
        "pager": paging.pager(found.page, PAGE, found.total, turn, reader.locale),
    }


def _row(found: Closed, spans: Sequence[Span], reader: Reader) -> Row:
    left = days_left(found.cancelled_at, reader.now)
    purge = formats.minute(purge_at(found.cancelled_at), reader.locale, reader.timezone)
    waits = not left and not may_purge(found.cancelled_at, reader.now, spans)
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
        left=f"{left} day" if left == 1 else f"{left} days" if left else "Waits" if waits else "Due",
        left_value=left,
        purge_title=WAITS if waits else f"Purged on {purge}",
    )
