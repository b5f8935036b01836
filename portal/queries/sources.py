"""What the derived columns of workspaces follow from, read in a handful of queries for any number of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import Hold, Organization, Plan, PlanFee, PlanPrice, User, Workspace
from portal.rules.lifecycle import HoldKind
from portal.rules.listing import Sources

_Primary = aliased(Workspace, name="primary_workspace")

_SOURCES = (
    select(
        Workspace.id,
        Workspace.organization_id,
        Workspace.name,
        Workspace.web_address,
        Workspace.sip_prefix,
        Workspace.billing_email,
        Organization.name,
        Organization.billing_email,
        User.name,
        User.email,
        Plan.name,
        Workspace.stage,
        Workspace.cancelled_at,
        Organization.currency,
        Workspace.billing_cycle,
        PlanPrice.amount_minor,
        Workspace.custom_amount,
        Workspace.custom_months,
        Workspace.is_primary,
        PlanFee.child_fee_minor,
    )
    .join(Organization, Organization.id == Workspace.organization_id)
    .outerjoin(User, User.id == Workspace.owner_id)
    .outerjoin(Plan, Plan.id == Workspace.plan_id)
    .outerjoin(
        PlanPrice,
        and_(
            PlanPrice.plan_id == Workspace.plan_id,
            PlanPrice.cycle == Workspace.billing_cycle,
            PlanPrice.currency == Organization.currency,
        ),
    )
    .outerjoin(_Primary, and_(_Primary.organization_id == Workspace.organization_id, _Primary.is_primary))
    .outerjoin(PlanFee, and_(PlanFee.plan_id == _Primary.plan_id, PlanFee.currency == Organization.currency))
)


def sources_of(workspaces: Sequence[int]) -> dict[int, Sources]:
    """The sources of these workspaces (their integer keys)."""
    rows = db.session.execute(_SOURCES.where(Workspace.id.in_(workspaces))).all()
    holds = open_holds([row[0] for row in rows], [row[1] for row in rows])
    found = {}
    for row in rows:
        (key, organization, name, address, sip, billing, org_name, org_billing, owner, email, plan, stage) = row[:12]
        (cancelled, currency, cycle, price, custom, months, is_primary, child_fee) = row[12:]
        found[key] = Sources(
            name=name,
            web_address=address,
            sip_prefix=sip,
            billing_email=billing,
            organization_name=org_name,
            organization_billing_email=org_billing,
            owner_name=owner or "",
            owner_email=email or "",
            plan_name=plan,
            stage=stage,
            cancelled_at=cancelled,
            open_holds=frozenset(holds["workspace", key] | holds["organization", organization]),
            currency=currency,
            cycle=cycle,
            price_minor=price,
            custom_amount_minor=custom,
            custom_months=months,
            is_child=not is_primary,
            child_fee_minor=child_fee,
        )
    return found


def open_holds(workspaces: Sequence[int], organizations: Sequence[int]) -> defaultdict[tuple[str, int], set[HoldKind]]:
    """The kinds of open holds, by ("workspace" or "organization", integer key)."""
    found: defaultdict[tuple[str, int], set[HoldKind]] = defaultdict(set)
    rows = db.session.execute(
        select(Hold.workspace_id, Hold.organization_id, Hold.kind).where(
            Hold.lifted_at.is_(None),
            or_(Hold.workspace_id.in_(workspaces), Hold.organization_id.in_(set(organizations))),
        )
    )
    for workspace, organization, kind in rows:
        found[("workspace", workspace) if workspace is not None else ("organization", organization)].add(kind)
    return found
