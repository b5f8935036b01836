"""Spend caps: a workspace's people are told when a month's spend nears its cap, and it does as is set when it is there.

A cap that was reached stays so until it is raised or the next month begins. What a person lifts before stays lifted."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from portal.models import NoticeKind, SuspensionBehaviour, Workspace, scope
from portal.operations.announcements import announce
from portal.operations.holds import NewHold, lift_here, open_here
from portal.operations.locks import Place, locked_place
from portal.operations.notices import first_time, forget, write_owner
from portal.operations.unit import unit
from portal.queries.spend import spends_of
from portal.rules.actors import Actor
from portal.rules.errors import Conflict
from portal.rules.lifecycle import HoldKind
from portal.rules.money import written
from portal.rules.spending import alert_occasion, cap_occasion, near, reached

CONSEQUENCES = {
    SuspensionBehaviour.SUSPEND: "It is suspended until the cap is raised or the next month begins.",
    SuspensionBehaviour.BLOCK_OUTBOUND: (
        "Nothing is sent from it until the cap is raised or the next month begins; it receives as before."
    ),
    SuspensionBehaviour.NOTIFY_ONLY: "It goes on working: nothing is stopped.",
}


def settle(workspace: str, spend: int, month: date, by: Actor) -> str:
    """What follows from so much spent in the month (its first day; minor units): `released`, `reached`, `alerted`, or
    blank for nothing new. The alert comes once a month."""
    with scope.platform(), unit() as session:
        place = locked_place(session, workspace)
        row = place.workspace
        if row.cancelled_at is not None:
            return ""
        if not reached(spend, row.spend_cap):
            released = _release(session, place, by)
            alerted = near(spend, row.spend_cap, row.alert_threshold) and _alert(session, row, spend, month, by)
            return "released" if released else "alerted" if alerted else ""
        return "reached" if _reach(session, place, spend, month, by) else ""


def follow(session: Session, place: Place, by: Actor) -> None:
    """In the open unit and the platform's scope, the cap being another one now: what the old one did is over, unless
    this one is reached too."""
    row = place.workspace
    if not reached(spends_of(Workspace.id == row.id, by.at).get(row.id, 0), row.spend_cap):
        _release(session, place, by)


def _release(session: Session, place: Place, by: Actor) -> bool:
    lifted = lift_here(session, place, HoldKind.SPEND_CAP, by)
    if forget(session, place.workspace, NoticeKind.SPEND_CAP):
        announce(session, "workspace.limits_updated", place.workspace, by, limits=["spend_cap"])
        return True
    return lifted


def _alert(session: Session, row: Workspace, spend: int, month: date, by: Actor) -> bool:
    if not first_time(session, row, NoticeKind.SPEND_ALERT, alert_occasion(month), by.at):
        return False
    _write(session, row, spend, month, by, "spend_alert", f"{row.name} nears its spend cap")
    return True


def _reach(session: Session, place: Place, spend: int, month: date, by: Actor) -> bool:
    row = place.workspace
    does = row.suspension_behaviour
    occasion = cap_occasion(month, row.spend_cap or 0, does.value)
    if not first_time(session, row, NoticeKind.SPEND_CAP, occasion, by.at):
        return False
    first_time(session, row, NoticeKind.SPEND_ALERT, alert_occasion(month), by.at)  # which would say less
    if does is SuspensionBehaviour.SUSPEND:
        reason = f"The spend cap of {_cap(row)} for {month:%B %Y} was reached."
        try:
            open_here(session, place, NewHold(HoldKind.SPEND_CAP, public_reason=reason), by)
        except Conflict:  # one of another cap is open
            return True
    announce(session, "workspace.limits_updated", row, by, limits=["spend_cap"])
    _write(session, row, spend, month, by, "spend_cap", f"{row.name} has reached its spend cap")
    return True


def _write(session: Session, row: Workspace, spend: int, month: date, by: Actor, template: str, subject: str) -> None:
    write_owner(
        session,
        row,
        template,
        subject,
        by,
        billing=True,
        month=f"{month:%B %Y}",
        spend=written(spend, row.currency),
        cap=_cap(row),
        threshold=row.alert_threshold,
        consequence=CONSEQUENCES[row.suspension_behaviour],
    )


def _cap(row: Workspace) -> str:
    return written(row.spend_cap or 0, row.currency)
