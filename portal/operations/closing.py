"""Closing a workspace and restoring it from the trash; and which workspace of an organization is its primary.

Open invitations stay as they are: their links are dead while the workspace is closed, and lead into it again once it is
restored, as far as they have not expired. Taken back, a new owner could not come in after a restoration.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.models import (
    Broadcast,
    BroadcastState,
    Extension,
    ExtensionState,
    Number,
    NumberState,
    ReleasedNumber,
    Workspace,
    scope,
)
from portal.operations import cycles, recordings
from portal.operations.announcements import announce
from portal.operations.audit import record
from portal.operations.derived import settling_all
from portal.operations.locks import Place, locked_place, primary_of
from portal.operations.numbers import hand_over, take_back
from portal.operations.powers import held_in
from portal.operations.purging.watch import unwatch
from portal.operations.statuses import following
from portal.operations.unit import unit
from portal.queries.closing import OPEN_BROADCASTS
from portal.queries.prospects import may_have_children
from portal.queries.purges import has_begun
from portal.rules.access import Permission
from portal.rules.actors import Actor
from portal.rules.errors import Conflict, Forbidden, Refused
from portal.rules.lifecycle import Move, check_move, purge_at, purge_due
from portal.rules.text import clean_line


@dataclass(frozen=True, slots=True)
class Closed:
    """What closing did."""

    numbers: int
    extensions: int
    broadcasts: int
    recordings: int


@dataclass(frozen=True, slots=True)
class Restored:
    """Numbers (E.164) that came back, those that others have meanwhile, and those that left the inventory."""

    returned: tuple[str, ...]
    reassigned: tuple[str, ...]
    gone: tuple[str, ...]


def close(
    workspace: str,
    confirm_name: str,
    by: Actor,
    needs: Permission = Permission.WORKSPACE_CLOSE,
    *,
    told: Collection[str] = (),
) -> Closed:
    """The workspace is in the trash: its extensions are unregistered, its numbers back in the inventory but for those
    that are being ported out, its open broadcasts stopped, its recordings ended. `told`: numbers (E.164) of which
    whoever asks knows that they are being ported out.

    `needs`: by which permission the actor does it. Raises Refused unless `confirm_name` is its name and all that is
    being ported out was told, NotFound, Forbidden for whoever has lost that permission, and Conflict if it is closed
    already or the primary of others."""
    with scope.platform(), unit() as session:
        place = locked_place(session, workspace, everyone=True)
        _check_may(session, place, needs, by)
        row = place.workspace
        check_move(row.status, row.stage, Move.TRASH)
        _check_no_children(place)
        if clean_line(confirm_name) != row.name:
            raise Refused(f"Type the name exactly as it is: {row.name}. Nothing was closed.", "confirm_name")
        _check_told(session, row, told)
        before = row.status
        unwatch(session, by.at)
        with following(session, [row], by):
            row.cancelled_at = by.at
            done = _strip(session, row, by)
        record("workspace.cancelled", by, workspace=row, status=(before.value, row.status.value), **asdict(done))
        announce(session, "workspace.cancelled", row, by, purged_at=purge_at(by.at).isoformat())
        return done


def restore(workspace: str, by: Actor) -> Restored:
    """The workspace is what it was before it was closed, with those of its numbers that are still free. Its extensions
    stay unregistered and its broadcasts stopped.

    Raises NotFound, and Conflict if it is not in the trash, if its days are over, or if its organization's primary is
    in the trash or not on a plan for several workspaces any more."""
    with scope.platform(), unit() as session:
        place = locked_place(session, workspace, everyone=True)
        row = place.workspace
        check_move(row.status, row.stage, Move.RESTORE)
        if has_begun(workspace):
            raise Conflict("It is being purged: a part of its data is gone already. It cannot be restored.")
        if purge_due(row.cancelled_at, by.at):
            raise Conflict("Its 90 days are over. It is purged any moment now and cannot be restored.")
        _check_primary(place)
        before = row.status
        with following(session, [row], by):
            row.cancelled_at = None
            back = _give_back(session, row, by)
        status = (before.value, row.status.value)
        numbers: dict[str, Any] = {"numbers": len(back.returned), "reassigned": list(back.reassigned)}
        record("workspace.restored", by, workspace=row, status=status, **numbers, gone=list(back.gone))
        announce(session, "workspace.restored", row, by, status=row.status.value)
        return back


def make_primary(workspace: str, by: Actor) -> None:
    """The workspace is its organization's primary; the one that was is a child. What each pays follows.

    For the platform's owners alone: a cycle begins by the role of its day, so that whoever could move it at will would
    never pay the primary's price. Raises NotFound, Forbidden for anybody else, and Conflict if it is closed or the
    primary already, or if its plan is not one for several workspaces and others are open: they would pay nothing."""
    with scope.platform(), unit() as session:
        place = locked_place(session, workspace, everyone=True)
        _check_may(session, place, Permission.WORKSPACE_PRIMARY, by)
        row = place.workspace
        if row.is_primary:
            raise Conflict(f"{row.name} is the primary of {place.organization.name} already.")
        if row.cancelled_at is not None:
            raise Conflict("A closed workspace cannot be the primary. Restore it first.")
        _check_takes_children(place)
        before = primary_of(place.workspaces)
        cycles.begin_due(session, [each.id for each in place.workspaces], by.at)
        with settling_all(session, place.workspaces):
            if before:
                before.is_primary = False
                session.flush()  # there is never more than one
            row.is_primary = True
        record("workspace.made_primary", by, workspace=row, primary=(before.name if before else "", row.name))


def _check_may(session: Session, place: Place, needs: Permission, by: Actor) -> None:
    if needs not in held_in(session, place.organization.id, by, place.workspace.id):
        raise Forbidden("Your role does not include it any more. Nothing was changed.")


def _check_no_children(place: Place) -> None:
    others = _others(place)
    if place.workspace.is_primary and others:
        count, them, one = f"{len(others)} other workspaces", "those", "one of them"
        if len(others) == 1:
            count, them, one = "another workspace", "that", "it"
        raise Conflict(
            f"{place.workspace.name} is the primary of {place.organization.name}, which has {count}. "
            f"Close {them} first, or have an owner of the platform make {one} the primary."
        )


def _check_told(session: Session, row: Workspace, told: Collection[str]) -> None:
    leaving = _numbers(session, Number.workspace_id == row.id, Number.state == NumberState.PORTING_OUT)
    untold = [number.e164 for number in leaving if number.e164 not in told]
    if untold:
        are = "is" if len(untold) == 1 else "are"
        raise Refused(
            f"{', '.join(untold)} {are} being ported out, and that goes on after closing. Nothing was closed: ask once "
            "more if that is meant, or cancel the port-out first."
        )


def _check_takes_children(place: Place) -> None:
    if _others(place) and not may_have_children(place.workspace.id):
        raise Conflict(
            f"The plan of {place.workspace.name} is not one for several workspaces, and {place.organization.name} has "
            "others. Move it onto a multi-workspace plan first."
        )


def _others(place: Place) -> Sequence[Workspace]:
    """The organization's other workspaces that are not closed."""
    return [each for each in place.workspaces if each is not place.workspace and each.cancelled_at is None]


