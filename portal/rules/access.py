"""Who may do what: roles × permissions, one table.

The checks, the roles screen and the tests are all drawn from it. A route declares one
Permission; what no role has, nobody may do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import cache
from typing import Self


class StaffRole(StrEnum):
    """Of the people who run the platform."""

    OWNER = "owner"
    SUPPORT = "support"
    FINANCE = "finance"
    AUDITOR = "auditor"


class OrganizationRole(StrEnum):
    """In a customer's billing account."""

    ADMIN = "admin"
    BILLING_ADMIN = "billing_admin"
    USER_ADMIN = "user_admin"
    MEMBER = "member"


class WorkspaceRole(StrEnum):
    """In one workspace; exactly one member is its owner."""

    OWNER = "owner"
    MANAGER = "manager"
    AGENT = "agent"


Role = StaffRole | OrganizationRole | WorkspaceRole


class Scope(StrEnum):
    """Where a permission is held: the first word of its value."""

    PLATFORM = "platform"
    ORGANIZATION = "organization"
    WORKSPACE = "workspace"
    SELF = "self"
    PUBLIC = "public"


class AccessMode(StrEnum):
    """Of an access session: with full access, or to look only."""

    ACT = "act"
    LOOK = "look"


class Worded(StrEnum):
    """A value with its words for a screen."""

    words: str

    def __new__(cls, value: str, words: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words
        return member


class Permission(Worded):
    """`scope:resource:action`, with its words for the roles screen."""

    # Everybody
    PUBLIC = "public:page:view", "See public pages and log in"
    SELF = "self:account:use", "Use and change one's own account"

    # The platform: workspaces
    DASHBOARD_VIEW = "platform:dashboard:view", "See the dashboard"
    WORKSPACE_LIST = "platform:workspace:list", "List and search all workspaces"
    WORKSPACE_VIEW = "platform:workspace:view", "Open a workspace's page"
    WORKSPACE_EXPORT = "platform:workspace:export", "Export the list of workspaces"
    WORKSPACE_CREATE = "platform:workspace:create", "Create workspaces"
    WORKSPACE_IMPORT = "platform:workspace:import", "Import workspaces from a file"
    WORKSPACE_CHANGE = "platform:workspace:change", "Open a workspace's form, to change what the role may"
    WORKSPACE_EDIT = "platform:workspace:edit", "Edit a workspace's profile"
    WORKSPACE_PLAN = "platform:workspace:plan", "Change a workspace's plan and billing cycle"
    WORKSPACE_OWNER = "platform:workspace:owner", "Change a workspace's owner"
    WORKSPACE_LIMITS = "platform:workspace:limits", "Override a workspace's limits"
    WORKSPACE_SUSPEND = "platform:workspace:suspend", "Suspend by hand, and lift such a hold"
    WORKSPACE_REACTIVATE = "platform:workspace:reactivate", "Reactivate by lifting permitted holds"
    WORKSPACE_ACTIVATE = "platform:workspace:activate", "Turn a trial into a paying customer"
    WORKSPACE_CLOSE = "platform:workspace:close", "Move a workspace to the trash"
    WORKSPACE_RESTORE = "platform:workspace:restore", "Restore a workspace from the trash"
    WORKSPACE_TRANSFER = "platform:workspace:transfer", "Transfer to another organization"
    WORKSPACE_PRIMARY = "platform:workspace:primary", "Choose an organization's primary workspace"
    WORKSPACE_IMPERSONATE = "platform:workspace:impersonate", "Impersonate a workspace's owner"
    WORKSPACE_MANAGE = "platform:workspace:manage", "Manage a workspace from the inside"
    WORKSPACE_INVITE = "platform:workspace:invite", "Send an owner's invitation again"
    WORKSPACE_NOTIFY = "platform:workspace:notify", "Write to workspaces' owners"
    HOLD_PAST_DUE = "platform:hold:past_due", "Suspend an organization past due, and lift it"
    HOLD_AUTOMATIC = "platform:hold:automatic", "Lift holds of a spend cap or an ended trial"
    HOLD_ABUSE = "platform:hold:abuse", "Suspend for abuse, and lift it"

    # The platform: organizations and people
    ORGANIZATION_LIST = "platform:organization:list", "List and search all organizations"
    ORGANIZATION_VIEW = "platform:organization:view", "Open an organization's page"
    ORGANIZATION_CHANGE = "platform:organization:change", "Open an organization's form, to change what the role may"
    ORGANIZATION_EDIT = "platform:organization:edit", "Edit an organization's profile"
    ORGANIZATION_DOMAIN = "platform:organization:domain", "Take a domain away from an organization"
    ORGANIZATION_BILLING = "platform:organization:billing", "Set rate card, currency and discount"
    ORGANIZATION_SUSPEND = "platform:organization:suspend", "Suspend a whole organization"
    USER_LIST = "platform:user:list", "List and search all users"
    USER_VIEW = "platform:user:view", "Open a user's page"
    USER_INVITE = "platform:user:invite", "Send invitations again"
    INVITATION_LINK = "platform:user:link", "See invitation links, by which one can become whoever is invited"
    USER_EDIT = "platform:user:edit", "Change users and their customer roles"
    USER_SUSPEND = "platform:user:suspend", "Suspend users and let them in again"
    USER_LOGOUT = "platform:user:logout", "End all of a user's sessions"
    USER_CLOSE = "platform:user:close", "Move users to the trash and restore them"
    REQUEST_VIEW = "platform:request:view", "See customers' requests"
    REQUEST_DECIDE = "platform:request:decide", "Decide customers' requests"

    # The platform: catalogue, inventory, money
    PLAN_VIEW = "platform:plan:view", "See plans"
    PLAN_EDIT = "platform:plan:edit", "Create, change and archive plans"
    RATE_CARD_VIEW = "platform:rate_card:view", "See rate cards"
    RATE_CARD_EDIT = "platform:rate_card:edit", "Create and change rate cards"
    NUMBER_VIEW = "platform:number:view", "See the inventory of numbers"
    NUMBER_EDIT = "platform:number:edit", "Import, assign and release numbers"
    INVOICE_VIEW = "platform:invoice:view", "See invoices"
    INVOICE_EDIT = "platform:invoice:edit", "Issue, settle and void invoices"
    ORDER_VIEW = "platform:order:view", "See orders"
    ORDER_EDIT = "platform:order:edit", "Record and refund orders"
    CREDIT_VIEW = "platform:credit:view", "See the platform credit"
    CREDIT_EDIT = "platform:credit:edit", "Book platform credit"

    # The platform: running it
    DEFAULTS_VIEW = "platform:defaults:view", "See what new workspaces start with"
    DEFAULTS_EDIT = "platform:defaults:edit", "Change what new workspaces start with"
    USAGE_LIMITS_VIEW = "platform:usage_limits:view", "See all usage limits"
    USAGE_LIMITS_EDIT = "platform:usage_limits:edit", "Change usage limits of workspaces"
    AUDIT_VIEW = "platform:audit:view", "Read and export the audit log"
    TASK_VIEW = "platform:task:view", "See long-running tasks"
    TASK_END = "platform:task:end", "Stop one's own long-running task"
    TASK_STOP = "platform:task:stop", "Stop anybody's long-running task"
    JOB_VIEW = "platform:job:view", "See jobs and their runs"
    JOB_RUN = "platform:job:run", "Run a job now"
    MAIL_VIEW = "platform:mail:view", "See outgoing mail"
    MAIL_RESEND = "platform:mail:resend", "Send a mail again"
    API_KEY_VIEW = "platform:api_key:view", "See API keys"
    API_KEY_EDIT = "platform:api_key:edit", "Create and revoke API keys"
    WEBHOOK_VIEW = "platform:webhook:view", "See webhooks and deliveries"
    WEBHOOK_EDIT = "platform:webhook:edit", "Change webhooks and replay deliveries"
    STAFF_VIEW = "platform:staff:view", "See staff and roles"
    STAFF_MANAGE = "platform:staff:manage", "Give and take staff roles"
    SETTINGS_VIEW = "platform:settings:view", "See the platform's settings"
    SETTINGS_EDIT = "platform:settings:edit", "Change the platform's settings"

    # An organization
    ACCOUNT_VIEW = "organization:account:view", "See the organization's overview"
    ACCOUNT_EDIT = "organization:account:edit", "Change the organization's profile"
    ACCOUNT_WORKSPACE_VIEW = "organization:workspace:view", "See the organization's workspaces"
    ACCOUNT_WORKSPACE_CREATE = "organization:workspace:create", "Create workspaces"
    ACCOUNT_WORKSPACE_OWNER = "organization:workspace:owner", "Hand over a workspace's ownership"
    ACCOUNT_WORKSPACE_CLOSE = "organization:workspace:close", "Close a workspace"
    ACCOUNT_USER_VIEW = "organization:user:view", "See the organization's people"
    ACCOUNT_USER_EDIT = "organization:user:edit", "Invite and remove people, change their roles"
    ACCOUNT_USAGE_VIEW = "organization:usage:view", "See usage and forecast"
    ACCOUNT_BILLING_VIEW = "organization:billing:view", "See billing and invoices"
    ACCOUNT_BILLING_EDIT = "organization:billing:edit", "Change billing details"
    ACCOUNT_BRANDING_VIEW = "organization:branding:view", "See the branding"
    ACCOUNT_BRANDING_EDIT = "organization:branding:edit", "Change the branding"
    ACCOUNT_ACTIVITY_VIEW = "organization:activity:view", "See the organization's activity"
    ACCOUNT_REQUEST = "organization:request:create", "Ask the platform for a change"

    # A workspace
    TENANT_VIEW = "workspace:home:view", "See the workspace's home"
    TENANT_EXPORT = "workspace:data:export", "Export the workspace's data"
    TENANT_CONTACT_VIEW = "workspace:contact:view", "See contacts"
    TENANT_CONTACT_EDIT = "workspace:contact:edit", "Add, change and tag contacts"
    TENANT_CONTACT_IMPORT = "workspace:contact:import", "Import contacts"
    TENANT_CONTACT_EXPORT = "workspace:contact:export", "Export contacts"
    TENANT_CAMPAIGN_VIEW = "workspace:campaign:view", "See campaigns"
    TENANT_CAMPAIGN_EDIT = "workspace:campaign:edit", "Create and change campaigns"
    TENANT_BROADCAST_VIEW = "workspace:broadcast:view", "See broadcasts"
    TENANT_BROADCAST_EDIT = "workspace:broadcast:edit", "Write broadcasts"
    TENANT_BROADCAST_SEND = "workspace:broadcast:send", "Send and stop broadcasts"
    TENANT_NUMBER_VIEW = "workspace:number:view", "See numbers"
    TENANT_NUMBER_EDIT = "workspace:number:edit", "Pick and release numbers"
    TENANT_EXTENSION_VIEW = "workspace:extension:view", "See extensions"
    TENANT_EXTENSION_EDIT = "workspace:extension:edit", "Create and unregister extensions"
    TENANT_RECORDING_VIEW = "workspace:recording:view", "See recordings"
    TENANT_TEAM_VIEW = "workspace:team:view", "See the team"
    TENANT_TEAM_EDIT = "workspace:team:edit", "Invite and remove people, change their roles"
    TENANT_USAGE_VIEW = "workspace:usage:view", "See usage against limits"
    TENANT_ACTIVITY_VIEW = "workspace:activity:view", "See the workspace's activity"
    TENANT_SETTINGS_VIEW = "workspace:settings:view", "See the workspace's settings"
    TENANT_SETTINGS_EDIT = "workspace:settings:edit", "Change the workspace's settings"
    TENANT_BILLING_VIEW = "workspace:billing:view", "See plan, spend and billing of the workspace"
    TENANT_BILLING_EDIT = "workspace:billing:edit", "Change billing details and spend cap"
    TENANT_OWNER = "workspace:owner:transfer", "Hand over ownership"
    TENANT_CLOSE = "workspace:workspace:close", "Close the workspace"

    @property
    def scope(self) -> Scope:
        return Scope(self.value.split(":", 1)[0])

    @property
    def reads(self) -> bool:
        """Whether it only reads; then `auditor` has it."""
        return self.value.rsplit(":", 1)[1] in ("view", "list", "export")

    @property
    def exports(self) -> bool:
        """Whether it takes data away."""
        return self.value.endswith(":export")


P = Permission
Permissions = frozenset[Permission]


def _all(scope: Scope, *, reading: bool = False) -> Permissions:
    return frozenset(p for p in P if p.scope is scope and (p.reads or not reading))


# Three tables, not one keyed by role: a StrEnum equals its text, so that the staff's "owner"
# and a workspace's "owner" would be one key.
STAFF: Mapping[StaffRole, Permissions] = {
    StaffRole.OWNER: _all(Scope.PLATFORM),
    StaffRole.SUPPORT: _all(Scope.PLATFORM, reading=True)
    | {
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
    },
    StaffRole.FINANCE: _all(Scope.PLATFORM, reading=True)
    | {
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
    },
    StaffRole.AUDITOR: _all(Scope.PLATFORM, reading=True),
}

_BILLING: Permissions = frozenset(
    {P.ACCOUNT_VIEW, P.ACCOUNT_USAGE_VIEW, P.ACCOUNT_BILLING_VIEW, P.ACCOUNT_BILLING_EDIT}
)
_USERS: Permissions = frozenset(
    {
        P.ACCOUNT_VIEW,
        P.ACCOUNT_WORKSPACE_VIEW,
        P.ACCOUNT_WORKSPACE_CREATE,
        P.ACCOUNT_USER_VIEW,
        P.ACCOUNT_USER_EDIT,
    }
)
ORGANIZATION: Mapping[OrganizationRole, Permissions] = {
    OrganizationRole.ADMIN: _all(Scope.ORGANIZATION),
    OrganizationRole.BILLING_ADMIN: _BILLING,
    OrganizationRole.USER_ADMIN: _USERS,
    OrganizationRole.MEMBER: frozenset(),
}

_POWER: Permissions = frozenset({P.TENANT_OWNER, P.TENANT_CLOSE})
WORKSPACE: Mapping[WorkspaceRole, Permissions] = {
    WorkspaceRole.OWNER: _all(Scope.WORKSPACE),
    WorkspaceRole.MANAGER: _all(Scope.WORKSPACE) - _POWER - {P.TENANT_BILLING_VIEW, P.TENANT_BILLING_EDIT},
    WorkspaceRole.AGENT: frozenset(
        {
            P.TENANT_VIEW,
            P.TENANT_CONTACT_VIEW,
            P.TENANT_CONTACT_EDIT,
            P.TENANT_CONTACT_IMPORT,
            P.TENANT_CONTACT_EXPORT,
            P.TENANT_CAMPAIGN_VIEW,
            P.TENANT_CAMPAIGN_EDIT,
            P.TENANT_BROADCAST_VIEW,
            P.TENANT_BROADCAST_EDIT,
            P.TENANT_BROADCAST_SEND,
        }
    ),
}

ROLES: tuple[Role, ...] = (*StaffRole, *OrganizationRole, *WorkspaceRole)
"""Every role, in the order of the roles screen. Compare them with `is`, never `==`: the staff's
owner and a workspace's are equal as text."""


def permissions_of(role: Role | None) -> Permissions:
    """What the role itself gives; nothing for None. SELF and PUBLIC belong to no role."""
    if isinstance(role, StaffRole):
        return STAFF[role]
    if isinstance(role, OrganizationRole):
        return ORGANIZATION[role]
    if isinstance(role, WorkspaceRole):
        return WORKSPACE[role]
    return frozenset()


@cache
def held(
    *,
    staff: StaffRole | None = None,
    organization: OrganizationRole | None = None,
    workspace: WorkspaceRole | None = None,
) -> Permissions:
    """All that a logged-in person may do here, by the roles held *in this organization and
    this workspace* (None: none there) and on the platform; SELF and PUBLIC included."""
    return frozenset({P.SELF, P.PUBLIC}).union(
        permissions_of(staff), permissions_of(organization), permissions_of(workspace)
    )


def allows(role: Role | None, permission: Permission) -> bool:
    """Whether that one role allows it. Everybody has PUBLIC; whoever has any role has SELF, and
    None (anonymous, or none here) has nothing else. Staff have no tenant permissions: they enter
    by an access session. Who holds several roles at once: `permission in held(...)`."""
    if permission is P.SELF:
        return role is not None
    return permission is P.PUBLIC or permission in permissions_of(role)


def in_access_session(mode: AccessMode) -> Permissions:
    """What an access session gives inside its workspace: the owner's permissions but for power
    (ownership, closing); to look, those of them that only show: whoever only looks takes no
    customer's data along. SELF is not among them: credentials cannot change inside one."""
    owner = WORKSPACE[WorkspaceRole.OWNER] - _POWER
    return frozenset(p for p in owner if mode is AccessMode.ACT or (p.reads and not p.exports)) | {P.PUBLIC}


def may_grant(held: Collection[Permission], role: Role) -> bool:
    """Whether somebody holding these permissions may give the role: nobody grants more than
    they have.

    A workspace's owner is made by its owner, by an admin of its organization or by staff, always by
    handing over, never by invitation. The organization's user administrators fill its workspaces'
    other roles; staff who edit users may give any customer role but owner.
    """
    gives = permissions_of(role)
    if isinstance(role, StaffRole):
        return P.STAFF_MANAGE in held and gives.issubset(held)
    if role is WorkspaceRole.OWNER:
        return not {P.TENANT_OWNER, P.ACCOUNT_WORKSPACE_OWNER, P.WORKSPACE_OWNER}.isdisjoint(held)
    if P.USER_EDIT in held:
        return True
    if isinstance(role, OrganizationRole):
        return P.ACCOUNT_USER_EDIT in held and gives.issubset(held)
    return P.ACCOUNT_USER_EDIT in held or (P.TENANT_TEAM_EDIT in held and gives.issubset(held))


def outranks(held: Collection[Permission], role: Role) -> bool:
    """Whether somebody holding these permissions may change or remove a person who has the
    role. Nobody removes a workspace's owner: ownership is handed over first."""
    return role is not WorkspaceRole.OWNER and may_grant(held, role)


def describe(permission: Permission) -> str:
    """Its words for the roles screen, without a full stop."""
    return permission.words
