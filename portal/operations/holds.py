"""Holds: opening and lifting the reasons why a workspace, or a whole organization, is suspended; and activating.

A hold of an organization is every one's of its workspaces: each gets the status that follows, in the same unit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.models import Hold, Workspace, scope
from portal.operations.announcements import announce
from portal.operations.audit import record
from portal.operations.draft_fields import note as clean_note
from portal.operations.locks import Place, locked_place
from portal.operations.statuses import following
from portal.operations.unit import unit
from portal.rules.access import Permission
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Forbidden, NotFound, Refused
from portal.rules.lifecycle import (
    HOLDS,
    LIFTED_BY_ACTIVATION,
    HoldKind,
    Move,
    Stage,
    Status,
    check_move,
    may_lift,
    may_open,
)
from portal.rules.periods import local_day

LONGEST = 2_000  # characters of a note or a reason

Permissions = Collection[Permission]


@dataclass(frozen=True, slots=True)
class NewHold:
    """A hold to be opened. `note` is for staff, `public_reason` for the people of the workspace."""

    kind: HoldKind = HoldKind.MANUAL
    whole_organization: bool = False
    note: str = ""
    public_reason: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of it: the workspace's status, and how many workspaces have another one than before."""

    status: Status
    workspaces: int


def suspend(workspace: str, hold: NewHold, by: Actor, permissions: Permissions) -> Changed:
    """The workspace, or its whole organization, is suspended by at least this hold.

    Raises NotFound, Forbidden where these permissions do not open such a hold, Refused for an unusable text, Conflict
    where the workspace is closed or such a hold is open already."""
    _check_may_open(hold, permissions)
    public_reason = clean_note(hold.public_reason, "public_reason", LONGEST)
    note = clean_note(hold.note, "note", LONGEST)
    with scope.platform(), unit() as session:
        place = locked_place(session, workspace, everyone=hold.whole_organization)
        return open_here(session, place, replace(hold, note=note, public_reason=public_reason), by)


def open_here(session: Session, place: Place, hold: NewHold, by: Actor) -> Changed:
    """In the open unit and the platform's scope: the hold is open. That it may be opened is for the caller to know,
    such as a job. Raises Conflict where the workspace is closed or such a hold is open already."""
    check_move(place.workspace.status, place.workspace.stage, Move.SUSPEND)
    _check_none_open(session, place, hold)
    why = {"note": hold.note, "public_reason": hold.public_reason}
    row = Hold(kind=hold.kind, opened_at=by.at, opened_by=by.label, **why)
    if hold.whole_organization:
        row.organization_id = place.organization.id
    else:
        row.workspace_id = place.workspace.id
    with following(session, place.workspaces, by, row) as told:
        session.add(row)
    if not told.changed or hold.whole_organization:
        _record("hold.opened", place, row, by, hold.note, public_reason=hold.public_reason)
    return Changed(place.workspace.status, told.changed)


def lift_here(session: Session, place: Place, kind: HoldKind, by: Actor) -> bool:
    """In the open unit and the platform's scope: the workspace's own hold of this kind is lifted; whether one was
    open."""
    mine = [row for row in _open(session, place) if row.kind is kind and row.workspace_id is not None]
    if mine:
        with following(session, place.workspaces, by):
            _lift(mine, place, by)
    return bool(mine)


def lift(workspace: str, holds: Collection[str], by: Actor, permissions: Permissions) -> Changed:
    """These open holds (public ids) of the workspace or of its organization are lifted, and nothing else.

    Raises Refused if there are none, NotFound for one of somebody else, Forbidden for a kind that these permissions do
    not lift, Conflict where the workspace is not suspended or one was lifted already."""
    if not holds:
        raise Refused("Choose what is to be lifted.", "holds")
    with scope.platform(), unit() as session:
        found = _holds(session, workspace, holds)
        place = locked_place(session, workspace, everyone=any(row.organization_id for row in found))
        for row in found:
            session.refresh(row)  # somebody may have lifted it before the lock was ours
        check_move(place.workspace.status, place.workspace.stage, Move.REACTIVATE)
        _check_liftable(found, permissions)
        with following(session, place.workspaces, by) as told:
            _lift(found, place, by)
        return Changed(place.workspace.status, told.changed)


