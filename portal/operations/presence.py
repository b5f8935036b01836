"""Where people were last seen, and which workspace a browser was in: heartbeats, written seldom and never audited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select, update

from portal.models import LoginSession, Membership, Workspace, scope
from portal.operations.sessions import HEARTBEAT
from portal.operations.unit import unit
from portal.rules.errors import NotFound


def seen_in(workspace_id: int, user_id: int, login_session: str, was: int | None, now: datetime) -> None:
    """This member was in the workspace just now, with this browser, which was in the workspace `was` (integer keys);
    instants are written at most once in 5 minutes. Who has switched meanwhile stays where they are now."""
    with unit() as session, scope.workspace(workspace_id):
        mine = update(Membership).where(
            Membership.user_id == user_id,
            Membership.workspace_id == workspace_id,
            or_(Membership.last_seen_at.is_(None), Membership.last_seen_at <= now - HEARTBEAT),
        )
        if session.execute(mine.values(last_seen_at=now).returning(Membership.id)).first():
            whole = update(Workspace).where(
                Workspace.id == workspace_id, or_(Workspace.last_seen_at.is_(None), Workspace.last_seen_at < now)
            )
            session.execute(whole.values(last_seen_at=now))
        browser = update(LoginSession).where(
            LoginSession.public_id == login_session, LoginSession.last_workspace_id.is_not_distinct_from(was)
        )
        session.execute(browser.values(last_workspace_id=workspace_id))


def switch(workspace: str, user_id: int, login_session: str) -> str:
    """This browser is in that workspace (public id) of the person's; answers its web address. Raises NotFound."""
    with unit() as session, scope.platform():
        query = (
            select(Workspace.id, Workspace.web_address)
            .join(Membership, Membership.workspace_id == Workspace.id)
            .where(Workspace.public_id == workspace, Membership.user_id == user_id)
        )
        found = session.execute(query).one_or_none()
        if found is None:
            raise NotFound()
        browser = update(LoginSession).where(LoginSession.public_id == login_session)
        session.execute(browser.values(last_workspace_id=found.id))
        address: str = found.web_address
        return address
