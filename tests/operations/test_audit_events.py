"""Every table is audited, or says why not."""

import portal.models
from portal.operations.audit_events import EVENTS, NOT_AUDITED

# Which group of events tells of a change in it.
AUDITED = {
    "api_key": "api_key",
    "branding": "organization",
    "broadcast": "workspace",  # so far as sample data of a workspace alone, as the five below
    "campaign": "workspace",
    "contact": "workspace",
    "contact_tag": "workspace",
    "extension": "workspace",
    "number": "workspace",
    "billed_month": "invoice",
    "credit_entry": "credit",
    "customer_order": "order",
    "invoice": "invoice",
    "invoice_line": "invoice",
    "rate_card": "platform",
    "domain": "workspace",
    "email_change": "user",
    "hold": "hold",
    "invitation": "invitation",
    "limit_override": "workspace",
    "membership": "member",
    "organization": "organization",
    "organization_member": "user",
    "password_reset": "user",
    "plan": "plan",
    "plan_fee": "plan",
    "plan_limit": "plan",
    "plan_price": "plan",
    "platform_settings": "platform",
    "recovery_code": "user",
    "recording": "recording",
    "request": "request",
    "user": "user",
    "webhook": "webhook",
    "workspace": "workspace",
}


def test_every_table_is_audited_or_says_why_not() -> None:
    tables = set(portal.models.User.metadata.tables)
    assert tables == {*AUDITED, *NOT_AUDITED} and not {*AUDITED} & {*NOT_AUDITED}
    assert set(AUDITED.values()) <= {action.partition(".")[0] for action in EVENTS}
