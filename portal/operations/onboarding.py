"""Onboarding: a welcome to the owner of a new workspace, and first steps some days later."""

from __future__ import annotations

from portal.models import NoticeKind, Workspace, scope
from portal.operations.notices import first_time, write_owner
from portal.operations.unit import locked, unit
from portal.rules.actors import Actor
from portal.rules.lifecycle import Status


def welcome(workspace: str, by: Actor) -> bool:
    """The owner has a welcome; whether it was written now."""
    return _write(workspace, NoticeKind.WELCOME, "Welcome to {name}", by)


def first_steps(workspace: str, by: Actor) -> bool:
    """The owner has a mail with first steps; whether it was written now."""
    return _write(workspace, NoticeKind.FIRST_STEPS, "First steps in {name}", by)


def _write(workspace: str, kind: NoticeKind, subject: str, by: Actor) -> bool:
    with scope.platform(), unit() as session:
        row = locked(session, Workspace, workspace)
        if row.skip_onboarding_email or row.status not in (Status.TRIAL, Status.ACTIVE):
            return False
        if not first_time(session, row, kind, "", by.at):
            return False
        write_owner(session, row, kind.value, subject.format(name=row.name), by)
        return True
