"""What the derived columns of workspaces follow from, read in a handful of queries for any number of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from portal.base.db import db
from portal.models import Hold, Organization, Plan, PlanFee, PlanPrice, User, Workspace
from portal.rules.lifecycle import HoldKind
from portal.rules.listing import Sources

_Primary = aliased(Workspace, name="primary_workspace")

_SOURCES = (
    select(
        Workspace.id.label("key"),
        Workspace.organization_id,
        Workspace.name,
        Workspace.web_address,
        Workspace.sip_prefix,
        Workspace.billing_email,
        Organization.name.label("organization_name"),
        Organization.billing_email.label("organization_billing_email"),
        func.coalesce(User.name, "").label("owner_name"),
        func.coalesce(User.email, "").label("owner_email"),
        Plan.name.label("plan_name"),
        Workspace.stage,
        Workspace.cancelled_at,
        Organization.currency,
        Workspace.billing_cycle.label("cycle"),
        PlanPrice.amount_minor.label("price_minor"),
        Workspace.custom_amount.label("custom_amount_minor"),
        Workspace.custom_months,
        (~Workspace.is_primary).label("is_child"),
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
    rows = [dict(row) for row in db.session.execute(_SOURCES.where(Workspace.id.in_(workspaces))).mappings()]
    holds = open_holds([row["key"] for row in rows], [row["organization_id"] for row in rows])
    found = {}
    for row in rows:
        key, organization = row.pop("key"), row.pop("organization_id")
        open_kinds = holds["workspace", key] | holds["organization", organization]
        found[key] = Sources(**row, open_holds=frozenset(open_kinds))
    return found


def open_holds(workspaces: Sequence[int], organizations: Sequence[int]) -> defaultdict[tuple[str, int], set[HoldKind]]:
    """The kinds of open holds, by ("workspace" or "organization", integer key)."""
    found: defaultdict[tuple[str, int], set[HoldKind]] = defaultdict(set)
    for name, column, keys in (
        ("workspace", Hold.workspace_id, workspaces),
        ("organization", Hold.organization_id, set(organizations)),
    ):
        rows = db.session.execute(select(column, Hold.kind).where(Hold.lifted_at.is_(None), column.in_(keys)))
        for key, kind in rows:
            if key is not None:
                found[name, key].add(kind)
    return found
