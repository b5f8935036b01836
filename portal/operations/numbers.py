"""Phone numbers: into the inventory, to a workspace and back, and out again.

The workspace is locked before its number: whoever assigns, releases, closes or restores waits for the other there, and
what is counted of a workspace is counted by one at a time.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.countries import country_code
from portal.base.phones import Phone, check_phone
from portal.models import Number, ReleasedNumber, Workspace
from portal.operations.announcements import announce
from portal.operations.audit import record
from portal.operations.derived import settling
from portal.operations.draft_fields import one_of
from portal.operations.drafts import Faults
from portal.operations.slots import check_slot
from portal.operations.unit import exclusively, locked, unit
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Invalid, NotFound, Refused
from portal.rules.limits import Limit
from portal.rules.numbers import Act, NumberKind, NumberState, check_act, check_takes

INVENTORY = "numbers"  # taken in one after another, so that the second of the same is told
KNOWN = "This number is in the inventory already."


def checked(e164: str, country: str, kind: str) -> Phone:
    """A number as somebody typed it; blank country and kind are those of its numbering plan. Raises Invalid with a
    message at each field at fault."""
    faults = Faults()
    found = faults.take("e164", check_phone, e164, "e164")
    code = faults.take("country", country_code, country, "country") if country.strip() else ""
    plan = found or Phone("", "", NumberKind.LOCAL)
    sort = faults.take("kind", one_of, NumberKind, kind, "kind", plan.kind)
    if found and not faults.found:
        if code and plan.country and code != plan.country:
            faults.add("country", f"{plan.e164} is a number of {plan.country}. Leave the country empty, or say so.")
        elif not code and not plan.country:
            faults.add("country", "This number belongs to no country by itself: give the one it is used in.")
    if found is None or sort is None or faults.found:
        raise Invalid(faults.found)
    return Phone(found.e164, code or found.country, sort)


def add(e164: str, country: str, kind: str, by: Actor) -> str:
    """The number is in the inventory, free; answers its public id. Raises Invalid as `checked` does, Refused for one
    that is there already."""
    phone = checked(e164, country, kind)
    with unit() as session:
        exclusively(session, INVENTORY)
        if session.scalar(select(Number.id).where(Number.e164 == phone.e164)) is not None:
            raise Refused(KNOWN, "e164")
        row = Number(**phone._asdict(), state=NumberState.AVAILABLE, created_at=by.at)
        session.add(row)
        session.flush()
        record("number.added", by, number=phone.e164, country=phone.country, kind=phone.kind.value)
        return row.public_id


def assign(number: str, workspace: str, by: Actor) -> str:
    """The number (public id) is the workspace's (public id); answers it in E.164.

    Raises NotFound, Conflict where it is not free or the workspace takes none, Refused (LimitReached) at the field
    `workspace`."""
    with unit() as session:
        row = locked(session, Workspace, workspace)
        check_takes(row.name, row.status)
        found = locked(session, Number, number)
        check_act(found.state, Act.ASSIGN)
        check_slot(row, Limit.NUMBERS, by, "workspace")
        with settling(session, row):
            hand_over(session, row, found, by)
        return found.e164


def release(number: str, by: Actor, *, of: str | None = None) -> str:
    """The number is back in the inventory, free for anybody; answers it in E.164. `of`: the workspace (public id) whose
    people ask, who must have it, and whose status must allow it.

    Raises NotFound, and Conflict where it cannot be released."""
    with unit() as session:
        row, found = _held(session, number, Act.RELEASE, of)
        with settling(session, row):
            take_back(session, row, found, by)
        return found.e164


def port_out(number: str, by: Actor) -> str:
    """Another carrier takes the number over; until that is done it works as before. Answers it in E.164. Raises
    NotFound, Conflict."""
    with unit() as session:
        row, found = _held(session, number, Act.PORT_OUT)
        found.state, found.porting_at = NumberState.PORTING_OUT, by.at
        record("number.port_out_begun", by, workspace=row, number=found.e164)
        return found.e164


def keep(number: str, by: Actor) -> str:
    """The number is not ported out after all: it stays its workspace's, or goes back into the inventory where that was
    closed meanwhile. Answers it in E.164. Raises NotFound, Conflict."""
    with unit() as session:
        row, found = _held(session, number, Act.KEEP)
        record("number.port_out_cancelled", by, workspace=row, number=found.e164)
        found.state, found.porting_at = NumberState.ASSIGNED, None
        if row.cancelled_at is not None:
            with settling(session, row):
                take_back(session, row, found, by)
                session.add(ReleasedNumber(workspace_id=row.id, e164=found.e164))
        return found.e164


def ported(number: str, by: Actor) -> str:
    """Another carrier has the number: it is gone from its workspace and from the inventory. Answers it in E.164. Raises
    NotFound, Conflict."""
    with unit() as session:
        row, found = _held(session, number, Act.PORTED)
        with settling(session, row):
            row.number_count -= 1
            session.delete(found)
        record("number.ported_out", by, workspace=row, number=found.e164)
        announce(session, "number.released", row, by, number=found.e164, ported=True)
        return found.e164


def remove(number: str, by: Actor) -> str:
    """The free number is gone from the inventory, and may come into it anew. Answers it in E.164. Raises NotFound, and
    Conflict where it is not free."""
    with unit() as session:
        found = locked(session, Number, number)
        check_act(found.state, Act.REMOVE)
        session.delete(found)
        record("number.removed", by, number=found.e164, country=found.country, kind=found.kind.value)
        return found.e164


def hand_over(session: Session, row: Workspace, found: Number, by: Actor) -> None:
    """In the open unit, both locked and inside `settling`: this free number is the workspace's."""
    found.state, found.workspace_id, found.released_at = NumberState.ASSIGNED, row.id, None
    row.number_count += 1
    record("number.assigned", by, workspace=row, number=found.e164)
    announce(session, "number.assigned", row, by, number=found.e164)