def _check_primary(place: Place) -> None:
    """A child comes back to a primary that is open and whose plan is still one for several workspaces."""
    primary = primary_of(place.workspaces)
    if primary is None or primary is place.workspace:
        return
    if primary.cancelled_at is not None:
        raise Conflict(f"{primary.name}, its organization’s primary workspace, is in the trash. Restore that first.")
    if not may_have_children(primary.id):
        raise Conflict(
            f"The plan of {primary.name}, its organization’s primary workspace, is not one for several workspaces any "
            "more. Move that onto a multi-workspace plan first."
        )


# ---------------------------------------------------------------- what goes, and what comes back


def _strip(session: Session, row: Workspace, by: Actor) -> Closed:
    with scope.workspace(row.id):
        extensions = _locked_of(session, Extension, Extension.state == ExtensionState.PROVISIONED)
        broadcasts = _locked_of(session, Broadcast, Broadcast.state.in_(OPEN_BROADCASTS))
    for extension in extensions:
        extension.state = ExtensionState.UNREGISTERED
        announce(session, "extension.unregistered", row, by, extension=extension.public_id, number=extension.number)
    for broadcast in broadcasts:
        broadcast.state = BroadcastState.STOPPED
    numbers = _numbers(session, Number.workspace_id == row.id, Number.state == NumberState.ASSIGNED)
    for number in numbers:
        take_back(session, row, number, by)
        session.add(ReleasedNumber(workspace_id=row.id, e164=number.e164))
    row.extension_count = 0
    return Closed(len(numbers), len(extensions), len(broadcasts), recordings.finish_all(session, row, by.at))


def _give_back(session: Session, row: Workspace, by: Actor) -> Restored:
    with scope.workspace(row.id):
        had = list(session.scalars(select(ReleasedNumber.e164).order_by(ReleasedNumber.id)))
        session.execute(delete(ReleasedNumber))
    numbers = _numbers(session, Number.e164.in_(had))
    free = [number for number in numbers if number.state is NumberState.AVAILABLE]
    for number in free:
        hand_over(session, row, number, by)
    taken = tuple(number.e164 for number in numbers if number.workspace_id not in (None, row.id))
    there = {number.e164 for number in numbers}
    return Restored(tuple(number.e164 for number in free), taken, tuple(each for each in had if each not in there))


def _locked_of(session: Session, model: Any, *which: Any) -> Sequence[Any]:
    rows: Sequence[Any] = session.scalars(select(model).where(*which).order_by(model.id).with_for_update()).all()
    return rows


def _numbers(session: Session, *which: Any) -> Sequence[Number]:
    return _locked_of(session, Number, *which)
