"""What a change to a workspace locks before it looks: always the organization first, then workspaces by their keys.

Whoever holds the organization is alone with it: nobody opens or lifts a hold on it, closes or restores a workspace
until the unit ends. Nobody adds one either while a change holds all of them: it takes its turn with whoever creates
workspaces, who looks at the organization long before the new row asks for it. Rows that only refer to the organization
are written meanwhile: who accepts an invitation has the workspace by then, and would wait for us as we wait for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.base.db import db
from portal.models import Organization, Workspace
from portal.operations.unit import exclusively
from portal.rules.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace in its organization. `workspaces`: all that are locked, itself among them, by their keys."""

    organization: Organization
    workspace: Workspace
    workspaces: Sequence[Workspace]


@dataclass(frozen=True, slots=True)
class Move:
    """A workspace between two organizations. `siblings`: the others of the one it leaves, `there`: those of the one it
    joins, in both those in the trash included."""

    workspace: Workspace
    leaves: Organization
    joins: Organization
    siblings: Sequence[Workspace]
    there: Sequence[Workspace]


def primary_of(workspaces: Sequence[Workspace]) -> Workspace | None:
    """The primary among all workspaces of an organization; None where it has none."""
    return next((each for each in workspaces if each.is_primary), None)


def locked_place(session: Session, workspace: str, *, everyone: bool = False) -> Place:
    """The workspace with this public id, locked until the unit ends, as is its organization and, if `everyone`, each
    other workspace of that, those in the trash included. Raises NotFound, and Conflict where it went to another
    organization before the lock was ours."""
    if everyone:
        exclusively(session, "workspaces")
    key = _organization_of(session, workspace)
    organization = session.scalars(_locked(Organization.id == key)).one()
    wanted = select(Workspace).where(Workspace.organization_id == key)
    if not everyone:
        wanted = wanted.where(Workspace.public_id == workspace)
    rows = session.scalars(wanted.order_by(Workspace.id).with_for_update()).all()
    found = next((row for row in rows if row.public_id == workspace), None)
    if found is None:
        _organization_of(session, workspace)
        raise Conflict("This workspace was transferred to another organization just now. Look at it again.")
    return Place(organization, found, rows)


def locked_move(session: Session, workspace: str, organization: str) -> Move:
    """The workspace, its organization and the one with this public id, all of their workspaces too, locked until the
    unit ends: both organizations by their keys, then the workspaces by theirs. Raises NotFound, and Conflict where it
    is there already."""
    exclusively(session, "workspaces")
    key = _organization_of(session, workspace)
    rows = session.scalars(_locked(or_(Organization.id == key, Organization.public_id == organization))).all()
    leaves = next(row for row in rows if row.id == key)
    if leaves.public_id == organization:
        raise Conflict(f"It belongs to {leaves.name} already.")
    joins = next((row for row in rows if row.id != key), None)
    if joins is None:
        raise NotFound()
    both = Workspace.organization_id.in_((leaves.id, joins.id))
    found = session.scalars(select(Workspace).where(both).order_by(Workspace.id).with_for_update()).all()
    row = next(each for each in found if each.public_id == workspace)
    siblings = [each for each in found if each.organization_id == leaves.id and each is not row]
    return Move(row, leaves, joins, siblings, [each for each in found if each.organization_id == joins.id])


def _organization_of(session: Session, workspace: str) -> int:
    key = session.scalar(select(Workspace.organization_id).where(Workspace.public_id == workspace))
    if key is None:
        raise NotFound()
    return key


def locked_organization(session: Session, which: Any) -> Organization:
    """The organization of which this is true, as it stands now, locked until the unit ends; but not for rows that only
    refer to it: whoever accepts an invitation has the workspace by then, and would wait for us as we wait for them.
    Raises NotFound."""
    row: Organization | None = session.scalar(_locked(which), execution_options={"populate_existing": True})
    if row is None:
        raise NotFound()
    return row


def _locked(which: Any) -> Any:
    return select(Organization).where(which).order_by(Organization.id).with_for_update(key_share=True)


@dataclass(frozen=True, slots=True)
class House:
    """An organization and all of its workspaces, those in the trash included, by their keys."""

    organization: Organization
    workspaces: Sequence[Workspace]


def locked_house(session: Session, organization: int) -> House:
    """The organization with this integer key and all of its workspaces, locked until the unit ends. Raises NotFound."""
    return locked_houses(session, [organization])[0]


def locked_houses(session: Session, organizations: Collection[int]) -> list[House]:
    """The same for these organizations (integer keys), the oldest first. Raises NotFound where one is missing."""
    exclusively(session, "workspaces")
    fresh = {"populate_existing": True}  # as they stand now that they are ours
    rows = session.scalars(_locked(Organization.id.in_(organizations)), execution_options=fresh).all()
    if len(rows) < len(organizations):
        raise NotFound()
    wanted = select(Workspace).where(Workspace.organization_id.in_(organizations)).order_by(Workspace.id)
    theirs = defaultdict[int, list[Workspace]](list)
    for each in session.scalars(wanted.with_for_update(), execution_options=fresh):
        theirs[each.organization_id].append(each)
    return [House(row, theirs[row.id]) for row in rows]


def organization_key(public_id: str) -> int:
    """The integer key of the organization with this public id. Raises NotFound."""
    found = db.session.scalar(select(Organization.id).where(Organization.public_id == public_id))
    if found is None:
        raise NotFound()
    return found
