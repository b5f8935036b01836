"""The workspace's side of the guard: who may come in under `/w/<slug>/`, and what works there in which state.

Nothing is kept between requests: a role taken, a hold or a closing is in force with the next one.
"""

from __future__ import annotations

from flask import g, request, url_for
from flask.typing import ResponseReturnValue

from portal.models import scope
from portal.queries import tenants
from portal.queries.principals import Access, Principal
from portal.queries.tenants import Here, Tenant
from portal.rules import access as roles
from portal.rules.access import AccessMode, Permission, Permissions, Scope, WorkspaceRole
from portal.rules.access_sessions import AccessKind
from portal.rules.errors import Conflict, Forbidden, NotFound
from portal.rules.lifecycle import Status
from portal.web import hosts, targets
from portal.web.pages import away, show, wants_part

SUSPENDED = "workspace_home.suspended"
STOP = "access.stop"
RAISES_CAP = Permission.TENANT_BILLING_EDIT  # lifts the hold that a spend cap has opened
DOORS = {"admin_workspaces.impersonate", "admin_workspaces.manage"}  # where an access session begins
OPEN_INSIDE = {STOP, "account.log_out", "branding.file"}

CLOSED = "This workspace is closed: it can be read and exported until it is purged, and nothing of it can be changed."
PAUSED = "This workspace is suspended: nothing of it can be changed until it is reactivated."
LOOKING = "You are looking only: nothing can be changed in this visit."
LOOKING_EXPORTS = "You are looking only: no data is taken out in this visit. The workspace’s own people can export it."
ROLE = "Your role in this workspace does not include it. Ask its owner if you need it."
BARRED = "Ownership and closing stay locked while somebody else is inside as the owner."


def within(permission: Permission, person: Principal) -> ResponseReturnValue | None:
    """Let the person in, and open the workspace's scope; or answer what is said instead.

    Raises NotFound for whoever is no member, Conflict for a form of a tab that was left behind, Forbidden for a member
    who may not."""
    found = tenants.tenant(g.pop("slug", ""), person.user_id)
    visit = person.access
    if found is None or (visit and visit.workspace_id != found.key) or not (visit or found.role):
        raise NotFound()
    if not hosts.serves(found.organization_key, found.key):
        raise NotFound()
    if not visit and person.last_workspace_id not in (None, found.key):
        elsewhere = tenants.here(person.last_workspace_id, person.user_id)
        if elsewhere:
            return from_elsewhere(found, elsewhere)
    g.tenant = found
    if visit:
        held = roles.in_access_session(visit.mode)
    else:
        held = roles.held(organization=found.organization_role, workspace=found.role)
    g.by_role, g.held = held, in_state(held, found.status)
    if permission is RAISES_CAP and found.status is Status.SUSPENDED and tenants.is_capped(found.key):
        g.held |= held & {RAISES_CAP}
    # What takes data away stays open to the workspace's own people, whatever its state; so does the way out.
    lifts = permission is RAISES_CAP and permission in g.held
    is_open = lifts or request.endpoint == SUSPENDED or permission.exports or _manages(visit)
    if found.status is Status.SUSPENDED and not is_open:
        return away(SUSPENDED)
    if permission not in g.held:
        raise Forbidden(why_not(permission, held, found, visit))
    scope.enter(found.key)
    return None


def _manages(visit: Access | None) -> bool:
    return visit is not None and visit.kind is AccessKind.MANAGE


def from_elsewhere(there: Tenant, here: Here) -> ResponseReturnValue:
    """What somebody is told who is in another workspace of theirs: a link asks whether to switch; whatever else comes
    from a tab that was drawn before they switched, and is refused before anything happens."""
    if request.method != "GET" or wants_part():
        raise Conflict(
            f"Nothing was done: this page belongs to {there.name}, and you have switched to {here.name} since. "
            "Open it afresh to go on there."
        )
    return show(
        "workspace/foreign",
        there=there,
        here=here,
        onward=targets.here(),
        stay_url=url_for("workspace_home.page", slug=here.web_address),
    )


def in_state(held: Permissions, status: Status) -> Permissions:
    """What is left of these permissions in a workspace of this status: of a closed or suspended one only reading."""
    if status not in (Status.CANCELLED, Status.SUSPENDED):
        return held
    return frozenset(each for each in held if each.reads or each.scope is not Scope.WORKSPACE)


def why_not(permission: Permission, held: Permissions, tenant: Tenant, visit: Access | None) -> str:
    """Why somebody who is in may not do this."""
    if visit and visit.mode is AccessMode.LOOK:
        return LOOKING_EXPORTS if permission.exports else LOOKING
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


def may_raise_cap() -> bool:
    """Whether the reader may raise the spend cap where that has suspended the workspace."""
    return RAISES_CAP in g.by_role


def role() -> WorkspaceRole | None:
    """The person's role in the workspace of this request; the owner's for staff inside."""
    person: Principal = g.principal
    return WorkspaceRole.OWNER if person.access else tenant().role
