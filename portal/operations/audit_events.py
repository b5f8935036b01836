"""Every audit event, with the exact keys that it may carry; and what is not audited, with the reason.

A key stands for a fact (`name="Acme"`) or, given as a pair, for a change (`status=("active", "suspended")`).
"""

EVENTS: dict[str, frozenset[str]] = {
    action: frozenset(keys.split())
    for action, keys in {
        "platform.initialised": "",
        "platform.settings_changed": (
            "brand reporting_currency exchange_rates timezone thresholds is_example tell_impersonated_owner grace_days"
        ),
        "platform.defaults_changed": (
            "default_timezone default_currency default_cnam default_suspension_behaviour trial_days default_plan "
            "default_rate_card"
        ),
        "platform.example_loaded": "workspaces organizations seed",
        "platform.derived_repaired": "workspaces",
        "user.created": "user name email staff_role",
        "user.logged_in": "user address agent second_factor",
        "user.logged_out": "user session",
        "user.session_ended": "user session",
        "user.sessions_ended": "user sessions",
        "user.password_reset_requested": "user",
        "user.password_changed": "user how",
        "user.email_change_requested": "user email",
        "user.email_changed": "user email",
        "user.second_factor_enabled": "user",
        "user.second_factor_disabled": "user",
        "user.second_factor_reset": "user email sessions",
        "user.recovery_codes_renewed": "user",
        "user.recovery_code_used": "user left",
        "user.profile_changed": "user name locale timezone theme shortcuts",
        "user.changed": "user account name email locale timezone",
        "user.verified": "user email",
        "user.suspended": "user email sessions",
        "user.let_in": "user email",
        "user.logged_out_everywhere": "user email sessions",
        "user.password_reset_sent": "user email",
        "user.trashed": "user email sessions invitations",
        "user.restored": "user email",
        "user.organization_role_changed": "user email role",
        "user.organization_joined": "user email role",
        "user.organization_left": "user email role workspaces",
        "user.staff_invited": "user email staff_role",
        "user.staff_link_made": "user email staff_role",
        "user.staff_role_changed": "user email staff_role sessions",
        "organization.created": "name slug currency",
        "organization.changed": (
            "name company_name address country tax_id billing_email currency rate_card volume_discount branding_granted"
        ),
        "organization.workspace_left": "name to",
        "organization.branding_changed": "accent accent_dark logo",
        "organization.domain_added": "host",
        "organization.domain_checked": "host state",
        "organization.domain_removed": "host",
        "request.asked": "request kind",
        "request.granted": "request kind plan",
        "request.declined": "request kind",
        "request.withdrawn": "request kind",
        "plan.created": (
            "name colour multi_workspace included_contacts discount_tiers prices child_fees contact_prices limits"
        ),
        "plan.changed": (
            "plan name colour multi_workspace included_contacts discount_tiers prices child_fees contact_prices limits"
        ),
        "plan.archived": "plan workspaces",
        "plan.restored": "plan",
        "rate_card.created": (
            "name currency per_message per_minute per_number per_extension tax_percent tax_name payment_days"
        ),
        "rate_card.changed": (
            "rate_card organizations name per_message per_minute per_number per_extension tax_percent tax_name "
            "payment_days"
        ),
        "rate_card.archived": "rate_card organizations",
        "rate_card.restored": "rate_card",
        "workspace.created": (
            "name web_address sip_prefix plan owner status billing_cycle custom_domain limits import_task"
        ),
        "workspace.changed": (
            "name web_address custom_domain billing_email timezone industry country state spend_cap "
            "suspension_behaviour alert_threshold cnam e911_street e911_city e911_state e911_postal_code e911_country "
            "skip_onboarding_email admin_note trial_ends_at bill_to_platform_credit"
        ),
        "workspace.owner_changed": "owner",
        "workspace.suspended": "status hold public_reason whole_organization",
        "workspace.reactivated": "status",
        "workspace.activated": "status stage activated_on",
        "workspace.cancelled": "status numbers extensions broadcasts",
        "workspace.restored": "status numbers reassigned",
        "workspace.made_primary": "primary",
        "workspace.transferred": "organization_name",
        "workspace.plan_changed": "plan billing_cycle custom_amount custom_months",
        "workspace.sample_data_removed": "contacts campaigns broadcasts",
        "workspace.limit_overridden": "limit value expires_at",
        "workspace.health_changed": "health",
        "workspace.notified": "subject email",
        "workspace.override_expired": "limit value expires_at",
        "job.asked": "job run as_of",
        "api_key.created": "key name scopes expires_at",
        "api_key.revoked": "key name",
        "mail.resent": "mail template email subject",
        "hold.opened": "hold public_reason whole_organization",
        "hold.lifted": "hold whole_organization",
        "workspace.settings_changed": "name web_address timezone",
        "access.started": "kind mode ticket until",
        "access.ended": "kind how",
        "member.added": "user email role",
        "member.role_changed": "user email role",
        "member.removed": "user email role",
        "invitation.sent": "email organization_role workspace_role",
        "invitation.prepared": "email organization_role workspace_role",
        "invitation.renewed": "email",
        "invitation.link_made": "email",
        "invitation.revoked": "email",
        "invitation.accepted": "email user",
        "invoice.issued": "invoice number month total due_on",
        "invoice.paid": "invoice number total method reference orders",
        "invoice.voided": "invoice number total",
        "invoice.sent": "invoice number email",
        "invoice.overdue": "invoice number total due_on",
        "order.recorded": "order amount state method reference description pays_cycle",
        "order.settled": "order amount state",
        "order.refunded": "order amount",
        "credit.adjusted": "amount balance",
        "credit.charged": "month amount balance",
        "import.started": "task file rows",
        "import.finished": "task counts",
        "import.stopped": "task done",
        "bulk.started": "task what rows",
        "bulk.finished": "task counts",
        "bulk.stopped": "task done",
        "list.exported": "filters rows",
        "list.users_exported": "filters rows",
        "contacts.exported": "rows",
    }.items()
}