def activate(workspace: str, by: Actor) -> Changed:
    """The customer pays from now on: stage and day are set, and what an ended trial has opened is lifted.

    Raises NotFound, and Conflict if it is not on trial. Other holds stay open."""
    with scope.platform(), unit() as session:
        place = locked_place(session, workspace)
        row = place.workspace
        check_move(row.status, row.stage, Move.ACTIVATE)
        before, day = row.status, row.activated_on or local_day(by.at, row.timezone)
        with following(session, place.workspaces, by, recorded=False) as told:
            row.stage, row.activated_on = Stage.ACTIVE, day
            _lift([each for each in _open(session, place) if each.kind in LIFTED_BY_ACTIVATION], place, by)
        stage = (Stage.TRIAL.value, Stage.ACTIVE.value)
        status = (before.value, row.status.value)
        record("workspace.activated", by, workspace=row, status=status, stage=stage, activated_on=day.isoformat())
        announce(session, "workspace.activated", row, by, status=row.status.value)
        return Changed(row.status, told.changed)


# ---------------------------------------------------------------- checks


def _check_may_open(hold: NewHold, permissions: Permissions) -> None:
    if not may_open(hold.kind, permissions):
        raise Forbidden("Your role does not open holds of this kind.")
    rule = HOLDS[hold.kind]
    if not (rule.organization if hold.whole_organization else rule.workspace):
        raise Refused("Such a hold is always one of the whole organization.", "extent")
    if hold.whole_organization and not _reaches_all(hold.kind, permissions):
        raise Forbidden("Your role does not suspend whole organizations.")


def _check_none_open(session: Session, place: Place, hold: NewHold) -> None:
    for row in _open(session, place):
        if row.kind is hold.kind and (row.organization_id is not None) is hold.whole_organization:
            name = place.organization.name if hold.whole_organization else place.workspace.name
            what = hold.kind.value.replace("_", " ")
            raise Conflict(f"{name} has an open hold of this kind ({what}) already.")


def _check_liftable(found: Sequence[Hold], permissions: Permissions) -> None:
    for row in found:
        if row.lifted_at is not None:
            raise Conflict("This hold has been lifted already. Look again at what is still open.")
        if not may_lift(row.kind, permissions):
            raise Forbidden("Your role does not lift holds of this kind.")
        if row.organization_id is not None and not _reaches_all(row.kind, permissions):
            raise Forbidden("Your role does not lift holds of whole organizations.")


def _reaches_all(kind: HoldKind, permissions: Permissions) -> bool:
    """Whether such a hold of a whole organization is theirs; past due has a permission of its own."""
    return Permission.ORGANIZATION_SUSPEND in permissions or kind is HoldKind.PAST_DUE


# ---------------------------------------------------------------- rows


def _open(session: Session, place: Place) -> list[Hold]:
    """The open holds that bear on the workspace."""
    here = or_(Hold.workspace_id == place.workspace.id, Hold.organization_id == place.organization.id)
    return list(session.scalars(select(Hold).where(here, Hold.lifted_at.is_(None)).order_by(Hold.id)))


def _holds(session: Session, workspace: str, holds: Collection[str]) -> list[Hold]:
    here = select(Workspace.id, Workspace.organization_id).where(Workspace.public_id == workspace)
    place = session.execute(here).one_or_none()
    if place is None:
        raise NotFound()
    theirs = or_(Hold.workspace_id == place.id, Hold.organization_id == place.organization_id)
    found = list(session.scalars(select(Hold).where(Hold.public_id.in_(set(holds)), theirs).order_by(Hold.id)))
    if len(found) != len(set(holds)):
        raise NotFound()
    return found


def _lift(found: Sequence[Hold], place: Place, by: Actor) -> None:
    for row in found:
        row.lifted_at, row.lifted_by = by.at, by.label
        _record("hold.lifted", place, row, by, row.note)


def _record(action: str, place: Place, row: Hold, by: Actor, reason: str, **facts: str) -> None:
    whole = row.organization_id is not None
    record(
        action,
        by,
        workspace=None if whole else place.workspace,
        organization=place.organization if whole else None,
        reason=reason,
        hold=row.kind.value,
        whole_organization=whole,
        **facts,
    )
