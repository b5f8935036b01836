"""An organization's people, as its own admins see them: a page of them, one of them, and who is invited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from portal.base.db import db
from portal.models import (
    Domain,
    Invitation,
    Membership,
    Organization,
    OrganizationMember,
    OutboxMessage,
    OutboxState,
    User,
    Workspace,
)
from portal.queries import users
from portal.queries.team import named
from portal.queries.users import Places
from portal.queries.words import holding
from portal.rules.access import OrganizationRole, WorkspaceRole
from portal.rules.lifecycle import Status

PER_PAGE = 25
PENDING = 12  # invitations on a page
MOST_ROOMS = 300  # that a select offers; of more one types the address
MOST_ADMINS = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; blank or None for any. `workspace`: public id."""

    q: str = ""
    role: OrganizationRole | None = None
    workspace: str = ""

    @property
    def narrow(self) -> bool:
        """Whether anything is looked for."""
        return bool(self.q or self.role or self.workspace)


class Person(NamedTuple):
    """Somebody of the organization. `key`: integer key. `last_seen_at`: in one of its workspaces; what they do
    elsewhere is no business of it. `invited`: has an account, and no password yet."""

    key: int
    public_id: str
    name: str
    email: str
    role: OrganizationRole
    since: datetime
    last_seen_at: datetime | None
    invited: bool
    suspended: bool


class Pending(NamedTuple):
    """An invitation that was neither accepted nor taken back; perhaps it has expired. `mail`: what became of the last
    one, None where none was written; `error` in the mail server's words."""

    public_id: str
    email: str
    role: OrganizationRole
    workspace: str | None
    workspace_role: WorkspaceRole | None
    created_at: datetime
    expires_at: datetime
    invited_by: str | None
    mail: OutboxState | None
    error: str


class Room(NamedTuple):
    """A workspace of somebody, and what they are in it."""

    public_id: str
    name: str
    is_primary: bool
    status: Status
    role: WorkspaceRole


