"""The organization's side of the guard: who may come in under `/o/<slug>/`. The role there decides, whatever holds are
open: whoever has to pay must be able to."""

from __future__ import annotations

from flask import g

from portal.models import scope
from portal.models.scope import OfOrganization
from portal.queries import own_organizations
from portal.queries.own_organizations import OwnOrganization
from portal.queries.principals import Principal
from portal.rules import access as roles
from portal.rules.access import OrganizationRole, Permission
from portal.rules.errors import Forbidden, NotFound
from portal.web import hosts

MEMBER = "You are a member of this organization, and its pages are for its admins. Your workspaces are yours as before."
ROLE = "Your role in this organization does not include it. Ask one of its admins if you need it."


def within(permission: Permission, person: Principal) -> None:
    """Let the person in, and open the scope of the organization's workspaces.

    Raises NotFound for whoever does not belong to it, Forbidden for one of its people who may not."""
    found = own_organizations.own(g.pop("slug", ""), person.user_id)
    if found is None or not hosts.serves(found.key):
        raise NotFound()
    g.held = roles.held(organization=found.role)
    if permission not in g.held:
        raise Forbidden(MEMBER if found.role is OrganizationRole.MEMBER else ROLE)
    g.organization = found
    scope.enter(OfOrganization(found.key))


def organization() -> OwnOrganization:
    """The organization of this request."""
    found: OwnOrganization = g.organization
    return found
