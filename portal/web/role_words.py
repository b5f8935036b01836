"""Roles in words."""

from __future__ import annotations

from collections.abc import Mapping

from portal.rules.access import OrganizationRole, WorkspaceRole

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
MAY: Mapping[WorkspaceRole, str] = {
    WorkspaceRole.OWNER: "Everything, also billing, ownership and closing.",
    WorkspaceRole.MANAGER: "Everything but ownership, closing and billing.",
    WorkspaceRole.AGENT: "Contacts, campaigns and broadcasts.",
}
