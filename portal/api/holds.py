"""Holds: why a workspace is suspended."""

from __future__ import annotations

from portal.api.calling import Call, operation
from portal.api.shapes import Instant, LongText, Page, Shape, Told
from portal.base.db import db
from portal.operations import holds
from portal.operations.holds import NewHold
from portal.queries import workspace_records as queries
from portal.queries.workspace_records import OpenHold
from portal.rules.api_scopes import ApiScope
from portal.rules.lifecycle import HoldKind


class Opening(Shape):
    """A hold to be opened."""

    kind: HoldKind = HoldKind.MANUAL
    """Holds of the kinds spend_cap and trial_ended are opened by jobs alone."""
    whole_organization: bool = False
    """On all workspaces of its organization; past_due always is."""
    note: LongText = ""
    """For staff."""
    public_reason: LongText = ""
    """For the people of the workspace."""


class Hold(Told):
    """A hold that is open."""

    id: str
    kind: HoldKind
    """abuse is manual to a key that is for one workspace alone."""
    whole_organization: bool
    note: str | None
    """null for a key that is for one workspace alone."""
    public_reason: str
    opened_at: Instant
    opened_by: str | None
    """null for a key that is for one workspace alone."""


@operation("GET", "/workspaces/{workspace}/holds", ApiScope.WORKSPACES_READ, answer=Page[Hold])
def listing(call: Call, workspace: str) -> Page[Hold]:
    """List the open holds.

    The workspace's own and its organization's; it works again once all are lifted."""
    queries.record(workspace)
    return _page(call, workspace)


@operation(
    "POST",
    "/workspaces/{workspace}/holds",
    ApiScope.WORKSPACES_LIFECYCLE,
    body=Opening,
    answer=Hold,
    status=201,
    once=True,
    refuses=("conflict",),
    places={"extent": "/whole_organization"},
    sample={"kind": "manual", "note": "Ticket 4711", "public_reason": "Please get in touch with us."},
)
def open_hold(call: Call, workspace: str) -> Hold:
    """Suspend a workspace by opening a hold.

    There is one open hold of a kind at most."""
    sent: Opening = call.body
    new = NewHold(sent.kind, sent.whole_organization, sent.note, sent.public_reason)
    holds.suspend(workspace, new, call.by, call.permissions)
    db.session.flush()
    mine = [each for each in queries.open_holds(workspace) if _is(each, new)]
    return _told(call, mine[-1])


@operation(
    "POST",
    "/workspaces/{workspace}/holds/{hold}/lift",
    ApiScope.WORKSPACES_LIFECYCLE,
    answer=Page[Hold],
    once=True,
    refuses=("conflict",),
)
def lift(call: Call, workspace: str, hold: str) -> Page[Hold]:
    """Lift a hold.

    Answers with those that are still open. A key for one workspace alone lifts none of its whole organization."""
    holds.lift(workspace, [hold], call.by, call.permissions)
    db.session.flush()
    return _page(call, workspace)


def _is(row: OpenHold, new: NewHold) -> bool:
    return row.kind is new.kind and row.whole_organization == new.whole_organization


def _page(call: Call, workspace: str) -> Page[Hold]:
    return Page[Hold](data=[_told(call, each) for each in queries.open_holds(workspace)], has_more=False)


def _told(call: Call, row: OpenHold) -> Hold:
    return Hold(
        id=row.public_id,
        kind=row.kind.for_customers if call.only else row.kind,
        whole_organization=row.whole_organization,
        note=None if call.only else row.note,
        public_reason=row.public_reason,
        opened_at=row.opened_at,
        opened_by=None if call.only else row.opened_by,
    )
