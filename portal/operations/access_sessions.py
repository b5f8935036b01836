"""Access sessions: staff enter a workspace, and leave it. What they may do inside is for `rules.access` to say.

Entering and leaving give the browser a new token: a cookie from inside opens nothing afterwards, and one from before
opens nothing inside."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import ids, site
from portal.models import AccessSession, LoginSession, User, Workspace
from portal.operations import outbox
from portal.operations.audit import record
from portal.operations.unit import locked, unit
from portal.queries.access_sessions import account_of
from portal.queries.domains import house_of
from portal.queries.principals import platform, token_digest
from portal.rules.access import AccessMode, allows
from portal.rules.access_sessions import (
    DOORS,
    LASTS,
    LONGEST_REASON,
    LONGEST_TICKET,
    AccessKind,
    Ending,
    check_mode,
    check_owner,
)
from portal.rules.actors import Actor, ActorKind
from portal.rules.errors import Conflict, Forbidden, NotFound, Refused
from portal.rules.text import clean_line


@dataclass(frozen=True, slots=True)
class Visit:
    """What somebody wants: through which door, how, and why."""

    kind: AccessKind
    mode: AccessMode
    reason: str = ""
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """The token that the browser goes on with, and the public id of the workspace that was left, if it still is."""

    token: str
    workspace: str | None


def start(workspace: str, visit: Visit, login_session: str, by: Actor) -> str:
    """This log-in is inside the workspace for 60 minutes; answers its new token.

    Raises NotFound; Forbidden without the role; Conflict while it is inside a workspace already; Refused for an owner
    who cannot be impersonated, a missing reason, or acting in a closed workspace."""
    visit = _checked(visit)
    with unit() as session:
        login = locked(session, LoginSession, login_session)
        row = locked(session, Workspace, workspace)
        _check_free(session, login)
        staff = session.get_one(User, login.user_id)
        if staff.staff_role is None or not allows(staff.staff_role, DOORS[visit.kind]):
            raise Forbidden("Your role does not include entering workspaces.")
        check_mode(visit.mode, row.status)
        owner = _owner(session, row, staff) if visit.kind is AccessKind.IMPERSONATE else None
        _enter(session, login, row, owner, visit, by)
        if owner and platform().tell_impersonated_owner:
            _tell(session, owner, row, visit, by)
        return _renew(login)


def stop(login_session: str, by: Actor) -> Left:
    """This log-in is inside no workspace. Where it was in none any more, the last one is named all the same."""
    with unit() as session:
        login = locked(session, LoginSession, login_session)
        end_of(session, [login.id], by.at, Ending.STOPPED, by.request_id)
        last = (
            select(Workspace.public_id)
            .join(AccessSession, AccessSession.workspace_id == Workspace.id)
            .where(AccessSession.login_session_id == login.id)
            .order_by(AccessSession.id.desc())
            .limit(1)
        )
        return Left(_renew(login), session.scalar(last))


def expire(access: str, how: Ending, now: datetime, request_id: str = "") -> None:
    """The access session, which holds no more for this reason, is written down as ended."""
    with unit() as session:
        row = session.scalar(select(AccessSession).where(AccessSession.public_id == access).with_for_update())
        if row is None or row.ended_at is not None:
            return
        _end(session, row, min(now, row.expires_at), how, request_id)


def end_of(session: Session, logins: Sequence[int], now: datetime, how: Ending, request_id: str = "") -> None:
    """In the open unit: these log-ins (integer keys) are inside no workspace any more."""
    inside = select(AccessSession).where(AccessSession.login_session_id.in_(logins), AccessSession.ended_at.is_(None))
    for row in session.scalars(inside.order_by(AccessSession.id).with_for_update()):
        expired = now >= row.expires_at
        _end(session, row, min(now, row.expires_at), Ending.EXPIRED if expired else how, request_id)


def _checked(visit: Visit) -> Visit:
    reason, ticket = clean_line(visit.reason), clean_line(visit.ticket)
    if visit.kind is AccessKind.IMPERSONATE and not reason:
        raise Refused("Say why: the customer reads it in their activity.", "reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(f"A reason has at most {LONGEST_REASON} characters.", "reason")
    if len(ticket) > LONGEST_TICKET:
        raise Refused(f"A ticket has at most {LONGEST_TICKET} characters.", "ticket")
    return replace(visit, reason=reason, ticket=ticket)


def _enter(session: Session, login: LoginSession, row: Workspace, owner: User | None, visit: Visit, by: Actor) -> None:
    entered = AccessSession(
        public_id=ids.new("acs"),
        login_session_id=login.id,
        user_id=login.user_id,
        workspace_id=row.id,
        on_behalf_of_id=owner.id if owner else None,
        kind=visit.kind,
        mode=visit.mode,
        reason=visit.reason,
        ticket=visit.ticket,
        started_at=by.at,
        expires_at=by.at + LASTS,
    )
    session.add(entered)
    record(
        "access.started",
        replace(by, access=entered.public_id, on_behalf_of=owner.name if owner else ""),
        workspace=row,
        reason=visit.reason,
        kind=visit.kind.value,
        mode=visit.mode.value,
        ticket=visit.ticket,
        until=entered.expires_at.isoformat(timespec="seconds"),
    )


def _check_free(session: Session, login: LoginSession) -> None:
    if login.revoked_at is not None:
        raise NotFound()
    query = (
        select(Workspace.name)
        .join(AccessSession, AccessSession.workspace_id == Workspace.id)
        .where(AccessSession.login_session_id == login.id, AccessSession.ended_at.is_(None))
    )
    where = session.scalar(query)
    if where is not None:
        raise Conflict(f"You are inside {where} already. Stop that first, then enter another workspace.")


def _owner(session: Session, row: Workspace, staff: User) -> User:
    owner = session.get(User, row.owner_id) if row.owner_id else None
    check_owner(account_of(owner, staff.id))
    if owner is None:
        raise NotFound()
    return owner


def _tell(session: Session, owner: User, row: Workspace, visit: Visit, by: Actor) -> None:
    outbox.post(
        session,
        "impersonated",
        owner.email,
        f"{by.label} entered {row.name} as you",
        now=by.at,
        user=owner,
        workspace=row,
        house=house_of(row.organization_id),
        name=owner.name,
        by=by.label,
        where=row.name,
        reason=visit.reason,
        looks=visit.mode is AccessMode.LOOK,
        activity=site.external(f"/w/{row.web_address}/activity"),
    )


def _renew(login: LoginSession) -> str:
    token = secrets.token_urlsafe(32)
    login.token_digest = token_digest(token)
    return token


def _end(session: Session, row: AccessSession, at: datetime, how: Ending, request_id: str) -> None:
    row.ended_at, row.ended_how = at, how
    staff = session.get_one(User, row.user_id)
    owner = session.get(User, row.on_behalf_of_id) if row.on_behalf_of_id else None
    workspace = session.get(Workspace, row.workspace_id) if row.workspace_id else None
    by = Actor(ActorKind.USER, staff.name, at, staff.id, request_id, row.public_id, owner.name if owner else "")
    record("access.ended", by, workspace=workspace, kind=row.kind.value, how=how.value)
