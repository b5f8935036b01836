"""The feed of changes: for whoever missed a webhook, or has none."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from portal.api.calling import Call, operation
from portal.api.shapes import MOST, PAGE, Asked, Instant, Told
from portal.queries import changes as queries
from portal.rules.api_scopes import ApiScope
from portal.rules.changes import for_customers


class Place(Asked):
    """Where in the feed."""

    after: Annotated[str, StringConstraints(max_length=40)] = ""
    """`next` of the answer before; blank for the very beginning."""
    limit: Annotated[int, Field(ge=1, le=MOST)] = PAGE
    """How many changes at most."""


class Change(Told):
    """Something that happened to a workspace."""

    id: str
    type: str
    """For example workspace.suspended."""
    at: Instant
    workspace: str
    data: dict[str, Any]
    """What else is known of it, by type; read the workspace or its entitlements for all else."""


class Feed(Told):
    """A part of the feed, the oldest first."""

    data: list[Change]
    has_more: bool
    next: str
    """Send it as `after` with the next call, also where there was nothing new."""


@operation("GET", "/changes", ApiScope.CHANGES_READ, query=Place, answer=Feed, places={"after": "?after"})
def read(call: Call) -> Feed:
    """Read what changed.

    In the order in which it was committed: whoever has read up to a change has seen all before it, and nothing
    appears behind one's back. Ask again with `next` until `has_more` is false, then every few seconds. The feed is kept
    for good: whoever was away for a year reads on where it stopped. Of a workspace that was purged `data` is empty."""
    rows, more = queries.changes(call.query.after, call.query.limit, call.only)
    data = [
        Change(
            id=each.public_id,
            type=each.type,
            at=each.at,
            workspace=each.workspace,
            data=for_customers(each.data) if call.only else each.data,
        )
        for each in rows
    ]
    return Feed(data=data, has_more=more, next=data[-1].id if data else call.query.after)
