"""The roles × permissions table says what the product says, and nobody grants more than they have."""

from __future__ import annotations

import re

import pytest

from portal.rules.access import (
    ROLES,
    AccessMode,
    OrganizationRole,
    Permission,
    Role,
    Scope,
    StaffRole,
    WorkspaceRole,
    allows,
    describe,
    held,
    in_access_session,
    may_grant,
    outranks,
    permissions_of,
)

P = Permission
OWNER, SUPPORT, FINANCE, AUDITOR = StaffRole
ADMIN, BILLING_ADMIN, USER_ADMIN, MEMBER = OrganizationRole
BOSS, MANAGER, AGENT = WorkspaceRole


def test_every_permission_is_scope_resource_action_with_words_of_its_own() -> None:
    for permission in P:
        assert re.fullmatch(r"(platform|organization|workspace|self|public):[a-z_]+:[a-z_]+", permission.value)
        assert permission.scope.value == permission.value.split(":")[0]
        assert re.fullmatch(r"[A-Z].+[^.]", describe(permission))
    for scope in Scope:
        words = [describe(permission) for permission in P if permission.scope is scope]
        assert len(words) == len(set(words)), scope


def test_a_permission_is_its_value_wherever_text_is_asked_for() -> None:
    assert P("platform:workspace:suspend") is P.WORKSPACE_SUSPEND
    assert f"{P.WORKSPACE_LIST}" == "platform:workspace:list"


def holders(permission: Permission) -> list[Role]:
    """The roles that have it."""
    return [role for role in ROLES if permission in permissions_of(role)]


def test_every_permission_but_self_and_public_is_held_by_somebody() -> None:
    unheld = {permission for permission in P if not holders(permission)}
    assert unheld == {P.SELF, P.PUBLIC}


@pytest.mark.parametrize("role", ROLES, ids=lambda role: f"{type(role).__name__}.{role.name}")
def test_a_role_gives_permissions_of_its_own_scope_only(role: Role) -> None:
    scope = {StaffRole: "platform", OrganizationRole: "organization", WorkspaceRole: "workspace"}[type(role)]
    assert {permission.scope.value for permission in permissions_of(role)} <= {scope}


def test_owners_of_the_platform_and_of_a_workspace_are_not_the_same() -> None:
    assert P.WORKSPACE_LIST in permissions_of(OWNER)
    assert P.WORKSPACE_LIST not in permissions_of(BOSS)
    assert P.TENANT_VIEW not in permissions_of(OWNER)


def test_the_platform_s_owner_has_all_of_the_platform() -> None:
    assert permissions_of(OWNER) == {permission for permission in P if permission.scope is Scope.PLATFORM}


def test_the_auditor_reads_everything_and_changes_nothing() -> None:
    assert permissions_of(AUDITOR) == {p for p in P if p.scope is Scope.PLATFORM and p.reads}
    actions = {permission.value.rsplit(":")[-1] for permission in permissions_of(AUDITOR)}
    assert actions == {"view", "list", "export"}


@pytest.mark.parametrize("role", [SUPPORT, FINANCE])
def test_all_staff_see_all(role: StaffRole) -> None:
    assert permissions_of(AUDITOR) < permissions_of(role)


def test_support_changes_profile_and_overrides_and_enters_and_nothing_else() -> None:
    assert permissions_of(SUPPORT) - permissions_of(AUDITOR) == {
        P.WORKSPACE_CHANGE,
        P.WORKSPACE_EDIT,
        P.WORKSPACE_LIMITS,
        P.WORKSPACE_SUSPEND,
        P.WORKSPACE_REACTIVATE,
        P.WORKSPACE_IMPERSONATE,
        P.WORKSPACE_MANAGE,
        P.WORKSPACE_INVITE,
        P.ORGANIZATION_CHANGE,
        P.ORGANIZATION_EDIT,
        P.ORGANIZATION_SUSPEND,
        P.USER_INVITE,
        P.USAGE_LIMITS_EDIT,
        P.TASK_END,
    }


def test_finance_changes_prices_and_money_and_never_enters() -> None:
    assert permissions_of(FINANCE) - permissions_of(AUDITOR) == {
        P.WORKSPACE_CHANGE,
        P.WORKSPACE_PLAN,
        P.WORKSPACE_ACTIVATE,
        P.WORKSPACE_REACTIVATE,
        P.HOLD_PAST_DUE,
        P.ORGANIZATION_CHANGE,
        P.ORGANIZATION_BILLING,
        P.PLAN_EDIT,
        P.RATE_CARD_EDIT,
        P.INVOICE_EDIT,
        P.ORDER_EDIT,
        P.CREDIT_EDIT,
        P.TASK_END,
    }


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        (P.WORKSPACE_LIST, [OWNER, SUPPORT, FINANCE, AUDITOR]),
        (P.WORKSPACE_EXPORT, [OWNER, SUPPORT, FINANCE, AUDITOR]),
        (P.WORKSPACE_CREATE, [OWNER]),
        (P.WORKSPACE_IMPORT, [OWNER]),
        (P.WORKSPACE_CHANGE, [OWNER, SUPPORT, FINANCE]),
        (P.WORKSPACE_EDIT, [OWNER, SUPPORT]),
        (P.WORKSPACE_PLAN, [OWNER, FINANCE]),
        (P.WORKSPACE_OWNER, [OWNER]),
        (P.WORKSPACE_CLOSE, [OWNER]),
        (P.WORKSPACE_TRANSFER, [OWNER]),
        (P.WORKSPACE_IMPERSONATE, [OWNER, SUPPORT]),
        (P.WORKSPACE_MANAGE, [OWNER, SUPPORT]),
        (P.PLAN_EDIT, [OWNER, FINANCE]),
        (P.STAFF_MANAGE, [OWNER]),
        (P.SETTINGS_EDIT, [OWNER]),
        (P.ACCOUNT_BILLING_EDIT, [ADMIN, BILLING_ADMIN]),
        (P.ACCOUNT_USER_EDIT, [ADMIN, USER_ADMIN]),
        (P.ACCOUNT_WORKSPACE_CREATE, [ADMIN, USER_ADMIN]),
        (P.ACCOUNT_WORKSPACE_CLOSE, [ADMIN]),
        (P.ACCOUNT_WORKSPACE_OWNER, [ADMIN]),
        (P.ACCOUNT_USER_VIEW, [ADMIN, USER_ADMIN]),
        (P.TENANT_CONTACT_EDIT, [BOSS, MANAGER, AGENT]),
        (P.TENANT_BROADCAST_SEND, [BOSS, MANAGER, AGENT]),
        (P.TENANT_TEAM_EDIT, [BOSS, MANAGER]),
        (P.TENANT_SETTINGS_EDIT, [BOSS, MANAGER]),
        (P.TENANT_BILLING_EDIT, [BOSS]),
        (P.TENANT_OWNER, [BOSS]),
        (P.TENANT_CLOSE, [BOSS]),
    ],
)
def test_a_permission_is_held_by_exactly_these_roles(permission: Permission, roles: list[Role]) -> None:
    # By identity: the text "owner" is two roles.
    assert [id(role) for role in holders(permission)] == [id(role) for role in roles]


