"""The fields of a draft that say what the workspace pays, and how it starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from portal.base.countries import currency_code
from portal.operations.draft_fields import one_of, timezone_name, whole
from portal.operations.drafts import Faults, NewWorkspace
from portal.queries.directory import Directory, KnownOrganization, KnownPlan
from portal.rules.errors import Refused
from portal.rules.lifecycle import CREATABLE, Status
from portal.rules.money import to_minor
from portal.rules.periods import day_start, local_day, utc
from portal.rules.pricing import Cycle, check_priced

MONTHS = 120  # the longest cycle of one's own


@dataclass(frozen=True, slots=True)
class Billing:
    """What follows for the workspace's columns and its organization. Amounts in minor units."""

    status: Status
    currency: str
    rate_card_id: int | None
    plan: KnownPlan | None
    columns: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Terms:
    """Plan, cycle, and the workspace's columns that say what it pays."""

    plan: KnownPlan | None
    cycle: Cycle
    columns: dict[str, Any]


def check(
    draft: NewWorkspace, directory: Directory, organization: KnownOrganization | None, now: datetime, faults: Faults
) -> Billing:
    """What the draft pays and how it starts; faults are noted."""
    platform = directory.platform
    currency = _currency(draft, organization, platform.default_currency, faults)
    status = faults.take("status", _status, draft.status) or Status.TRIAL
    zone = faults.take("timezone", timezone_name, draft.timezone, platform.default_timezone) or "UTC"
    agreed = terms(draft, directory, currency, faults)
    columns = agreed.columns | {
        "timezone": zone,
        "trial_ends_at": faults.take(
            "trial_ends_at", _trial_end, draft.trial_ends_at, status, zone, now, platform.trial_days
        ),
        "activated_on": local_day(now, zone) if status is Status.ACTIVE else None,
    }
    card = _rate_card(draft, directory, organization, currency, faults)
    return Billing(status, currency, card, agreed.plan, columns)


def terms(draft: NewWorkspace, directory: Directory, currency: str, faults: Faults) -> Terms:
    """What a workspace billed in this currency pays by the draft; faults are noted."""
    monthly = Cycle.MONTHLY
    cycle = faults.take("billing_cycle", one_of, Cycle, draft.billing_cycle, "billing_cycle", monthly) or monthly
    plan = _plan(draft, directory, faults)
    if plan:
        faults.take("plan", check_priced, plan.name, plan.is_free, plan.prices, cycle, currency)
    columns = {
        "plan_id": plan.id if plan else None,
        "billing_cycle": cycle,
        "spend_cap": _money(draft.spend_cap, currency, "spend_cap", faults),
        **_custom(draft, cycle, currency, faults),
    }
    return Terms(plan, cycle, columns)


def _status(text: str) -> Status:
    status = one_of(Status, text, "status", Status.TRIAL)
    if status not in CREATABLE:
        raise Refused("A new workspace is on trial, active or suspended: choose one of these.", "status")
    return status


def _currency(draft: NewWorkspace, organization: KnownOrganization | None, default: str, faults: Faults) -> str:
    typed = draft.currency.strip()
    given = faults.take("currency", currency_code, typed) if typed else None
    if organization is None:
        return given or default
    if given and given != organization.currency:
        faults.add("currency", f"{organization.name} is billed in {organization.currency}: leave the currency empty.")
    return organization.currency


def _plan(draft: NewWorkspace, directory: Directory, faults: Faults) -> KnownPlan | None:
    reference = draft.plan.strip()
    if not reference:
        return None
    plan = directory.plan_of(reference)
    if plan is None:
        every = ", ".join(directory.plan_names()) or "none yet"
        faults.add("plan", f"There is no plan “{reference[:80]}”. Plans are: {every}. Left empty, it is the free plan.")
    elif plan.archived:
        faults.add("plan", f"The plan {plan.name} is archived and takes no new workspaces. Choose another.")
        return None
    return plan


def _custom(draft: NewWorkspace, cycle: Cycle, currency: str, faults: Faults) -> dict[str, int | None]:
    """Amount and months of a cycle of one's own."""
    if cycle is not Cycle.CUSTOM:
        for name in ("custom_amount", "custom_months"):
            if getattr(draft, name).strip():
                faults.add(name, "Only the billing cycle “custom” has this: leave it empty, or choose that cycle.")
        return {"custom_amount": None, "custom_months": None}
    amount = _money(draft.custom_amount, currency, "custom_amount", faults)
    months = faults.take("custom_months", whole, draft.custom_months, "custom_months", 1, MONTHS)
    if amount is None:
        faults.add("custom_amount", "Enter what a custom cycle costs, such as 1250.00.")
    if months is None:
        faults.add("custom_months", f"Enter how many months a custom cycle has, from 1 to {MONTHS}.")
    return {"custom_amount": amount, "custom_months": months}


def _money(text: str, currency: str, field: str, faults: Faults) -> int | None:
    if not text.strip():
        return None
    minor = faults.take(field, to_minor, text, currency, field)
    if minor is not None and minor < 0:
        faults.add(field, "An amount here is 0 or more.")
    return minor


def _trial_end(text: str, status: Status, zone: str, now: datetime, days: int) -> datetime | None:
    typed = text.strip()
    if status is Status.ACTIVE:
        if typed:
            raise Refused("An active workspace has no trial: leave this empty, or choose the status trial.")
        return None
    return trial_end(typed, zone, now) if typed else now + timedelta(days=days)


def trial_end(typed: str, zone: str, now: datetime) -> datetime:
    """The instant at which a trial ends. A day means its last second in the workspace's time zone. Refused for one
    that is over."""
    try:
        if len(typed) == len("2026-12-05"):
            end = day_start(date.fromisoformat(typed) + timedelta(days=1), zone) - timedelta(seconds=1)
        else:
            end = utc(datetime.fromisoformat(typed))
    except (ValueError, OverflowError):
        raise Refused("Enter a day such as 2026-12-05, or an instant such as 2026-12-05T12:00Z.") from None
    if end <= now:
        raise Refused("The trial would be over already: give a day to come.")
    return end


def _rate_card(
    draft: NewWorkspace, directory: Directory, organization: KnownOrganization | None, currency: str, faults: Faults
) -> int | None:
    typed = draft.rate_card.strip()
    reference = typed or directory.platform.default_rate_card
    if organization is not None:
        known = directory.rate_card(typed) if typed else None
        if typed and (known is None or known.id != organization.rate_card_id):
            faults.add("rate_card", f"{organization.name} has its own rate card: leave this empty.")
        return organization.rate_card_id
    card = directory.rate_card(reference) if reference else None
    if card is not None and card.currency == currency:
        return card.id
    if typed and card is None:
        faults.add("rate_card", f"There is no rate card “{typed[:80]}”. Leave it empty for the default one.")
    elif typed and card is not None:
        faults.add("rate_card", f"The rate card {card.name} is in {card.currency}, not {currency}. Choose another.")
    return None
