"""What the list shows and sorts by, derived from a workspace and what surrounds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from portal.rules.health import RATED, Level
from portal.rules.lifecycle import HoldKind, Stage, Status, status_of
from portal.rules.money import convert
from portal.rules.pricing import Cycle, Subscription, mrr
from portal.rules.text import search_text, sort_key

HEALTH_RANK = {Level.RISK: 0, Level.WATCH: 1, Level.GOOD: 2}  # the list sorted by health shows the worst first


@dataclass(frozen=True, slots=True)
class Sources:
    """What the derived columns follow from. Amounts are minor units of `currency`."""

    name: str
    web_address: str
    sip_prefix: str
    billing_email: str
    organization_name: str
    organization_billing_email: str
    owner_name: str
    owner_email: str
    plan_name: str | None
    stage: Stage
    cancelled_at: datetime | None
    open_holds: frozenset[HoldKind]
    currency: str
    cycle: Cycle
    price_minor: int | None
    custom_amount_minor: int | None
    custom_months: int | None
    is_child: bool
    child_fee_minor: int | None


@dataclass(frozen=True, slots=True)
class Derived:
    """The derived columns of a workspace, by the names they have in the table."""

    status: Status
    currency: str
    mrr_minor: int
    mrr_reporting: int | None
    name_key: str
    owner_key: str | None
    organization_key: str
    plan_key: str | None
    search_text: str


def derive(sources: Sources, reporting: str, rates: Mapping[str, Decimal]) -> Derived:
    """The derived columns; `rates` are units of the reporting currency for one unit of another."""
    status = status_of(sources.stage, sources.cancelled_at, len(sources.open_holds))
    minor = mrr(
        Subscription(
            status=status,
            plan_chosen=sources.plan_name is not None,
            cycle=sources.cycle,
            price_minor=sources.price_minor,
            custom_amount_minor=sources.custom_amount_minor,
            custom_months=sources.custom_months,
            is_child=sources.is_child,
            child_fee_minor=sources.child_fee_minor,
        )
    )
    return Derived(
        status=status,
        currency=sources.currency,
        mrr_minor=minor,
        mrr_reporting=convert(minor, sources.currency, reporting, rates),
        name_key=sort_key(sources.name),
        owner_key=sort_key(sources.owner_name) or None,
        organization_key=sort_key(sources.organization_name),
        plan_key=sort_key(sources.plan_name) if sources.plan_name else None,
        search_text=search_text(
            sources.name,
            sources.web_address,
            sources.sip_prefix,
            sources.owner_name,
            sources.owner_email,
            sources.billing_email or sources.organization_billing_email,
        ),
    )


def shown_health(level: Level | None, status: Status) -> Level | None:
    """Health as the list shows it: none for the suspended and the closed."""
    return level if status in RATED else None
