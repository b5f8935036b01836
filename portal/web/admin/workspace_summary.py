"""What will be created, in words: beside the form of a new workspace, and below its web address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.base import site
from portal.operations.drafts import NewOwner
from portal.operations.previews import Preview
from portal.queries.candidates import House
from portal.rules.lifecycle import Status
from portal.rules.limits import CATALOGUE, UNLIMITED, Limit, Period
from portal.rules.periods import local_day
from portal.rules.pricing import Cycle
from portal.web import formats
from portal.web.admin.workspace_choices import EACH
from portal.web.admin.workspace_facts import Fact
from portal.web.workspace_words import STATUSES

UNKNOWN = "Not known yet"
PERIODS = {Period.MONTH: " a month", Period.DAY: " a day", Period.TOTAL: ""}


@dataclass(frozen=True, slots=True)
class AddressLine:
    """The line below the web address: `good` that it is free, or else the fault, or else how it is made."""

    good: str = ""
    fault: str = ""
    plain: str = ""


def address_of(slug: str) -> str:
    """Where people open a workspace, without https://."""
    return site.external(f"/w/{slug}/").partition("://")[2]


def address_line(preview: Preview, typed: str) -> AddressLine:
    """What is to be said of the web address by now."""
    fault = preview.faults.get("web_address")
    if fault:
        return AddressLine(fault=fault)
    if not preview.address:
        return AddressLine(plain="Made from the name if you leave it empty.")
    where = address_of(preview.address)
    return AddressLine(good=f"Free. People will open {where}" if typed.strip() else f"From the name: {where}")


def rows(preview: Preview, now: datetime, locale: str) -> list[Fact]:
    """Everything worth knowing before one presses the button."""
    found = preview.examined
    if found is None:
        return [Fact("Address", UNKNOWN)]
    facts = [
        Fact("Address", address_of(preview.address) if preview.address else UNKNOWN),
        Fact("SIP prefix", f"{preview.sip_beginning}…" if preview.sip_beginning else UNKNOWN, "the rest on saving"),
        _organization(preview),
        _owner(preview),
    ]
    if found.host:
        facts.append(Fact("Domain", found.host, "DNS records follow"))
    facts += [_status(preview, now, locale), *_money(preview, locale)]
    facts += [_cap(limit, value, locale) for limit, value in found.overrides.items()]
    return facts


def _organization(preview: Preview) -> Fact:
    found = preview.examined
    if found and found.organization:
        return Fact("Belongs to", found.organization.name, "as a child" if preview.is_child else "as its primary")
    return Fact("Belongs to", (found and found.organization_name) or UNKNOWN, "a new organization")


def _owner(preview: Preview) -> Fact:
    owner = preview.examined.owner if preview.examined else None
    if owner is None or {"owner", "owner_name", "owner_email", "owner_mode"} & set(preview.faults):
        return Fact("Owner", UNKNOWN)
    if isinstance(owner, NewOwner):
        return Fact("Owner", owner.name, f"invited, {owner.email}")
    return Fact("Owner", owner.name, owner.email)


def _status(preview: Preview, now: datetime, locale: str) -> Fact:
    billing = preview.examined.billing if preview.examined else None
    if billing is None:
        return Fact("Status", UNKNOWN)
    ends = billing.columns["trial_ends_at"]
    note = None
    if billing.status is Status.SUSPENDED:
        note = "by a hold of the staff"
    elif ends:
        note = f"ends {formats.day(local_day(ends, billing.columns['timezone']), locale)}"
    return Fact("Status", STATUSES[billing.status], note)


def _money(preview: Preview, locale: str) -> list[Fact]:
    found = preview.examined
    if found is None:
        return []
    billing = found.billing
    cycle: Cycle = billing.columns["billing_cycle"]
    facts = [
        Fact("Plan", billing.plan.name if billing.plan else "None", None if billing.plan else "free plan’s limits")
    ]
    if preview.price_minor is not None:
        amount = formats.money(preview.price_minor, billing.currency, locale, whole=True)
        label = "After trial" if billing.status is Status.TRIAL else "Price"
        facts.append(Fact(label, f"{amount} {_each(cycle, billing.columns['custom_months'], preview.is_child)}"))
    cap = billing.columns["spend_cap"]
    if cap is not None:
        facts.append(Fact("Spend cap", f"{formats.money(cap, billing.currency, locale, whole=True)} a month"))
    return facts


def _each(cycle: Cycle, months: int | None, is_child: bool) -> str:
    if cycle is Cycle.CUSTOM:
        return "a month" if months == 1 else f"every {months} months"
    return "a month, child fee" if is_child else EACH.get(cycle, "")


def _cap(limit: Limit, value: int, locale: str) -> Fact:
    info = CATALOGUE[limit]
    if value == UNLIMITED:
        return Fact("Cap", f"unlimited {info.unit}{PERIODS[info.period]}")
    words = formats.number(value, locale) if value else "no"
    return Fact("Cap", f"{words} {info.unit}{PERIODS[info.period]}")


def house_note(house: House, locale: str) -> str:
    """What an organization means for one more workspace, below its field."""
    if not house.has_primary:
        return f"No workspace yet: this becomes its primary. Billed in {house.currency}."
    count = formats.number(house.workspaces, locale)
    kind = f"Multi-workspace · {count} {'workspace' if house.workspaces == 1 else 'workspaces'}, this becomes a child"
    return f"{kind}. Billed in {house.currency}."
