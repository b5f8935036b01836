"""Reads about invitations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import Invitation, Organization, OutboxMessage, OutboxState, User, Workspace
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


@dataclass(frozen=True, slots=True)
class OwnersInvitation:
    """What became of the invitation of a workspace's owner, who has not come in yet. `invitation` None: none is open;
    `mail` None: none was written, or it is long gone; `error`: what the mail server said."""

    name: str
    email: str
    invitation: str | None
    expires_at: datetime | None
    mail: OutboxState | None
    mailed_at: datetime | None
    error: str


def open_invitation(workspace: int, user: int) -> str | None:
    """The latest invitation of this person into this workspace (integer keys) that was neither accepted nor taken back,
    expired ones included: its public id."""
    return db.session.scalar(_open(workspace, user).with_only_columns(Invitation.public_id))


def owners_invitation(workspace: int) -> OwnersInvitation | None:
    """Of the workspace with this integer key; None where its owner has a password, and so has come in."""
    owner = db.session.execute(
        select(User.id, User.name, User.email, User.password_hash.is_(None))
        .join(Workspace, Workspace.owner_id == User.id)
        .where(Workspace.id == workspace)
    ).one_or_none()
    if owner is None or not owner[3]:
        return None
    invitation = db.session.execute(_open(workspace, owner.id)).one_or_none()
    mail = db.session.execute(
        select(OutboxMessage.state, OutboxMessage.created_at, OutboxMessage.error)
        .where(
            OutboxMessage.workspace_id == workspace,
            OutboxMessage.user_id == owner.id,
            OutboxMessage.template == "invitation",
        )
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    ).one_or_none()
    return OwnersInvitation(
        owner.name,
        owner.email,
        invitation.public_id if invitation else None,
        invitation.expires_at if invitation else None,
        *(mail if mail else (None, None, "")),
    )


def _open(workspace: int, user: int) -> Select[str, datetime]:
    return (
        select(Invitation.public_id, Invitation.expires_at)
        .where(
            Invitation.workspace_id == workspace,
            Invitation.user_id == user,
            Invitation.workspace_role == WorkspaceRole.OWNER,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .order_by(Invitation.id.desc())
        .limit(1)
    )
