"""The people of a workspace that is purged: its members lose it, and who never came in goes with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, exists, or_, select, union, update
from sqlalchemy.orm import Session

from portal.models import Invitation, Membership, OrganizationMember, User, Workspace
from portal.rules.access import OrganizationRole


def leave(session: Session, row: Workspace) -> Mapping[str, int]:
    """In the open unit: nobody is a member of the workspace any more, and accounts that were only prepared for it are
    gone. How many there were, by table."""
    gone = strangers(session, row)
    session.execute(update(Workspace).where(Workspace.id == row.id).values(owner_id=None))
    members = session.execute(delete(Membership).where(Membership.workspace_id == row.id)).rowcount  # type: ignore[attr-defined]
    if gone:
        session.execute(delete(User).where(User.id.in_(gone)))
    return {Membership.__tablename__: members, User.__tablename__: len(gone)}


def strangers(session: Session, row: Workspace) -> Sequence[int]:
    """Keys of the accounts that were prepared for this workspace, that nobody has ever logged in to, and that nothing
    else is waiting for."""
    # A list, not a condition on each: the database would look at every account of the platform.
    asked = union(
        select(Membership.user_id).where(Membership.workspace_id == row.id),
        select(Invitation.user_id).where(Invitation.workspace_id == row.id),
    )
    never = (User.password_hash.is_(None), User.staff_role.is_(None), User.last_seen_at.is_(None))
    elsewhere: tuple[Any, ...] = (
        exists().where(Membership.user_id == User.id, Membership.workspace_id != row.id),
        exists().where(
            Invitation.user_id == User.id, Invitation.is_pending, Invitation.workspace_id.is_distinct_from(row.id)
        ),
        exists().where(OrganizationMember.user_id == User.id, _matters(row)),
    )
    found = select(User.id).where(User.id.in_(asked), *never, *(~each for each in elsewhere)).order_by(User.id)
    return session.scalars(found).all()


def _matters(row: Workspace) -> Any:
    """Of the memberships of organizations: those of another one, and a role over other workspaces of this."""
    others = exists().where(Workspace.organization_id == row.organization_id, Workspace.id != row.id)
    role = (OrganizationMember.role != OrganizationRole.MEMBER) & others
    return or_(OrganizationMember.organization_id != row.organization_id, role)
