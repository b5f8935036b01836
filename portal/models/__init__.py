"""Floor 2: the tables, one file per aggregate; columns, constraints and indexes, no behaviour."""

from portal.models import scope
from portal.models.access_sessions import AccessSession
from portal.models.audit import AuditEvent, AuditHead
from portal.models.campaigns import Broadcast, BroadcastState, Campaign
from portal.models.changes import Change
from portal.models.contacts import Contact, ContactTag
from portal.models.domains import Domain, DomainState
from portal.models.extensions import Extension, ExtensionState
from portal.models.holds import Hold
from portal.models.jobs import JobRun, JobState
from portal.models.numbers import Number, NumberKind, NumberState, ReleasedNumber
from portal.models.orders import Invoice, InvoiceState, Order, OrderState
from portal.models.organizations import Organization, OrganizationMember, RateCard
from portal.models.outbox import OutboxMessage, OutboxState
from portal.models.plans import LimitOverride, Plan, PlanColour, PlanFee, PlanLimit, PlanPrice
from portal.models.platform_days import Measure, PlatformDay, PlatformSum
from portal.models.requests import Request
from portal.models.sessions import LoginSession, LoginThrottle
from portal.models.settings import PlatformSettings
from portal.models.tasks import Task, TaskKind, TaskResult, TaskState
from portal.models.usage import DailyUsage
from portal.models.users import EmailChange, Invitation, PasswordReset, RecoveryCode, Theme, User
from portal.models.workspaces import Membership, SuspensionBehaviour, Workspace, WorkspaceBirths, WorkspaceTally

__all__ = [
    "AccessSession",
    "AuditEvent",
    "AuditHead",
    "Broadcast",
    "BroadcastState",
    "Campaign",
    "Change",
    "Contact",
    "ContactTag",
    "DailyUsage",
    "Domain",
    "DomainState",
    "EmailChange",
    "Extension",
    "ExtensionState",
    "Hold",
    "Invitation",
    "Invoice",
    "InvoiceState",
    "JobRun",
    "JobState",
    "LimitOverride",
    "LoginSession",
    "LoginThrottle",
    "Measure",
    "Membership",
    "Number",
    "NumberKind",
    "NumberState",
    "Order",
    "OrderState",
    "Organization",
    "OrganizationMember",
    "OutboxMessage",
    "OutboxState",
    "PasswordReset",
    "Plan",
    "PlanColour",
    "PlanFee",
    "PlanLimit",
    "PlanPrice",
    "PlatformDay",
    "PlatformSettings",
    "PlatformSum",
    "RateCard",
    "RecoveryCode",
    "ReleasedNumber",
    "Request",
    "SuspensionBehaviour",
    "Task",
    "TaskKind",
    "TaskResult",
    "TaskState",
    "Theme",
    "User",
    "Workspace",
    "WorkspaceBirths",
    "WorkspaceTally",
    "scope",
]