def take_back(session: Session, row: Workspace, found: Number, by: Actor) -> None:
    """In the open unit, both locked and inside `settling`: this number of the workspace is free."""
    found.state, found.workspace_id = NumberState.AVAILABLE, None
    found.last_workspace_id, found.released_at = row.id, by.at
    row.number_count -= 1
    record("number.released", by, workspace=row, number=found.e164)
    announce(session, "number.released", row, by, number=found.e164)


def _held(session: Session, number: str, act: Act, of: str | None = None) -> tuple[Workspace, Number]:
    """The number and the workspace that has it, both locked. Raises NotFound, also where it is not `of`'s, and Conflict
    unless the act is one of its state."""
    query = select(Number.state, Workspace.public_id).outerjoin(Workspace, Workspace.id == Number.workspace_id)
    before = session.execute(query.where(Number.public_id == number)).one_or_none()
    if before is None or (of is not None and before.public_id != of):
        raise NotFound()
    check_act(before.state, act)
    row = locked(session, Workspace, before.public_id)
    if of is not None:
        check_takes(row.name, row.status)
    found = _again(session, number)
    if found is None or found.workspace_id != row.id:
        raise Conflict("This number went elsewhere just now. Look at it again.")
    check_act(found.state, act)
    return row, found


def _again(session: Session, number: str) -> Number | None:
    fresh: dict[str, Any] = {"populate_existing": True}
    query = select(Number).where(Number.public_id == number).with_for_update()
    return session.scalar(query, execution_options=fresh)


def import_all(session: Session, phones: list[Phone], by: Actor, task: str) -> dict[str, str]:
    """In the open unit: these numbers, of which none is there, are in the inventory; answers the public id of each by
    its E.164."""
    rows = [Number(**each._asdict(), state=NumberState.AVAILABLE, created_at=by.at) for each in phones]
    session.add_all(rows)
    session.flush()
    if rows:
        record("number.imported", by, task=task, numbers=[each.e164 for each in phones])
    return {row.e164: row.public_id for row in rows}
