"""Numbers, extensions and recordings for tests."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from portal.base.db import db
from portal.models import Change, Extension, Number, NumberState, RecordingKind, Workspace, scope
from portal.operations import limits, numbers, recordings
from portal.operations.limits import Typed
from portal.operations.recordings import Report
from portal.rules.limits import Limit
from tests.support.clocks import NOW
from tests.support.creation import BY
from tests.support.family import add

MUMBAI, DELHI, PUNE = "+912248182200", "+911148182200", "+912048182200"


def number(e164: str = MUMBAI) -> str:
    """A free number; answers its public id."""
    return numbers.add(e164, "", "", BY)


def assigned(row: Workspace, e164: str = MUMBAI) -> str:
    """A number of the workspace."""
    found = number(e164)
    numbers.assign(found, row.public_id, BY)
    return found


def allow(row: Workspace, limit: Limit, value: int) -> None:
    """The workspace may have so many."""
    limits.override(row.public_id, {limit: Typed(str(value))}, "", BY)


def stored(public_id: str) -> Number:
    """The number as it is now."""
    db.session.rollback()
    return db.session.scalars(select(Number).where(Number.public_id == public_id)).one()


def extension_of(public_id: str) -> Extension:
    """The extension as it is now."""
    db.session.rollback()
    with scope.platform():
        return db.session.scalars(select(Extension).where(Extension.public_id == public_id)).one()


def recording(row: Workspace, reference: str = "pbx-1", **more: Any) -> str:
    """A recording of the workspace, by default of a call of six minutes and a half that was over just now."""
    began = more.pop("started_at", NOW - timedelta(seconds=391))
    parties: dict[str, Any] = {"caller": "+442079460018", "callee": MUMBAI, "kind": RecordingKind.CALL, "ended_at": NOW}
    told = Report(row.public_id, reference, started_at=began, **(parties | more))
    return recordings.report(told, BY).public_id


def announced() -> list[tuple[str, dict[str, Any]]]:
    """What the data plane was told of numbers and extensions, in order."""
    db.session.rollback()
    rows = db.session.execute(select(Change.type, Change.data).order_by(Change.id))
    return [(kind, data) for kind, data in rows if not kind.startswith("workspace.")]


def leaving(row: Workspace, e164: str = MUMBAI) -> str:
    """A number that is being ported out, whatever the workspace's limit."""
    made = Number(
        e164=e164, country="IN", state=NumberState.PORTING_OUT, workspace_id=row.id, porting_at=NOW, created_at=NOW
    )
    add(made)
    return made.public_id