# What a workspace's and an organization's own people read of it, with the keys that they may know; `reason` is one of
# them, where it was written for them. Notes, kinds of holds, health and money stay with the staff.
FOR_CUSTOMERS: dict[str, frozenset[str]] = {
    action: frozenset(keys.split())
    for action, keys in {
        "workspace.created": "name web_address",
        "workspace.suspended": "status public_reason",
        "workspace.reactivated": "status",
        "workspace.activated": "status",
        "workspace.cancelled": "status",
        "workspace.restored": "status",
        "workspace.made_primary": "primary",
        "workspace.limit_overridden": "limit value",
        "workspace.override_expired": "limit value",
        "workspace.transferred": "organization_name",
        "workspace.settings_changed": "name web_address timezone",
        "workspace.notified": "subject email",
        "access.started": "kind mode until reason",
        "access.ended": "kind how",
        "workspace.owner_changed": "owner",
        "member.added": "email role",
        "member.role_changed": "email role",
        "member.removed": "email role",
        "organization.changed": (
            "name company_name address country tax_id billing_email currency volume_discount branding_granted"
        ),
        "organization.branding_changed": "accent accent_dark logo",
        "organization.domain_added": "host",
        "organization.domain_checked": "host state",
        "organization.domain_removed": "host",
        "request.asked": "kind reason",
        "request.granted": "kind plan reason",
        "request.declined": "kind reason",
        "request.withdrawn": "kind",
        "user.organization_joined": "email role",
        "user.organization_role_changed": "email role",
        "user.organization_left": "email role workspaces",
        "invitation.sent": "email organization_role workspace_role",
        "invitation.prepared": "email organization_role workspace_role",
        "invitation.renewed": "email",
        "invitation.revoked": "email",
        "invitation.accepted": "email",
        "contacts.exported": "rows",
    }.items()
}
NOT_AUDITED: dict[str, str] = {
    "login_session": "heartbeats and log-in bookkeeping; log-in and log-out are events of their own",
    "access_session": "its start and end are events of their own",
    "login_throttle": "counters of failed log-ins",
    "active_contact": "usage events are reported by machines, exactly once, and kept whole",
    "contact_month": "derived from active contacts",
    "usage_event": "usage events are reported by machines, exactly once, and kept as long as they may come again",
    "limit_taken": "counters of what the gateway takes before it sends",
    "idempotent_answer": "what was answered to a change, which is an event of its own",
    "held_before": "what closing and other acts, which are events, took from or gave to a workspace",
    "rates_before": "what a rate card said before a change, which is an event",
    "subscription_cycle": "follows from plan, cycle and status, whose changes are events",
    "billed_usage": "how much of a month its invoice, whose issue is an event, has billed",
    "invoice_series": "counts the invoices",
    "daily_usage": "usage events are reported by machines, exactly once, and kept whole",
    "job_run": "job slots; who asked for a run is an event of its own",
    "notice": "which mails of jobs were written; the outbox has them",
    "audit_checkpoint": "the log itself",
    "task": "progress of long work; its start and end are events of their own",
    "task_result": "progress of long work",
    "outbox_message": "delivery attempts",
    "released_number": "what closing a workspace took from it; closing is an event",
    "workspace_tally": "derived from workspaces",
    "workspace_births": "derived from workspaces",
    "platform_day": "derived from workspaces, as they stood when the day ended",
    "platform_sum": "derived from usage and orders",
    "change": "announces what an event already records",
    "audit_event": "the log itself",
    "audit_head": "the log itself",
}
