"""A workspace's team: its members, and who is invited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import Invitation, Membership, User
from portal.rules.access import WorkspaceRole
from portal.rules.text import sort_key

PER_PAGE = 25
PENDING = 12  # invitations on a page


class Member(NamedTuple):
    """Somebody of the team. `last_seen_at`: in this workspace. `invited`: has an account, and no password yet;
    `trashed`: has one that was closed, and takes a seat until removed."""

    public_id: str
    name: str
    email: str
    role: WorkspaceRole
    last_seen_at: datetime | None
    invited: bool
    suspended: bool
    trashed: bool


class Pending(NamedTuple):
    """An invitation that was neither accepted nor taken back; perhaps it has expired."""

    public_id: str
    email: str
    role: WorkspaceRole
    created_at: datetime
    expires_at: datetime
    invited_by: str | None


@dataclass(frozen=True, slots=True)
class Team:
    """A page of the members who match, owner first, then by name; and a page of the pending invitations, the latest
    first, of `pending_total`."""

    page: int
    total: int
    members: tuple[Member, ...]
    pending: tuple[Pending, ...]
    pending_page: int
    pending_total: int


_rank = case((Membership.role == WorkspaceRole.OWNER, 0), (Membership.role == WorkspaceRole.MANAGER, 1), else_=2)
_MEMBERS = select(
    User.public_id,
    User.name,
    User.email,
    Membership.role,
    Membership.last_seen_at,
    User.password_hash.is_(None),
    User.suspended_at.is_not(None),
    User.trashed_at.is_not(None),
).join(Membership, Membership.user_id == User.id)
_Inviter = aliased(User, name="inviter")
_IS_PENDING = (
    Invitation.workspace_id == bindparam("workspace", type_=Integer),
    Invitation.workspace_role.is_not(None),
    Invitation.is_pending,
    ~exists().where(
        Membership.workspace_id == Invitation.workspace_id,
        Membership.user_id == Invitation.user_id,
        Membership.role != WorkspaceRole.OWNER,
    ),
)
_INVITED = select(func.count(Invitation.id)).where(*_IS_PENDING)
_PENDING = (
    select(
        Invitation.public_id,
        Invitation.email,
        Invitation.workspace_role,
        Invitation.created_at,
        Invitation.expires_at,
        _Inviter.name,
    )
    .outerjoin(_Inviter, _Inviter.id == Invitation.invited_by_id)
    .where(*_IS_PENDING)
    .order_by(Invitation.created_at.desc(), Invitation.id.desc())
    .limit(PENDING)
)


def team(workspace: int, q: str, page: int, pending_page: int) -> Team:
    """The team of the workspace in scope (its integer key), searched by name and e-mail; pages count from 1, and the
    last one stands for one behind it."""
    found = _matching(q)
    total: int = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    page = min(page, max(1, -(-total // PER_PAGE)))
    rows = db.session.execute(
        found.order_by(_rank, User.name_key, User.id).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    )
    of = {"workspace": workspace}
    invited: int = db.session.scalar(_INVITED, of) or 0
    pending_page = min(pending_page, max(1, -(-invited // PENDING)))
    pending = db.session.execute(_PENDING.offset((pending_page - 1) * PENDING), of)
    members = tuple(map(Member._make, rows))
    return Team(page, total, members, tuple(map(Pending._make, pending)), pending_page, invited)


def member(user: str) -> Member | None:
    """The member of the workspace in scope with this public id."""
    row = db.session.execute(_MEMBERS.where(User.public_id == user)).one_or_none()
    return Member(*row) if row else None


def _matching(q: str) -> Select[str, str, str, WorkspaceRole, datetime | None, bool, bool, bool]:
    return _MEMBERS.where(*named(q))


def named(q: str) -> list[ColumnElement[bool]]:
    """That every word stands in a person's name or e-mail."""
    return [
        or_(User.name_key.contains(word, autoescape=True), User.email_key.contains(word, autoescape=True))
        for word in sort_key(q).split()
    ]