def test_a_member_has_nothing_at_organization_level() -> None:
    assert permissions_of(MEMBER) == frozenset()


def test_billing_and_users_are_two_halves_that_share_only_the_overview() -> None:
    assert permissions_of(BILLING_ADMIN) & permissions_of(USER_ADMIN) == {P.ACCOUNT_VIEW}
    assert permissions_of(BILLING_ADMIN) | permissions_of(USER_ADMIN) < permissions_of(ADMIN)


def test_a_manager_has_all_but_ownership_closing_and_billing() -> None:
    assert permissions_of(BOSS) - permissions_of(MANAGER) == {
        P.TENANT_OWNER,
        P.TENANT_CLOSE,
        P.TENANT_BILLING_VIEW,
        P.TENANT_BILLING_EDIT,
    }
    assert permissions_of(AGENT) < permissions_of(MANAGER) < permissions_of(BOSS)


@pytest.mark.parametrize("role", [*ROLES, None])
def test_what_a_role_allows_is_the_table_and_what_everybody_has(role: Role | None) -> None:
    allowed = {permission for permission in P if allows(role, permission)}
    everybody = {P.PUBLIC} if role is None else {P.PUBLIC, P.SELF}
    assert allowed == permissions_of(role) | everybody


def test_several_roles_add_up() -> None:
    both = held(staff=AUDITOR, organization=BILLING_ADMIN, workspace=AGENT)
    parts = permissions_of(AUDITOR) | permissions_of(BILLING_ADMIN) | permissions_of(AGENT)
    assert both == parts | {P.SELF, P.PUBLIC}
    assert held() == {P.SELF, P.PUBLIC}


def test_an_access_session_has_the_owner_s_permissions_without_power_or_credentials() -> None:
    act = in_access_session(AccessMode.ACT)
    assert act == permissions_of(BOSS) - {P.TENANT_OWNER, P.TENANT_CLOSE} | {P.PUBLIC}
    assert P.SELF not in act
    assert not any(permission.scope in (Scope.PLATFORM, Scope.ORGANIZATION) for permission in act)


def test_an_access_session_to_look_changes_nothing() -> None:
    look = in_access_session(AccessMode.LOOK)
    assert look < in_access_session(AccessMode.ACT)
    assert all(permission.reads for permission in look)
    assert P.TENANT_CONTACT_VIEW in look
    assert not {P.TENANT_CONTACT_EXPORT, P.TENANT_EXPORT} & look, "whoever only looks takes nothing along"


GRANTS: list[tuple[frozenset[Permission], list[Role]]] = [
    (held(staff=OWNER), [*ROLES]),
    (held(staff=SUPPORT), []),
    (held(staff=FINANCE), []),
    (held(staff=AUDITOR), []),
    (held(organization=ADMIN), [*OrganizationRole, BOSS, MANAGER, AGENT]),
    (held(organization=USER_ADMIN), [USER_ADMIN, MEMBER, MANAGER, AGENT]),
    (held(organization=BILLING_ADMIN), []),
    (held(organization=MEMBER), []),
    (held(workspace=BOSS), [BOSS, MANAGER, AGENT]),
    (held(workspace=MANAGER), [MANAGER, AGENT]),
    (held(workspace=AGENT), []),
    (in_access_session(AccessMode.ACT), [MANAGER, AGENT]),
    (in_access_session(AccessMode.LOOK), []),
    (frozenset(), []),
]


@pytest.mark.parametrize(("permissions", "roles"), GRANTS)
def test_nobody_grants_more_than_they_have(permissions: frozenset[Permission], roles: list[Role]) -> None:
    assert [id(role) for role in ROLES if may_grant(permissions, role)] == [id(role) for role in roles]


@pytest.mark.parametrize(("permissions", "roles"), GRANTS)
def test_whoever_may_grant_a_role_may_take_it_but_never_the_owner_s(
    permissions: frozenset[Permission], roles: list[Role]
) -> None:
    takes = [id(role) for role in roles if role is not BOSS]
    assert [id(role) for role in ROLES if outranks(permissions, role)] == takes


def test_managing_staff_alone_does_not_make_an_owner() -> None:
    some = permissions_of(AUDITOR) | {P.STAFF_MANAGE}
    assert may_grant(some, AUDITOR)
    assert not may_grant(some, OWNER)
