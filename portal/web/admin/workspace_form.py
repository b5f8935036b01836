"""The form of a workspace, new or present: its fields bear the names of the import's columns, and hold text as it was
typed. What they mean is checked by the operations."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from wtforms import BooleanField, StringField

from portal.operations.drafts import NewWorkspace
from portal.web.forms import Form

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
NO = (False, "false", "no", "off", "0", "")


class WorkspaceForm(Form):
    """All that can be said about a workspace: a field for each of LABELS. Of an edit, the version that it began with,
    and marks of what stood there then (see `workspace_versions`)."""

    version = StringField()
    seen = StringField()

    def draft(self) -> NewWorkspace:
        """What is asked for, as text; what the form has not is blank."""
        return NewWorkspace(**{each.name: self.value(each.name) for each in fields(NewWorkspace)})

    def value(self, name: str) -> Any:
        """What stands in the field: text, or whether it is ticked."""
        data = self._fields[name].data
        return bool(data) if name in FLAGS else data or ""

    def given(self) -> dict[str, Any]:
        """What was sent, by field; a field that was not is not there."""
        return {name: self.value(name) for name in LABELS if self._fields[name].raw_data}

    def faults(self) -> list[tuple[str | None, str]]:
        """Every message for the summary above the form: the id of the field, and label and message."""
        found: list[tuple[str | None, str]] = [(None, str(each)) for each in self.form_errors]
        for name, label in LABELS.items():
            message = self.error(name)
            if message:
                found.append((f"f-{name}", f"{label}: {message}"))
        return found


for _name in LABELS:
    setattr(WorkspaceForm, _name, BooleanField(false_values=NO) if _name in FLAGS else StringField())
