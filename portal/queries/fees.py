"""What an organization pays by: its primary workspace's plan and cycle, and its rate card."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import Organization, Plan, PlanFee, RateCard, Workspace, scope
from portal.queries.account_usage import pays_by, tiers_of
from portal.queries.bills import rates_of
from portal.queries.cycles import subscription
from portal.queries.sources import sources_of
from portal.rules.cycles import terms
from portal.rules.invoicing import Rates
from portal.rules.pooling import included_contacts
from portal.rules.pricing import Cycle
from portal.rules.rate_cards import PAYMENT_DAYS


@dataclass(frozen=True, slots=True)
class Fees:
    """`plan`: by name, blank where there is none; `primary`: the name of the workspace that pays `price` (minor units
    of `currency`) every `months`, None where the organization has none. `children`: its other open workspaces, each at
    `child_fee` a month. `included`: contacts that the primary has free; `contact_price`: of one above, in major units;
    `tiers`: (threshold, per cent), which count if `discount_approved`. `payment_days`: from an invoice's issue."""

    currency: str
    plan: str
    is_multi: bool
    primary: str | None
    cycle: Cycle
    months: int
    price: int
    children: int
    child_fee: int
    included: int
    contact_price: Decimal
    tiers: tuple[tuple[int, Decimal], ...]
    discount_approved: bool
    rates: Rates
    payment_days: int


_Primary = aliased(Workspace, name="primary_workspace")
_children = (
    select(func.count(Workspace.id))
    .where(Workspace.organization_id == Organization.id, ~Workspace.is_primary, Workspace.cancelled_at.is_(None))
    .correlate(Organization)
    .scalar_subquery()
)
_ACCOUNT = (
    select(Organization, RateCard, _Primary.id, _Primary.name, _children, Plan, PlanFee)
    .outerjoin(RateCard, RateCard.id == Organization.rate_card_id)
    .outerjoin(_Primary, and_(_Primary.organization_id == Organization.id, _Primary.is_primary))
    .outerjoin(Plan, and_(_Primary.id.is_not(None), pays_by(_Primary)))
    .outerjoin(PlanFee, and_(PlanFee.plan_id == Plan.id, PlanFee.currency == Organization.currency))
)


def fees(organization: int) -> Fees:
    """Those of the organization (its integer key), as its next cycle and its next invoice are reckoned."""
    with scope.platform():
        found = db.session.execute(_ACCOUNT.where(Organization.id == organization)).one()
        of, card, primary, name, children, plan, fee = found
        sources = sources_of([primary])[primary] if primary else None
    months, price = terms(subscription(sources)) if sources else (1, 0)
    is_multi = bool(plan and plan.multi_workspace)
    return Fees(
        currency=of.currency,
        plan=plan.name if plan else "",
        is_multi=is_multi,
        primary=name,
        cycle=sources.cycle if sources else Cycle.MONTHLY,
        months=months,
        price=price,
        children=children,
        child_fee=fee.child_fee_minor if fee else 0,
        included=included_contacts(plan.included_contacts if plan else 0, True, is_multi),
        contact_price=fee.contact_price if fee else Decimal(0),
        tiers=tiers_of(plan) if plan else (),
        discount_approved=of.volume_discount,
        rates=rates_of(card),
        payment_days=card.payment_days if card else PAYMENT_DAYS,
    )
