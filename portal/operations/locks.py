"""What a change to a workspace locks before it looks: always the organization first, then workspaces by their keys.

Whoever holds the organization is alone with it: nobody opens or lifts a hold on it, closes or restores a workspace
until the unit ends. Nobody adds one either while a change holds all of them: it takes its turn with whoever creates
workspaces, who looks at the organization long before the new row asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.db import db
from portal.models import Organization, Workspace
from portal.operations.unit import exclusively
from portal.rules.errors import NotFound


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace in its organization. `workspaces`: all that are locked, itself among them, by their keys."""

    organization: Organization
    workspace: Workspace
    workspaces: Sequence[Workspace]


def locked_place(session: Session, workspace: str, *, everyone: bool = False) -> Place:
    """The workspace with this public id, locked until the unit ends, as is its organization and, if `everyone`, each
    other workspace of that, those in the trash included. Raises NotFound."""
    if everyone:
        exclusively(session, "workspaces")
    key = session.scalar(select(Workspace.organization_id).where(Workspace.public_id == workspace))
    if key is None:
        raise NotFound()
    organization = session.scalars(select(Organization).where(Organization.id == key).with_for_update()).one()
    wanted = select(Workspace).where(Workspace.organization_id == key)
    if not everyone:
        wanted = wanted.where(Workspace.public_id == workspace)
    rows = session.scalars(wanted.order_by(Workspace.id).with_for_update()).all()
    found = next((row for row in rows if row.public_id == workspace), None)
    if found is None:
        raise NotFound()
    return Place(organization, found, rows)


@dataclass(frozen=True, slots=True)
class House:
    """An organization and all of its workspaces, those in the trash included, by their keys."""

    organization: Organization
    workspaces: Sequence[Workspace]


def locked_house(session: Session, organization: int) -> House:
    """The organization with this integer key and all of its workspaces, locked until the unit ends. Raises NotFound."""
    exclusively(session, "workspaces")
    row = session.scalar(select(Organization).where(Organization.id == organization).with_for_update())
    if row is None:
        raise NotFound()
    wanted = select(Workspace).where(Workspace.organization_id == organization).order_by(Workspace.id)
    return House(row, session.scalars(wanted.with_for_update()).all())


def organization_key(public_id: str) -> int:
    """The integer key of the organization with this public id. Raises NotFound."""
    found = db.session.scalar(select(Organization.id).where(Organization.public_id == public_id))
    if found is None:
        raise NotFound()
    return found
