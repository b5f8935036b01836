"""Drafts: what somebody asks for in a new workspace, as text, and what it comes to once it is checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from portal.base.emails import email_key
from portal.queries.directory import KnownOrganization, KnownPlan, KnownUser
from portal.rules.errors import Refused
from portal.rules.limits import Limit

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWorkspace:
    """What is asked for, under the names of the import's columns. All is text as it was typed or stood in a file; blank
    is "not given". Amounts are major units of the currency."""

    name: str
    web_address: str = ""
    organization: str = ""
    organization_name: str = ""
    owner_mode: str = ""
    owner: str = ""
    owner_name: str = ""
    owner_email: str = ""
    custom_domain: str = ""
    plan: str = ""
    status: str = ""
    industry: str = ""
    country: str = ""
    state: str = ""
    timezone: str = ""
    currency: str = ""
    rate_card: str = ""
    billing_cycle: str = ""
    custom_amount: str = ""
    custom_months: str = ""
    billing_email: str = ""
    trial_ends_at: str = ""
    spend_cap: str = ""
    suspension_behaviour: str = ""
    alert_threshold: str = ""
    cap_monthly_messages: str = ""
    cap_daily_messages: str = ""
    cap_numbers: str = ""
    cap_users: str = ""
    cnam: str = ""
    e911_street: str = ""
    e911_city: str = ""
    e911_state: str = ""
    e911_postal_code: str = ""
    e911_country: str = ""
    seed_sample_data: bool = False
    bill_to_platform_credit: bool = False
    skip_onboarding_email: bool = False
    admin_note: str = ""


@dataclass(frozen=True, slots=True)
class NewOwner:
    """A person who is to be invited."""

    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What will be written. `columns` are the workspace's, by name; `organization` is None for a new one,
    `plan` for the free plan."""

    name: str
    web_address: str
    host: str
    organization: KnownOrganization | None
    organization_name: str
    owner: KnownUser | NewOwner
    currency: str
    rate_card_id: int | None
    plan: KnownPlan | None
    suspended: bool
    columns: Mapping[str, Any]
    overrides: Mapping[Limit, int]
    seed_sample_data: bool
    warnings: tuple[str, ...]

    @property
    def owner_key(self) -> str:
        """The owner's e-mail as it is compared."""
        return email_key(self.owner.email)


@dataclass(slots=True)
class Faults:
    """Gathers refusals by field; the first of a field stands."""

    found: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, message: str) -> None:
        """One more."""
        self.found.setdefault(name, message)

    def take(self, name: str, check: Callable[P, T], *args: P.args, **more: P.kwargs) -> T | None:
        """What `check` makes of its arguments, or None with its refusal noted under this field."""
        try:
            return check(*args, **more)
        except Refused as refused:
            self.add(name, refused.message)
            return None
