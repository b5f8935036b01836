"""One more workspace of an organization, as its own people make it: a name is enough."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Organization, Plan, PlanPrice, User, Workspace
from portal.operations.powers import kept_for
from portal.operations.unit import exclusively, unit
from portal.operations.workspaces import Created, NewWorkspace, create
from portal.rules.access import Permission
from portal.rules.actors import Actor
from portal.rules.errors import NotFound, Refused
from portal.rules.lifecycle import Stage, Status
from portal.rules.pricing import PRICED_CYCLES, Cycle


def add(organization: int, name: str, web_address: str, timezone: str, by: Actor) -> Created:
    """The organization (integer key) has one more workspace, a child on the plan of its primary: whoever makes it owns
    it. It is a paying one if the primary is, else on trial as long as that. Raises Refused, with the field or for the
    whole, where that cannot be now; Forbidden for whoever may not any more; Invalid for what was typed."""
    with unit() as session:
        exclusively(session, "workspaces")
        place = kept_for(session, organization, Permission.ACCOUNT_WORKSPACE_CREATE, by)
        primary = _primary(session, place)
        person = session.get(User, by.user_id) if by.user_id else None
        if person is None:
            raise NotFound()
        named = NewWorkspace(name=name, web_address=web_address, timezone=timezone or primary.timezone)
        return create(_as_child(session, named, place, primary, person, by), by)


def _primary(session: Session, place: Organization) -> Workspace:
    found: Workspace | None = session.scalar(
        select(Workspace).where(Workspace.organization_id == place.id, Workspace.is_primary)
    )
    if found is None:
        raise Refused(f"{place.name} has no workspace yet: its first one is made by the platform’s staff.")
    if found.status is Status.SUSPENDED:
        raise Refused(f"{found.name}, the primary workspace, is suspended. No workspace is added until it works again.")
    return found


def _as_child(
    session: Session, named: NewWorkspace, place: Organization, primary: Workspace, person: User, by: Actor
) -> NewWorkspace:
    pays, ends = primary.stage is Stage.ACTIVE, primary.trial_ends_at
    plan = session.get(Plan, primary.plan_id) if primary.plan_id else None
    return replace(
        named,
        organization=place.public_id,
        owner_mode="existing",
        owner=person.public_id,
        plan=plan.public_id if plan else "",
        billing_cycle=_cycle(session, primary, place.currency).value,
        status="active" if pays else "trial",
        trial_ends_at=ends.isoformat() if ends and ends > by.at and not pays else "",
        industry=primary.industry,
        country=primary.country,
        state=primary.state,
    )


def _cycle(session: Session, primary: Workspace, currency: str) -> Cycle:
    """A child pays the plan's monthly fee, whatever the cycle; it is named by one that the plan has a price for."""
    prices = select(PlanPrice.cycle).where(PlanPrice.plan_id == primary.plan_id, PlanPrice.currency == currency)
    offered = set(session.scalars(prices))
    if primary.billing_cycle in offered:
        return primary.billing_cycle
    return next((cycle for cycle in PRICED_CYCLES if cycle in offered), Cycle.MONTHLY)
