"""Example data: the eleven people whom anybody trying Portal can log in as, one for each role.

Their names, addresses and password are the same on every example platform, whatever its seed: they are worth
nothing, since such a platform holds nothing real and says so on every screen."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypedDict

from portal.operations.demo.people import STAFF, STAFF_DOMAIN, Hashes, Person
from portal.operations.demo.tenants import Customer, World
from portal.rules.access import OrganizationRole

PASSWORD = "copper-lantern-river"  # noqa: S105 - of example people, shown to everybody
OWNED = 3  # workspaces of the toured organization that `workspace_owner` owns
ADDRESS = "nilgiri-retail"  # web address of the toured organization's first workspace
DOMAIN = "nilgiri-retail.example"
STAFF_ROLES = ("owner", "support", "finance", "auditor")

# Role in the file: local part of the address, name, role in the organization, whether in a workspace.
CUSTOMERS: dict[str, tuple[str, str, OrganizationRole, bool]] = {
    "org_admin": ("admin", "Meera Krishnan", OrganizationRole.ADMIN, False),
    "billing_admin": ("billing", "Arjun Shetty", OrganizationRole.BILLING_ADMIN, False),
    "user_admin": ("people", "Zoya Khan", OrganizationRole.USER_ADMIN, False),
    "member": ("member", "Nikhil Bose", OrganizationRole.MEMBER, False),
    "workspace_owner": ("owner", "Lakshmi Subramaniam", OrganizationRole.MEMBER, True),
    "workspace_manager": ("manager", "Rahul D'Souza", OrganizationRole.MEMBER, True),
    "workspace_agent": ("agent", "Sana Patel", OrganizationRole.MEMBER, True),
}


class Login(TypedDict):
    """One log-in; `workspace` is a web address, or None for a role that is in no workspace."""

    role: str
    email: str
    password: str
    workspace: str | None


def logins() -> list[Login]:
    """All eleven, staff first."""
    staff = [_login(role, f"{role}@{STAFF_DOMAIN}", None) for role in STAFF_ROLES]
    return staff + [
        _login(role, f"{local}@{DOMAIN}", ADDRESS if inside else None)
        for role, (local, _, _, inside) in CUSTOMERS.items()
    ]


def _login(role: str, email: str, workspace: str | None) -> Login:
    return {"role": role, "email": email, "password": PASSWORD, "workspace": workspace}


def hashes(hash_password: Callable[[str], str]) -> Hashes:
    """Made anew, each with a salt of its own."""
    known = {login["email"]: hash_password(login["password"]) for login in logins()}
    return Hashes(known, hash_password(secrets.token_urlsafe(32)))


def names() -> dict[str, str]:
    """Of the eleven people, by e-mail address."""
    staff = {f"{local}@{STAFF_DOMAIN}": name for local, name, _ in STAFF}
    return staff | {f"{local}@{DOMAIN}": name for local, name, _, _ in CUSTOMERS.values()}


def toured(world: World, customer: Customer, role: str, at: datetime) -> Person:
    """The person with this role in the toured organization; made when first asked for."""
    if role not in world.toured:
        local, name, _, _ = CUSTOMERS[role]
        world.toured[role] = customer.team.hire(
            world.sheet,
            world.dice.of("toured", role),
            at,
            name=name,
            local=local,
            seen_at=world.now - timedelta(hours=len(world.toured) * 3 + 2),
        )
    return world.toured[role]
