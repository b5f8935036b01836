"""The counts that are stored with a workspace, counted anew: what each column counts is said here once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, select

from portal.base.db import db
from portal.models import Broadcast, Campaign, Contact, Extension, ExtensionState, Membership, Number
from portal.rules.access import WorkspaceRole

_COUNTED = {
    "user_count": (Membership.workspace_id, ()),
    "number_count": (Number.workspace_id, ()),
    "extension_count": (Extension.workspace_id, (Extension.state == ExtensionState.PROVISIONED,)),
    "contact_count": (Contact.workspace_id, ()),
    "campaign_count": (Campaign.workspace_id, (Campaign.archived_at.is_(None),)),
    "broadcast_count": (Broadcast.workspace_id, ()),
}
COUNTS = tuple(_COUNTED)


def counts_of(workspaces: Sequence[int]) -> dict[int, dict[str, int]]:
    """Column and count of each of these workspaces (integer keys); needs the platform's scope."""
    found: dict[int, dict[str, int]] = {key: dict.fromkeys(COUNTS, 0) for key in workspaces}
    for name, (column, only) in _COUNTED.items():
        rows = select(column, func.count()).where(column.in_(workspaces), *only).group_by(column)
        for key, count in db.session.execute(rows):
            if key is not None:
                found[key][name] = count
    return found


def owners_of(workspaces: Sequence[int]) -> dict[int, list[int]]:
    """The owners of each of these workspaces (integer keys): one, where all is well."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    rows = select(Membership.workspace_id, Membership.user_id).where(
        Membership.workspace_id.in_(workspaces), Membership.role == WorkspaceRole.OWNER
    )
    for key, user in db.session.execute(rows):
        found[key].append(user)
    return found
