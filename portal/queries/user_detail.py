"""One person as staff see them: account, places with roles, open invitations, and what the audit log says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import exists, func, literal_column, select, union_all
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import (
    AuditEvent,
    Invitation,
    Membership,
    Organization,
    OrganizationMember,
    PasswordReset,
    User,
    Workspace,
)
from portal.queries.audit import Event, events_of
from portal.rules.access import OrganizationRole, StaffRole, WorkspaceRole
from portal.rules.errors import NotFound

EVENTS = 8


class Account(NamedTuple):
    """The account itself. `link_until`: when a link to choose a first password ends, that was sent to staff."""

    id: int
    public_id: str
    name: str
    email: str
    staff_role: StaffRole | None
    locale: str
    timezone: str
    has_password: bool
    email_verified_at: datetime | None
    totp_enabled_at: datetime | None
    suspended_at: datetime | None
    trashed_at: datetime | None
    last_seen_at: datetime | None
    created_at: datetime
    link_until: datetime | None


class InWorkspace(NamedTuple):
    """A workspace of theirs."""

    public_id: str
    name: str
    role: WorkspaceRole
    closed: bool


@dataclass(slots=True)
class InOrganization:
    """An organization of theirs, and below it their workspaces."""

    public_id: str
    name: str
    role: OrganizationRole
    workspaces: list[InWorkspace] = field(default_factory=list)


class OpenInvitation(NamedTuple):
    """An invitation that was neither accepted nor taken back; it may have run out."""

    public_id: str
    organization: str
    organization_role: OrganizationRole
    workspace: str | None
    workspace_role: WorkspaceRole | None
    inviter: str | None
    created_at: datetime
    expires_at: datetime


_ACCOUNT = select(
    User.id,
    User.public_id,
    User.name,
    User.email,
    User.staff_role,
    User.locale,
    User.timezone,
    User.password_hash.is_not(None),
    User.email_verified_at,
    User.totp_enabled_at,
    User.suspended_at,
    User.trashed_at,
    User.last_seen_at,
    User.created_at,
    select(func.max(PasswordReset.expires_at))
    .where(PasswordReset.user_id == User.id, PasswordReset.used_at.is_(None), User.password_hash.is_(None))
    .correlate(User)
    .scalar_subquery(),
)


def account(user: str) -> Account:
    """The account with this public id, in the trash or not. Raises NotFound."""
    row = db.session.execute(_ACCOUNT.where(User.public_id == user)).one_or_none()
    if row is None:
        raise NotFound()
    return Account._make(row)


def places(user_id: int) -> Sequence[InOrganization]:
    """The person's organizations by name, each with their workspaces there, closed ones too."""
    mine = (
        select(Organization.id, Organization.public_id, Organization.name, OrganizationMember.role)
        .join(OrganizationMember, OrganizationMember.organization_id == Organization.id)
        .where(OrganizationMember.user_id == user_id)
        .order_by(Organization.name_key, Organization.id)
    )
    found = {key: InOrganization(public_id, name, role) for key, public_id, name, role in db.session.execute(mine)}
    workspaces = (
        select(
            Workspace.organization_id,
            Workspace.public_id,
            Workspace.name,
            Membership.role,
            Workspace.cancelled_at.is_not(None),
        )
        .join(Membership, Membership.workspace_id == Workspace.id)
        .where(Membership.user_id == user_id)
        .order_by(Workspace.name_key, Workspace.id)
    )
    for key, *values in db.session.execute(workspaces):
        if key in found:
            found[key].workspaces.append(InWorkspace._make(values))
    return list(found.values())


def invitations(user_id: int) -> Sequence[OpenInvitation]:
    """The person's open invitations, the latest first."""
    inviter = aliased(User)
    query = (
        select(
            Invitation.public_id,
            Organization.name,
            Invitation.organization_role,
            Workspace.name,
            Invitation.workspace_role,
            inviter.name,
            Invitation.created_at,
            Invitation.expires_at,
        )
        .join(Organization, Organization.id == Invitation.organization_id)
        .outerjoin(Workspace, Workspace.id == Invitation.workspace_id)
        .outerjoin(inviter, inviter.id == Invitation.invited_by_id)
        .where(Invitation.user_id == user_id, Invitation.is_pending)
        .order_by(Invitation.id.desc())
    )
    return [OpenInvitation._make(row) for row in db.session.execute(query)]


def events(user: Account, count: int = EVENTS) -> tuple[Event, ...]:
    """The last events that the person caused, or that were about them, latest first."""
    by = select(AuditEvent.id, AuditEvent.sequence).where(AuditEvent.actor_id == user.id)
    about = select(AuditEvent.id, AuditEvent.sequence).where(_subject() == user.public_id)
    last = [each.order_by(AuditEvent.sequence.desc()).limit(count).subquery() for each in (by, about)]
    return events_of(AuditEvent.id.in_(union_all(*(select(each.c.id) for each in last))), count)


def has_acted(user_id: int) -> bool:
    """Whether the audit log holds anything that the person did."""
    return db.session.scalar(select(exists().where(AuditEvent.actor_id == user_id))) or False


def _subject() -> Any:
    """Whom an event is about, spelled as the index of migration `users` is."""
    if db.engine.dialect.name == "postgresql":
        return literal_column("(audit_event.payload #>> '{facts,user}')")
    return literal_column("json_extract(audit_event.payload, '$.facts.user')")
