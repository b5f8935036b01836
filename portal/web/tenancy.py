"""The workspace's side of the guard: who may come in under `/w/<slug>/`, and what works there in which state.

Nothing is kept between requests: a role taken, a hold or a closing is in force with the next one.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request

from portal.models import scope
from portal.queries import tenants
from portal.queries.principals import Access, Principal
from portal.queries.tenants import Tenant
from portal.rules import access as roles
from portal.rules.access import AccessMode, Permission, Permissions, Scope, WorkspaceRole
from portal.rules.access_sessions import AccessKind
from portal.rules.errors import Conflict, Forbidden, NotFound
from portal.rules.lifecycle import Status

SIDE = "workspace_"  # with this the names of the blueprints of this side begin
SUSPENDED = "workspace_home.suspended"
STOP = "access.stop"
DOORS = {"admin_workspaces.impersonate", "admin_workspaces.manage"}  # where an access session begins
OPEN_INSIDE = {STOP, "account.log_out"}

CLOSED = "This workspace is closed: it can be read and exported until it is purged, and nothing of it can be changed."
PAUSED = "This workspace is suspended: nothing of it can be changed until it is reactivated."
LOOKING = "You are looking only: nothing can be changed in this visit."
ROLE = "Your role in this workspace does not include it. Ask its owner if you need it."
BARRED = "Ownership and closing stay locked while somebody else is inside as the owner."


def within(permission: Permission, person: Principal) -> str | None:
    """Let the person in, and open the workspace's scope; or answer the endpoint to go to instead.

    Raises NotFound for whoever is no member, Forbidden for a member who may not."""
    found = tenants.tenant(g.pop("slug", ""), person.user_id)
    visit = person.access
    if found is None or (visit and visit.workspace_id != found.key) or not (visit or found.role):
        raise NotFound()
    g.tenant = found
    if visit:
        held = roles.in_access_session(visit.mode)
    else:
        held = roles.held(organization=found.organization_role, workspace=found.role)
    g.held = in_state(held, found.status)
    is_open = request.endpoint == SUSPENDED or exports(permission) or (visit and visit.kind is AccessKind.MANAGE)
    if found.status is Status.SUSPENDED and not is_open:
        return SUSPENDED
    if permission not in g.held:
        raise Forbidden(why_not(permission, held, found, visit))
    scope.enter(found.key)
    return None


def in_state(held: Permissions, status: Status) -> Permissions:
    """What is left of these permissions in a workspace of this status: of a closed or suspended one only reading."""
    if status not in (Status.CANCELLED, Status.SUSPENDED):
        return held
    return frozenset(each for each in held if each.reads or each.scope is not Scope.WORKSPACE)


def exports(permission: Permission) -> bool:
    """Whether it takes data away, which stays open whatever the workspace's state."""
    return permission.value.endswith(":export")


def why_not(permission: Permission, held: Permissions, tenant: Tenant, visit: Access | None) -> str:
    """Why somebody who is in may not do this."""
    if visit and visit.mode is AccessMode.LOOK and not permission.reads:
        return LOOKING
    if permission in held:
        return CLOSED if tenant.status is Status.CANCELLED else PAUSED
    return BARRED if visit else ROLE


def check_inside(permission: Permission) -> None:
    """In an access session only its workspace answers, Stop and the log-out. Raises NotFound, Conflict for another
    access session within."""
    if request.endpoint in OPEN_INSIDE or permission.scope is Scope.WORKSPACE:
        return
    if request.endpoint in DOORS and request.method == "POST":
        raise Conflict("You are inside a workspace already. Stop that first, then enter another.")
    raise NotFound()


def tenant() -> Tenant:
    """The workspace of this request."""
    found: Tenant = g.tenant
    return found


def role() -> WorkspaceRole | None:
    """The person's role in the workspace of this request; the owner's for staff inside."""
    person: Principal = g.principal
    return WorkspaceRole.OWNER if person.access else tenant().role


def init_app(app: Flask) -> None:
    """Addresses of this side name their workspace by themselves."""

    @app.url_value_preprocessor
    def take(endpoint: str | None, values: dict[str, Any] | None) -> None:
        if endpoint and values and endpoint.startswith(SIDE):
            g.slug = values.pop("slug", "")

    @app.url_defaults
    def give(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint.startswith(SIDE) and "slug" not in values and "tenant" in g:
            values["slug"] = g.tenant.web_address
