"""Who may come in: every route declares its permission with `@needs`, and everything else is refused.

`guard` runs before every request: it finds the person behind the session cookie, checks the route's permission, and
opens the tenant scope that goes with it; for routes of a workspace together with `portal.web.tenancy`, of an
organization with `portal.web.organizations`. Routes of the API declare a scope instead (`portal.api.operations`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import structlog
from flask import Flask, abort, current_app, flash, g, request
from flask.typing import ResponseReturnValue
from flask_login import LoginManager
from sqlalchemy.exc import OperationalError

from portal.base import clock
from portal.base.declared import STATIC, needs, permission_of, scope_of
from portal.models import scope
from portal.operations import access_sessions
from portal.queries import principals
from portal.queries.principals import Access, Principal
from portal.rules.access import Permission, Scope, held
from portal.rules.actors import Actor, ActorKind
from portal.web import hosts, organizations, sides, tenancy
from portal.web.cookies import read_token
from portal.web.pages import away
from portal.web.targets import here

__all__ = ["actor", "admit", "guard", "identify", "may", "needs", "opened", "opens", "permissions"]

log = structlog.get_logger(__name__)

UNASKED = STATIC | hosts.PROBES  # where nobody asks who it is
UNSETTLED = {"account.password_change", "account.log_out", "static"}  # open while a new password is due
HALF_WAY = {"account.second_factor", "account.log_out", "static"}  # open while the second factor is due


def guard(app: Flask) -> ResponseReturnValue | None:
    """Let the request through, or say where to go instead. Another tenant's thing is a 404, never a 403."""
    g.held = frozenset()
    scope.enter(None)
    endpoint = request.endpoint
    if endpoint in UNASKED or (endpoint and scope_of(app, endpoint)):
        g.principal = None  # a program's key is looked at by the view itself, and a cookie is nothing to it
        return None
    identify()
    onward = end_overdue()
    if onward:
        return onward
    if endpoint is None:  # what the error page says does not depend on who asks, only what stands around it
        forget_half_way()
        return None
    permission = permission_of(app, endpoint)
    if permission is None:
        abort(404)
    person: Principal | None = g.principal
    if person and person.access:
        tenancy.check_inside(permission)
    if permission is Permission.PUBLIC:
        forget_half_way()
        return None
    return admit(permission)


def forget_half_way() -> None:
    """Whoever still owes the second factor is nobody to public pages."""
    person: Principal | None = g.principal
    if person and person.awaits_second_factor:
        g.principal = None


def identify() -> None:
    """Find the person behind the session cookie, with the platform's settings."""
    g.principal = None
    token = read_token()
    found = principals.current(token, clock.now(), hosts.name()) if token else None
    if found:
        g.principal, g.platform = found


def end_overdue() -> ResponseReturnValue | None:
    """An access session that holds no more is over, and the person is themself again; whoever was about to go on in
    the workspace is told so."""
    person: Principal | None = g.principal
    visit = person.access if person else None
    if person is None or visit is None or visit.ended is None:
        return None
    try:
        access_sessions.expire(visit.public_id, visit.ended, clock.now(), g.request_id)
    except OperationalError:  # the next request tries again; it opens nothing meanwhile
        log.warning("access_session_not_ended")
    g.principal = replace(person, access=None)
    return back_outside(visit) if (request.endpoint or "").startswith(sides.WORKSPACE) else None


def back_outside(visit: Access) -> ResponseReturnValue:
    """To the page of the workspace that the access session was in."""
    flash(f"Your access session in {visit.workspace_name} has ended.", "watch")
    if visit.workspace and "admin_workspaces.detail" in current_app.view_functions:
        return away("admin_workspaces.detail", ws=visit.workspace)
    return away("account.home")


def admit(permission: Permission) -> ResponseReturnValue | None:
    """Check a permission that is not public, and open the scope that goes with it."""
    person: Principal | None = g.principal
    if person is None:
        return away("account.log_in", next=here())
    if person.awaits_second_factor:
        return None if request.endpoint in HALF_WAY else away("account.second_factor")
    if person.must_set_password and request.endpoint not in UNSETTLED:
        return away("account.password_change")
    if permission.scope is Scope.WORKSPACE:
        return tenancy.within(permission, person)
    if permission.scope is Scope.ORGANIZATION:
        organizations.within(permission, person)
        return None
    if not person.access:
        g.held = held(staff=person.staff_role)
    if permission is Permission.SELF:
        return None
    if person.staff_role is None:
        abort(404)
    if permission not in g.held:
        abort(403)
    scope.enter(scope.PLATFORM)
    return None


def may(permission: Permission) -> bool:
    """Whether the person of this request has the permission here; for templates and views."""
    return permission in g.get("held", ())


def permissions() -> frozenset[Permission]:
    """All that the person of this request may do."""
    return frozenset(g.get("held", ()))


def opens(endpoint: str) -> bool:
    """Whether there is such a page on this host and this person may open it."""
    return endpoint in opened()


def opened() -> frozenset[str]:
    """The endpoints of all pages of this host that this person may open."""
    found = _opened(current_app._get_current_object(), permissions())  # type: ignore[attr-defined]
    return found if hosts.domain() is None else frozenset(filter(hosts.answers, found))


@lru_cache(maxsize=500)
def _opened(app: Flask, held: frozenset[Permission]) -> frozenset[str]:
    return frozenset(endpoint for endpoint in app.view_functions if permission_of(app, endpoint) in held)


def actor() -> Actor:
    """The person of this request as the one behind a change, at the present instant."""
    person: Principal = g.principal
    visit = person.access
    return Actor(
        ActorKind.USER,
        person.name,
        clock.now(),
        person.user_id,
        g.request_id,
        access=visit.public_id if visit else "",
        on_behalf_of=visit.on_behalf_of if visit else "",
    )


def init_app(app: Flask, login_manager: LoginManager) -> None:
    """Guard every request of this app, and tell Flask-Login who the person is."""
    sides.init_app(app)
    app.login_manager = login_manager  # type: ignore[attr-defined]  # init_app is for what is not used: remembering

    @login_manager.request_loader
    def load(_: object) -> Principal | None:
        found: Principal | None = g.get("principal")
        return found

    @app.before_request
    def stand_guard() -> ResponseReturnValue | None:
        return guard(app)
