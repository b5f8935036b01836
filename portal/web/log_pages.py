"""A page of what customers read of the audit log, for a workspace's activity and an organization's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import request

from portal.base import clock
from portal.operations.audit_events import FOR_CUSTOMERS
from portal.queries import audit as log
from portal.queries.audit import Wanted
from portal.rules.errors import NotFound
from portal.web import audit_words, formats, paging


def for_customers(endpoint: str, whose: Wanted) -> dict[str, Any]:
    """The page that the address asks for, latest first: `entries` and `pager`. `whose`: one workspace's or
    organization's log. Raises NotFound beyond the last page."""
    wanted = replace(whose, among=frozenset(FOR_CUSTOMERS))
    found = log.events_page(wanted, paging.number(request.args.get("page")))
    if found.page > 1 and not found.events:
        raise NotFound()
    turn, locale = paging.turning(endpoint), formats.reader_locale()
    return {
        "entries": [audit_words.for_customers(event, clock.now()) for event in found.events],
        "pager": paging.pager(found.page, log.PER_PAGE, found.total, turn, locale, more=found.more_than_counted),
    }
