"""Invitations into an organization and perhaps one of its workspaces: sent, sent again, taken back, accepted.

A person without an account gets one without a password at once, so that a workspace can have an owner before that
person has ever logged in. Accepting gives the roles; it needs the link of the mail, which works once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from portal.base import ids, site
from portal.base.db import db
from portal.base.emails import check_email
from portal.models import Invitation, Membership, Organization, OrganizationMember, User, Workspace, scope
from portal.operations import outbox, throttle
from portal.operations.accounts import check_name, find, prepare, rename
from portal.operations.audit import record
from portal.operations.passwords import fresh_hash, set_password
from portal.operations.sessions import Opened, Visit, admit
from portal.operations.unit import locked, unit
from portal.queries.domains import house_of
from portal.queries.invitations import State, invitation_of, state_of
from portal.queries.principals import token_digest
from portal.rules.access import OrganizationRole, WorkspaceRole, permissions_of
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Forbidden, NotFound, Refused
from portal.rules.throttling import Attempt, Purpose

LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Into:
    """Where an invitation leads, and with which roles."""

    organization: Organization
    organization_role: OrganizationRole = OrganizationRole.MEMBER
    workspace: Workspace | None = None
    workspace_role: WorkspaceRole | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """An invitation on its way: public ids of it and of its mail, the account it is for, and the link, to be shown
    once."""

    invitation: str
    mail: str | None
    user_id: int
    link: str


def invite(
    session: Session, email: str, name: str, into: Into, by: Actor, *, mail: bool = True, wait: bool = False
) -> Sent:
    """In the open unit: an invitation by mail. A person without an account gets one without a password.

    Without `mail` nobody hears of it until it is sent again (an import that was not asked to write to anybody).
    Seats are for the caller to check. Raises Refused for an unusable address or name."""
    address = check_email(email)
    user = find(session, address) or prepared(session, address, name, by)
    return invite_account(session, user, into, by, mail=mail, wait=wait)


def pace(place: ColumnElement[bool], email: str, by: Actor) -> None:
    """Before the unit in which a person invites somebody: one more goes from the organization of which `place` is true
    to this address. Raises TooMany where so many went already; programs do not wait."""
    organization = db.session.scalar(select(Organization.public_id).where(place))
    if organization and by.user_id is not None:
        attempt = Attempt(Purpose.INVITE, organization, email.strip().casefold())
        throttle.take(attempt, by.at, "So many invitations were sent in the last hour that no more go out now.")


def pace_again(invitation: str, by: Actor) -> None:
    """The same before one (public id) is sent again."""
    row = db.session.scalar(select(Invitation).where(Invitation.public_id == invitation))
    if row is not None:
        pace(Organization.id == row.organization_id, row.email, by)


def invite_account(
    session: Session, user: User, into: Into, by: Actor, *, mail: bool = True, wait: bool = False
) -> Sent:
    """In the open unit: the same for somebody who has an account. Refused for one in the trash."""
    if user.trashed_at:
        raise Refused("This address has an account that is in the trash. Staff of the platform restore it.", "email")
    token = secrets.token_urlsafe(32)
    row = Invitation(
        public_id=ids.new("ivt"),
        email=user.email,
        email_key=user.email_key,
        user_id=user.id,
        organization_id=into.organization.id,
        organization_role=into.organization_role,
        workspace_id=into.workspace.id if into.workspace else None,
        workspace_role=into.workspace_role,
        token_digest=token_digest(token),
        invited_by_id=by.user_id,
        created_at=by.at,
        expires_at=by.at + LASTS,
    )
    session.add(row)
    session.flush()
    record(
        "invitation.sent" if mail else "invitation.prepared",
        by,
        organization=into.organization,
        workspace=into.workspace,
        email=user.email,
        organization_role=into.organization_role.value,
        workspace_role=into.workspace_role.value if into.workspace_role else "",
    )
    return _mail(session, row, token, by, wait) if mail else Sent(row.public_id, None, user.id, _link(token))


def resend(invitation: str, by: Actor, *, mail: bool = True, wait: bool = False) -> Sent:
    """A new link is on its way, good for another 7 days; the old one is dead. Without `mail` it is the caller's to hand
    over.

    Raises NotFound, and Conflict if it was accepted or taken back."""
    with unit() as session:
        row = locked(session, Invitation, invitation)
        _check_open(row)
        outbox.withdraw(session, [row.token_digest])
        token = secrets.token_urlsafe(32)
        row.token_digest, row.expires_at = token_digest(token), by.at + LASTS
        action = "invitation.renewed" if mail else "invitation.link_made"
        record(action, by, **_place(session, row), email=row.email)
        return _mail(session, row, token, by, wait) if mail else Sent(row.public_id, None, row.user_id, _link(token))


def invite_owner(workspace: str, by: Actor, *, mail: bool = True, wait: bool = False) -> Sent:
    """The workspace's owner, who has no password yet, has a new link, good for 7 days; older ones are dead. By mail, or
    for the caller to hand over. Raises NotFound, and Conflict if the owner has a password or the workspace is
    closed."""
    with unit() as session:
        place = locked(session, Workspace, workspace)
        owner = session.get(User, place.owner_id) if place.owner_id else None
        if owner is None or owner.password_hash:
            raise Conflict("The owner has accepted already: there is nothing to send.")
        if place.cancelled_at is not None:
            raise Conflict("A closed workspace invites nobody. Restore it first.")
        row = session.scalar(_open_of(place.id, owner.id))
        if row is None:
            organization = session.get_one(Organization, place.organization_id)
            role = OrganizationRole.ADMIN if place.is_primary else OrganizationRole.MEMBER
            into = Into(organization, role, place, WorkspaceRole.OWNER)
            return invite_account(session, owner, into, by, mail=mail, wait=wait)
        return resend(row.public_id, by, mail=mail, wait=wait)


def _open_of(workspace_id: int, user_id: int) -> Select[Invitation]:
    return (
        select(Invitation)
        .where(
            Invitation.workspace_id == workspace_id,
            Invitation.user_id == user_id,
            Invitation.is_pending,
        )
        .order_by(Invitation.id.desc())
        .limit(1)
    )


def take_back(session: Session, by: Actor, *which: ColumnElement[bool]) -> int:
    """In the open unit: none of these invitations that are pending works any more; answers how many there were."""
    rows = _pending(session, *which)
    for row in rows:
        _take_back(session, row, by)
    return len(rows)


def readdress(session: Session, user: User) -> None:
    """In the open unit, the account having another address: links that went to the old one are dead, and whoever sends
    such an invitation again writes to the new one. They see it where the person has not accepted anything yet, and
    staff corrected it; of somebody who came elsewhere, the address that they typed is all they know."""
    rows = _pending(session, Invitation.user_id == user.id)
    outbox.withdraw(session, [row.token_digest for row in rows])
    for row in rows:
        if user.password_hash is None:
            row.email, row.email_key = user.email, user.email_key
        row.token_digest = token_digest(secrets.token_urlsafe(32))  # which nobody has


def cap(session: Session, organization: Organization, user: User, role: OrganizationRole) -> None:
    """In the open unit: no invitation that is pending gives this person more in the organization than the role."""
    for row in _pending(session, Invitation.organization_id == organization.id, Invitation.user_id == user.id):
        if not permissions_of(row.organization_role) <= permissions_of(role):
            row.organization_role = role


def _pending(session: Session, *which: ColumnElement[bool]) -> Sequence[Invitation]:
    query = select(Invitation).where(Invitation.is_pending, *which).order_by(Invitation.id)
    return session.scalars(query.with_for_update()).all()


def revoke(invitation: str, by: Actor) -> None:
    """The link is dead. Raises NotFound, and Conflict if it was accepted or taken back."""
    with unit() as session:
        row = locked(session, Invitation, invitation)
        _check_open(row)
        _take_back(session, row, by)


def _take_back(session: Session, row: Invitation, by: Actor) -> None:
    row.revoked_at = by.at
    outbox.withdraw(session, [row.token_digest])
    record("invitation.revoked", by, **_place(session, row), email=row.email)


def accept_as_new(token: str, name: str, password: str, visit: Visit) -> Opened:
    """The invited person, who had no password, has this name and password, and the roles; a session is opened.

    Raises NotFound for a link that is of no use (any more), Conflict if the account has a password already, Refused
    for an unusable name or password."""
    found = invitation_of(token, visit.at)
    if found is None or found.state is not State.OPEN:
        raise NotFound()
    clean = check_name(name)
    kept = fresh_hash(password, found.email, clean)
    with unit() as session:
        row, user = _taken(session, token, visit.at)
        if user.password_hash:
            raise Conflict("This account has a password already. Log in to accept the invitation.")
        if user.name != clean:
            rename(session, user, clean)
        set_password(session, user, kept, visit.at)
        _settle(session, row, user, visit.actor(user))
        return admit(session, user, visit)


def accept(token: str, by: Actor) -> None:
    """The invited person, who is logged in, has the roles.

    Raises NotFound for a link that is of no use (any more), Forbidden if it is for another person."""
    with unit() as session:
        row, user = _taken(session, token, by.at)
        if user.id != by.user_id:
            raise Forbidden("This invitation is for another person.")
        _settle(session, row, user, by)


def prepared(session: Session, address: str, name: str, by: Actor, *, timezone: str = "") -> User:
    """In the open unit: an account without a password, for a person who is to be invited."""
    user = prepare(session, address, check_name(name), by)
    user.must_set_password, user.timezone = True, timezone or user.timezone
    record("user.created", by, user=user.public_id, name=user.name, email=address)
    return user


def _mail(session: Session, row: Invitation, token: str, by: Actor, wait: bool) -> Sent:
    place = _place(session, row)
    organization, workspace = place["organization"], place["workspace"]
    user = session.get_one(User, row.user_id)
    link = _link(token)
    where = workspace.name if workspace else organization.name
    mail = outbox.post(
        session,
        "invitation",
        user.email,
        f"Invitation to {where}",
        now=by.at,
        user=user,
        workspace=workspace,
        wait=wait,
        token=token,
        until=row.expires_at,
        house=house_of(organization.id),
        name=user.name,
        by=by.label if by.user_id else "",
        where=where,
        organization=organization.name,
        link=link,
        is_new=user.password_hash is None,
    )
    return Sent(row.public_id, mail, user.id, link)


def _link(token: str) -> str:
    return site.external(f"/invitations/{token}")


def _place(session: Session, row: Invitation) -> dict[str, Any]:
    workspace = session.get(Workspace, row.workspace_id) if row.workspace_id else None
    return {"organization": session.get_one(Organization, row.organization_id), "workspace": workspace}


def _check_open(row: Invitation) -> None:
    if row.accepted_at:
        raise Conflict("The invitation was accepted already.")
    if row.revoked_at:
        raise Conflict("The invitation was taken back already.")


def _taken(session: Session, token: str, now: datetime) -> tuple[Invitation, User]:
    """The invitation, used up by the open unit, and its person. Of many at once, one gets here. Locked in the order in
    which everybody locks them: the workspace, the person, their invitations."""
    query = select(Invitation).where(Invitation.token_digest == token_digest(token))
    found = session.scalar(query)
    if found is None:
        raise NotFound()
    of_it = select(Workspace).where(Workspace.id == found.workspace_id)
    workspace = session.scalar(of_it.with_for_update()) if found.workspace_id else None
    user = session.scalars(select(User).where(User.id == found.user_id).with_for_update()).one()
    row = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise NotFound()
    state = state_of(row.accepted_at, row.revoked_at, row.expires_at, bool(workspace and workspace.cancelled_at), now)
    if state is not State.OPEN:
        raise NotFound()
    if user.barred_at:
        raise Refused("This account is suspended. Ask whoever invited you.")
    row.accepted_at = now
    outbox.withdraw(session, [row.token_digest])
    return row, user


def _settle(session: Session, row: Invitation, user: User, by: Actor) -> None:
    """The person has what the invitation gives; never less than before. Their address counts as verified: the link came
    by mail, or from an owner of the platform, who vouches for whom it was given to."""
    user.email_verified_at = user.email_verified_at or by.at
    _join_organization(session, row, user, by.at)
    if row.workspace_id and row.workspace_role:
        _join_workspace(session, row.workspace_id, row.workspace_role, user, by.at)
    record("invitation.accepted", by, **_place(session, row), email=row.email, user=user.public_id)


def _join_organization(session: Session, row: Invitation, user: User, now: datetime) -> None:
    member = session.scalar(
        select(OrganizationMember)
        .where(OrganizationMember.organization_id == row.organization_id, OrganizationMember.user_id == user.id)
        .with_for_update()
    )
    if member is None:
        session.add(
            OrganizationMember(
                organization_id=row.organization_id, user_id=user.id, role=row.organization_role, created_at=now
            )
        )
    elif permissions_of(member.role) <= permissions_of(row.organization_role):
        member.role = row.organization_role


def _join_workspace(session: Session, workspace_id: int, role: WorkspaceRole, user: User, now: datetime) -> None:
    """Whoever is in the workspace already keeps the role: only a handover makes or unmakes an owner."""
    with scope.workspace(workspace_id):
        workspace = session.scalars(select(Workspace).where(Workspace.id == workspace_id).with_for_update()).one()
        if session.scalar(select(Membership.id).where(Membership.user_id == user.id)) is not None:
            return
        session.add(Membership(workspace_id=workspace_id, user_id=user.id, role=role, created_at=now))
        count_members(session, workspace)


def count_members(session: Session, workspace: Workspace) -> None:
    """In the open unit and the workspace's scope: its stored count of members is what there is."""
    session.flush()
    workspace.user_count = session.scalar(select(func.count()).select_from(Membership)) or 0
