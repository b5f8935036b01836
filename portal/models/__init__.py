"""Floor 2: the tables, one file per aggregate; columns, constraints and indexes, no behaviour."""

from portal.models import scope
from portal.models.access_sessions import AccessSession
from portal.models.api_keys import ApiKey, IdempotentAnswer
from portal.models.audit import AuditEvent, AuditHead
from portal.models.branding import Branding
from portal.models.campaigns import Broadcast, BroadcastState, Campaign
from portal.models.changes import Change
from portal.models.contacts import Contact, ContactTag
from portal.models.credit import CreditEntry, CreditKind
from portal.models.cycles import SubscriptionCycle
from portal.models.domains import Domain, DomainState
from portal.models.extensions import Extension, ExtensionState
from portal.models.holds import Hold
from portal.models.invoices import BilledMonth, BilledUsage, Invoice, InvoiceLine, InvoiceSeries, InvoiceState
from portal.models.jobs import AuditCheckpoint, JobRun, JobState, Notice, NoticeKind
from portal.models.messages import Message
from portal.models.numbers import Number, ReleasedNumber
from portal.models.orders import Order, OrderState
from portal.models.organizations import Organization, OrganizationMember, RateCard, RatesBefore
from portal.models.outbox import OutboxMessage, OutboxState
from portal.models.plans import LimitOverride, Plan, PlanColour, PlanFee, PlanLimit, PlanPrice
from portal.models.platform_days import Measure, PlatformDay, PlatformSum
from portal.models.purges import Purge, PurgedDay, WatchedSpan
from portal.models.recordings import Recording
from portal.models.requests import Request
from portal.models.sessions import LoginSession, LoginThrottle
from portal.models.settings import PlatformSettings
from portal.models.tasks import Task, TaskKind, TaskResult, TaskState
from portal.models.usage import ActiveContact, ContactMonth, DailyUsage, HeldBefore
from portal.models.usage_events import LimitTaken, UsageEvent
from portal.models.users import EmailChange, Invitation, PasswordReset, RecoveryCode, Theme, User
from portal.models.webhooks import DeliveryState, Webhook, WebhookDelivery, WebhookState
from portal.models.workspaces import Membership, Workspace, WorkspaceBirths, WorkspaceTally
from portal.rules.messages import MessageState
from portal.rules.numbers import NumberKind, NumberState
from portal.rules.recordings import RecordingKind, RecordingState
from portal.rules.spending import SuspensionBehaviour

__all__ = [
    "AccessSession",
    "ActiveContact",
    "AuditCheckpoint",
    "ApiKey",
    "AuditEvent",
    "AuditHead",
    "BilledMonth",
    "BilledUsage",
    "Branding",
    "Broadcast",
    "BroadcastState",
    "Campaign",
    "Change",
    "Contact",
    "ContactMonth",
    "ContactTag",
    "CreditEntry",
    "CreditKind",
    "DailyUsage",
    "DeliveryState",
    "Domain",
    "DomainState",
    "EmailChange",
    "Extension",
    "ExtensionState",
    "HeldBefore",
    "Hold",
    "IdempotentAnswer",
    "Invitation",
    "Invoice",
    "InvoiceLine",
    "InvoiceSeries",
    "InvoiceState",
    "JobRun",
    "JobState",
    "LimitOverride",
    "LimitTaken",
    "LoginSession",
    "LoginThrottle",
    "Measure",
    "Membership",
    "Message",
    "MessageState",
    "Notice",
    "NoticeKind",
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
    "Purge",
    "PurgedDay",
    "RateCard",
    "RatesBefore",
    "Recording",
    "RecordingKind",
    "RecordingState",
    "RecoveryCode",
    "ReleasedNumber",
    "Request",
    "SubscriptionCycle",
    "SuspensionBehaviour",
    "Task",
    "TaskKind",
    "TaskResult",
    "TaskState",
    "Theme",
    "UsageEvent",
    "User",
    "WatchedSpan",
    "Webhook",
    "WebhookDelivery",
    "WebhookState",
    "Workspace",
    "WorkspaceBirths",
    "WorkspaceTally",
    "scope",
]
