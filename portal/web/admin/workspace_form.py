"""The form of a workspace, new or present: its fields bear the names of the import's columns, and hold text as it was
typed. What they mean is checked by the operations."""

from __future__ import annotations

from dataclasses import fields

from portal.operations.drafts import NewWorkspace
from portal.web import edited
from portal.web.edited import EditedForm

LABELS = {
    "name": "Name",
    "web_address": "Web address",
    "organization": "Organization",
    "organization_name": "Organization name",
    "custom_domain": "Custom domain",
    "owner_mode": "Owner",
    "owner": "Owner",
    "owner_name": "Full name",
    "owner_email": "E-mail",
    "plan": "Plan",
    "status": "Status",
    "trial_ends_at": "Trial ends",
    "billing_cycle": "Billing cycle",
    "custom_amount": "Own amount",
    "custom_months": "Own months",
    "currency": "Currency",
    "rate_card": "Rate card",
    "billing_email": "Billing e-mail",
    "industry": "Industry",
    "country": "Country",
    "state": "State",
    "timezone": "Time zone",
    "cap_monthly_messages": "Messages per month",
    "cap_daily_messages": "Messages per day",
    "cap_numbers": "Numbers",
    "cap_users": "Users",
    "spend_cap": "Spend cap",
    "suspension_behaviour": "At the cap",
    "alert_threshold": "Alert threshold",
    "cnam": "Default caller name (CNAM)",
    "e911_street": "E911 street",
    "e911_city": "E911 city",
    "e911_state": "E911 state",
    "e911_postal_code": "E911 postal code",
    "e911_country": "E911 country",
    "seed_sample_data": "Sample data",
    "bill_to_platform_credit": "Platform credit",
    "skip_onboarding_email": "Onboarding mail",
    "admin_note": "Admin note",
}
"""Every field and its label, in the order in which they stand."""

FLAGS = frozenset({"seed_sample_data", "bill_to_platform_credit", "skip_onboarding_email"})


class WorkspaceForm(EditedForm):
    """All that can be said about a workspace: a field for each of LABELS."""

    names = tuple(LABELS)
    flags = FLAGS
    label_of = staticmethod(LABELS.__getitem__)

    def draft(self) -> NewWorkspace:
        """What is asked for, as text; what the form has not is blank."""
        return NewWorkspace(**{each.name: self.value(each.name) for each in fields(NewWorkspace)})


for _name in LABELS:
    setattr(WorkspaceForm, _name, edited.field_of(_name in FLAGS))
