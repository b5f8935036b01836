"""Previews: what a draft would make, as far as it can be told while it is still being typed. Nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from portal.operations.addresses import free_slug, sip_beginning
from portal.operations.draft_checks import Examined, examine
from portal.operations.drafts import NewWorkspace
from portal.queries import catalogue
from portal.queries.directory import Directory
from portal.rules.errors import Invalid
from portal.rules.pricing import Cycle


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be created. `address`: the web address that it would have, blank while there is none to have;
    `sip_beginning`: how its SIP prefix would begin. `price_minor`: of a whole cycle, or a child's of a month; None
    where it pays none. `examined` is None for text that nobody could have typed; `faults` by field."""

    examined: Examined | None
    address: str = ""
    sip_beginning: str = ""
    is_child: bool = False
    price_minor: int | None = None
    faults: dict[str, str] = field(default_factory=dict)


def preview(draft: NewWorkspace, now: datetime) -> Preview:
    """What the draft would make at this instant."""
    directory = Directory()
    try:
        found = examine(draft, directory, now)
    except Invalid as error:
        return Preview(None, faults=error.errors)
    address = "" if "web_address" in found.faults else _address(found, directory)
    is_child = found.organization is not None and found.organization.has_workspaces
    return Preview(
        found,
        address,
        sip_beginning(address) if address else "",
        is_child,
        _price(found, is_child),
        dict(found.faults),
    )


def _address(found: Examined, directory: Directory) -> str:
    if found.web_address or not found.name:
        return found.web_address
    return free_slug(found.name, directory.addresses_taken)


def _price(found: Examined, is_child: bool) -> int | None:
    billing = found.billing
    cycle: Cycle = billing.columns["billing_cycle"]
    if billing.plan is None or cycle is Cycle.TRIAL:
        return None
    if cycle is Cycle.CUSTOM:
        own: int | None = billing.columns["custom_amount"]
        return own
    if is_child and found.organization and found.organization.id:
        return catalogue.child_fee(found.organization.id, billing.currency)
    return billing.plan.prices.get((cycle, billing.currency))