@dataclass(frozen=True, slots=True)
class Choices:
    """Workspaces to choose from: public id and name of each, by name. `more`: there are too many to list, and none is;
    one is named by its address then (see `room`)."""

    listed: tuple[tuple[str, str], ...]
    more: bool = False

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self.more or bool(self.listed)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the people who match, by name, each with their first workspaces; and pending invitations that match,
    a page of them (`pending_page`), the latest first, of `pending_total`."""

    page: int
    total: int
    people: tuple[Person, ...]
    workspaces: dict[int, Places]
    pending: tuple[Pending, ...]
    pending_page: int
    pending_total: int


_SEEN = (
    select(func.max(Membership.last_seen_at))
    .join(Workspace, Workspace.id == Membership.workspace_id)
    .where(
        Membership.user_id == User.id,
        Workspace.organization_id == OrganizationMember.organization_id,
    )
    .correlate(User, OrganizationMember)
    .scalar_subquery()
)
_PERSON = (
    select(
        User.id,
        User.public_id,
        User.name,
        User.email,
        OrganizationMember.role,
        OrganizationMember.created_at,
        _SEEN,
        User.password_hash.is_(None),
        User.suspended_at.is_not(None),
    )
    .join(OrganizationMember, OrganizationMember.user_id == User.id)
    .where(User.trashed_at.is_(None))
)
_Inviter = aliased(User, name="inviter")
_IS_IN = exists().where(
    Membership.workspace_id == Invitation.workspace_id,
    Membership.user_id == Invitation.user_id,
    Membership.role != WorkspaceRole.OWNER,
)


def people(organization: int, wanted: Wanted, page: int, pending_page: int) -> Found:
    """Those of the organization (integer key), whose workspaces are in scope; pages count from 1, and the last one
    stands for one behind it."""
    which = _criteria(organization, wanted)
    counted = select(func.count()).select_from(_PERSON.where(*which).subquery())
    total: int = db.session.scalar(counted) or 0
    page = min(page, max(1, -(-total // PER_PAGE)))
    query = _PERSON.where(*which).order_by(User.name_key, User.id).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    rows = tuple(map(Person._make, db.session.execute(query)))
    keys = [each.key for each in rows]
    pending = _pending(organization, wanted)
    invited = db.session.scalar(select(func.count()).select_from(pending.subquery())) or 0
    pending_page = min(pending_page, max(1, -(-invited // PENDING)))
    return Found(
        page,
        total,
        rows,
        users.workspaces_of(keys, Workspace.organization_id == organization),
        tuple(map(Pending._make, db.session.execute(_described(pending).offset((pending_page - 1) * PENDING)))),
        pending_page,
        invited,
    )


def bounced(organization: int) -> int:
    """How many pending invitations of it (integer key) the mail server sent back."""
    back = exists().where(
        OutboxMessage.link_digest == Invitation.token_digest, OutboxMessage.state == OutboxState.BOUNCED
    )
    which = _pending(organization, Wanted()).where(back)
    return db.session.scalar(select(func.count()).select_from(which.subquery())) or 0


def person(organization: int, user: str) -> Person | None:
    """The one with this public id."""
    query = _PERSON.where(OrganizationMember.organization_id == organization, User.public_id == user)
    row = db.session.execute(query).one_or_none()
    return Person._make(row) if row else None


def rooms(organization: int, key: int) -> Sequence[Room]:
    """The workspaces of the organization that this person (integer key) is in, by name, closed ones last."""
    query = (
        select(Workspace.public_id, Workspace.name, Workspace.is_primary, Workspace.status, Membership.role)
        .join(Membership, Membership.workspace_id == Workspace.id)
        .where(Workspace.organization_id == organization, Membership.user_id == key)
        .order_by(Workspace.cancelled_at.is_not(None), Workspace.name_key, Workspace.id)
    )
    return list(map(Room._make, db.session.execute(query)))


def choices(organization: int, without: int | None = None) -> Choices:
    """Its workspaces that take people in; `without`: but for those that this person (integer key) is in."""
    which = [Workspace.organization_id == organization, Workspace.status.not_in((Status.CANCELLED, Status.SUSPENDED))]
    if without is not None:
        which.append(~exists().where(Membership.workspace_id == Workspace.id, Membership.user_id == without))
    return _names(*which)


def all_rooms(organization: int) -> Choices:
    """Its workspaces that are not closed."""
    return _names(Workspace.organization_id == organization, Workspace.cancelled_at.is_(None))


def without_domain(organization: int) -> Choices:
    """Its workspaces that are not closed and have no domain of their own."""
    has = exists().where(Domain.workspace_id == Workspace.id)
    return _names(Workspace.organization_id == organization, Workspace.cancelled_at.is_(None), ~has)


def room(organization: int, named: str) -> tuple[str, str] | None:
    """Public id and name of its workspace with this public id or web address; None where there is none."""
    typed = named.strip()
    here = or_(Workspace.public_id == typed, Workspace.web_address == typed.casefold())
    query = select(Workspace.public_id, Workspace.name).where(Workspace.organization_id == organization, here)
    row = db.session.execute(query).first() if typed else None
    return (row[0], row[1]) if row else None


def admins(slug: str) -> list[str]:
    """Names of the first admins of the organization with this slug who can log in: whom its people ask."""
    query = (
        select(User.name)
        .join(OrganizationMember, OrganizationMember.user_id == User.id)
        .join(Organization, Organization.id == OrganizationMember.organization_id)
        .where(Organization.slug == slug, OrganizationMember.role == OrganizationRole.ADMIN, User.barred_at.is_(None))
        .where(User.password_hash.is_not(None))
        .order_by(User.name_key, User.id)
        .limit(MOST_ADMINS)
    )
    return list(db.session.scalars(query))


def _names(*which: ColumnElement[bool]) -> Choices:
    query = select(Workspace.public_id, Workspace.name).where(*which)
    rows = db.session.execute(query.order_by(Workspace.name_key, Workspace.id).limit(MOST_ROOMS + 1)).all()
    return Choices((), more=True) if len(rows) > MOST_ROOMS else Choices(tuple((row[0], row[1]) for row in rows))


def _criteria(organization: int, wanted: Wanted) -> list[ColumnElement[bool]]:
    found = [OrganizationMember.organization_id == organization, *named(wanted.q)]
    if wanted.role:
        found.append(OrganizationMember.role == wanted.role)
    if wanted.workspace:
        inside = select(Membership.user_id).join(Workspace, Workspace.id == Membership.workspace_id)
        of_it = and_(Workspace.public_id == wanted.workspace, Workspace.organization_id == organization)
        found.append(User.id.in_(inside.where(of_it)))
    return found


def _pending(organization: int, wanted: Wanted) -> Select[Any]:
    """Keys of those that lead somewhere, by what is wanted of them."""
    query = (
        select(Invitation.id)
        .join(User, User.id == Invitation.user_id)
        .outerjoin(Workspace, Workspace.id == Invitation.workspace_id)
        .where(
            Invitation.organization_id == organization,
            Invitation.is_pending,
            Workspace.cancelled_at.is_(None),
            ~_IS_IN,
            *holding(wanted.q, Invitation.email_key),  # nobody's name, who never accepted
        )
    )
    if wanted.role:
        query = query.where(Invitation.organization_role == wanted.role)
    return query.where(Workspace.public_id == wanted.workspace) if wanted.workspace else query


def _described(pending: Select[Any]) -> Select[*tuple[Any, ...]]:
    mail = and_(OutboxMessage.link_digest == Invitation.token_digest, OutboxMessage.template == "invitation")
    return (
        select(
            Invitation.public_id,
            Invitation.email,
            Invitation.organization_role,
            Workspace.name,
            Invitation.workspace_role,
            Invitation.created_at,
            Invitation.expires_at,
            _Inviter.name,
            OutboxMessage.state,
            func.coalesce(OutboxMessage.error, ""),
        )
        .outerjoin(Workspace, Workspace.id == Invitation.workspace_id)
        .outerjoin(_Inviter, _Inviter.id == Invitation.invited_by_id)
        .outerjoin(OutboxMessage, mail)
        .where(Invitation.id.in_(pending))
        .order_by(Invitation.created_at.desc(), Invitation.id.desc())
        .limit(PENDING)
    )
