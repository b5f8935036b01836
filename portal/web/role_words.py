"""Roles in words, and as addresses and forms spell them: `staff.owner`, since two roles of that name there are."""

from __future__ import annotations

from collections.abc import Mapping

from portal.rules.access import ROLES, OrganizationRole, Role, StaffRole, WorkspaceRole

STAFF_ROLES: Mapping[StaffRole, str] = {
    StaffRole.OWNER: "Owner",
    StaffRole.SUPPORT: "Support",
    StaffRole.FINANCE: "Finance",
    StaffRole.AUDITOR: "Auditor",
}
ORGANIZATION_ROLES: Mapping[OrganizationRole, str] = {
    OrganizationRole.ADMIN: "Admin",
    OrganizationRole.BILLING_ADMIN: "Billing admin",
    OrganizationRole.USER_ADMIN: "User admin",
    OrganizationRole.MEMBER: "Member",
}
WORKSPACE_ROLES: Mapping[WorkspaceRole, str] = {
    WorkspaceRole.OWNER: "Owner",
    WorkspaceRole.MANAGER: "Manager",
    WorkspaceRole.AGENT: "Agent",
}
# What each may, by the sort of role: two roles of the name "owner" there are, which count as equal.
MAY: Mapping[type[Role], Mapping[Role, str]] = {
    StaffRole: {
        StaffRole.OWNER: "Everything.",
        StaffRole.SUPPORT: "Sees all. Edits profiles and limits, suspends, comes into workspaces.",
        StaffRole.FINANCE: "Sees all. Plans, rate cards, invoices, orders and credit.",
        StaffRole.AUDITOR: "Sees all and changes nothing.",
    },
    OrganizationRole: {
        OrganizationRole.ADMIN: "People, workspaces and billing.",
        OrganizationRole.BILLING_ADMIN: "Billing only.",
        OrganizationRole.USER_ADMIN: "People and workspaces; may join any workspace.",
        OrganizationRole.MEMBER: "Nothing there, only their own workspaces.",
    },
    WorkspaceRole: {
        WorkspaceRole.OWNER: "Everything, also billing, ownership and closing.",
        WorkspaceRole.MANAGER: "Everything but ownership, closing and billing.",
        WorkspaceRole.AGENT: "Contacts, campaigns and broadcasts.",
    },
}
SORTS = {StaffRole: "Staff", OrganizationRole: "Organization", WorkspaceRole: "Workspace"}


def label(role: Role) -> str:
    """Billing admin."""
    if isinstance(role, StaffRole):
        return STAFF_ROLES[role]
    return ORGANIZATION_ROLES[role] if isinstance(role, OrganizationRole) else WORKSPACE_ROLES[role]


def key(role: Role | None) -> str:
    """organization.billing_admin; blank for none."""
    return f"{SORTS[type(role)].lower()}.{role.value}" if role else ""


def full(role: Role) -> str:
    """Organization: billing admin."""
    return f"{SORTS[type(role)]}: {label(role).lower()}"


def may_do(role: Role) -> str:
    """What whoever has the role may do, in a few words."""
    return MAY[type(role)][role]


def cards(sort: type[Role]) -> list[tuple[str, str, str]]:
    """The roles of a sort to choose from: value, words, what they may."""
    return [(role.value, label(role), may_do(role)) for role in ROLES if isinstance(role, sort)]


BY_KEY: dict[str, Role] = {key(role): role for role in ROLES}
