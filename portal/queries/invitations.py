"""Reads about invitations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import Invitation, Organization, OutboxMessage, OutboxState, User, Workspace, scope
from portal.queries.principals import token_digest
from portal.rules.access import OrganizationRole, WorkspaceRole


class State(StrEnum):
    """What became of an invitation. `closed`: of the workspace it leads to."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation as the invited person sees it; `inviter` is blank where a program invited."""

    state: State
    expires_at: datetime
    email: str
    name: str
    user_id: int
    has_password: bool
    organization: str
    organization_role: OrganizationRole
    workspace: str | None
    workspace_role: WorkspaceRole | None
    inviter: str
    inviter_email: str


@dataclass(frozen=True, slots=True)
class OwnerInvitation:
    """How the invitation of a workspace's owner stands. `mail`: what became of the last one, None where none was
    written; `error` in the mail server's words."""

    email: str
    name: str
    state: State | None
    expires_at: datetime | None
    mail: OutboxState | None
    error: str


_inviter = aliased(User, name="inviter")

_INVITED = (
    select(
        Invitation.accepted_at,
        Invitation.revoked_at,
        Invitation.expires_at,
        Workspace.cancelled_at,
        User.email,
        User.name,
        User.id,
        User.password_hash.is_not(None),
        Organization.name,
        Invitation.organization_role,
        Workspace.name,
        Invitation.workspace_role,
        func.coalesce(_inviter.name, ""),
        func.coalesce(_inviter.email, ""),
    )
    .join(User, User.id == Invitation.user_id)
    .join(Organization, Organization.id == Invitation.organization_id)
    .outerjoin(Workspace, Workspace.id == Invitation.workspace_id)
    .outerjoin(_inviter, _inviter.id == Invitation.invited_by_id)
)


def invitation_of(token: str, now: datetime) -> Invited | None:
    """The invitation with this link; None for an unknown link. Reading uses nothing up."""
    row = db.session.execute(_INVITED.where(Invitation.token_digest == token_digest(token))).one_or_none()
    if row is None:
        return None
    accepted, revoked, expires, cancelled, *values = row
    return Invited(state_of(accepted, revoked, expires, cancelled is not None, now), expires, *values)


_OF_OWNER = (
    select(
        User.email,
        User.name,
        Invitation.expires_at,
        Invitation.revoked_at,
        Workspace.cancelled_at,
        OutboxMessage.state,
        OutboxMessage.error,
    )
    .select_from(Workspace)
    .join(User, User.id == Workspace.owner_id)
    .outerjoin(Invitation, (Invitation.workspace_id == Workspace.id) & (Invitation.user_id == User.id))
    .outerjoin(
        OutboxMessage,
        (OutboxMessage.workspace_id == Workspace.id)
        & (OutboxMessage.user_id == User.id)
        & (OutboxMessage.template == "invitation"),
    )
    .where(Workspace.id == bindparam("workspace"), User.password_hash.is_(None))
    .order_by(Invitation.id.desc(), OutboxMessage.id.desc())
    .limit(1)
)


def owner_invitation(workspace_id: int, now: datetime) -> OwnerInvitation | None:
    """That of the owner of the workspace (integer key), who has not accepted it yet."""
    rows = scope.rows(_OF_OWNER, {"workspace": workspace_id})
    if not rows:
        return None
    row = rows[0]
    state = (
        state_of(None, row.revoked_at, row.expires_at, row.cancelled_at is not None, now) if row.expires_at else None
    )
    return OwnerInvitation(row.email, row.name, state, row.expires_at, row.state, row.error or "")


def state_of(
    accepted_at: datetime | None, revoked_at: datetime | None, expires_at: datetime, closed: bool, now: datetime
) -> State:
    """What became of an invitation, by its instants and whether its workspace was closed."""
    if accepted_at:
        return State.ACCEPTED
    if revoked_at:
        return State.REVOKED
    if closed:
        return State.CLOSED
    return State.EXPIRED if expires_at <= now else State.OPEN
