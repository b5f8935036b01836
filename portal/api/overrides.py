"""Overrides: a workspace's own limits."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from portal.api.calling import Call, operation
from portal.api.shapes import Asked, Instant, Page, Shape, Text, Told
from portal.operations import limits
from portal.operations.limits import Typed
from portal.queries import workspace_records as queries
from portal.rules.api_scopes import ApiScope
from portal.rules.errors import NotFound
from portal.rules.limits import LARGEST, UNLIMITED, Limit

PLACES = {
    f"{field}_{limit.value}": place
    for limit in Limit
    for field, place in (("override", "/value"), ("expires", "/expires_at"))
}


class Setting(Shape):
    """A workspace's own figure."""

    value: Annotated[int, Field(ge=UNLIMITED, le=LARGEST)]
    """-1 unlimited, 0 none allowed."""
    expires_at: Text | None = None
    """A day, which is the last on which it holds in the workspace's time zone, or an instant; null: it has no end."""
    reason: Text = ""


class Why(Asked):
    """Why it is removed."""

    reason: Annotated[str, StringConstraints(max_length=500)] = ""


class Override(Told):
    """A workspace's own figure."""

    limit: Limit
    value: int
    reason: str | None
    """Read by staff alone: null for a key that is for one workspace alone."""
    expires_at: Instant | None
    created_at: Instant
    created_by: str | None
    """null for a key that is for one workspace alone."""


@operation("GET", "/workspaces/{workspace}/overrides", ApiScope.WORKSPACES_READ, answer=Page[Override])
def listing(call: Call, workspace: str) -> Page[Override]:
    """List a workspace's own limits.

    What is in force, the plan's figures included, stands in its entitlements."""
    queries.record(workspace)
    return Page[Override](data=[_told(call, each) for each in queries.overrides(workspace)], has_more=False)


@operation(
    "PUT",
    "/workspaces/{workspace}/overrides/{limit}",
    ApiScope.OVERRIDES_WRITE,
    body=Setting,
    answer=Override,
    refuses=("conflict",),
    places=PLACES,
    sample={"value": 50_000, "expires_at": "2026-12-31", "reason": "Diwali campaign"},
)
def put(call: Call, workspace: str, limit: str) -> Override:
    """Set a limit of a workspace's own.

    In place of its plan's figure, and of the override that there was."""
    name, sent = _limit(limit), call.body
    limits.override(workspace, {name: Typed(str(sent.value), sent.expires_at or "")}, sent.reason, call.by)
    return next(_told(call, each) for each in queries.overrides(workspace) if each.limit is name)


@operation(
    "DELETE",
    "/workspaces/{workspace}/overrides/{limit}",
    ApiScope.OVERRIDES_WRITE,
    query=Why,
    answer=None,
    status=204,
    refuses=("conflict",),
)
def remove(call: Call, workspace: str, limit: str) -> None:
    """Remove a limit of a workspace's own.

    Its plan's figure holds again. Where there is none, nothing happens."""
    limits.override(workspace, {_limit(limit): Typed()}, call.query.reason, call.by)


def _limit(name: str) -> Limit:
    if name not in set(Limit):
        raise NotFound()
    return Limit(name)


def _told(call: Call, row: queries.OwnLimit) -> Override:
    return Override(
        limit=row.limit,
        value=row.value,
        reason=None if call.only else row.reason,
        expires_at=row.expires_at,
        created_at=row.created_at,
        created_by=None if call.only else row.created_by,
    )
