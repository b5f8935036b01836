"""Plans and rate cards as something to choose from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import or_, select

from portal.base.db import db
from portal.models import Plan, PlanColour, PlanFee, PlanLimit, PlanPrice, RateCard, Workspace
from portal.rules.limits import Limit
from portal.rules.pricing import Cycle


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """A plan: prices in minor units of a whole cycle; a limit that it does not set has no figure.
    `is_multi`: it is one for several workspaces."""

    public_id: str
    name: str
    colour: PlanColour
    is_free: bool
    is_multi: bool
    prices: Mapping[tuple[Cycle, str], int]
    limits: Mapping[Limit, int]


class CardChoice(NamedTuple):
    """A rate card."""

    public_id: str
    name: str
    currency: str


def plan_choices(*, besides: int | None = None) -> tuple[PlanChoice, ...]:
    """The plans that can be chosen, in their order; `besides` (integer key): one more, although it is archived."""
    prices: defaultdict[int, dict[tuple[Cycle, str], int]] = defaultdict(dict)
    limits: defaultdict[int, dict[Limit, int]] = defaultdict(dict)
    query = select(PlanPrice.plan_id, PlanPrice.cycle, PlanPrice.currency, PlanPrice.amount_minor)
    for plan, cycle, currency, amount in db.session.execute(query):
        prices[plan][cycle, currency] = amount
    for plan, name, value in db.session.execute(select(PlanLimit.plan_id, PlanLimit.name, PlanLimit.value)):
        limits[plan][name] = value
    rows = db.session.execute(
        select(Plan.id, Plan.public_id, Plan.name, Plan.colour, Plan.is_free, Plan.multi_workspace)
        .where(or_(Plan.archived_at.is_(None), Plan.id == besides))
        .order_by(Plan.position, Plan.name_key, Plan.id)
    )
    return tuple(PlanChoice(*row[1:], prices[row.id], limits[row.id]) for row in rows)


def card_choices() -> tuple[CardChoice, ...]:
    """The rate cards that can be chosen, by name."""
    query = select(RateCard.public_id, RateCard.name, RateCard.currency).where(RateCard.archived_at.is_(None))
    return tuple(CardChoice._make(row) for row in db.session.execute(query.order_by(RateCard.name, RateCard.id)))


def child_fee(organization_id: int, currency: str) -> int | None:
    """What a month of a child costs in the organization (integer key): minor units, by its primary's plan."""
    fee: int | None = db.session.scalar(
        select(PlanFee.child_fee_minor)
        .join(Workspace, Workspace.plan_id == PlanFee.plan_id)
        .where(Workspace.organization_id == organization_id, Workspace.is_primary, PlanFee.currency == currency)
    )
    return fee
