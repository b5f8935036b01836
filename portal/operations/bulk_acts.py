"""What a bulk action does to one workspace: the same operations as its own page asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Hold, User, Workspace
from portal.operations import holds, outbox
from portal.operations.audit import record
from portal.operations.holds import NewHold
from portal.operations.unit import locked
from portal.operations.workspace_changes import change
from portal.queries.domains import house_of
from portal.rules.access import Permission
from portal.rules.actors import Actor
from portal.rules.bulk import NO_PLAN, ONE_MORE, Act, Order
from portal.rules.editing import Value
from portal.rules.errors import Conflict
from portal.rules.lifecycle import Status

Permissions = Collection[Permission]
Do = Callable[[Session, str, Order, Actor, Permissions], str]
"""Does it to the workspace with this public id, in the open unit; answers what there is to say. Raises PortalError."""


def _suspend(session: Session, workspace: str, order: Order, by: Actor, may: Permissions) -> str:
    hold = NewHold(note=order.note, public_reason=order.public_reason)
    changed = holds.suspend(workspace, hold, by, may)
    return "" if changed.workspaces else ONE_MORE


def _reactivate(session: Session, workspace: str, order: Order, by: Actor, may: Permissions) -> str:
    """All of its own open holds are lifted."""
    own = select(Hold.public_id).join(Workspace, Workspace.id == Hold.workspace_id)
    found = session.scalars(own.where(Workspace.public_id == workspace, Hold.lifted_at.is_(None))).all()
    changed = holds.lift(workspace, found, by, may)
    if changed.status is Status.SUSPENDED:  # its organization was suspended this instant
        raise Conflict("It stays suspended: its whole organization is.")
    return f"It is {'on trial' if changed.status is Status.TRIAL else changed.status.value} again."


def _change_plan(session: Session, workspace: str, order: Order, by: Actor, may: Permissions) -> str:
    wanted: dict[str, Value] = {"plan": "" if order.plan == NO_PLAN else order.plan}
    if order.cycle:
        wanted["billing_cycle"] = order.cycle
    changed = change(workspace, wanted, by, may=may)
    return "" if changed.fields else "It was so already."


def _notify(session: Session, workspace: str, order: Order, by: Actor, may: Permissions) -> str:
    """The letter waits in the outbox: thousands are not sent at once."""
    row = locked(session, Workspace, workspace)
    owner = session.get(User, row.owner_id) if row.owner_id else None
    if owner is None:
        raise Conflict("It has no owner.")
    outbox.post(
        session,
        "notice",
        owner.email,
        order.subject,
        now=by.at,
        user=owner,
        workspace=row,
        hasten=False,
        house=house_of(row.organization_id),
        name=owner.name,
        text=order.text,
        where=row.name,
    )
    record("workspace.notified", by, workspace=row, subject=order.subject, email=owner.email)
    return f"To {owner.email}."


ACTS: Mapping[Act, Do] = {
    Act.SUSPEND: _suspend,
    Act.REACTIVATE: _reactivate,
    Act.PLAN: _change_plan,
    Act.NOTIFY: _notify,
}
